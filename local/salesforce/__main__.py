"""Run the simulator: `python -m local.salesforce --port 8080`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
import time
from pathlib import Path

from local.salesforce.server import serve
from local.salesforce.simulator import PACKAGE, PERMISSION_SET, Simulator
from local.salesforce.switches import Switches

_SAVE_EVERY = 2.0
_WORK_EVERY = 0.2


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m local.salesforce", description="A simulated Salesforce org."
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--data", type=Path, help="file that keeps the records between runs")
    parser.add_argument(
        "--credentials",
        type=Path,
        help="JSON list of {client_id, client_secret} or {client_id, username, private_key}",
    )
    parser.add_argument(
        "--settings", type=Path, help="JSON object of switches, as POST /_settings takes them"
    )
    parser.add_argument(
        "--package",
        type=Path,
        default=PACKAGE,
        help="the Salesforce source; default: salesforce/ of this project",
    )
    parser.add_argument(
        "--permission-set",
        default=PERMISSION_SET,
        help="name prefix of the user's permission sets; '' grants all",
    )
    return parser.parse_args()


def _simulator(arguments: argparse.Namespace) -> Simulator:
    credentials = json.loads(arguments.credentials.read_text("utf-8")) if arguments.credentials else []
    wanted = json.loads(arguments.settings.read_text("utf-8")) if arguments.settings else {}
    return Simulator(
        credentials, package=arguments.package, permission_set=arguments.permission_set,
        switches=Switches().changed(wanted), data=arguments.data,
    )  # fmt: skip


def _work(simulator: Simulator, stop: threading.Event) -> None:
    """Keep bulk jobs and event deliveries going."""
    while not stop.wait(_WORK_EVERY):
        simulator.work()


def main() -> None:
    """Serve until SIGTERM or SIGINT; print one line of JSON when ready."""
    arguments = _arguments()
    simulator = _simulator(arguments)
    server = serve(simulator, arguments.port)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    threading.Thread(target=_work, args=(simulator, stop), daemon=True).start()
    sys.stdout.write(json.dumps({"salesforce": f"http://127.0.0.1:{server.server_address[1]}"}) + "\n")
    sys.stdout.flush()
    pause = _SAVE_EVERY
    while not stop.wait(pause):
        # A large org takes long to write: never spend more than a twentieth of the time on it.
        started = time.monotonic()
        simulator.save()
        pause = max(_SAVE_EVERY, 20 * (time.monotonic() - started))
    server.shutdown()
    simulator.save()


if __name__ == "__main__":
    main()
