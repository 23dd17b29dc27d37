"""The laptop stack starts whole, stops whole, keeps its state when asked, and says why it cannot start."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from local.stack.processes import StartupError
from local.stack.running import RunningStack, running_stack
from local.stack.simulators import own_environment

TEMPLATE = Path(__file__).parent / "tiny" / "template.yaml"
TINY = ["--template", str(TEMPLATE)]
reads_proc = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


def listening(url: str) -> bool:
    try:
        requests.get(url, timeout=2)
    except requests.ConnectionError:
        return False
    return True


def processes_of(marker: str) -> set[int]:
    """Ids of the running processes that carry the marker in their environment (Linux)."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes()
            zombie = ") Z" in (folder / "stat").read_text()
        except OSError:
            continue
        if marker.encode() in variables and not zombie:
            found.add(int(folder.name))
    return found - {os.getpid()}


def gone(marker: str, patience_s: float = 5) -> bool:
    until = time.monotonic() + patience_s
    while processes_of(marker):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def start(logs: Path, marker: str, **variables: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """A stack whose every process carries the marker: functions by PATH, the others by the environment."""
    environment = {**own_environment(), **variables, "PATH": f"{os.environ['PATH']}:/{marker}"}
    command = [sys.executable, "-m", "local.stack.up", "--logs", str(logs), *TINY]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


@reads_proc
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_signal_ends_every_process_soon(tmp_path: Path, number: signal.Signals) -> None:
    marker = f"stack-marker-{os.getpid()}-{number}"
    process, addresses = start(tmp_path, marker)
    assert len(processes_of(marker)) >= 4  # the stack, the embedded AWS, two functions
    asked = time.monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert time.monotonic() - asked < 5
    assert process.returncode == 0, errors
    assert processes_of(marker) == set()
    assert not listening(addresses["api"])


@reads_proc
@pytest.mark.parametrize("tether", ["kernel", "guard"])
def test_killed_stack_leaves_no_orphans(tmp_path: Path, tether: str) -> None:
    marker = f"stack-marker-{os.getpid()}-{tether}"
    process, _ = start(tmp_path, marker, LOCAL_TETHER=tether)
    process.kill()
    process.communicate(timeout=20)
    assert gone(marker), processes_of(marker)


def test_stdout_holds_one_line_of_json_and_nothing_else(tmp_path: Path) -> None:
    process, addresses = start(tmp_path, "one-line")
    assert set(addresses) == {"api", "salesforce", "storefronts", "aws"}
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=20)
    assert rest == ""


def test_kept_state_is_there_in_the_next_run(tmp_path: Path) -> None:
    arguments = [*TINY, "--data", str(tmp_path / "data")]
    with running_stack(arguments) as first:
        first.aws_calls.dynamodb.put_item(TableName="local-seen", Item={"pk": {"S": "kept"}})
        dead = first.aws_calls.sqs.get_queue_url(QueueName="local-DeadLetterQueue")["QueueUrl"]
        first.aws_calls.sqs.send_message(QueueUrl=dead, MessageBody="kept")
    with running_stack(arguments) as second:
        assert "Item" in second.aws_calls.dynamodb.get_item(TableName="local-seen", Key={"pk": {"S": "kept"}})
        dead = second.aws_calls.sqs.get_queue_url(QueueName="local-DeadLetterQueue")["QueueUrl"]
        assert [message.body for message in second.aws_calls.receive(dead, 10, 1)] == ["kept"]
        sent = requests.post(
            f"{second.api}/echo/send", data="again", headers={"Content-Type": "text/plain"}, timeout=30
        )
        assert sent.status_code == 200


def in_flight(stack: RunningStack, url: str) -> int:
    name = "ApproximateNumberOfMessagesNotVisible"
    answer = stack.aws_calls.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return int(answer["Attributes"][name])


def test_message_under_way_at_the_stop_is_delivered_in_the_next_run(tmp_path: Path) -> None:
    arguments = [*TINY, "--data", str(tmp_path / "data")]
    with running_stack(arguments) as first:
        url = first.aws_calls.sqs.get_queue_url(QueueName="local-WorkQueue")["QueueUrl"]
        first.aws_calls.sqs.send_message(QueueUrl=url, MessageBody="under-way")
        while in_flight(first, url) != 1:  # until it is in the batching window
            time.sleep(0.02)
    with running_stack(arguments) as second:
        until = time.monotonic() + 15
        bodies: set[str] = set()
        while "under-way" not in bodies and time.monotonic() < until:
            items = second.aws_calls.dynamodb.scan(TableName="local-seen")["Items"]
            bodies = {item["pk"]["S"].partition("#")[0] for item in items}
            time.sleep(0.1)
        assert "under-way" in bodies


def test_function_that_cannot_be_loaded_stops_the_start_with_its_reason(tmp_path: Path) -> None:
    broken = tmp_path / "functions" / "broken"
    broken.mkdir(parents=True)
    (broken / "app.py").write_text("import nothing_of_that_name\n")
    template = tmp_path / "template.yaml"
    template.write_text(
        "Resources:\n  Broken:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {CodeUri: functions/broken, Handler: app.handler}\n"
    )
    with (
        pytest.raises(StartupError, match="nothing_of_that_name"),
        running_stack(["--template", str(template)]),
    ):
        pass


def test_resource_that_cannot_be_run_here_is_named(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Resources:\n  Cluster:\n    Type: AWS::ECS::Cluster\n")
    with (
        pytest.raises(StartupError, match=r"Cluster.*AWS::ECS::Cluster"),
        running_stack(["--template", str(template)]),
    ):
        pass
