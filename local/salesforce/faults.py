"""Faults that can be ordered over HTTP: what, how often, where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from local.salesforce.errors import ApiError

# Faults that hit one record of a request; the others hit the request as a whole.
RECORD_FAULTS = frozenset({"lock"})
REQUEST_FAULTS = frozenset(
    {
        "unavailable_html", "timeout_before", "timeout_after_commit", "connection_reset", "reset_after_commit",
        "expired_token", "limit_exceeded", "concurrent_limit", "slow",
    }
)  # fmt: skip
KINDS = sorted(RECORD_FAULTS | REQUEST_FAULTS | {"error"})
_LOCKED = "unable to obtain exclusive access to this record or 1 records"


@dataclass
class Fault:
    """One ordered fault.

    `path` is a regular expression or a part of the path, `node` a part of a record's URL or body.
    """

    fault: str
    times: int = 1
    path: str = ""
    node: str = ""
    seconds: float = 30.0
    status: int = 400
    error_code: str = "UNKNOWN_EXCEPTION"
    message: str = "An unexpected error occurred."
    hits: int = 0

    @property
    def on_record(self) -> bool:
        """Whether it hits a record inside a request."""
        return self.fault in RECORD_FAULTS or (self.fault == "error" and bool(self.node))

    def matches(self, path: str) -> bool:
        """Whether the fault is still due on this path."""
        return self.hits < self.times and (
            not self.path or self.path in path or bool(re.search(self.path, path))
        )

    def as_json(self) -> dict[str, object]:
        """The fault as `GET /_faults` shows it."""
        return {
            "fault": self.fault, "times": self.times, "path": self.path, "node": self.node, "seconds": self.seconds,
            "status": self.status, "errorCode": self.error_code, "message": self.message, "hits": self.hits,
        }  # fmt: skip


class Faults:
    """The faults that are due, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def order(self, wanted: Mapping[str, object]) -> Fault:
        """Add a fault from its JSON; ValueError says what is wrong with it."""
        fault = _parse(wanted)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all faults."""
        self._faults.clear()

    def listed(self) -> list[dict[str, object]]:
        """All ordered faults with how often each has hit."""
        return [each.as_json() for each in self._faults]

    def take(self, path: str) -> Fault | None:
        """The next fault due for a request as a whole."""
        for fault in self._faults:
            if not fault.on_record and fault.matches(path):
                fault.hits += 1
                return fault
        return None

    @property
    def wait_for_records(self) -> bool:
        """Whether any fault is due for single records: a quick test before each write."""
        return any(each.on_record and each.hits < each.times for each in self._faults)

    def strike_record(self, path: str, described: str) -> None:
        """Raise the fault that is due for the record described by its URL and body, if there is one."""
        for fault in self._faults:
            if fault.on_record and fault.matches(path) and fault.node in described:
                fault.hits += 1
                if fault.fault == "lock":
                    raise ApiError(400, "UNABLE_TO_LOCK_ROW", _LOCKED, [])
                raise ApiError(fault.status, fault.error_code, fault.message, [])


def _parse(wanted: Mapping[str, object]) -> Fault:
    kind = wanted.get("fault")
    if kind not in KINDS:
        raise ValueError(f"fault must be one of {', '.join(KINDS)}, not {kind!r}")
    known = {"fault", "times", "path", "node", "seconds", "status", "errorCode", "message"}
    if set(wanted) - known:
        raise ValueError(
            f"unknown members {', '.join(sorted(set(wanted) - known))}; known are {', '.join(sorted(known))}"
        )
    path = _string(wanted, "path", "")
    try:
        re.compile(path)
    except re.error as error:
        raise ValueError(f"path is not a regular expression: {error}") from None
    return Fault(
        str(kind), int(_number(wanted, "times", 1)), path, _string(wanted, "node", ""),
        _number(wanted, "seconds", 0 if kind == "slow" else 30), int(_number(wanted, "status", 400)),
        _string(wanted, "errorCode", "UNKNOWN_EXCEPTION"), _string(wanted, "message", "An unexpected error occurred."),
    )  # fmt: skip


def _string(wanted: Mapping[str, object], name: str, default: str) -> str:
    value = wanted.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text")
    return value


def _number(wanted: Mapping[str, object], name: str, default: float) -> float:
    value = wanted.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)) or value < 0:
        raise ValueError(f"{name} must be a number that is not negative")
    return float(value)
