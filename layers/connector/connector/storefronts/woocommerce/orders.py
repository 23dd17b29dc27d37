"""A WooCommerce order (REST v3) as the canonical order. Pure: no clock, no network."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal

from connector.model import Address, Customer, Order, Payment, Refund
from connector.model.order import OrderStatus
from connector.storefronts.woocommerce.fields import (
    Raw,
    flag,
    identity,
    label,
    moment,
    number,
    part,
    records,
    required_id,
    required_number,
    text,
    unreadable,
)
from connector.storefronts.woocommerce.lines import read_charges, read_lines, read_taxes

_ZERO = Decimal(0)

# What WooCommerce's own statuses mean; any other word is a plugin's, for an order that is being worked on.
# A failed order stays open, since its buyer may pay again.
_STATUSES: Mapping[str, OrderStatus] = {
    "completed": "closed",
    "refunded": "closed",
    "cancelled": "cancelled",
    "checkout-draft": "draft",
    "auto-draft": "draft",
    "trash": "trashed",
}

# Set by WooCommerce's own fulfilments feature, where a shop has switched it on.
_FULFILMENTS = {"fulfilled": "fulfilled", "partially_fulfilled": "partial"}

_PO_NUMBER_KEYS = ("_po_number", "po_number")
_TAX_ID_KEYS = ("_billing_vat_number", "_vat_number")


def read_order(raw: dict[str, object], store: str, url: str, zone: tzinfo) -> Order:
    """The canonical order; `url` is the shop's address, `zone` its time zone (for dates without a GMT twin).

    Raises `Parked("unreadable")` naming a field that is not of the kind that WooCommerce's schema says.
    """
    order_id = required_id(raw, "id")
    status = text(raw, "status") or "pending"
    billing = part(raw, "billing")
    refunds = tuple(_refund(entry, index) for index, entry in enumerate(records(raw, "refunds")))
    refunded = sum((refund.money or _ZERO for refund in refunds), _ZERO)
    placed_at, updated_at = _dates(raw, zone)
    paid_at = moment(raw, "date_paid", zone)
    total = required_number(raw, "total")
    taxes, rates = read_taxes(raw)
    lines = read_lines(raw, rates)
    meta = _meta(raw)
    method = label(raw, "payment_method_title") or text(raw, "payment_method")
    email = _email(billing)
    phone = text(billing, "phone", "billing.")
    return Order(
        store=store,
        id=order_id,
        number=text(raw, "number") or order_id,
        status=_STATUSES.get(status, "open"),
        source_status=status,
        placed_at=placed_at,
        updated_at=updated_at,
        payment_status=_payment_status(status, paid_at, total, refunded),
        fulfillment_status=_fulfillment_status(status, meta),
        currency=_currency(raw),
        taxes_included=flag(raw, "prices_include_tax"),
        customer=_customer(raw, billing, meta, url),
        email=email,
        phone=phone,
        billing=_address(billing, "billing."),
        shipping=_address(part(raw, "shipping"), "shipping."),
        lines=lines,
        charges=read_charges(raw, rates),
        taxes=taxes,
        payments=_payments(raw, order_id, total, paid_at),
        refunds=refunds,
        total=total,
        tax_total=number(raw, "total_tax"),
        subtotal=sum((line.net for line in lines), _ZERO),
        discount_total=number(raw, "discount_total"),
        refunded_total=refunded,
        paid_total=_paid_total(status, paid_at, total),
        discount_codes=_coupons(raw),
        payment_methods=(method,) if method else (),
        channel=text(raw, "created_via"),
        po_number=_first(meta, _PO_NUMBER_KEYS),
        note=text(raw, "customer_note"),
        # WooCommerce redirects this to its own order screen where orders have tables of their own (HPOS).
        url=f"{url}/wp-admin/post.php?post={order_id}&action=edit",
        attributes=raw,
    )


def _dates(raw: Raw, zone: tzinfo) -> tuple[datetime, datetime]:
    created = moment(raw, "date_created", zone)
    modified = moment(raw, "date_modified", zone) or created
    if modified is None:
        raise unreadable("date_modified_gmt", "a date", None)
    return created or modified, modified


def _currency(raw: Raw) -> str:
    currency = text(raw, "currency")
    if currency is None:
        raise unreadable("currency", "an ISO 4217 code", None)
    return currency.upper()


def _customer(raw: Raw, billing: Raw, meta: Mapping[str, object], url: str) -> Customer:
    """The buyer; a guest has customer id 0. The billing address is the buyer's own word on this order."""
    customer_id = identity(raw, "customer_id")
    return Customer(
        id=customer_id,
        email=_email(billing),
        phone=text(billing, "phone", "billing."),
        first_name=text(billing, "first_name", "billing."),
        last_name=text(billing, "last_name", "billing."),
        company=text(billing, "company", "billing."),
        tax_id=_first(meta, _TAX_ID_KEYS),
        url=f"{url}/wp-admin/user-edit.php?user_id={customer_id}" if customer_id else None,
    )


