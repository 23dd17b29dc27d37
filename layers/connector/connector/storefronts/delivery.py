"""From a webhook request to an authentic delivery: signature, topic, shape. Standard library only.

Each platform's `webhook.py` holds what differs; the order of the steps is the same for all and stands here:
known topic only after a verified signature, body looked into only after both.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from connector.storefronts.shape import Malformed, Required, Shape, check, read_json
from connector.storefronts.shopify import webhook as shopify
from connector.storefronts.woocommerce import webhook as woocommerce

MAX_BODY = 5_000_000
"""Bytes. Storefronts stop at 1,000,000 (Shopify); a Lambda request ends at 6 MB."""


@dataclass(frozen=True)
class Delivery:
    """An authentic webhook: which entity it is about, its topic and the headers that its adapter wants."""

    entity: str
    topic: str
    headers: dict[str, str]


class Refused(Exception):
    """A request that is answered 4xx and not stored; the message is for the sender."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class WebhookPort(Protocol):
    """What a platform's `webhook.py` offers."""

    @property
    def KEPT_HEADERS(self) -> Sequence[str]:  # noqa: N802 - the constants of a module
        """The headers that the adapter wants to see again."""

    @property
    def ENTITIES(self) -> Mapping[str, str]:  # noqa: N802
        """Topic to entity, for all topics that a flow takes."""

    @property
    def SHAPES(self) -> Mapping[str, Shape]:  # noqa: N802
        """Topic to the shape of its body."""

    def is_ping(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether this is the platform's unsigned greeting, exactly; it is answered 200 and forgotten."""

    def signature(self, headers: Mapping[str, str]) -> str:
        """The signature header's text; empty if there is none."""

    def signing_keys(self, secret: Mapping[str, object]) -> list[bytes]:
        """The keys that may have signed; several during a rotation."""

    def topic(self, headers: Mapping[str, str]) -> str:
        """The platform's own name of what happened."""


PLATFORMS: Mapping[str, WebhookPort] = {"shopify": shopify, "woocommerce": woocommerce}


def accept(
    platform: str, secret: Mapping[str, object], headers: Mapping[str, str], body: bytes
) -> Delivery | None:
    """The delivery in a request, or None for a ping; raises `Refused`. `headers` have lower-case names."""
    port = PLATFORMS[platform]
    if len(body) > MAX_BODY:
        raise Refused(413, f"the body is larger than {MAX_BODY} bytes")
    if port.is_ping(headers, body):
        return None
    if not _authentic(port.signature(headers), port.signing_keys(secret), body):
        raise Refused(401, "the signature is missing or does not match this store's webhook secret")
    topic = port.topic(headers)
    entity = port.ENTITIES.get(topic)
    if entity is None:
        raise Refused(404, f"no flow takes this topic; remove the webhook or subscribe to {_known(port)}")
    try:
        check(read_json(body), Required(port.SHAPES[topic]))
    except Malformed as error:
        raise Refused(400, str(error)) from None
    kept = {name: headers[name] for name in port.KEPT_HEADERS if name in headers}
    return Delivery(entity, topic, kept)


def _authentic(signature: str, keys: Sequence[bytes], body: bytes) -> bool:
    given = signature.encode("utf-8", "replace")
    matches = False
    for key in keys:
        expected = base64.b64encode(hmac.digest(key, body, hashlib.sha256))
        matches |= hmac.compare_digest(expected, given)
    return matches


def _known(port: WebhookPort) -> str:
    return ", ".join(sorted(port.ENTITIES))
