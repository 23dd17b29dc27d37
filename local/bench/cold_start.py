"""Cold import and init of receive_webhook over those of a bare botocore SQS client, in interleaved fresh processes."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from connector.settings.compile import compile_settings

ROOT = Path(__file__).parents[2]
RUNS = 15

_CLOCK = "import time; started = time.process_time(); {work}; print(time.process_time() - started)"
_RECEIVE = "import importlib; importlib.import_module('app')"
_BARE = "import botocore.session; botocore.session.get_session().create_client('sqs')"


def measure_cold_start(say: Callable[[str], None]) -> float:
    """The ratio of the medians of CPU time. Both sides read bytecode, as the layers ship it."""
    with tempfile.TemporaryDirectory() as folder:
        compile_settings(ROOT / "layers" / "settings", Path(folder))
        environment = _environment(Path(folder))
        times: dict[str, list[float]] = {_RECEIVE: [], _BARE: []}
        for work in times:
            _run(work, environment)  # writes the bytecode
        for _ in range(RUNS):
            for work, found in times.items():
                found.append(_run(work, environment))
    receive, bare = (statistics.median(found) for found in times.values())
    say(f"receive_webhook {receive * 1000:.0f} ms, bare client {bare * 1000:.0f} ms (medians of {RUNS})")
    return round(receive / bare, 3)


def _run(work: str, environment: dict[str, str]) -> float:
    command = [sys.executable, "-c", _CLOCK.format(work=work)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def _environment(settings: Path) -> dict[str, str]:
    paths = [ROOT / "functions" / "receive_webhook", ROOT / "layers" / "connector"]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "POWERTOOLS_SERVICE_NAME": "receive_webhook",
        "POWERTOOLS_METRICS_NAMESPACE": "StorefrontConnector",
        "CONNECTOR_SETTINGS_DIR": str(settings),
        "CONNECTOR_QUEUES": json.dumps({"orders_to_salesforce": "http://127.0.0.1:1/queue"}),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