def _email(billing: Raw) -> str | None:
    email = text(billing, "email", "billing.")
    return email.lower() if email else None


def _address(raw: Raw, place: str) -> Address | None:
    """The address; None if it says nothing."""
    parts = {name: text(raw, name, place) for name in _ADDRESS_FIELDS}
    if not any(parts.values()):
        return None
    country = parts["country"].upper() if parts["country"] else None
    state, state_code = _state(parts["state"], country)
    return Address(
        first_name=parts["first_name"],
        last_name=parts["last_name"],
        company=parts["company"],
        street="\n".join(line for line in (parts["address_1"], parts["address_2"]) if line) or None,
        city=parts["city"],
        state=state,
        state_code=state_code,
        postal_code=parts["postcode"],
        country_code=country,
        phone=parts["phone"],
    )


_ADDRESS_FIELDS = (
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "state",
    "postcode",
    "country",
    "phone",
)


def _state(state: str | None, country: str | None) -> tuple[str | None, str | None]:
    """State name and code: codes ("CA", "DE-BE", "JP13") where WooCommerce has a list, else free text."""
    if state is None:
        return None, None
    code = state
    if country and state.startswith(country):
        rest = state[len(country) :]
        code = rest[1:] if rest.startswith("-") else rest if rest.isdigit() else state
    if 0 < len(code) <= 3 and code.isascii() and code.isalnum() and code == code.upper():
        return None, code
    return state, None


def _payment_status(status: str, paid_at: datetime | None, total: Decimal, refunded: Decimal) -> str:
    """WooCommerce has no such field: told from its status, the refunds and the date of payment."""
    if status == "refunded" or (refunded and refunded >= total):
        return "refunded"
    if refunded:
        return "partially_refunded"
    if status == "failed":
        return "failed"
    if paid_at or status == "completed":
        return "paid"
    return "voided" if status == "cancelled" else "pending"


def _paid_total(status: str, paid_at: datetime | None, total: Decimal) -> Decimal:
    """All or nothing: the shop knows of one payment only. Cash on delivery is paid on completion."""
    return total if paid_at or status in ("completed", "refunded") else _ZERO


def _fulfillment_status(status: str, meta: Mapping[str, object]) -> str:
    if status == "completed":
        return "fulfilled"
    return _FULFILMENTS.get(str(meta.get("_fulfillment_status")), "unfulfilled")


def _payments(raw: Raw, order_id: str, total: Decimal, paid_at: datetime | None) -> tuple[Payment, ...]:
    """The one payment that an order tells of, once it is paid; it has no id of its own."""
    if paid_at is None or total <= 0:
        return ()
    payment = Payment(
        id=order_id,
        kind="sale",
        status="success",
        gateway=text(raw, "payment_method") or "unknown",
        amount=total,
        currency=_currency(raw),
        reference=text(raw, "transaction_id"),
        at=paid_at,
    )
    return (payment,)


def _refund(raw: Raw, index: int) -> Refund:
    """A refund's summary: the order tells its amount (negative) and reason, not its lines."""
    place = f"refunds[{index}]."
    return Refund(
        id=required_id(raw, "id", place),
        money=abs(number(raw, "total", place)),
        reason=text(raw, "reason", place),
    )


def _coupons(raw: Raw) -> tuple[str, ...]:
    lines = enumerate(records(raw, "coupon_lines"))
    codes = (text(line, "code", f"coupon_lines[{index}].") for index, line in lines)
    return tuple(code for code in codes if code)


def _meta(raw: Raw) -> dict[str, object]:
    """Meta data by key; of several entries with one key the first."""
    entries = ((entry.get("key"), entry.get("value")) for entry in reversed(records(raw, "meta_data")))
    return {key: value for key, value in entries if isinstance(key, str)}


def _first(meta: Mapping[str, object], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        value = meta.get(key)
        if isinstance(value, str | int) and str(value).strip():
            return str(value).strip()
    return None
