"""A simulated shop: a vendor's behaviour behind faults, counts and the control endpoints."""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from local.storefronts.courier import Attempt, Courier
from local.storefronts.exchange import Answer, Dropped, Request, html_answer
from local.storefronts.faults import Fault, FaultBoard
from local.storefronts.history import Step
from local.storefronts.payload import Json


class Vendor(Protocol):
    """What differs between platforms. Orders are known by their id as text."""

    platform: str
    fault_kinds: tuple[str, ...]
    courier: Courier

    def answer(self, request: Request) -> Answer:
        """Answer a request to the vendor's own API."""

    def fail(self, fault: Fault, request: Request) -> Answer:
        """Answer a request that an ordered fault hits, in the vendor's own words."""

    def put(self, order: Json) -> str:
        """Put an order, or a new version of one, into the shop; gives its id. Raises `ValueError`."""

    def orders(self) -> list[Json]:
        """All orders as they are now."""

    def remove(self, order_id: str) -> bool:
        """Remove an order for good, without telling anybody."""

    def topics(self) -> list[str]:
        """The topics that somebody is subscribed to."""

    def deliver(self, order_id: str, topics: Iterable[str], wish: Json) -> list[Attempt]:
        """Send webhooks about an order; `wish` may forge them. Raises `ValueError` for an unknown topic."""

    def new_history(self, seed: int) -> list[Step]:
        """An invented order from placing to its last change, with an id of this shop that is still free."""

    def reset(self) -> None:
        """As at the start: no orders, the first subscriptions."""


class Shop:
    """One store of the laptop stack."""

    def __init__(self, name: str, vendor: Vendor) -> None:
        self.name = name
        self.vendor = vendor
        self.faults = FaultBoard(vendor.fault_kinds)
        self._calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """Answer a request to the vendor's API, faults first. Raises `Dropped`."""
        with self._lock:
            self._calls[f"{request.method} {_normalised(request.path)}"] += 1
        fault = self.faults.take(request.path)
        if fault is None:
            return self.vendor.answer(request)
        return self._hit(fault, request)

    def calls(self) -> Json:
        """How many requests came, by path with its numbers replaced."""
        with self._lock:
            return {"total": self._calls.total(), "paths": dict(self._calls)}

    def reset(self) -> None:
        """As at the start."""
        with self._lock:
            self._calls.clear()
        self.faults.clear()
        self.vendor.courier.clear()
        self.vendor.reset()

    def _hit(self, fault: Fault, request: Request) -> Answer:
        if fault.kind in ("slow", "timeout"):
            time.sleep(fault.seconds)
        if fault.kind in ("timeout", "connection_reset"):
            raise Dropped
        if fault.kind == "slow":
            return self.vendor.answer(request)
        if fault.kind == "error_html":
            return html_answer(500, "Internal Server Error")
        if fault.kind == "unavailable_html":
            return html_answer(503, "Service Unavailable")
        return self.vendor.fail(fault, request)


def _normalised(path: str) -> str:
    return re.sub(r"/\d+(?=/|$)", "/{id}", path)
