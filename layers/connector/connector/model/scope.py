"""What mapping expressions see: the names at their top, and what stands behind each."""

from collections.abc import Mapping

from connector.model.base import Model
from connector.model.buyer import Buyer
from connector.model.customer import Address, Customer
from connector.model.order import Line, Order
from connector.model.settlement import NeededProduct, SalesItem


class OrgView(Model):
    """What expressions may ask about the org, as `org`."""

    multi_currency: bool = False
    person_accounts: bool = False
    person_record_type: str | None = None
    address_picklists: bool = False
    standard_price_book: str | None = None


class StoreView(Model):
    """What expressions may ask about the store, as `store`."""

    name: str
    platform: str
    timezone: str
    currency: str | None
    opportunities: bool
    guests: str


class GoneOrder(Model):
    """All that is known of an order that the storefront deleted."""

    id: str


NAMES: Mapping[str, object] = {
    "order": Order,
    "buyer": Buyer,
    "items": tuple[SalesItem, ...],
    "products": tuple[NeededProduct, ...],
    "store": StoreView,
    "org": OrgView,
}
"""The names of every expression, with the annotation of what they hold."""

GONE_NAMES: Mapping[str, object] = {"order": GoneOrder, "store": StoreView, "org": OrgView}
"""The names of the expressions under `gone`."""

SINGULAR: Mapping[str, str] = {"items": "item", "products": "product"}
"""What `each` may go over, and the name of one element."""

ELEMENTS: Mapping[str, object] = {"item": SalesItem, "product": NeededProduct}
"""What stands behind the name of one element."""

LONG_TEXTS: Mapping[tuple[type[Model], str], int] = {
    (Order, "note"): 5_000,
    (Customer, "note"): 5_000,
    (Customer, "tags"): 5_000,
    (Order, "tags"): 5_000,
    (Line, "name"): 255,
    (SalesItem, "name"): 255,
    (SalesItem, "properties"): 2_000,
    (NeededProduct, "name"): 255,
    (NeededProduct, "code"): 100,
    (Address, "street"): 255,
}
"""Characters that real shops reach in texts that regularly outgrow a Salesforce field.

Not an item's description: it is name and variant, and both have fields of their own.
"""
