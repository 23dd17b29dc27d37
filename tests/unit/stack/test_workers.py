"""Function processes run under the real Lambda runtime client, or its portable stand-in where none is built."""

import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from local.stack.deployment import Function
from local.stack.processes import StartupError
from local.stack.workers import PORTABLE_RUNTIME_CLIENT, Pool, Surroundings

HANDLER = """
    import runtime_client
    def handler(event, context):
        if event.get("fail"):
            raise ValueError("ordered to fail")
        if event.get("large"):
            return "x" * (7 * 1024 * 1024)
        return {"event": event, "arn": context.invoked_function_arn, "client": runtime_client.__file__}
"""


def function(folder: Path, source: str, *layers: Path) -> Function:
    folder.mkdir(exist_ok=True)
    (folder / "app.py").write_text(dedent(source))
    return Function("F", "local-F", "arn:aws:lambda:x:y:function:F", folder, "app.handler", 128, 3, {}, layers,
                    False, None, None)  # fmt: skip


@pytest.fixture(params=["native", "portable"])
def pool(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pool]:
    layers = [PORTABLE_RUNTIME_CLIENT] if request.param == "portable" else []
    surroundings = Surroundings("http://127.0.0.1:9", None, tmp_path, {})
    started = Pool(function(tmp_path / "flow", HANDLER, *layers), 2, surroundings)
    started.warm()
    yield started
    started.stop()


def test_handler_gets_the_event_and_its_result_comes_back(pool: Pool, request: pytest.FixtureRequest) -> None:
    told = json.loads(pool.invoke('{"name": "Zoë"}'.encode()).payload)
    assert told["event"] == {"name": "Zoë"}
    assert told["arn"] == "arn:aws:lambda:x:y:function:F"
    assert told["client"].endswith(".py") == ("portable" in request.node.name)


def test_raised_error_is_told_by_type_and_message(pool: Pool) -> None:
    assert pool.invoke(b'{"fail": 1}').error == "ValueError: ordered to fail"
    assert pool.invoke(b"{}").error is None


def test_result_over_six_megabytes_is_an_error(pool: Pool) -> None:
    assert pool.invoke(b'{"large": 1}').error is not None


def test_handler_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    broken = Pool(function(tmp_path / "flow", "handler = 1 / 0"), 1, Surroundings("", None, tmp_path, {}))
    with pytest.raises(StartupError, match="ZeroDivisionError"):
        broken.warm()


def test_no_process_gets_free_in_time_is_an_error(pool: Pool) -> None:
    pool.limit = 0
    while pool._idle:
        pool._idle.pop()
    assert "Rate exceeded" in (pool.invoke(b"{}", patience_s=0.1).error or "")
