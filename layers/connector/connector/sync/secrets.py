"""Secrets, read through a short cache so that a rotation is noticed within minutes."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from connector.errors import Parked
from connector.sync import aws

CACHE_SECONDS = 300.0
EARLY_SECONDS = 30.0


class Secrets:
    """Secrets Manager secrets as JSON objects."""

    def __init__(
        self, client: Callable[[], Any] | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client or (lambda: aws.client("secretsmanager"))
        self._now = now
        self._cache: dict[str, tuple[float, Mapping[str, object]]] = {}

    def read(self, name: str) -> Mapping[str, object]:
        """The secret's content, at most five minutes old. Raises `Parked` if there is none or it is no JSON object."""
        return self._read(name, CACHE_SECONDS)

    def renew(self, name: str) -> Mapping[str, object] | None:
        """The secret read again, or None if it was read within half a minute (so that forgeries cost nothing)."""
        before = self._cache.get(name)
        if before is not None and self._now() - before[0] < EARLY_SECONDS:
            return None
        return self._read(name, 0)

    def _read(self, name: str, max_age: float) -> Mapping[str, object]:
        cached = self._cache.get(name)
        if cached is not None and self._now() - cached[0] < max_age:
            return cached[1]
        content = _parsed(name, self._fetch(name))
        self._cache[name] = (self._now(), content)
        return content

    def _fetch(self, name: str) -> str:
        try:
            text: str = self._client().get_secret_value(SecretId=name)["SecretString"]
        except ClientError as error:
            if aws.error_code(error) != "ResourceNotFoundException":
                raise
            step = "Create it (docs/settings.md), then retry."
            raise Parked("secret_missing", f"there is no secret {name}", step) from None
        return text


def _parsed(name: str, text: str) -> Mapping[str, object]:
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        step = "Store a JSON object such as docs/settings.md shows, then retry."
        raise Parked("secret_unreadable", f"the secret {name} is no JSON object", step)
    return content
