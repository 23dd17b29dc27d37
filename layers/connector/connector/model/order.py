"""An order: what was sold, for how much, to whom, and what happened since.

Every amount is a `Decimal` in the order's shop currency unless its name says presentment. Net means: after all
discounts that hit it and without tax, whatever the storefront's own convention. The invariant of all adapters:

    total = sum of line nets + sum of charge nets + tax_total + residual

`residual` is what the storefront's own figures leave over (rounding, damaged data); it is computed, never given.
"""

import hashlib
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from connector.model.base import Model
from connector.model.customer import Address, Customer

ZERO = Decimal(0)

LONGEST_KEY_PART = 120
"""Characters of a SKU in a key; Salesforce's key field holds 255 with store, prefix and currency."""

OrderStatus = Literal["open", "cancelled", "closed", "draft", "trashed", "deleted"]


class Tax(Model):
    """Tax at one rate. `rate` is a fraction (0.19), None where the storefront does not say."""

    title: str
    rate: Decimal | None = None
    amount: Decimal


class Line(Model):
    """One product line. A line whose product was deleted in the shop still knows its own name, SKU and price."""

    id: str
    name: str
    variant: str | None = None
    sku: str | None = None
    product_id: str | None = None
    variant_id: str | None = None
    quantity: Decimal
    """What `net` pays for. May be fractional; 0 for a line that was removed from the order."""
    current_quantity: Decimal
    """What is left after edits, removals and returns."""
    list_price: Decimal
    """Unit price before discounts, with or without tax as the storefront shows it."""
    discount: Decimal = ZERO
    """All discounts that hit this line, positive, in the basis of `list_price`."""
    net: Decimal
    tax: Decimal = ZERO
    taxes: tuple[Tax, ...] = ()
    gift_card: bool = False
    """A gift card that is sold here (a liability, not revenue)."""
    requires_shipping: bool = True
    parent_id: str | None = None
    """The line of the bundle that this line is a part of."""
    properties: dict[str, str] = {}
    """What the buyer chose or typed (engraving, size), label to text."""

    @property
    def gross(self) -> Decimal:
        """Net plus tax."""
        return self.net + self.tax

    @property
    def removed(self) -> bool:
        """Whether nothing of this line is left (removed or fully returned)."""
        return self.current_quantity <= 0

    @property
    def product_key(self) -> str:
        """Which product this is, within the store: variant, else product, else SKU, else its name's digest.

        Never another product: a line whose product is gone gets a product of its own.
        """
        if self.variant_id or self.product_id:
            return str(self.variant_id or self.product_id)
        if self.sku:
            return f"sku-{self.sku}" if len(self.sku) <= LONGEST_KEY_PART else f"sku-{_digest(self.sku)}"
        return f"name-{_digest(self.name)}"


class Charge(Model):
    """What is paid for beside products. A fee's net may be negative (then it is a discount); no other's may."""

    id: str
    kind: Literal["shipping", "fee", "duty", "tip"]
    name: str
    net: Decimal
    tax: Decimal = ZERO
    taxes: tuple[Tax, ...] = ()
    discount: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        """Net plus tax."""
        return self.net + self.tax


class Payment(Model):
    """A movement of money that the order itself tells of. Gift cards and store credit used are payments."""

    id: str
    kind: Literal["authorization", "capture", "sale", "void", "refund", "change", "other"]
    status: Literal["success", "pending", "failed"]
    gateway: str
    amount: Decimal
    currency: str
    gift_card: bool = False
    parent_id: str | None = None
    reference: str | None = None
    at: datetime | None = None


class RefundLine(Model):
    """What was taken back of one order line. Amounts are positive."""

    line_id: str
    quantity: Decimal
    net: Decimal = ZERO
    tax: Decimal = ZERO
    restock: str | None = None


class Refund(Model):
    """Money and goods given back; the two are told apart, since they need not agree. Amounts are positive."""

    id: str
    at: datetime | None = None
    money: Decimal | None = None
    """What was paid back; None where the order does not tell (then see the refund itself)."""
    goods: Decimal = ZERO
    """Worth of the goods taken back, tax included."""
    shipping: Decimal = ZERO
    reason: str | None = None
    lines: tuple[RefundLine, ...] = ()


