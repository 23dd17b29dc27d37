"""The whole path's CPU per order over that of its unavoidable calls, both measured in this process in the same run.

The functions run here, in process, against the stack's AWS and Salesforce; both are other processes, so their work is
not counted. Unavoidable are: the HMAC, one SQS send, the JSON of order and request, the conditional DynamoDB writes
(as many as the path made) and the share of one HTTP post with the same body.
"""

import hashlib
import hmac
import importlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

import requests

from connector.settings.compile import compile_settings
from local.bench.orders import bench_order, signed_event
from local.stack.aws import CREDENTIALS
from local.stack.names import REGION
from local.stack.running import RunningStack

ROOT = Path(__file__).parents[2]
STORE = "acme-eu"
ROUNDS = {1: 30, 10: 10, 100: 4}
"""How often a batch is measured, by its size."""


class PathBench:
    """Benchmarks against one running stack. Its queue is the bench's own, so the stack's workers see nothing."""

    def __init__(self, stack: RunningStack, say: Callable[[str], None]) -> None:
        self._stack, self._say = stack, say
        self._folder = tempfile.TemporaryDirectory()
        compile_settings(ROOT / "layers" / "settings", Path(self._folder.name))
        self._queue = stack.aws_calls.sqs.create_queue(QueueName="bench")["QueueUrl"]
        secret = stack.aws_calls.secret(f"connector/stores/{STORE}")
        assert secret is not None
        self._key = str(json.loads(secret)["client_secret"]).encode()
        os.environ |= self._environment()
        self._receive = _load_app("receive_webhook")
        self._orders = _load_app("orders_to_salesforce")
        self._next = 1
        self._request = 0

    def receive_warm_cpu_ms(self, count: int = 200) -> float:
        """Median CPU milliseconds of one accepted webhook in a warm container."""
        events = [signed_event(STORE, self._key, order) for order in self._place(count + 20)]
        for event in events[:20]:
            self._receive.handler(event, None)
        self._take(20)
        times = [_cpu(lambda event=event: self._receive.handler(event, None)) for event in events[20:]]  # type: ignore[misc]
        self._take(count)
        self._say(f"a warm webhook takes {statistics.median(times) * 1000:.2f} ms of CPU")
        return round(statistics.median(times) * 1000, 3)

    def path_against_bare(self, batch: int) -> tuple[float, float]:
        """Salesforce calls per order, and the path's CPU per order over that of the bare calls."""
        self._run_path(self._events(batch))  # products and price book exist from here on
        ratios, calls = [], []
        for number in range(ROUNDS[batch]):
            events = self._events(batch)
            before = self._salesforce_calls()
            with Recorder(self._orders) as recorder:
                path = self._run_path(events)
            calls.append((self._salesforce_calls() - before) / batch)
            bare = self._run_bare(events, recorder)
            ratios.append(path / bare)
            if number == 0:
                self._say(
                    f"  {recorder.writes / batch:.1f} conditional writes an order; path {path / batch * 1000:.2f} ms, "
                    f"bare {bare / batch * 1000:.2f} ms of CPU an order"
                )
        return round(statistics.median(calls), 4), round(statistics.median(ratios), 3)

    def growth(self) -> dict[str, float]:
        """CPU and calls of 10,000 orders over ten times those of 1,000."""
        small_cpu, small_calls = self._many(1_000)
        large_cpu, large_calls = self._many(10_000)
        return {
            "cpu": round(large_cpu / (10 * small_cpu), 3),
            "calls": round(large_calls / (10 * small_calls), 3),
        }

    def _many(self, orders: int) -> tuple[float, int]:
        cpu, before = 0.0, self._salesforce_calls()
        for start in range(0, orders, 100):
            cpu += self._run_path(self._events(100))
            if (start + 100) % 1_000 == 0:
                self._say(f"  {start + 100} of {orders} orders")
        return cpu, self._salesforce_calls() - before

    def _run_path(self, events: Sequence[dict[str, Any]]) -> float:
        """CPU seconds of receiving all events and writing them as one batch."""
        started = time.process_time()
        for event in events:
            answer = self._receive.handler(event, None)
            assert answer["statusCode"] == 200, answer
        spent = time.process_time() - started
        sqs_event = self._take(len(events))
        started = time.process_time()
        answer = self._orders.handler(sqs_event, self._context())
        spent += time.process_time() - started
        assert answer == {"batchItemFailures": []}, answer
        return spent

    def _run_bare(self, events: Sequence[dict[str, Any]], recorder: "Recorder") -> float:
        """CPU seconds of the unavoidable calls for the same events."""
        from connector.sync import aws

        sqs, dynamodb = aws.client("sqs"), aws.client("dynamodb")
        table, session = os.environ["CONNECTOR_RECORDS_TABLE"], requests.Session()
        bodies = [event["body"] for event in events]
        started = time.process_time()
        for body in bodies:
            hmac.compare_digest(hmac.digest(self._key, body.encode(), hashlib.sha256), b"0" * 32)
            json.loads(body)
            sqs.send_message(QueueUrl=self._queue, MessageBody=json.dumps({"payload": body}))
        for number in range(recorder.writes):
            dynamodb.update_item(
                TableName=table,
                Key={"pk": {"S": "bench#bare"}, "sk": {"S": str(number)}},
                UpdateExpression="SET moment = :moment, digest = :digest",
                ConditionExpression="attribute_not_exists(lease)",
                ExpressionAttributeValues={
                    ":moment": {"S": "2026-11-20T09:00:00Z"},
                    ":digest": {"S": "0" * 32},
                },
            )
        for method, path, content in recorder.requests:
            url = f"{self._stack.salesforce}/services/data/v66.0/{path}"
            data = None if content is None else json.dumps(json.loads(content))
            session.request(method, url, data=data, headers=recorder.headers, timeout=60).json()
        spent = time.process_time() - started
        self._take(len(events))
        return spent

    def _events(self, count: int) -> list[dict[str, Any]]:
        return [signed_event(STORE, self._key, order) for order in self._place(count)]

    def _place(self, count: int) -> Iterator[dict[str, Any]]:
        for _ in range(count):
            at = datetime(2026, 11, 20, 9, tzinfo=UTC) + timedelta(seconds=self._next)
            yield bench_order(Random(self._next), 10_000_000 + self._next, at)  # noqa: S311 - invents orders
            self._next += 1

    def _take(self, count: int) -> dict[str, Any]:
        """The messages of the bench's queue as Lambda's event."""
        records: list[dict[str, Any]] = []
        calls = self._stack.aws_calls
        while len(records) < count:
            messages = calls.sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get(
                "Messages", []
            )
            handles = [{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(messages)]
            calls.sqs.delete_message_batch(QueueUrl=self._queue, Entries=handles)
            records += [
                {
                    "messageId": message["MessageId"],
                    "body": message["Body"],
                    "attributes": {"ApproximateReceiveCount": "1"},
                    "messageAttributes": {},
                }
                for message in messages
            ]
        return {"Records": records}

    def _context(self) -> SimpleNamespace:
        self._request += 1
        return SimpleNamespace(
            aws_request_id=f"bench-{self._request}",
            get_remaining_time_in_millis=lambda: 60_000,
            function_name="orders_to_salesforce",
            memory_limit_in_mb=1024,
            invoked_function_arn="arn:aws:lambda:local:0:function:orders_to_salesforce",
        )

    def _salesforce_calls(self) -> int:
        paths = requests.get(f"{self._stack.salesforce}/_calls", timeout=30).json()["paths"]
        return sum(count for path, count in paths.items() if path.startswith("/services/data/"))

    def _environment(self) -> dict[str, str]:
        names = self._stack.aws_calls.dynamodb.list_tables()["TableNames"]
        tables = {
            part: next(n for n in names if n.endswith(f"-{part}"))
            for part in ("records", "parked", "cursors")
        }
        return {
            **CREDENTIALS,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self._stack.aws,
            "POWERTOOLS_SERVICE_NAME": "orders_to_salesforce",
            "POWERTOOLS_METRICS_NAMESPACE": "StorefrontConnector",
            "POWERTOOLS_TRACE_DISABLED": "true",
            "CONNECTOR_SETTINGS_DIR": self._folder.name,
            "CONNECTOR_QUEUES": json.dumps({"orders_to_salesforce": self._queue}),
            "CONNECTOR_SALESFORCE_URL": self._stack.salesforce,
            "CONNECTOR_PAYLOAD_BUCKET": "bench",
            **{f"CONNECTOR_{part.upper()}_TABLE": name for part, name in tables.items()},
        }


class Recorder:
    """Counts the path's conditional writes and keeps its requests to Salesforce, outside of what is measured."""

    def __init__(self, orders_app: ModuleType) -> None:
        self._flow = orders_app.flow
        self.writes = 0
        self.requests: list[tuple[str, str, str | None]] = []
        self.headers: dict[str, str] = {}

    def __enter__(self) -> "Recorder":
        from connector.salesforce.session import Session
        from connector.sync import aws

        dynamodb = aws.client("dynamodb")
        self._session_class, self._send, self._dynamodb = Session, Session._send, dynamodb
        update, send = dynamodb.update_item, Session._send

        def counted(**arguments: Any) -> Any:
            self.writes += 1
            return update(**arguments)

        def kept(
            session: Any, salesforce: Any, method: str, path: str, data: str | None, headers: Any
        ) -> object:
            self.requests.append((method, path, data))
            self.headers = dict(salesforce.headers)
            return send(session, salesforce, method, path, data, headers)

        dynamodb.update_item = counted
        setattr(Session, "_send", kept)  # noqa: B010 - mypy rightly minds replacing a method
        return self

    def __exit__(self, *_: object) -> None:
        del self._dynamodb.update_item
        setattr(self._session_class, "_send", self._send)  # noqa: B010


def _load_app(flow: str) -> ModuleType:
    """A function's app.py, as Lambda imports it. Logs and metrics are made, then thrown away."""
    folder = str(ROOT / "functions" / flow)
    sys.path.insert(0, folder)
    os.environ["POWERTOOLS_SERVICE_NAME"] = flow
    try:
        module = importlib.import_module("app")
    finally:
        sys.path.remove(folder)
        del sys.modules["app"]
    return module


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
