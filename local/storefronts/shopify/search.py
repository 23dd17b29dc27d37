"""The search syntax of `orders(query: ...)`, as far as a connector needs it: terms that must all hold."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt

from graphql import GraphQLError

from local.storefronts.payload import Json

_TERM = re.compile(
    r"""(?P<not>-|NOT\s+)?(?P<field>\w+):(?P<sign>>=|<=|>|<|=)?(?:'(?P<quoted>[^']*)'|"(?P<double>[^"]*)"|(?P<bare>[^\s()]+))"""
)
_SIGNS: dict[str, Callable[[object, object], bool]] = {">=": ge, "<=": le, ">": gt, "<": lt, "=": eq, "": eq}  # type: ignore[dict-item]

_DATES = ("created_at", "updated_at", "processed_at")
_TEXTS = {
    "name": "name",
    "source_identifier": "source_identifier",
    "po_number": "po_number",
    "confirmation_number": "confirmation_number",
    "email": "email",
    "financial_status": "financial_status",
}


def matching(orders: list[Json], query: str | None) -> list[Json]:
    """The orders that a search finds. Raises `GraphQLError` for a search that is not simulated."""
    tests = _tests(query or "")
    return [order for order in orders if all(test(order) for test in tests)]


def _tests(query: str) -> list[Callable[[Json], bool]]:
    rest = _TERM.sub("", query)
    if rest.replace("AND", "").strip():
        raise GraphQLError(f"not simulated in a search: {rest.strip()}")
    return [_test(match) for match in _TERM.finditer(query)]


def _test(match: re.Match[str]) -> Callable[[Json], bool]:
    value = next(text for text in (match["quoted"], match["double"], match["bare"]) if text is not None)
    wanted = _field_test(match["field"], match["sign"] or "", value)
    return (lambda order: not wanted(order)) if match["not"] else wanted


def _field_test(field: str, sign: str, value: str) -> Callable[[Json], bool]:
    compare = _SIGNS[sign]
    if field in _DATES:
        moment = _moment(value)
        return lambda order: compare(_moment(order[field]), moment)
    if field == "id":
        return lambda order: compare(order["id"], int(value))
    if field == "status":
        return _status(value)
    if field == "test":
        return lambda order: bool(order.get("test")) == (value == "true")
    if field == "tag":
        return lambda order: value in [tag.strip() for tag in order.get("tags", "").split(",")]
    if field in _TEXTS:
        return lambda order: (
            str(order.get(_TEXTS[field]) or "").lstrip("#").lower() == value.lstrip("#").lower()
        )
    raise GraphQLError(f"not simulated in a search: {field}")


def _status(value: str) -> Callable[[Json], bool]:
    tests: dict[str, Callable[[Json], bool]] = {
        "open": lambda order: not order["closed_at"] and not order["cancelled_at"],
        "closed": lambda order: bool(order["closed_at"]),
        "cancelled": lambda order: bool(order["cancelled_at"]),
        "not_closed": lambda order: not order["closed_at"],
    }
    if value not in tests:
        raise GraphQLError(f"Invalid status: {value}")
    return tests[value]


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise GraphQLError(f"Invalid date: {text}") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
