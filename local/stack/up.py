"""`./dev up`: runs the deployment until it is told to stop."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from local.stack.processes import StartupError
from local.stack.simulators import ROOT
from local.stack.stack import Options, Stack
from local.stack.tree import TemplateError

KEPT_LOGS = 10


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev up", description="Runs template.yaml on this machine.")
    parser.add_argument("--port", type=int, default=0, help="the API's port; by default a free one")
    parser.add_argument(
        "--settings", type=Path, help="a folder instead of layers/settings; may hold secrets.yaml"
    )
    parser.add_argument("--data", type=Path, help="a folder that keeps the state between runs")
    parser.add_argument(
        "--salesforce", metavar="URL", help="another Salesforce host instead of the simulator"
    )
    parser.add_argument("--time-scale", type=float, default=0.02, help="multiplies waits; default 0.02")
    parser.add_argument(
        "--logs", type=Path, help="a folder for logs; by default DATA/logs or one under .dev/logs"
    )
    parser.add_argument("--template", type=Path, default=ROOT / "template.yaml", help="another template")
    return parser.parse_args(arguments)


def log_folder(wanted: Path | None, data: Path | None) -> Path:
    """The wanted one, DATA/logs, or a new folder under .dev/logs beside those of the last runs."""
    if wanted is not None:
        folder = wanted
    elif data is not None:
        folder = data / "logs"
    else:
        base = ROOT / ".dev" / "logs"
        for old in sorted(base.glob("*"))[:-KEPT_LOGS]:
            shutil.rmtree(old, ignore_errors=True)
        folder = base / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def say(message: str) -> None:
    print(f"up: {message}", file=sys.stderr, flush=True)


def run(stack: Stack) -> int:
    """Runs until a signal comes or a service ends by itself; the exit code tells which."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    started = time.monotonic()
    say(f"starting; logs are in {stack.options.logs}")
    try:
        addresses = stack.start()
        print(json.dumps(addresses), flush=True)
        say(f"ready after {time.monotonic() - started:.1f} s")
        while not stopping.wait(0.5):
            ended = stack.ended_child()
            if ended is not None:
                say(f"{ended.name} ended by itself:\n{ended.last_words()}")
                return 1
    except (StartupError, TemplateError) as problem:
        say(str(problem))
        return 1
    finally:
        stack.stop()
        say("stopped")
    return 0


def main(arguments: Sequence[str]) -> int:
    parsed = parse(arguments)
    data: Path | None = parsed.data.resolve() if parsed.data else None
    with tempfile.TemporaryDirectory(prefix="connector-") as work:
        options = Options(
            template=parsed.template.resolve(),
            settings=parsed.settings.resolve() if parsed.settings else None,
            work=Path(work),
            logs=log_folder(parsed.logs, data),
            port=parsed.port,
            data=data,
            salesforce=parsed.salesforce,
            aws=os.environ.get("LOCAL_AWS_URL"),
            time_scale=parsed.time_scale,
        )
        return run(Stack(options))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
