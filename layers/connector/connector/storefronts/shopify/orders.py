"""From a Shopify order, in the shape of its webhooks, to the canonical order. Pure."""

import json
from decimal import Decimal
from typing import TypeVar

from connector.errors import Parked
from connector.model import Address, Customer, Order
from connector.model.order import OrderStatus
from connector.storefronts.shopify.fields import (
    ZERO,
    Raw,
    flag,
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
    unreadable,
    word,
)
from connector.storefronts.shopify.goods import Figures, read_goods, read_taxes
from connector.storefronts.shopify.movements import read_payments, read_refunds, read_shipments, sum_received

_T = TypeVar("_T")

TEST_ORDER = "820982911946154508"
"""The order in the admin's test notifications (#9999)."""

_NEEDED = ("line_items", "total_price", "currency", "created_at", "updated_at")


def read_body(body: bytes) -> dict[str, object]:
    """A webhook's body with fractions as `Decimal`; raises `Parked` if it is no JSON object."""
    try:
        found = json.loads(body, parse_float=Decimal)
    except ValueError:
        raise Parked("unreadable", "the body is not JSON", "Report this message.") from None
    if type(found) is not dict:
        raise unreadable("body", "an object", found)
    return found


def is_whole(raw: Raw) -> bool:
    """Whether the order itself is there, not just its id (over-size) or chosen fields (`includeFields`)."""
    return all(raw.get(name) is not None for name in _NEEDED)


def read_order(raw: dict[str, object], store: str, shop_url: str) -> Order:
    """The canonical order; `shop_url` is the base of its links. Raises `Parked` naming the field at fault."""
    order_id = required_id(raw)
    currency = _required(text(raw, "currency"), "currency", "a text")
    updated_at = _required(moment(raw, "updated_at"), "updated_at", "a time")
    placed_at = moment(raw, "processed_at") or moment(raw, "created_at") or updated_at
    cancelled_at = moment(raw, "cancelled_at")
    included = flag(raw, "taxes_included")
    figures = Figures(
        total=_required(money(raw, "total_price"), "total_price", "a number"),
        tax=money(raw, "total_tax") or ZERO,
        discount=money(raw, "total_discounts") or ZERO,
        included=included,
    )
    goods = read_goods(raw, figures)
    payments = read_payments(raw, currency)
    refunds = read_refunds(raw, currency, included)
    billing = _address(raw, "billing_address")
    shipping = _address(raw, "shipping_address")
    company = part(raw, "company") or {}
    return Order(
        store=store,
        id=order_id,
        number=_number(raw, order_id),
        status=_status(raw, cancelled_at is not None),
        test=flag(raw, "test") or order_id == TEST_ORDER,
        placed_at=placed_at,
        updated_at=updated_at,
        cancelled_at=cancelled_at,
        cancel_reason=word(raw, "cancel_reason"),
        payment_status=word(raw, "financial_status") or "pending",
        fulfillment_status=word(raw, "fulfillment_status") or "unfulfilled",
        currency=currency,
        presentment_currency=text(raw, "presentment_currency"),
        presentment_total=set_money(raw, "total_price_set", currency="presentment_money"),
        taxes_included=included,
        customer=_customer(raw, billing, shipping, shop_url),
        email=_email(text(raw, "email") or text(raw, "contact_email")),
        phone=text(raw, "phone"),
        billing=billing,
        shipping=shipping,
        lines=goods.lines,
        charges=goods.charges,
        taxes=read_taxes(raw),
        payments=payments,
        refunds=refunds,
        shipments=read_shipments(raw),
        total=figures.total,
        current_total=money(raw, "current_total_price"),
        tax_total=figures.tax,
        subtotal=money(raw, "subtotal_price") or ZERO,
        discount_total=figures.discount,
        refunded_total=sum((refund.money or ZERO for refund in refunds), ZERO),
        paid_total=sum_received(payments, currency) if payments else None,
        gift_card_total=sum_received(payments, currency, stored_value=True),
        discount_codes=tuple(
            code for at, discount in records(raw, "discount_codes") if (code := text(discount, "code", at))
        ),
        payment_methods=texts(raw, "payment_gateway_names"),
        channel=text(raw, "source_name"),
        location=identity(raw, "location_id"),
        company_id=identity(company, "id", "company."),
        company_location_id=identity(company, "location_id", "company."),
        po_number=text(raw, "po_number"),
        note=text(raw, "note"),
        tags=_tags(raw),
        url=f"{shop_url}/admin/orders/{order_id}",
        attributes=raw,
    )


def _required(value: _T | None, name: str, expected: str) -> _T:
    if value is None:
        raise unreadable(name, expected, None)
    return value


def _number(raw: Raw, order_id: str) -> str:
    """What people call the order: its name has the merchant's prefix and suffix."""
    count = number(raw, "order_number")
    return text(raw, "name") or (order_id if count is None else f"#{count}")


def _status(raw: Raw, cancelled: bool) -> OrderStatus:
    if cancelled:
        return "cancelled"
    return "closed" if moment(raw, "closed_at") else "open"


def _customer(raw: Raw, billing: Address | None, shipping: Address | None, shop_url: str) -> Customer:
    """The buyer; without a customer record (guests, tills, redaction) as far as the order knows it."""
    known = part(raw, "customer") or {}
    customer_id = record_id(known, "customer.")
    first, last = text(known, "first_name", "customer."), text(known, "last_name", "customer.")
    named = billing if billing and billing.name else shipping
    if named and not (first or last):
        first, last = named.first_name, named.last_name
    email = text(known, "email", "customer.") or text(raw, "email") or text(raw, "contact_email")
    return Customer(
        id=customer_id,
        email=_email(email),
        phone=text(known, "phone", "customer.") or text(raw, "phone"),
        first_name=first,
        last_name=last,
        company=billing.company if billing else None,
        accepts_marketing=flag(raw, "buyer_accepts_marketing"),
        tags=_tags(known, "customer."),
        note=text(known, "note", "customer."),
        url=f"{shop_url}/admin/customers/{customer_id}" if customer_id else None,
    )


def _address(raw: Raw, name: str) -> Address | None:
    """An address; None for pick-up, digital and till orders, and for one of which nothing is left."""
    given, place = part(raw, name), f"{name}."
    if not given:
        return None
    streets = (text(given, "address1", place), text(given, "address2", place))
    address = Address(
        first_name=text(given, "first_name", place),
        last_name=text(given, "last_name", place),
        company=text(given, "company", place),
        street="\n".join(street for street in streets if street) or None,
        city=text(given, "city", place),
        state=text(given, "province", place),
        state_code=text(given, "province_code", place),
        postal_code=text(given, "zip", place),
        country=text(given, "country", place),
        country_code=text(given, "country_code", place),
        phone=text(given, "phone", place),
    )
    return address if any(value for _, value in address) else None


def _email(given: str | None) -> str | None:
    return given.lower() if given else None


def _tags(raw: Raw, place: str = "") -> tuple[str, ...]:
    """Tags, which webhooks write as one text with commas."""
    return tuple(tag.strip() for tag in (text(raw, "tags", place) or "").split(",") if tag.strip())
