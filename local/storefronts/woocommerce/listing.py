"""`GET /orders`: filters, order and pages, as WooCommerce 11 understands them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from local.storefronts.exchange import Answer, json_answer
from local.storefronts.payload import Json
from local.storefronts.woocommerce.placing import SITE_ZONE

STATUSES = (
    "any",
    "trash",
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
    "auto-draft",
)
_HIDDEN = ("trash", "checkout-draft", "auto-draft")
"""Statuses that a listing shows only when they are asked for by name."""

_ORDER_BY = {"date": "date_created_gmt", "modified": "date_modified_gmt", "id": "id", "include": "id"}
_IGNORED = ("_fields", "dp", "context", "consumer_key", "consumer_secret", "search", "created_via")


class BadParameter(Exception):
    """A parameter that WordPress refuses: 400 `rest_invalid_param`."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


@dataclass(slots=True)
class Query:
    """The parameters of a listing."""

    statuses: list[str] = field(default_factory=lambda: ["any"])
    after: dict[str, datetime] = field(default_factory=dict)
    before: dict[str, datetime] = field(default_factory=dict)
    include: list[int] = field(default_factory=list)
    exclude: list[int] = field(default_factory=list)
    customer: int | None = None
    order_by: str = "date_created_gmt"
    descending: bool = True
    page: int = 1
    per_page: int = 10
    offset: int | None = None


def read_query(parameters: list[tuple[str, str]]) -> Query:
    """The listing that is asked for. Raises `BadParameter`; names that WordPress does not know it ignores."""
    values: dict[str, list[str]] = {}
    for name, value in parameters:
        values.setdefault(name.partition("[")[0], []).append(value)
    single = {name: found[-1] for name, found in values.items()}
    zone = UTC if single.get("dates_are_gmt", "").lower() in ("true", "1") else SITE_ZONE
    query = Query(
        statuses=_statuses(values),
        include=_ids(values, "include"),
        exclude=_ids(values, "exclude"),
        customer=_whole(single, "customer", 0) if "customer" in single else None,
        order_by=_chosen(single, "orderby", _ORDER_BY, "date"),
        descending=_chosen(single, "order", {"asc": "asc", "desc": "desc"}, "desc") == "desc",
        page=_whole(single, "page", 1, least=1),
        per_page=_whole(single, "per_page", 10, least=1, most=100),
        offset=_whole(single, "offset", 0) if "offset" in single else None,
    )
    for prefix, date in (("", "date_created_gmt"), ("modified_", "date_modified_gmt")):
        for side, bounds in (("after", query.after), ("before", query.before)):
            if f"{prefix}{side}" in single:
                bounds[date] = _moment(f"{prefix}{side}", single[f"{prefix}{side}"], zone)
    return query


def find(orders: list[Json], query: Query) -> list[Json]:
    """All orders that the query finds, in its order, past pages."""
    found = [order for order in orders if _matches(order, query)]
    found.sort(key=lambda order: (order[query.order_by], order["id"]), reverse=query.descending)
    return found


def page_answer(found: list[Json], query: Query, path: str) -> Answer:
    """One page with its counts; a page beyond the end is empty, not an error."""
    start = query.offset if query.offset is not None else (query.page - 1) * query.per_page
    pages = -(-len(found) // query.per_page)
    headers = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)}
    links = [
        f'<{path}?page={number}>; rel="{rel}"'
        for rel, number in (("prev", query.page - 1), ("next", query.page + 1))
        if 1 <= number <= pages
    ]
    if links:
        headers["Link"] = ", ".join(links)
    return json_answer(200, found[start : start + query.per_page], headers)


def bad_parameter_answer(error: BadParameter) -> Answer:
    """How WordPress refuses a parameter."""
    details = {error.name: {"code": "rest_invalid_param", "message": error.message, "data": None}}
    data = {"status": 400, "params": {error.name: error.message}, "details": details}
    body = {"code": "rest_invalid_param", "message": f"Invalid parameter(s): {error.name}", "data": data}
    return json_answer(400, body)


def _matches(order: Json, query: Query) -> bool:
    if not _status_matches(order["status"], query.statuses):
        return False
    if query.include and order["id"] not in query.include:
        return False
    if order["id"] in query.exclude or query.customer not in (None, order["customer_id"]):
        return False
    later = all(_gmt(order, date) > bound for date, bound in query.after.items())
    return later and all(_gmt(order, date) < bound for date, bound in query.before.items())


def _status_matches(status: str, wanted: list[str]) -> bool:
    if "any" in wanted:
        # Beside "any" other statuses are not looked at, so that the trash stays out.
        return status not in _HIDDEN
    return status in wanted


def _gmt(order: Json, date: str) -> datetime:
    return datetime.fromisoformat(order[date]).replace(tzinfo=UTC)


def _statuses(values: Mapping[str, list[str]]) -> list[str]:
    found = [status for value in values.get("status", ["any"]) for status in value.split(",")]
    for index, status in enumerate(found):
        if status not in STATUSES:
            raise BadParameter("status", f"status[{index}] is not one of {', '.join(STATUSES)}.")
    return found


def _ids(values: Mapping[str, list[str]], name: str) -> list[int]:
    found = [part for value in values.get(name, []) for part in value.split(",") if part]
    if not all(part.isdecimal() for part in found):
        raise BadParameter(name, f"{name}[0] is not of type integer.")
    return [int(part) for part in found]


def _chosen(single: Mapping[str, str], name: str, known: Mapping[str, str], default: str) -> str:
    value = single.get(name, default)
    if value not in known:
        raise BadParameter(name, f"{name} is not one of {', '.join(known)}.")
    return known[value]


def _whole(single: Mapping[str, str], name: str, default: int, least: int = 0, most: int = 2**31) -> int:
    value = single.get(name, str(default))
    if not value.isdecimal():
        raise BadParameter(name, f"{name} is not of type integer.")
    if not least <= int(value) <= most:
        raise BadParameter(name, f"{name} must be between {least} (inclusive) and {most} (inclusive)")
    return int(value)


def _moment(name: str, value: str, zone: object) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise BadParameter(name, "Invalid date.") from None
    naive_in = SITE_ZONE if zone is SITE_ZONE else UTC
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=naive_in).astimezone(UTC)
