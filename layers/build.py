"""Builds one layer for `sam build`: python3 layers/build.py dependencies|connector|settings ARTIFACTS_DIR.

Standard library only, any Python from 3.11. What ships is for Lambda's Python 3.13 on arm64, whatever builds it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
LOCK = TREE / "requirements" / "layer.txt"
CONNECTOR = TREE / "layers" / "connector"
SETTINGS = TREE / "layers" / "settings"
DEVELOPMENT = TREE / ".dev" / "env" / "bin" / "python"

RUNTIME = (3, 13)
# Lambda's Python 3.13 runs on Amazon Linux 2023, whose glibc is 2.34. The oldest tag goes first: it fits everywhere.
PLATFORMS = (
    "manylinux2014_aarch64",
    "manylinux_2_17_aarch64",
    "manylinux_2_28_aarch64",
    "manylinux_2_34_aarch64",
)

# botocore describes every AWS service in 30 MB; these are the ones that the flows and Tracer (xray) call.
AWS_SERVICES = frozenset(
    {
        "cloudwatch",
        "dynamodb",
        "events",
        "kms",
        "lambda",
        "logs",
        "s3",
        "scheduler",
        "secretsmanager",
        "sns",
        "sqs",
        "ssm",
        "sts",
        "xray",
    }
)
# Sources for building against a package, and pip's notes about the machine that installed it. Licences and METADATA
# stay: the first must, the second answers importlib.metadata.
NEEDLESS_SUFFIXES = frozenset({".pyx", ".pxd", ".pxi", ".c", ".h", ".pyi"})
INSTALL_NOTES = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
NEEDLESS_FOLDERS = frozenset({"tests", "__pycache__"})


class BuildError(Exception):
    """The layer cannot be built; the message says what to do."""


def tell(message: str) -> None:
    """Writes one line to where `sam build` shows it while it succeeds (it shows stderr of failures only)."""
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


def run(command: Iterable[str | Path], **environment: str) -> None:
    """Runs a command from the top of the tree; raises BuildError with its last words if it fails."""
    words = [str(word) for word in command]
    ended = subprocess.run(
        words, cwd=TREE, env={**os.environ, **environment}, check=False, capture_output=True, text=True
    )
    if ended.returncode:
        raise BuildError(f"{' '.join(words[:4])} ... failed:\n{ended.stdout[-4000:]}{ended.stderr[-4000:]}")


def answers(python: str | Path, code: str) -> bool:
    """Whether this Python runs this line of code without an error."""
    try:
        ended = subprocess.run([str(python), "-c", code], check=False, capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0


def candidates() -> Iterator[str | Path]:
    """Pythons that this machine may have, the likeliest first."""
    yield sys.executable
    name = f"python{RUNTIME[0]}.{RUNTIME[1]}"
    for folder in os.get_exec_path():
        if (Path(folder) / name).exists():
            yield Path(folder) / name
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{RUNTIME[0]}.{RUNTIME[1]}.*/bin/python"), reverse=True)
    yield DEVELOPMENT


def find_python(code: str) -> str | Path | None:
    """The first Python that runs this line of code; None if there is none."""
    return next((python for python in candidates() if answers(python, code)), None)


def find_runtime_python() -> str | Path | None:
    """A Python of Lambda's version; None if the machine has none."""
    return find_python(f"import sys; assert sys.version_info[:2] == {RUNTIME}")


def find_installer() -> str | Path:
    """A Python with pip, of Lambda's version if possible, so that the lock's markers are read as Lambda would."""
    python = find_python(f"import pip, sys; assert sys.version_info[:2] == {RUNTIME}") or find_python(
        "import pip"
    )
    if python is None:
        raise BuildError("no Python with pip found; install pip for python3")
    return python


def prune(installed: Path) -> None:
    """Removes from installed packages what no running function reads."""
    for folder in [path for path in installed.rglob("*") if path.is_dir() and is_needless(path, installed)]:
        if folder.exists():  # not gone with its parent
            shutil.rmtree(folder)
    for file in [path for path in installed.rglob("*") if path.is_file()]:
        noted = file.parent.suffix == ".dist-info" and file.name in INSTALL_NOTES
        if noted or file.suffix in NEEDLESS_SUFFIXES:
            file.unlink()


