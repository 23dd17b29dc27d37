"""Signed webhooks of both platforms, and a deployment of receive_webhook in one process."""

import base64
import hashlib
import hmac
import importlib.util
import json
import logging
from pathlib import Path

from connector.settings.environment import Environment
from connector.settings.loading import load_sources
from connector.sync import aws
from tests.fakes.aws import Bucket, Queue, Vault

ROOT = Path(__file__).parents[3]
STORES = """\
salesforce:
  main: {host: "https://acme.my.salesforce.com", secret: connector/salesforce/main}
stores:
  shop: {platform: shopify, url: "https://acme.myshopify.com", salesforce: main, secret: connector/stores/shop}
  woo: {platform: woocommerce, url: "https://shop.example.com", salesforce: main, secret: connector/stores/woo}
"""
KEYS = {"shop": "shop-signing-key", "woo": "woo-signing-key"}
TOPICS = {"shop": "orders/create", "woo": "order.created"}
ORDERS = {"shop": {"id": 1001}, "woo": {"id": 1001, "total": "1.00"}}


def signature(key, body):
    return base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode()


def headers(store, body, key=None, topic=None):
    """The headers of a genuine delivery, as API Gateway spells them."""
    signed, topic = signature(key or KEYS[store], body), topic or TOPICS[store]
    if store == "shop":
        return {"x-shopify-topic": topic, "x-shopify-hmac-sha256": signed, "x-shopify-webhook-id": "w1"}
    return {"x-wc-webhook-topic": topic, "x-wc-webhook-signature": signed, "x-wc-webhook-delivery-id": "d1"}


def event(store, body, sent=None):
    """An API Gateway request, payload format 2.0."""
    return {
        "version": "2.0",
        "pathParameters": {"store": store},
        "headers": headers(store, body) if sent is None else sent,
        "requestContext": {"requestId": "r-1"},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


class Deployment:
    """receive_webhook with its queue, bucket and secrets."""

    def __init__(self, monkeypatch, folder):
        self.queue, self.bucket = Queue(), Bucket()
        self.vault = Vault(
            {
                "connector/stores/shop": {"client_secret": KEYS["shop"]},
                "connector/stores/woo": {"webhook_secret": KEYS["woo"]},
            }
        )
        self.clients = {"sqs": self.queue, "s3": self.bucket, "secretsmanager": self.vault}
        monkeypatch.setattr(aws, "client", lambda service: self.clients[service])
        self.environment = self._environment(folder)
        for name, value in self._variables(folder).items():
            monkeypatch.setenv(name, value)
        self.app = self._load()

    def post(self, store, body, sent=None):
        """The answer's status and message to a delivery."""
        return self.handle(event(store, body, sent))

    def handle(self, request):
        """The answer to a raw request."""
        answer = self.app.handler(request, None)
        return answer["statusCode"], json.loads(answer["body"])["message"]

    def changes(self):
        """What lies on the queue."""
        return [json.loads(message["body"]) for message in self.queue.waiting.values()]

    def _environment(self, folder):
        mappings = folder / "mappings"
        mappings.mkdir(parents=True)
        (folder / "stores.yaml").write_text(STORES)
        mapping = (ROOT / "layers/settings/mappings/order.yaml").read_text()
        (mappings / "order.yaml").write_text(mapping)
        (folder / "compiled.json").write_text(load_sources(folder).model_dump_json())
        return Environment.read(self._variables(folder))

    def _variables(self, folder):
        return {
            "POWERTOOLS_SERVICE_NAME": "receive_webhook",
            "CONNECTOR_SETTINGS_DIR": str(folder),
            "CONNECTOR_QUEUES": json.dumps({"orders_to_salesforce": "queue"}),
            "CONNECTOR_PAYLOAD_BUCKET": "bucket",
        }

    def _load(self):
        path = ROOT / "functions/receive_webhook/app.py"
        spec = importlib.util.spec_from_file_location("receive_webhook_app", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        # The logger keeps the standard output of its first use otherwise.
        for handler in module.logger.handlers:
            if isinstance(handler, logging.StreamHandler):
                handler.stream = _Printed()
        return module


class _Printed:
    """Standard output as it is when a line is written, so that pytest captures it."""

    def write(self, text):
        print(text, end="")

    def flush(self):
        """Nothing is held back."""
