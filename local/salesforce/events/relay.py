"""Event Relay: hands the events to a URL in their order, each until it is taken."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from local.salesforce.events.envelopes import EventLog, Logged
from local.salesforce.wire import write_json

STATES = ("RUN", "PAUSE", "STOP")
RECOVERIES = ("LATEST", "EARLIEST")
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_PATIENCE = 10.0
Post = Callable[[str, bytes], int]


def post_json(url: str, body: bytes) -> int:
    """POST a body and return the status; OSError or HTTPException when there is no answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE)
    try:
        connection.request("POST", parts.path or "/", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


@dataclass
class Relay:
    """The state of the relay: PAUSE keeps its position, STOP does not."""

    log: EventLog
    post: Post = post_json
    url: str = ""
    state: str = "STOP"
    recovery: str = "LATEST"
    position: int = 0
    delivered: int = 0
    error: str = ""

    def order(self, url: str, state: str, recovery: str) -> None:
        """Set where to deliver and whether to; ValueError for what a relay would not take.

        Started after STOP it begins with the next event (LATEST) or with all that are kept (EARLIEST).
        """
        if state not in STATES or recovery not in RECOVERIES:
            raise ValueError(f"state is one of {', '.join(STATES)}, recovery one of {', '.join(RECOVERIES)}")
        if urlsplit(url).scheme != "http" or urlsplit(url).hostname not in _LOOPBACK:
            raise ValueError(f"url must be plain HTTP on this machine, not {url!r}")
        if self.state == "STOP" and state != "STOP":
            kept = self.log.events
            self.position = kept[-1].replay if kept and recovery == "LATEST" else 0
        self.url, self.state, self.recovery = url, state, recovery

    def due(self) -> Logged | None:
        """The next event to deliver, or None."""
        return self.log.after(self.position) if self.state == "RUN" else None

    def attempt(self, event: Logged) -> bool:
        """Try to deliver an event; whether the receiver took it. Touches no state, so it needs no lock."""
        try:
            status = self.post(self.url, write_json(event.envelope))
        except (OSError, http.client.HTTPException) as problem:
            self.error = f"{type(problem).__name__}: {problem}"
            return False
        self.error = "" if 200 <= status < 300 else f"HTTP {status}"
        return not self.error

    def note_delivered(self, event: Logged) -> None:
        """Go on behind an event that was taken."""
        self.position = max(self.position, event.replay)
        self.delivered += 1

    def as_json(self) -> dict[str, object]:
        """`GET /_relay`."""
        return {
            "url": self.url, "state": self.state, "recovery": self.recovery, "position": self.position,
            "delivered": self.delivered, "error": self.error, "waiting": len(self.log.since(self.position)),
        }  # fmt: skip
