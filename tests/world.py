"""The whole path in one process: receive, queue, orders flow, Salesforce simulator; AWS from tests/fakes.

Every external call of the code under test passes `World.gate`, which tests replace to crash, fail or interleave.
"""

import base64
import hashlib
import hmac
import importlib.util
import json
import time
from concurrent.futures import Executor, Future
from pathlib import Path
from types import SimpleNamespace

import requests
from requests.adapters import BaseAdapter

from connector.settings.environment import Environment
from connector.settings.loading import load_sources
from local.salesforce.simulator import PACKAGE, Simulator
from tests.fakes.aws import Bucket, Queue, Tables, Vault

ROOT = Path(__file__).parent.parent
CREDENTIALS = {"client_id": "consumer-key", "client_secret": "consumer-secret"}
SECRETS = {
    "connector/salesforce/main": CREDENTIALS,
    "connector/stores/shop": {"client_secret": "shop-secret"},
    "connector/stores/woo": {"webhook_secret": "woo-secret"},
}
STORES = """
salesforce:
  main: {host: "https://acme.my.salesforce.com", secret: connector/salesforce/main}
stores:
  shop: {platform: shopify, url: "https://acme.myshopify.com", salesforce: main, secret: connector/stores/shop%s}
  woo: {platform: woocommerce, url: "https://shop.example.com", salesforce: main, secret: connector/stores/woo%s}
"""


class Crash(BaseException):
    """The process ends here; nothing catches it."""


class Serial(Executor):
    """Runs what is submitted at once, so that external calls have one order."""

    def submit(self, function, /, *args, **kwargs):
        future = Future()
        future.set_result(function(*args, **kwargs))
        return future

    def map(self, function, *iterables, timeout=None, chunksize=1):
        return iter([function(*arguments) for arguments in zip(*iterables, strict=True)])


class Gated:
    """A client whose calls pass a gate first."""

    def __init__(self, name, target, world):
        self._name, self._target, self._world = name, target, world

    def __getattr__(self, method):
        call = getattr(self._target, method)

        def gated(**arguments):
            return self._world.pass_gate(f"{self._name}.{method}", lambda: call(**arguments))

        return gated


class SimulatorAdapter(BaseAdapter):
    """Carries requests to a Salesforce simulator in this process."""

    def __init__(self, world):
        super().__init__()
        self._world = world

    def send(self, request, **kwargs):
        path = request.path_url
        return self._world.pass_gate(f"salesforce{path.split('?')[0]}", lambda: self._deliver(request, path))

    def _deliver(self, request, path):
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        answer = self._world.simulator.handle(
            request.method, path, {"Host": "acme.my.salesforce.com", **request.headers}, body
        )
        if answer.after == "hang":
            raise requests.ReadTimeout("no answer in time")
        if answer.after == "reset":
            raise requests.ConnectionError("connection reset")
        response = requests.Response()
        response.status_code, response._content, response.url = answer.status, answer.body, request.url
        response.headers.update(answer.headers)
        response.request = request
        return response

    def close(self):
        pass


