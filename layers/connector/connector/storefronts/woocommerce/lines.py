"""What an order consists of: product lines, shipping, fees and taxes, as WooCommerce tells them.

Line totals are after coupons and without tax, also where prices are shown with tax (`prices_include_tax`).
`price` is a float and never used.
"""

import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from connector.model import Charge, Line, Tax
from connector.storefronts.woocommerce.fields import (
    Raw,
    identity,
    label,
    number,
    plain,
    records,
    required_id,
    required_number,
    text,
)

_ZERO = Decimal(0)
_SIX_PLACES = Decimal("0.000001")
_HUNDRED = Decimal(100)

Rates = Mapping[str, tuple[str, Decimal | None]]
"""Rate id to its label and its fraction."""

# Bundle plugins link a part to its container by the cart keys that both keep: part's key -> container's key.
_CONTAINERS = {"_bundled_by": "_bundle_cart_key", "_composite_parent": "_composite_cart_key"}


def read_taxes(raw: Raw) -> tuple[tuple[Tax, ...], Rates]:
    """The order's tax per rate, shipping tax included, and the rates for the lines to name."""
    taxes: list[Tax] = []
    rates: dict[str, tuple[str, Decimal | None]] = {}
    for index, line in enumerate(records(raw, "tax_lines")):
        place = f"tax_lines[{index}]."
        title = label(line, "label", place) or text(line, "rate_code", place) or "Tax"
        rate = None if line.get("rate_percent") is None else number(line, "rate_percent", place) / _HUNDRED
        amount = number(line, "tax_total", place) + number(line, "shipping_tax_total", place)
        taxes.append(Tax(title=title, rate=rate, amount=amount))
        rate_id = identity(line, "rate_id", place)
        if rate_id:
            rates[rate_id] = (title, rate)
    return tuple(taxes), rates


def read_lines(raw: Raw, rates: Rates) -> tuple[Line, ...]:
    """The product lines, each with its own name and price, so that a deleted product does not matter."""
    items = records(raw, "line_items")
    metas = [records(item, "meta_data", f"line_items[{index}].") for index, item in enumerate(items)]
    containers = _containers(items, metas)
    return tuple(
        _line(item, meta, f"line_items[{index}].", rates, containers)
        for index, (item, meta) in enumerate(zip(items, metas, strict=True))
    )


def _line(
    raw: Raw, meta: list[dict[str, object]], place: str, rates: Rates, containers: Mapping[str, str]
) -> Line:
    line_id = required_id(raw, "id", place)
    quantity = required_number(raw, "quantity", place)
    net = required_number(raw, "total", place)
    # An edit in the shop may raise the total above the subtotal: that is no negative discount.
    before = net if raw.get("subtotal") is None else max(number(raw, "subtotal", place), net)
    sku = text(raw, "sku", place)
    name, variant = _named(label(raw, "name", place), label(raw, "parent_name", place))
    return Line(
        id=line_id,
        name=name or sku or f"Item {line_id}",
        variant=variant,
        sku=sku,
        product_id=identity(raw, "product_id", place),
        variant_id=identity(raw, "variation_id", place),
        quantity=quantity,
        current_quantity=quantity,
        list_price=_unit_price(before, quantity),
        discount=before - net,
        net=net,
        tax=number(raw, "total_tax", place),
        taxes=_shares(raw, place, rates),
        parent_id=_parent(meta, containers),
        properties=_properties(meta),
    )


def _unit_price(amount: Decimal, quantity: Decimal) -> Decimal:
    """Exact where it has six decimals or fewer; the whole amount for a quantity of 0."""
    price = amount / quantity if quantity else amount
    exponent = price.as_tuple().exponent
    exact = isinstance(exponent, int) and exponent >= -6
    return price if exact else price.quantize(_SIX_PLACES, ROUND_HALF_UP)


def _named(name: str | None, parent_name: str | None) -> tuple[str | None, str | None]:
    """Product and variation: "Tee" and "M, Red" of the line "Tee - M, Red", whose product is called "Tee"."""
    if not name or not parent_name or not name.startswith(f"{parent_name} - "):
        return name, None
    return parent_name, name[len(parent_name) + 3 :]


def _properties(meta: list[dict[str, object]]) -> dict[str, str]:
    """What the buyer chose or typed; a leading underscore marks what plugins keep for themselves."""
    properties: dict[str, str] = {}
    for entry in meta:
        key = entry.get("key")
        if type(key) is not str or not key or key.startswith("_"):
            continue
        title = plain(_as_text(entry.get("display_key"))) or key
        value = plain(_as_text(entry.get("display_value", entry.get("value"))))
        properties[title] = f"{properties[title]}, {value}" if title in properties else value
    return properties


def _as_text(value: object) -> str:
    """A meta value, which may be any JSON, as text."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    return str(value) if type(value) in (int, Decimal) else json.dumps(value, default=str, ensure_ascii=False)


def _containers(items: list[dict[str, object]], metas: list[list[dict[str, object]]]) -> dict[str, str]:
    """Cart key to line id, of all lines that are containers of a bundle."""
    keys = _CONTAINERS.values()
    return {
        f"{entry['key']}:{entry.get('value')}": str(item.get("id"))
        for item, meta in zip(items, metas, strict=True)
        for entry in meta
        if entry.get("key") in keys
    }


def _parent(meta: list[dict[str, object]], containers: Mapping[str, str]) -> str | None:
    if not containers:
        return None
    for entry in meta:
        container = _CONTAINERS.get(str(entry.get("key")))
        if container:
            return containers.get(f"{container}:{entry.get('value')}")
    return None


def _shares(raw: Raw, place: str, rates: Rates) -> tuple[Tax, ...]:
    """The line's tax per rate, as precise as WooCommerce keeps it; rates without an amount are left out."""
    shares: list[Tax] = []
    for index, share in enumerate(records(raw, "taxes", place)):
        inner = f"{place}taxes[{index}]."
        amount = number(share, "total", inner)
        if amount:
            title, rate = rates.get(identity(share, "id", inner) or "", ("Tax", None))
            shares.append(Tax(title=title, rate=rate, amount=amount))
    return tuple(shares)


def read_charges(raw: Raw, rates: Rates) -> tuple[Charge, ...]:
    """Shipping lines and fees. A negative fee stays one; negative shipping is a discount, thus a fee, too."""
    shipping = [
        _charge(line, f"shipping_lines[{index}].", rates, "method_title")
        for index, line in enumerate(records(raw, "shipping_lines"))
    ]
    fees = [
        _charge(line, f"fee_lines[{index}].", rates, "name")
        for index, line in enumerate(records(raw, "fee_lines"))
    ]
    return (*shipping, *fees)


def _charge(raw: Raw, place: str, rates: Rates, title: str) -> Charge:
    net = required_number(raw, "total", place)
    shipping = title == "method_title"
    name = label(raw, title, place) or (text(raw, "method_id", place) or "Shipping" if shipping else "Fee")
    return Charge(
        id=required_id(raw, "id", place),
        kind="shipping" if shipping and net >= 0 else "fee",
        name=name,
        net=net,
        tax=number(raw, "total_tax", place),
        taxes=_shares(raw, place, rates),
    )
