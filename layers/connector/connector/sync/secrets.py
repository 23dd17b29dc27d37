"""Secrets, read through a short cache so that a rotation is noticed within minutes."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

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
        """The secret's content, at most five minutes old. Raises botocore's ClientError if there is none."""
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
        content: Mapping[str, object] = json.loads(
            self._client().get_secret_value(SecretId=name)["SecretString"]
        )
        self._cache[name] = (self._now(), content)
        return content