class World:
    """One deployment with two stores. `batch` runs the orders flow on chosen messages."""

    def __init__(
        self,
        monkeypatch,
        tmp_path,
        store_options="",
        switches=None,
        stores=None,
        secrets=None,
        mapping=None,
        package=PACKAGE,
    ):
        self.clock = time.time()
        self.gate = lambda name, call: call()
        self.simulator = Simulator([CREDENTIALS], switches=switches, package=package)
        self.tables = Tables({"records": ("pk", "sk"), "parked": ("pk", "sk"), "cursors": ("pk",)})
        self.queue, self.bucket = Queue(), Bucket()
        self.vault = Vault({**SECRETS, **(secrets or {})})
        self.settings = self._compile(tmp_path, stores or STORES % (store_options, store_options), mapping)
        self._patch(monkeypatch)
        self.environment = Environment(
            flow="orders_to_salesforce",
            settings_dir=self.settings,
            queues={"orders_to_salesforce": "queue"},
            records_table="records",
            parked_table="parked",
            cursors_table="cursors",
            payload_bucket="bucket",
        )
        self._invocations = 0
        self.start_container()

    def pass_gate(self, name, call):
        return self.gate(name, call)

    def start_container(self):
        """A cold start of the orders flow: nothing remembered but what is stored."""
        from connector.sync.flow import Flow

        self.flow = Flow(self.environment)
        self.flow.orgs._now = lambda: self.clock

    def deliver(self, store, topic, order, secret=None):
        """Post a signed webhook to receive_webhook; returns the HTTP status and answer."""
        body = json.dumps(order).encode()
        headers = sign(store, topic, body, secret or self.vault.secrets[f"connector/stores/{store}"])
        return self.post(store, headers, body)

    def post(self, store, headers, body):
        """Post a webhook as it stands."""
        from connector.storefronts.delivery import Refused
        from connector.sync.intake import Intake, Request

        encoded = base64.b64encode(body).decode()
        event = {
            "pathParameters": {"store": store},
            "headers": headers,
            "body": encoded,
            "isBase64Encoded": True,
        }
        intake = Intake(self.environment)
        try:
            request = Request.of(event)
            delivery = intake.authenticate(request)
        except Refused as refusal:
            return refusal.status, refusal.message
        if delivery is not None:
            intake.enqueue(request, delivery, "2026-11-20T12:00:00+00:00")
        return 200, "accepted"

    def batch(self, ids=None, flow=None):
        """Run one invocation on the messages (all waiting ones by default); a crash gives them all back."""
        event = self.queue.take(sorted(self.queue.waiting, key=lambda i: int(i[1:])) if ids is None else ids)
        try:
            failed = {
                entry["itemIdentifier"]
                for entry in self.invoke(event, flow or self.flow)["batchItemFailures"]
            }
        except BaseException:
            self.queue.give_back(event)
            raise
        self.queue.give_back(event, failed)
        return failed

    def invoke(self, event, flow):
        from connector.sync import invocation

        self._invocations += 1
        context = SimpleNamespace(
            aws_request_id=f"request-{self._invocations}", get_remaining_time_in_millis=lambda: 60_000
        )
        batch = invocation.open_batch(flow, context)
        return run_steps(batch, flow, event)

    def drain(self, rounds=60):
        """Run batches, letting time pass in between, until no message waits."""
        for _ in range(rounds):
            if not self.queue.waiting:
                return
            self.batch()
            self.clock += 120
        raise AssertionError(f"messages still wait: {list(self.queue.waiting.values())[:2]}")

    def rows(self, object_name):
        """All rows of an object in Salesforce."""
        answer = self.simulator.handle("GET", f"/_records/{object_name}", {}, b"")
        content = json.loads(answer.body)
        return content["records"] if isinstance(content, dict) else content

    def delete(self, object_name, key):
        """An administrator deletes a row, with its children, in Salesforce."""
        world = self.simulator.world
        row = next(row for row in self.rows(object_name) if row["Storefront_Key__c"] == key)
        for child in ("OrderItem", "Order") if object_name == "Order" else (object_name,):
            for one in list(world.store.rows(child)):
                if row["Id"] in (one["Id"], one.get("OrderId")):
                    world.store.put(child, {**one, "IsDeleted": True})

    def parked(self):
        """All entries of the error desk that are not resolved, as plain dicts."""
        entries = [
            {k: next(iter(v.values())) for k, v in i.items()} for i in self.tables.items["parked"].values()
        ]
        return [entry for entry in entries if "resolved_at" not in entry]

    def _compile(self, tmp_path, stores, mapping):
        source = tmp_path / "settings"
        (source / "mappings").mkdir(parents=True, exist_ok=True)
        (source / "stores.yaml").write_text(stores)
        mapping = mapping or ROOT / "layers/settings/mappings/order.yaml"
        (source / "mappings/order.yaml").write_text(mapping.read_text())
        settings = load_sources(source)
        (source / "compiled.json").write_text(settings.model_dump_json())
        return source

    def _patch(self, monkeypatch):
        from connector.salesforce import session
        from connector.sync import aws, invocation

        clients = {
            "dynamodb": Gated("dynamodb", self.tables, self),
            "sqs": Gated("sqs", self.queue, self),
            "s3": Gated("s3", self.bucket, self),
            "secretsmanager": Gated("secretsmanager", self.vault, self),
        }
        monkeypatch.setattr(aws, "client", clients.__getitem__)
        monkeypatch.setattr(invocation, "_pool", Serial)
        monkeypatch.setattr(invocation.time, "time", lambda: self.clock)

        def http_session():
            http = requests.Session()
            http.mount("https://", SimulatorAdapter(self))
            return http

        monkeypatch.setattr(session, "_http_session", http_session)


def run_steps(batch, flow, event):
    """The steps of functions/orders_to_salesforce/app.py, taken from its own handler."""
    module = _orders_app()
    module.flow, module.open_batch = flow, lambda *_: batch
    return module.handler.__wrapped__(event, None)


def _orders_app():
    path = ROOT / "functions/orders_to_salesforce/app.py"
    source = path.read_text().replace("flow = Flow(Environment.read())", "flow = None")
    spec = importlib.util.spec_from_loader("orders_app", loader=None)
    module = importlib.util.module_from_spec(spec)
    exec(compile(source, str(path), "exec"), module.__dict__)
    return module


def sign(store, topic, body, secret):
    """The headers of a genuine delivery."""
    key = str(secret.get("client_secret") or secret["webhook_secret"]).encode()
    signature = base64.b64encode(hmac.digest(key, body, hashlib.sha256)).decode()
    if "client_secret" in secret:
        return {
            "content-type": "application/json",
            "x-shopify-topic": topic,
            "x-shopify-hmac-sha256": signature,
            "x-shopify-shop-domain": "acme.myshopify.com",
            "x-shopify-webhook-id": "b1f2",
        }
    return {
        "content-type": "application/json",
        "x-wc-webhook-topic": topic,
        "x-wc-webhook-signature": signature,
        "x-wc-webhook-source": "https://shop.example.com/",
        "x-wc-webhook-delivery-id": "d1",
    }
