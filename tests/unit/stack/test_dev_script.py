"""`./dev` finds a Python, tells its commands, and works from locks that pin every package by hash."""

import importlib.machinery
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
COMMANDS = ("demo", "test", "check", "up", "bench", "preflight", "dry-run", "lock")


@pytest.fixture
def dev() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("dev_script", str(ROOT / "dev"))
    spec = importlib.util.spec_from_loader("dev_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_help_has_a_line_for_every_command() -> None:
    told = subprocess.run(
        [sys.executable, ROOT / "dev", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for command in COMMANDS:
        assert re.search(rf"^  {command} +\S.{{10,}}$", told, re.MULTILINE), command


def test_unknown_command_is_refused() -> None:
    told = subprocess.run([sys.executable, ROOT / "dev", "deploy"], capture_output=True, text=True)
    assert told.returncode == 2
    assert "deploy" in told.stderr


def test_script_needs_the_standard_library_only() -> None:
    names = re.findall(r"^(?:import|from) (\w+)", (ROOT / "dev").read_text(), re.MULTILINE)
    assert set(names) <= sys.stdlib_module_names


def test_python_that_does_not_run_or_is_another_version_is_not_taken(dev: ModuleType, tmp_path: Path) -> None:
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\necho 'version not installed' >&2\nexit 127\n")
    shim.chmod(0o755)
    here = sys.version_info[:2]
    assert not dev.runs_as(str(shim), (3, 13))
    assert not dev.runs_as(str(tmp_path / "missing"), (3, 13))
    assert not dev.runs_as(sys.executable, (here[0], here[1] + 1))
    assert dev.runs_as(sys.executable, here)


def test_fingerprint_changes_with_the_lock(dev: ModuleType, tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("a==1\n")
    before = dev.fingerprint(lock, sys.executable)
    assert before == dev.fingerprint(lock, sys.executable)
    lock.write_text("a==2\n")
    assert before != dev.fingerprint(lock, sys.executable)


@pytest.mark.parametrize("name", ["layer", "dev", "aws", "sam", "lock"])
def test_lock_pins_every_package_by_hash_and_names_no_host(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+( ; .+)? \\\n    --hash=sha256:", entry), entry[:80]
    assert "://" not in text


def test_shipped_versions_are_those_that_are_tested() -> None:
    pins = [
        dict(
            re.findall(
                r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)",
                (ROOT / "requirements" / name).read_text(),
                re.MULTILINE,
            )
        )
        for name in ("layer.txt", "dev.txt")
    ]
    shipped, tested = pins
    assert {name: tested.get(name) for name in shipped} == shipped
