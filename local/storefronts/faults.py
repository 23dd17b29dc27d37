"""Troubles that a test orders: which, how often, on which path."""

import re
import threading
from dataclasses import dataclass

from local.storefronts.payload import Json

ANYWHERE = (
    "slow",
    "timeout",
    "connection_reset",
    "error_html",
    "unavailable_html",
    "rate_limited",
    "unauthorized",
)
"""Faults that every platform has; each adds its own."""


@dataclass(slots=True)
class Fault:
    """An ordered trouble. `path` is a regular expression, `seconds` how long slow answers and pauses take."""

    kind: str
    times: int = 1
    path: str = ""
    seconds: float = 1.0

    def shown(self) -> Json:
        """As `GET /_faults` tells it."""
        return {"fault": self.kind, "times": self.times, "path": self.path, "seconds": self.seconds}


class FaultBoard:
    """The faults that are still to come."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        self.kinds = ANYWHERE + kinds
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def order(self, wish: Json) -> Fault:
        """Take up a wish as `POST /_faults` brings it; raises `ValueError` for one that cannot be."""
        if wish.get("fault") not in self.kinds:
            raise ValueError(f"fault must be one of {', '.join(self.kinds)}")
        unknown = wish.keys() - {"fault", "times", "path", "seconds"}
        if unknown:
            raise ValueError(f"unknown field {', '.join(sorted(unknown))}")
        fault = Fault(
            wish["fault"], int(wish.get("times", 1)), str(wish.get("path", "")), float(wish.get("seconds", 1))
        )
        re.compile(fault.path)
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, path: str) -> Fault | None:
        """The fault that hits this request, used up once."""
        with self._lock:
            for fault in self._faults:
                if re.search(fault.path, path):
                    fault.times -= 1
                    self._faults = [left for left in self._faults if left.times > 0]
                    return fault
        return None

    def shown(self) -> list[Json]:
        """All faults still to come."""
        with self._lock:
            return [fault.shown() for fault in self._faults]

    def clear(self) -> None:
        """No more faults."""
        with self._lock:
            self._faults.clear()
