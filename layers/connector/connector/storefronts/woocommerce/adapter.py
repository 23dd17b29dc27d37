"""A WooCommerce store behind the storefront port."""

import heapq
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connector.errors import Deferred, Parked
from connector.model import Order
from connector.storefronts.base import Reference, Unreadable, Unsupported
from connector.storefronts.woocommerce.fields import (
    identity,
    moment,
    read_json,
    record,
    required_id,
    unreadable,
)
from connector.storefronts.woocommerce.orders import read_order
from connector.storefronts.woocommerce.webhook import ENTITIES

if TYPE_CHECKING:
    from connector.storefronts.woocommerce.api import Api

PAGE = 100
"""Orders a page, WooCommerce's most."""

_SECOND = timedelta(seconds=1)


class WooCommerceStorefront:
    """One WooCommerce shop. Parsing needs no secret; fetching needs `consumer_key` and `consumer_secret`."""

    def __init__(self, name: str, url: str, secret: Mapping[str, object], timezone: str = "UTC") -> None:
        """`url` is the shop's address, `timezone` the IANA name of its time zone."""
        self._name = name
        self._url = url.rstrip("/")
        self._secret = secret
        self._zone = UTC if timezone == "UTC" else ZoneInfo(timezone)

    def parse(self, topic: str, headers: Mapping[str, str], body: bytes) -> Order | Reference:
        """The order in a webhook's raw body, or the reference to a deleted one. Raises `Parked`."""
        if topic not in ENTITIES:
            raise unreadable("topic", f"one of {', '.join(ENTITIES)}", topic)
        try:
            raw = record(read_json(body), "body")
        except (ValueError, RecursionError):
            raise unreadable("body", "JSON", body) from None
        if topic == "order.deleted":
            return Reference("order", required_id(raw, "id"), deleted=True)
        self._refuse_error(raw)
        return self._order(raw)

    def fetch(self, entity: str, id: str) -> Order | None:
        """The order as the shop has it now, a trashed one too; None if the shop does not know it."""
        _require_orders(entity)
        if not (id.isascii() and id.isdecimal()):
            raise unreadable("id", "a WooCommerce order number", id)
        answer = self._api.get(f"orders/{id}", {})
        if answer is None:
            return None
        if not _is_order(answer.value):
            raise self._gibberish()
        return self._order(record(answer.value, "body"))

    def changed(self, entity: str, since: datetime) -> Iterator[Order]:
        """All orders modified at or after `since`, oldest first; trashed ones too, no drafts.

        An order that cannot be read does not hold up the others: `Parked` for those comes last.
        """
        _require_orders(entity)
        return self._changed(since.astimezone(UTC).replace(microsecond=0))

    def latest(self, entity: str, count: int) -> Iterator[Order | Unreadable]:
        """The orders placed last, newest first; no trashed ones, no drafts."""
        _require_orders(entity)
        size, page = min(count, PAGE), 1
        seen: set[str] = set()
        while True:
            rows, more = self._rows({"status": "any", "orderby": "date", "order": "desc"}, size, page)
            for row in rows:
                order_id = str(row.get("id"))
                if order_id in seen:  # an order placed meanwhile pushed it to this page
                    continue
                seen.add(order_id)
                yield self._readable_or_not(row)
                if len(seen) == count:
                    return
            if not more:
                return
            page += 1

    def _changed(self, since: datetime) -> Iterator[Order]:
        faults: list[Parked] = []
        # Asked for both at once, WooCommerce stops reading at "any", which leaves out the trash.
        listings = [self._listed(status, since, faults) for status in ("any", "trash")]
        yield from heapq.merge(*listings, key=lambda order: order.updated_at)
        if faults:
            raise faults[0] if len(faults) == 1 else _and_more(faults)

    def _listed(self, status: str, since: datetime, faults: list[Parked]) -> Iterator[Order]:
        """One listing, oldest first. `modified_after` excludes its own second, so it starts one earlier.

        Each full page moves the start instead of the page number: orders that change meanwhile leave their
        place in the list, and a numbered page would skip as many others.
        """
        after, page = since - _SECOND, 1
        seen: set[object] = set()
        while True:
            rows, more = self._page(status, after, page)
            keys = [(row.get("id"), str(row.get("date_modified_gmt"))) for row in rows]
            for row, key in zip(rows, keys, strict=True):
                order = None if key in seen else self._readable(row, faults)
                if order is not None:
                    yield order
            if not more:
                return
            last = _modified(rows)
            if last is not None and last - _SECOND > after:
                after, page, seen = last - _SECOND, 1, set(keys)
            else:
                page += 1
                seen.update(keys)

    def _page(self, status: str, after: datetime, page: int) -> tuple[list[dict[str, object]], bool]:
        query: dict[str, str | int] = {
            "status": status,
            "modified_after": after.strftime("%Y-%m-%dT%H:%M:%S"),
            "dates_are_gmt": "true",
            "orderby": "modified",
            "order": "asc",
        }
        return self._rows(query, PAGE, page)

    def _rows(
        self, query: Mapping[str, str | int], size: int, page: int
    ) -> tuple[list[dict[str, object]], bool]:
        """One page of a listing, and whether there are more."""
        answer = self._api.get("orders", {**query, "per_page": size, "page": page})
        if answer is None or not isinstance(answer.value, list) or not all(map(_is_order, answer.value)):
            raise self._gibberish()
        # A page may be short without being the last: orders that the key's user may not read are left out.
        more = len(answer.value) == size if answer.pages is None else page < answer.pages
        return answer.value, more

    def _readable_or_not(self, row: dict[str, object]) -> Order | Unreadable:
        try:
            return self._order(row)
        except Parked as problem:
            return Unreadable(str(row.get("id"))[:20], problem)

    def _readable(self, row: dict[str, object], faults: list[Parked]) -> Order | None:
        try:
            return self._order(row)
        except Parked as fault:
            message = f"order {str(row.get('id'))[:20]}: {fault.message}"
            faults.append(Parked(fault.reason, message, fault.next_step, fault.field))
            return None

    def _order(self, raw: dict[str, object]) -> Order:
        return read_order(raw, self._name, self._url, self._zone)

    def _refuse_error(self, raw: Mapping[str, object]) -> None:
        """WooCommerce reads the order when it sends, as the webhook's user, and sends an error likewise."""
        code = raw.get("code")
        if identity(raw, "id") is None and isinstance(code, str):
            raise Parked(
                "not_readable_in_shop",
                f"WooCommerce sent its error {code[:80]} instead of an order: the order was removed before "
                "the webhook went out, or the webhook's user may not read orders",
                "If orders are missing, save the webhook again as a shop manager; otherwise dismiss this.",
            )

    def _gibberish(self) -> Deferred:
        return Deferred("storefront_unreachable", f"{self._name}: HTTP 200, but not with WooCommerce orders")

    @cached_property
    def _api(self) -> "Api":
        # Here and not above: flows that only parse never load `requests`.
        from connector.storefronts.woocommerce.api import Api

        key, secret = self._secret.get("consumer_key"), self._secret.get("consumer_secret")
        if not (isinstance(key, str) and key and isinstance(secret, str) and secret):
            raise Unsupported(f"the secret of store {self._name} holds no consumer_key and consumer_secret")
        return Api(self._name, self._url, key, secret)


def _require_orders(entity: str) -> None:
    if entity != "order":
        raise Unsupported(f"reading {entity} from WooCommerce")


def _and_more(faults: list[Parked]) -> Parked:
    first = faults[0]
    message = f"{first.message}; {len(faults) - 1} more orders cannot be read either"
    return Parked(first.reason, message, first.next_step, first.field)


def _is_order(value: object) -> bool:
    return isinstance(value, dict) and "id" in value and "line_items" in value


def _modified(rows: list[dict[str, object]]) -> datetime | None:
    """When the last order of a page was modified, by its GMT date; None if that cannot be read."""
    if not rows or not rows[-1].get("date_modified_gmt"):
        return None
    try:
        return moment(rows[-1], "date_modified", UTC)
    except Parked:
        return None
