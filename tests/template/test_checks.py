"""`./dev check`: each of the project's own checks catches its break."""

import subprocess
import sys
from pathlib import Path

import pytest

from layers import build
from local.checks import __main__ as running
from local.checks import layers, tree

ARM64_HEADER = b"\x7fELF" + bytes(14) + (183).to_bytes(2, "little")
X86_HEADER = b"\x7fELF" + bytes(14) + (62).to_bytes(2, "little")
BYTECODE = b"\xf3\x0d\r\n" + (1).to_bytes(4, "little") + bytes(8)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What a sound build leaves, as far as these checks look."""
    for place in (
        *(f"DependenciesLayer/{name}" for name in layers.NEEDED),
        "SettingsLayer/settings/mappings",
    ):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "DependenciesLayer/python/lxml/etree.cpython-313-aarch64-linux-gnu.so").write_bytes(
        ARM64_HEADER
    )
    for place in ("ConnectorLayer/python/connector/__init__.py", "SettingsLayer/settings/rules.py"):
        write_module(tmp_path / place)
    for name in ("stores.yaml", "compiled.json"):
        (tmp_path / "SettingsLayer/settings" / name).write_text("{}")
    return tmp_path


def write_module(place: Path) -> None:
    cached = place.parent / "__pycache__" / f"{place.stem}.cpython-313.pyc"
    cached.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("")
    cached.write_bytes(BYTECODE)


def test_a_sound_build_has_no_findings(built: Path) -> None:
    for check in (layers.missing, layers.sizes, layers.stale_bytecode, layers.foreign_binaries):
        assert check(built) == []


def test_a_missing_part_is_found(built: Path) -> None:
    (built / "SettingsLayer/settings/compiled.json").unlink()
    assert layers.missing(built) == ["SettingsLayer/settings/compiled.json is missing"]


def test_layers_above_the_limit_are_found(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "LIMIT", 30)
    assert layers.sizes(built)


def test_a_source_without_bytecode_is_found(built: Path) -> None:
    (built / "SettingsLayer/settings/__pycache__/rules.cpython-313.pyc").unlink()
    assert layers.stale_bytecode(built) == ["SettingsLayer/settings/rules.py has no bytecode"]


def test_bytecode_that_file_times_make_stale_is_found(built: Path) -> None:
    (built / "SettingsLayer/settings/__pycache__/rules.cpython-313.pyc").write_bytes(BYTECODE[:4] + bytes(12))
    assert len(layers.stale_bytecode(built)) == 1


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("etree.cpython-313-aarch64-linux-gnu.so", X86_HEADER),
        ("etree.cpython-311-aarch64-linux-gnu.so", ARM64_HEADER),
        ("_rust.abi3.so", X86_HEADER),
    ],
)
def test_a_binary_for_another_machine_is_found(name: str, header: bytes, built: Path) -> None:
    (built / "DependenciesLayer/python/lxml" / name).write_bytes(header)
    assert len(layers.foreign_binaries(built)) == 1


def test_a_binary_for_any_python_3_fits(built: Path) -> None:
    (built / "DependenciesLayer/python/lxml/_rust.abi3.so").write_bytes(ARM64_HEADER)
    assert layers.foreign_binaries(built) == []


def test_a_botocore_without_its_services_is_found(built: Path) -> None:
    (built / "DependenciesLayer/python/botocore").mkdir()
    (built / "DependenciesLayer/python/botocore/__init__.py").write_text("")
    assert len(layers.unusable_services(built)) == 1


def test_a_build_without_bytecode_is_told_where_it_cannot_be_made(
    built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (built / "SettingsLayer/settings/__pycache__/rules.cpython-313.pyc").unlink()
    monkeypatch.setattr(layers, "unusable_services", lambda built: [])
    assert layers.main([str(built)]) == (1 if build.find_runtime_python() else 0)
    monkeypatch.setattr(build, "find_runtime_python", lambda: None)
    assert layers.main([str(built)]) == 0
    assert "bytecode is not checked" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements/layer.txt", "--index-url " + "https" + "://packages.example.com/simple\n"),
        ("requirements/layer.txt", "six @ " + "https" + "://packages.example.com/six.whl\n"),
        ("docs/install.md", "cd /" + "home/somebody/connector\n"),
        ("local/x.py", 'ROOT = "/' + 'root/connector"\n'),
        ("tests/x.py", 'TOKEN = "shp' + "at_" + "0" * 32 + '"\n'),
        ("tests/x.py", 'KEY = "c' + "k_" + "0" * 40 + '"\n'),
    ],
)
def test_what_must_not_be_in_the_tree_is_found(name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text("first line\n" + text)
    (finding,) = tree.find_all([file])
    assert finding.startswith(f"{file}:2: ")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docs/install.md", "see " + "https" + "://docs.example.com/install\n"),
        ("local/x.py", 'PLACES = ("/opt/python", "/var/task", "/tmp/x", "~/.pyenv")\n'),
        ("requirements/layer.txt", "six==1.17.0 --hash=sha256:00\n"),
    ],
)
def test_what_may_be_in_the_tree_is_left(name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert tree.find_all([file]) == []


def test_ignored_files_are_not_looked_at(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text(".dev/\n")
    (tmp_path / ".dev").mkdir()
    (tmp_path / ".dev" / "x").write_text("")
    assert [file.name for file in tree.tracked(tmp_path)] == [".gitignore"]


def test_every_check_runs_even_when_one_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = {
        "bad": (sys.executable, "-c", "print('the reason'); raise SystemExit(3)"),
        "absent": ("no-such-command-here",),
        "good": (sys.executable, "-c", "print('chatter')"),
    }
    monkeypatch.setattr(running, "CHECKS", commands)
    assert running.main([]) == 1
    told = capsys.readouterr().err
    assert "the reason" in told
    assert "check: good passed" in told
    assert "chatter" not in told
    assert told.endswith("check: failed: bad, absent\n")


def test_one_check_can_be_run_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        running,
        "CHECKS",
        {"good": (sys.executable, "-c", ""), "bad": (sys.executable, "-c", "raise SystemExit(1)")},
    )
    assert running.main(["good"]) == 0
    assert running.main(["better"]) == 2
