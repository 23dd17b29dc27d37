"""The table of checks: name -> command, in the order in which they run."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
BUILT = Path(".aws-sam") / "build"

_BESIDE_PYTHON = Path(sys.executable).parent
_SAM = Path(".dev") / "sam" / "bin"


def _tool(name: str) -> str:
    """A command of the development environment."""
    return str(_BESIDE_PYTHON / name)


CHECKS: Mapping[str, Sequence[str]] = {
    "ruff check": (_tool("ruff"), "check", "."),
    "ruff format": (_tool("ruff"), "format", "--check", "."),
    "mypy": (_tool("mypy"),),
    "mypy functions": (_tool("mypy"), "functions", "layers/build.py", "dev"),
    "import rules": (_tool("lint-imports"),),
    "tree": (sys.executable, "-m", "local.checks.tree"),
    "cfn-lint": (str(_SAM / "cfn-lint"), "template.yaml"),
    "sam validate": (str(_SAM / "sam"), "validate", "--lint"),
    "sam build": (str(_SAM / "sam"), "build", "--build-dir", str(BUILT)),
    "layers": (sys.executable, "-m", "local.checks.layers", str(BUILT)),
}

# No AWS account takes part; sam wants a region all the same, and must not report home. Our packages are importable.
SURROUNDINGS: Mapping[str, str] = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "PYTHONPATH": os.pathsep.join([str(TREE), str(TREE / "layers" / "connector")]),
    "SAM_CLI_TELEMETRY": "0",
}
