"""layers/build.py: what ships, what stays behind, and what stops the build."""

import ast
import importlib.util
import marshal
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers import build

UNCHECKED_HASH = 0b01
SERVICE_CALLS = {"client", "create_client", "resource"}


def test_pruning_keeps_used_services_licences_and_metadata_only(tmp_path: Path) -> None:
    kept = [
        "botocore/data/sqs/2012-11-05/service-2.json.gz",
        "botocore/data/endpoints.json",
        "botocore/client.py",
        "six-1.0.dist-info/METADATA",
        "six-1.0.dist-info/licenses/LICENSE",
        "lxml/etree.so",
    ]
    dropped = [
        "botocore/data/ec2/2016-11-15/service-2.json.gz",
        "bin/jp.py",
        "six-1.0.dist-info/RECORD",
        "six-1.0.dist-info/INSTALLER",
        "six/tests/test_six.py",
        "lxml/__pycache__/a.cpython-311.pyc",
        "lxml/etree.pyx",
    ]
    for name in kept + dropped:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    build.prune(tmp_path)
    assert sorted(
        str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()
    ) == sorted(kept)


def test_bytecode_outlives_new_file_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "find_runtime_python", lambda: sys.executable)
    (tmp_path / "a.py").write_text("")
    build.compile_bytecode(tmp_path, "/opt/python")
    os.utime(tmp_path / "a.py", (1, 1))
    compiled = Path(importlib.util.cache_from_source(str(tmp_path / "a.py"))).read_bytes()
    assert int.from_bytes(compiled[4:8], "little") == UNCHECKED_HASH
    assert marshal.loads(compiled[16:]).co_filename == "/opt/python/a.py"


def test_a_machine_without_the_runtime_python_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "find_runtime_python", lambda: None)
    (tmp_path / "a.py").write_text("")
    build.compile_bytecode(tmp_path, "/opt/python")
    assert "WITHOUT BYTECODE" in capsys.readouterr().out
    assert not list(tmp_path.rglob("*.pyc"))


def test_a_python_that_does_not_run_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "python3.13"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    monkeypatch.setattr(build, "candidates", lambda: iter([broken, tmp_path / "absent", sys.executable]))
    assert build.find_python("import sys") == sys.executable


def test_wrong_settings_stop_the_build_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "layers" / "settings"
    (settings / "mappings").mkdir(parents=True)
    (settings / "stores.yaml").write_text(
        "salesforce:\n  main: {host: https://a.my.salesforce.com, secret: s}\nshops: 1\n"
    )
    monkeypatch.setattr(build, "TREE", tmp_path)
    monkeypatch.setattr(build, "SETTINGS", settings)
    monkeypatch.setattr(build, "DEVELOPMENT", Path(sys.executable))
    assert build.main(["settings", str(tmp_path / "artifacts")]) == 1
    assert "layers/settings/stores.yaml:3" in capsys.readouterr().err


def test_the_connector_ships_without_what_tests_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    (source / "connector" / "__pycache__").mkdir(parents=True)
    (source / "connector" / "__init__.py").write_text("")
    (source / "connector" / "__pycache__" / "old.cpython-311.pyc").write_text("")
    monkeypatch.setattr(build, "CONNECTOR", source)
    monkeypatch.setattr(build, "find_runtime_python", lambda: None)
    build.build_connector(tmp_path / "artifacts")
    shipped = [file.name for file in (tmp_path / "artifacts").rglob("*") if file.is_file()]
    assert shipped == ["__init__.py"]


@pytest.mark.parametrize("arguments", [[], ["dependencies"], ["functions", "/nowhere"]])
def test_an_unknown_layer_is_refused(arguments: list[str]) -> None:
    assert build.main(arguments) == 2


def test_every_aws_service_that_we_call_ships() -> None:
    called = {
        service
        for folder in (build.TREE / "functions", build.CONNECTOR / "connector")
        for source in folder.rglob("*.py")
        for service in services_called(source.read_text("utf-8"))
    }
    assert called <= build.AWS_SERVICES


def test_calls_to_aws_services_are_seen() -> None:
    source = 'boto3.client("sqs")\nsession.create_client("s3", region_name="x")\nboto3.resource(name)\nother("ec2")\n'
    assert set(services_called(source)) == {"sqs", "s3"}


def services_called(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in SERVICE_CALLS
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield node.args[0].value