def is_needless(folder: Path, installed: Path) -> bool:
    """Whether a folder of installed packages is tests, caches, scripts, or an AWS service that no flow calls."""
    place = folder.relative_to(installed).parts
    if place[:2] == ("botocore", "data") and len(place) == 3:
        return place[2] not in AWS_SERVICES
    return place == ("bin",) or folder.name in NEEDLESS_FOLDERS


def compile_bytecode(folder: Path, place: str) -> None:
    """Writes bytecode beside the sources that Lambda trusts unchecked; `place` is the folder's path in Lambda.

    Unpacking a layer changes file times, which would make ordinary bytecode stale.
    """
    python = find_runtime_python()
    if python is None:
        tell("!" * 100)
        tell(f"! No Python {RUNTIME[0]}.{RUNTIME[1]} on this machine: this layer ships WITHOUT BYTECODE.")
        tell(
            "! It works, but every cold start is about 1.75 times as slow. Install that Python and build again."
        )
        tell("!" * 100)
        return
    run([python, "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash",
         "-s", folder, "-p", place, folder])  # fmt: skip


def build_dependencies(artifacts: Path) -> None:
    """Installs the locked packages as arm64 wheels, pruned, with bytecode."""
    target = artifacts / "python"
    platforms = [word for platform in PLATFORMS for word in ("--platform", platform)]
    run([find_installer(), "-m", "pip", "install", "--requirement", LOCK, "--require-hashes", "--no-deps",
         "--only-binary=:all:", *platforms, "--implementation", "cp",
         "--python-version", f"{RUNTIME[0]}.{RUNTIME[1]}", "--target", target, "--upgrade", "--no-compile",
         "--disable-pip-version-check", "--no-input", "--quiet"])  # fmt: skip
    prune(target)
    compile_bytecode(target, "/opt/python")


def build_connector(artifacts: Path) -> None:
    """Copies the package `connector`, with bytecode."""
    target = artifacts / "python"
    shutil.copytree(
        CONNECTOR / "connector",
        target / "connector",
        ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*"),
    )
    compile_bytecode(target, "/opt/python")


def build_settings(artifacts: Path) -> None:
    """Checks and compiles what the merchant edits; wrong settings stop the build with their own message."""
    target = artifacts / "settings"
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as spare:
        run(
            [
                find_settings_python(Path(spare)),
                "-m",
                "connector.settings.compile",
                SETTINGS.relative_to(TREE),
                target,
                "--deployed",
            ],
            PYTHONPATH=str(CONNECTOR),
            PYTHONDONTWRITEBYTECODE="1",
        )
    compile_bytecode(target, "/opt/settings")


def find_settings_python(spare: Path) -> str | Path:
    """A Python with the locked packages: the development environment's, else one made in `spare`."""
    if answers(DEVELOPMENT, "import jmespath, pydantic, yaml"):
        return DEVELOPMENT
    tell("Making an environment to check the settings (./dev test makes one that stays)")
    run([find_runtime_python() or sys.executable, "-m", "venv", spare])
    made = spare / "bin" / "python"
    run([made, "-m", "pip", "install", "--requirement", LOCK, "--require-hashes", "--no-deps", "--no-input",
         "--disable-pip-version-check", "--quiet"])  # fmt: skip
    return made


LAYERS: dict[str, Callable[[Path], None]] = {
    "dependencies": build_dependencies,
    "connector": build_connector,
    "settings": build_settings,
}


def main(arguments: list[str]) -> int:
    """Builds the named layer; returns the exit code."""
    if len(arguments) != 2 or arguments[0] not in LAYERS:
        tell(f"usage: build.py {'|'.join(LAYERS)} ARTIFACTS_DIR")
        return 2
    artifacts = Path(arguments[1]).resolve()
    artifacts.mkdir(parents=True, exist_ok=True)
    try:
        LAYERS[arguments[0]](artifacts)
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
