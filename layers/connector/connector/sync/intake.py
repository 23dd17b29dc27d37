"""The receive path behind `receive_webhook`: request in, durable message out. Standard library and botocore only."""

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connector.settings.environment import Environment, read_compiled
from connector.storefronts.delivery import Delivery, Refused, accept
from connector.sync import aws
from connector.sync.changes import Change
from connector.sync.secrets import Secrets

INLINE_BYTES = 200_000
"""Larger messages leave their body in the payload bucket; SQS took 262,144 bytes, attributes included, for years."""

FLOWS: Mapping[str, str] = {"order": "orders_to_salesforce"}
"""Which flow takes an entity."""


@dataclass(frozen=True)
class Request:
    """An HTTP request as API Gateway passes it on (payload format 2.0)."""

    store: str
    headers: Mapping[str, str]
    body: bytes
    trace_id: str | None

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Request":
        """Raises `Refused` for a body that is not what its flag says."""
        body = event.get("body") or ""
        try:
            raw = (
                base64.b64decode(body, validate=True)
                if event.get("isBase64Encoded")
                else body.encode("utf-8")
            )
        except ValueError:
            raise Refused(400, "the body cannot be read") from None
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        store = (event.get("pathParameters") or {}).get("store", "")
        return cls(store, headers, raw, (event.get("requestContext") or {}).get("requestId"))


@dataclass(frozen=True)
class Route:
    """Which platform a store is on and where its secret lies."""

    store: str
    platform: str
    secret: str


class Intake:
    """Authenticates deliveries and puts them on their queue."""

    def __init__(
        self, environment: Environment, secrets: Secrets | None = None, sqs: Any = None, s3: Any = None
    ) -> None:
        self._environment = environment
        self._secrets = secrets or Secrets()
        self._sqs = sqs or aws.client("sqs")
        self._s3 = s3
        self._routes = _routes(read_compiled(environment.settings_dir))

    def authenticate(self, request: Request) -> Delivery | None:
        """The delivery, or None for a platform's greeting. Raises `Refused`."""
        route = self._routes.get(request.store)
        if route is None:
            raise Refused(404, "no store of this name is configured")
        try:
            return accept(route.platform, self._secrets.read(route.secret), request.headers, request.body)
        except Refused as refusal:
            renewed = self._secrets.renew(route.secret) if refusal.status == 401 else None
            if renewed is None:
                raise
            return accept(route.platform, renewed, request.headers, request.body)

    def enqueue(self, request: Request, delivery: Delivery, received_at: str) -> str:
        """Send the raw body to the flow that takes it; returns the message id. Returning means: it is durable."""
        change = Change(
            store=request.store,
            entity=delivery.entity,
            topic=delivery.topic,
            origin="webhook",
            received_at=received_at,
            headers=delivery.headers,
            payload=request.body.decode("utf-8"),
            trace_id=request.trace_id,
        )
        message = change.to_json()
        if len(message) > INLINE_BYTES:
            message = replace(change, payload=None, payload_key=self._store(request)).to_json()
        queue = self._environment.queues[FLOWS[delivery.entity]]
        message_id: str = self._sqs.send_message(QueueUrl=queue, MessageBody=message)["MessageId"]
        return message_id

    def _store(self, request: Request) -> str:
        key = f"webhooks/{request.store}/{uuid.uuid4()}.json"
        s3 = self._s3 or aws.client("s3")
        s3.put_object(Bucket=self._environment.payload_bucket, Key=key, Body=request.body)
        return key


def answer(status: int, message: str) -> dict[str, Any]:
    """An HTTP answer with a JSON body."""
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"message": message}),
    }


def _routes(compiled: Mapping[str, Any]) -> dict[str, Route]:
    stores = compiled["stores"]["stores"]
    return {name: Route(name, store["platform"], store["secret"]) for name, store in stores.items()}
