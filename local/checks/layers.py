"""Checks the layers that `sam build` made: python -m local.checks.layers BUILD_DIR.

Lambda unpacks all layers and the function into 250 MB; ours stay far below, because size is cold start.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from layers import build

LIMIT = 110_000_000
NAMES = ("DependenciesLayer", "ConnectorLayer", "SettingsLayer")
BYTECODE_TAG = f"cpython-{build.RUNTIME[0]}{build.RUNTIME[1]}"
UNCHECKED_HASH = 0b01
ELF_ARM64 = 183
# Packages that every function may import; each proves one part of the lock.
NEEDED = ("python/boto3", "python/pydantic", "python/simple_salesforce", "python/aws_lambda_powertools",
          "python/jmespath", "python/lxml", "python/requests", "python/yaml")  # fmt: skip


def files_of(folder: Path) -> Iterator[Path]:
    """All files below a folder."""
    return (path for path in folder.rglob("*") if path.is_file())


def sizes(built: Path) -> list[str]:
    """All layers together stay under the limit."""
    total = sum(file.stat().st_size for name in NAMES for file in files_of(built / name))
    return [f"the layers are {total:,} bytes unpacked, more than {LIMIT:,}"] if total > LIMIT else []


def missing(built: Path) -> list[str]:
    """Each layer holds what functions look for."""
    wanted = [
        *(f"DependenciesLayer/{place}" for place in NEEDED),
        "ConnectorLayer/python/connector/__init__.py",
        "SettingsLayer/settings/stores.yaml",
        "SettingsLayer/settings/compiled.json",
        "SettingsLayer/settings/mappings",
        "SettingsLayer/settings/rules.py",
    ]
    return [f"{place} is missing" for place in wanted if not (built / place).exists()]


def stale_bytecode(built: Path) -> list[str]:
    """Each source has bytecode for Lambda's Python that is trusted unchecked."""
    findings = []
    for source in (file for name in NAMES for file in files_of(built / name) if file.suffix == ".py"):
        bytecode = source.parent / "__pycache__" / f"{source.stem}.{BYTECODE_TAG}.pyc"
        if not bytecode.is_file():
            findings.append(f"{source.relative_to(built)} has no bytecode")
        elif int.from_bytes(bytecode.read_bytes()[4:8], "little") != UNCHECKED_HASH:
            findings.append(f"{bytecode.relative_to(built)} is checked against its source's time")
    return findings


def foreign_binaries(built: Path) -> list[str]:
    """Each compiled module is for arm64 and for Lambda's Python, or for every Python 3."""
    findings = []
    for library in (file for file in files_of(built / "DependenciesLayer") if file.name.endswith(".so")):
        header = library.read_bytes()[:20]
        tagged = "cpython-" not in library.name or BYTECODE_TAG in library.name
        if int.from_bytes(header[18:20], "little") != ELF_ARM64 or not tagged:
            findings.append(f"{library.relative_to(built)} does not fit Lambda")
    return findings


def unusable_services(built: Path) -> list[str]:
    """From the shipped botocore, a client of each service that we call can be made: pruning left it whole."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import botocore, botocore.session as s;"
        "assert botocore.__file__.startswith(sys.argv[1]), botocore.__file__;"
        "c = s.Session(); c.set_credentials('a', 'b');"
        "[c.create_client(n, region_name='eu-west-1') for n in sys.argv[2:]]"
    )
    place = str((built / "DependenciesLayer" / "python").resolve())
    ended = subprocess.run(
        [sys.executable, "-I", "-B", "-c", code, place, *sorted(build.AWS_SERVICES)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    return [f"the shipped botocore fails: {ended.stderr.strip()[-300:]}"] if ended.returncode else []


def main(arguments: list[str]) -> int:
    """Prints the findings; returns the exit code."""
    built = Path(arguments[0])
    findings = [*missing(built), *sizes(built), *foreign_binaries(built), *unusable_services(built)]
    if build.find_runtime_python() is None:
        print("!!!! bytecode is not checked: no Python of Lambda's version here, so the build made none")
    else:
        findings += stale_bytecode(built)
    print("\n".join(findings[:40]))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
