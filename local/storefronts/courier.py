"""Posting webhooks: one attempt at a time, every attempt on record."""

import http.client
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from local.storefronts.payload import Json

LOG_LENGTH = 5_000
"""Attempts kept for `GET /_deliveries` and for sending one again."""


@dataclass(frozen=True, slots=True)
class Message:
    """A webhook as it goes out: always the same bytes and headers, however often it is sent."""

    topic: str
    order_id: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Attempt:
    """One posting of a message and what came of it; `status` is None if no answer came."""

    number: int
    message: Message
    attempt: int
    status: int | None
    error: str | None
    milliseconds: int

    def shown(self) -> Json:
        """As the control endpoints tell it: never bodies or signatures."""
        return {
            "number": self.number,
            "topic": self.message.topic,
            "order": self.message.order_id,
            "attempt": self.attempt,
            "status": self.status,
            "error": self.error,
            "milliseconds": self.milliseconds,
            "bytes": len(self.message.body),
        }


class Courier:
    """Posts messages and keeps the log."""

    def __init__(self, connect_seconds: float, answer_seconds: float) -> None:
        self._connect_seconds = connect_seconds
        self._answer_seconds = answer_seconds
        self._lock = threading.Lock()
        self._log: deque[Attempt] = deque(maxlen=LOG_LENGTH)
        self._count = 0

    def post(self, message: Message, attempt: int = 1) -> Attempt:
        """Post once. Redirects are not followed; an answer later than the vendor waits is none."""
        started = time.monotonic()
        status, error = self._exchange(message)
        spent = int((time.monotonic() - started) * 1000)
        with self._lock:
            self._count += 1
            done = Attempt(self._count, message, attempt, status, error, spent)
            self._log.append(done)
        return done

    def find(self, number: int) -> Attempt | None:
        """The attempt with that number, if the log still has it."""
        with self._lock:
            return next((attempt for attempt in self._log if attempt.number == number), None)

    def shown(self) -> list[Json]:
        """The log, oldest first."""
        with self._lock:
            return [attempt.shown() for attempt in self._log]

    def clear(self) -> None:
        """Forget the log."""
        with self._lock:
            self._log.clear()

    def _exchange(self, message: Message) -> tuple[int | None, str | None]:
        parts = urlsplit(message.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self._connect_seconds)
        try:
            connection.connect()
            connection.sock.settimeout(self._answer_seconds)
            connection.request("POST", parts.path or "/", body=message.body, headers=dict(message.headers))
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            return None, type(error).__name__
        else:
            return answer.status, None
        finally:
            connection.close()
