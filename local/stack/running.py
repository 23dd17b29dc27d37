"""A laptop stack in a process of its own, for the demo, benchmarks and tests."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.stack.aws import Aws
from local.stack.processes import Child, StartupError, start_announced
from local.stack.simulators import own_environment

STOP_S = 15


@dataclass(frozen=True)
class RunningStack:
    """Addresses of a stack that is ready; `aws_calls` reaches its queues, tables and secrets."""

    api: str
    salesforce: str
    storefronts: Mapping[str, str]
    aws: str
    aws_calls: Aws
    child: Child
    logs: Path


@contextmanager
def running_stack(arguments: Sequence[str] = (), patience_s: float = 120) -> Iterator[RunningStack]:
    """Starts `./dev up` with these arguments and stops it at the end; raises StartupError with its last lines."""
    with tempfile.TemporaryDirectory(prefix="connector-stack-") as folder:
        logs = Path(folder) / "logs"
        logs.mkdir()
        command = [sys.executable, "-m", "local.stack.up", "--logs", str(logs), *arguments]
        child, ready = start_announced("stack", command, own_environment(), logs / "stack.log", patience_s)
        calls = Aws(address(ready, "aws"))
        try:
            yield RunningStack(
                api=address(ready, "api"),
                salesforce=address(ready, "salesforce"),
                storefronts=storefronts(ready),
                aws=calls.url,
                aws_calls=calls,
                child=child,
                logs=logs,
            )
        finally:
            calls.close()
            child.stop(STOP_S)


def address(ready: Mapping[str, object], part: str) -> str:
    """A part's URL, empty when the stack has no such part."""
    value = ready[part]
    if value is None:
        return ""
    if not isinstance(value, str):
        raise StartupError(f"the stack announced {part} as {value!r}")
    return value


def storefronts(ready: Mapping[str, object]) -> dict[str, str]:
    value = ready["storefronts"]
    if not isinstance(value, dict):
        raise StartupError(f"the stack announced its storefronts as {value!r}")
    return {str(store): str(url) for store, url in value.items()}