class Shipment(Model):
    """A parcel or a group of parcels. Only `success` has left the house."""

    id: str
    status: Literal["success", "pending", "cancelled", "failed"]
    carrier: str | None = None
    tracking_numbers: tuple[str, ...] = ()
    tracking_urls: tuple[str, ...] = ()
    at: datetime | None = None
    quantities: dict[str, Decimal] = {}
    """Order line id to quantity in this shipment."""


class Order(Model):
    """An order as the storefront has it now; one value per version."""

    store: str
    id: str
    number: str
    """What people call it: "#1001"."""
    status: OrderStatus
    source_status: str | None = None
    """The storefront's own word, where it has one ("on-hold")."""
    test: bool = False
    placed_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    payment_status: str
    """Lower case: pending, authorized, partially_paid, paid, partially_refunded, refunded, voided, failed, ..."""
    fulfillment_status: str
    """Lower case: unfulfilled, partial, fulfilled, restocked, ..."""
    currency: str
    """ISO 4217, of all amounts here."""
    presentment_currency: str | None = None
    presentment_total: Decimal | None = None
    taxes_included: bool = False
    """Whether the shop shows prices with tax. Information: `net` is net either way."""

    customer: Customer
    email: str | None = None
    phone: str | None = None
    billing: Address | None = None
    shipping: Address | None = None

    lines: tuple[Line, ...] = ()
    charges: tuple[Charge, ...] = ()
    taxes: tuple[Tax, ...] = ()
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    shipments: tuple[Shipment, ...] = ()

    total: Decimal
    """The storefront's total: the truth."""
    current_total: Decimal | None = None
    """The total after edits, removals and returns, where the storefront says it."""
    tax_total: Decimal = ZERO
    subtotal: Decimal = ZERO
    """The lines after discounts, in the storefront's own basis."""
    discount_total: Decimal = ZERO
    """All discounts, positive, in the storefront's own basis."""
    refunded_total: Decimal = ZERO
    """Money given back so far."""
    paid_total: Decimal | None = None
    gift_card_total: Decimal = ZERO
    """How much of the total was paid by gift card or store credit, as far as the order tells."""
    discount_codes: tuple[str, ...] = ()
    payment_methods: tuple[str, ...] = ()
    channel: str | None = None
    location: str | None = None
    company_id: str | None = None
    company_location_id: str | None = None
    po_number: str | None = None
    note: str | None = None
    tags: tuple[str, ...] = ()
    url: str | None = None
    """Deep link to the order in the storefront's back office."""
    attributes: dict[str, Any] = {}
    """The untouched source, for mappings that need what the model does not name."""

    @cached_property
    def version(self) -> str:
        """The source's modification time in UTC; sorts as text."""
        return self.updated_at.astimezone(UTC).isoformat(timespec="microseconds")

    @cached_property
    def progress(self) -> str:
        """How far the order has come; tells apart contents of the same moment. Sorts as text."""
        done = (len(self.refunds), len(self.shipments), len(self.payments), self.cancelled_at is not None)
        return ".".join(f"{int(count):03}" for count in done)

    @cached_property
    def residual(self) -> Decimal:
        """What lines, charges and tax leave of the total; 0 in a consistent order."""
        parts = sum((line.net for line in self.lines), ZERO) + sum(
            (charge.net for charge in self.charges), ZERO
        )
        return self.total - parts - self.tax_total

    def charged(self, kind: str) -> Decimal:
        """The net of all charges of one kind."""
        return sum((charge.net for charge in self.charges if charge.kind == kind), ZERO)

    @property
    def shipping_total(self) -> Decimal:
        """Net of all shipping charges."""
        return self.charged("shipping")

    @property
    def fees_total(self) -> Decimal:
        """Net of all fees, negative ones included."""
        return self.charged("fee")

    @property
    def tip_total(self) -> Decimal:
        """Tips."""
        return self.charged("tip")

    @property
    def duties_total(self) -> Decimal:
        """Duties that are not inside the prices."""
        return self.charged("duty")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
