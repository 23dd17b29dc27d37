"""What happened to a Shopify order since it was placed: payments, refunds, shipments."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from connector.model import Payment, Refund, RefundLine, Shipment
from connector.storefronts.shopify.fields import (
    ZERO,
    Raw,
    identity,
    moment,
    money,
    number,
    part,
    record_id,
    records,
    required_id,
    set_money,
    text,
    texts,
    word,
)

PaymentKind = Literal["authorization", "capture", "sale", "void", "refund", "change", "other"]
Outcome = Literal["success", "pending", "failed"]
ShipmentStatus = Literal["success", "pending", "cancelled", "failed"]

_PAYMENT_KINDS: dict[str | None, PaymentKind] = {
    "authorization": "authorization",
    "emv_authorization": "authorization",
    "capture": "capture",
    "sale": "sale",
    "void": "void",
    "refund": "refund",
    "change": "change",
}
_OUTCOMES: dict[str | None, Outcome] = {"success": "success", "failure": "failed", "error": "failed"}
_SHIPMENT_STATUSES: dict[str | None, ShipmentStatus] = {
    "success": "success",
    "cancelled": "cancelled",
    "error": "failed",
    "failure": "failed",
}
_STORED_VALUE = frozenset({"gift_card", "shopify_store_credit"})


def read_payments(raw: Raw, currency: str) -> tuple[Payment, ...]:
    """The order's transactions; webhooks carry none. In shop currency if it is given, else as it was paid."""
    return tuple(_payment(payment, place, currency) for place, payment in records(raw, "transactions"))


def sum_received(payments: Iterable[Payment], currency: str, stored_value: bool = False) -> Decimal:
    """Money that came in: successful sales and captures in `currency`; an authorisation is no cash."""
    return sum(
        (
            payment.amount
            for payment in payments
            if payment.status == "success"
            and payment.kind in ("sale", "capture")
            and payment.currency == currency
            and (payment.gift_card or not stored_value)
        ),
        ZERO,
    )


def read_refunds(raw: Raw, currency: str, included: bool) -> tuple[Refund, ...]:
    """The refunds inside an order; `included`: prices contain tax. Money and goods need not agree."""
    return tuple(_refund(refund, place, currency, included) for place, refund in records(raw, "refunds"))


def read_shipments(raw: Raw) -> tuple[Shipment, ...]:
    """The fulfilments inside an order."""
    return tuple(_shipment(shipment, place) for place, shipment in records(raw, "fulfillments"))


def _payment(raw: Raw, place: str, currency: str) -> Payment:
    amount, paid_in = _paid(raw, place, currency)
    gateway = text(raw, "gateway", place) or ""
    return Payment(
        id=required_id(raw, place),
        kind=_PAYMENT_KINDS.get(word(raw, "kind", place), "other"),
        status=_OUTCOMES.get(word(raw, "status", place), "pending"),
        gateway=gateway,
        amount=amount,
        currency=paid_in,
        gift_card=gateway in _STORED_VALUE,
        parent_id=identity(raw, "parent_id", place),
        reference=text(raw, "payment_id", place),
        at=moment(raw, "processed_at", place) or moment(raw, "created_at", place),
    )


def _paid(raw: Raw, place: str, currency: str) -> tuple[Decimal, str]:
    """Amount and currency of a transaction: in shop currency if known, else as it was paid."""
    in_shop = set_money(raw, "amount_set", place)
    if in_shop is not None:
        return in_shop, currency
    return number(raw, "amount", place) or ZERO, text(raw, "currency", place) or currency


def _refund(raw: Raw, place: str, currency: str, included: bool) -> Refund:
    lines = tuple(_refund_line(line, at, included) for at, line in records(raw, "refund_line_items", place))
    goods = sum((line.net + line.tax for line in lines), ZERO)
    shipping = _refunded_shipping(raw, place, included)
    return Refund(
        id=required_id(raw, place),
        at=moment(raw, "processed_at", place) or moment(raw, "created_at", place),
        money=_refunded_money(raw, place, currency, goods + shipping),
        goods=goods,
        shipping=shipping,
        reason=text(raw, "note", place),
        lines=lines,
    )


def _refund_line(raw: Raw, place: str, included: bool) -> RefundLine:
    subtotal, tax = money(raw, "subtotal", place) or ZERO, money(raw, "total_tax", place) or ZERO
    copy = part(raw, "line_item", place)
    of_line = record_id(copy, f"{place}line_item.") if copy else None
    return RefundLine(
        line_id=of_line or identity(raw, "line_item_id", place) or "",
        quantity=number(raw, "quantity", place) or ZERO,
        net=subtotal - tax if included else subtotal,
        tax=tax,
        restock=text(raw, "restock_type", place),
    )


def _refunded_shipping(raw: Raw, place: str, included: bool) -> Decimal:
    """Refunded shipping with tax: lines of its own in newer payloads, negative adjustments in older ones."""
    if raw.get("refund_shipping_lines"):
        return sum(
            (
                (money(line, "subtotal_amount", at) or ZERO)
                + (ZERO if included else money(line, "tax_amount", at) or ZERO)
                for at, line in records(raw, "refund_shipping_lines", place)
            ),
            ZERO,
        )
    return -_adjusted(raw, place, "shipping_refund")


def _adjusted(raw: Raw, place: str, kind: str) -> Decimal:
    return sum(
        (
            (money(adjustment, "amount", at) or ZERO) + (money(adjustment, "tax_amount", at) or ZERO)
            for at, adjustment in records(raw, "order_adjustments", place)
            if adjustment.get("kind") == kind
        ),
        ZERO,
    )


def _refunded_money(raw: Raw, place: str, currency: str, worth: Decimal) -> Decimal | None:
    """What was paid back, in shop currency; None where the order does not tell.

    Refund transactions are in the buyer's currency. Where that is another one, the amount follows from goods,
    shipping, duties and discrepancy, but only once all of them succeeded.
    """
    if raw.get("transactions") is None:
        return None
    payments = [
        payment
        for payment in (_payment(one, at, currency) for at, one in records(raw, "transactions", place))
        if payment.kind == "refund"
    ]
    if all(payment.currency == currency for payment in payments):
        return sum((payment.amount for payment in payments if payment.status == "success"), ZERO)
    if all(payment.status == "success" for payment in payments):
        duties = set_money(raw, "total_duties_set", place) or ZERO
        return worth + duties - _adjusted(raw, place, "refund_discrepancy")
    return None


def _shipment(raw: Raw, place: str) -> Shipment:
    quantities: dict[str, Decimal] = {}
    for at, line in records(raw, "line_items", place):
        line_id = required_id(line, at)
        quantities[line_id] = quantities.get(line_id, ZERO) + (number(line, "quantity", at) or ZERO)
    return Shipment(
        id=required_id(raw, place),
        status=_SHIPMENT_STATUSES.get(word(raw, "status", place), "pending"),
        carrier=text(raw, "tracking_company", place),
        tracking_numbers=_first_or_all(raw, "tracking_number", place),
        tracking_urls=_first_or_all(raw, "tracking_url", place),
        at=moment(raw, "created_at", place),
        quantities=quantities,
    )


def _first_or_all(raw: Raw, name: str, place: str) -> tuple[str, ...]:
    """All values of the list, else the single one that older payloads have."""
    found = texts(raw, f"{name}s", place)
    single = text(raw, name, place)
    return found or ((single,) if single else ())
