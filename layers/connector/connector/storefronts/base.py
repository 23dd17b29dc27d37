"""The storefront port: the whole contract that an adapter fulfils.

A platform that cannot do something raises `Unsupported`; docs/coverage.md shows it. Vendor quirks live in the adapters
and nowhere else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connector.errors import Parked
from connector.model import Order


class Unsupported(Exception):
    """This platform, or this store's credentials, cannot do what was asked."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A webhook that only names a record; its content is to be fetched. `deleted` when the shop says it is gone."""

    entity: str
    id: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record of a listing that the adapter cannot read, and why."""

    id: str
    problem: Parked


class Storefront(Protocol):
    """One store of one platform.

    Errors, all of `connector.errors`: `Deferred("storefront_unreachable" | "storefront_throttled", ...)` for time-outs,
    5xx and rate limits; `Parked` for what a person has to change (credentials refused, data that cannot be read).
    """

    def parse(self, topic: str, headers: Mapping[str, str], body: bytes) -> Order | Reference:
        """The record in a webhook's raw body, or which record to fetch. Raises `Parked` for a body that has neither."""

    def fetch(self, entity: str, id: str) -> Order | None:
        """The record as the shop has it now; None if the shop does not know it. Raises `Unsupported`."""

    def changed(self, entity: str, since: datetime) -> Iterator[Order]:
        """All records modified at or after `since` (aware), oldest first, past every page. Raises `Unsupported`."""

    def latest(self, entity: str, count: int) -> Iterator[Order | Unreadable]:
        """The newest records, at most `count`, newest first, past every page. Raises `Unsupported`.

        Newest by the platform's own listing: Shopify's last change, WooCommerce's day of creation.
        """
