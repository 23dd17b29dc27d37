"""An order as rows of quantity times unit price that add up to its total to the cent.

Salesforce computes an order's total from its rows (Quantity x UnitPrice, two decimals), so exactness is a matter of
what the rows are. The rules are DESIGN's "Money in Salesforce":

- a line's amount is spread over its quantity by largest remainder, in at most two rows;
- discounts are inside the lines; negative fees and a negative residual are taken from the lines like a discount, and
  from the other rows once the lines are used up; no row is negative;
- shipping, fees, tax (when net), duties, tips and a positive residual are rows of their own, on one product per kind;
- a total below zero cannot be a sum of such rows: the rows are then all zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from connector.model.allocation import deduct, from_cents, round_to_sum, spread, to_cents
from connector.model.base import Model
from connector.model.order import ZERO, Line, Order

Amounts = Literal["net", "gross"]
Kind = Literal["product", "shipping", "fee", "tax", "duty", "tip", "residual"]

_KIND_NAMES = {
    "shipping": "Shipping",
    "fee": "Fee",
    "tax": "Tax",
    "duty": "Duties",
    "tip": "Tip",
    "residual": "Rounding and adjustment",
}


class SalesItem(Model):
    """One row. `quantity` x `unit_price` is exact; what the storefront's line really was stands beside it."""

    id: str
    kind: Kind
    line_id: str | None = None
    name: str
    description: str
    variant: str | None = None
    sku: str | None = None
    product_key: str
    price_key: str
    quantity: Decimal
    unit_price: Decimal
    list_price: Decimal | None = None
    discount: Decimal | None = None
    tax: Decimal | None = None
    line_quantity: Decimal | None = None
    current_quantity: Decimal | None = None
    status: str | None = None
    gift_card: bool = False
    properties: str | None = None


class NeededProduct(Model):
    """A product that the rows refer to, as far as an order knows it.

    `price` is 0 always: what one buyer paid is no list price, and whoever masters prices sets it.
    """

    key: str
    price_key: str
    name: str
    code: str
    sku: str | None = None
    product_id: str | None = None
    variant_id: str | None = None
    price: Decimal = ZERO


class Row(NamedTuple):
    """One amount of an order before it is spread."""

    kind: Kind
    id: str
    name: str
    amount: Decimal
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """The rows of an order and the products that they need."""

    items: tuple[SalesItem, ...]
    products: tuple[NeededProduct, ...]


def settle(order: Order, amounts: Amounts, price_suffix: str = "") -> Settlement:
    """The order's rows; `price_suffix` (the currency) tells price entries of one product apart."""
    rows, deductions = _rows(order, amounts)
    cents = _exact_cents(rows, deductions, max(to_cents(order.total), 0))
    items: list[SalesItem] = []
    for row, amount in zip(rows, cents, strict=True):
        if row.line is not None:
            items += _line_items(row.line, amount, to_cents(row.amount), price_suffix)
        elif amount:
            items.append(_charge_item(row, amount, price_suffix))
    return Settlement(tuple(items), tuple(_products(order.lines, items, price_suffix)))


def _rows(order: Order, amounts: Amounts) -> tuple[list[Row], Decimal]:
    """All rows, none negative, and what is to be deducted from them."""
    gross = amounts == "gross"
    rows = [
        Row("product", line.id, line.name, line.gross if gross else line.net, line) for line in order.lines
    ]
    for charge in order.charges:
        amount = charge.gross if gross else charge.net
        rows.append(Row(charge.kind, f"{charge.kind}-{charge.id}", charge.name, amount))
    tax = order.tax_total
    if gross:
        tax -= sum((line.tax for line in order.lines), ZERO) + sum(
            (charge.tax for charge in order.charges), ZERO
        )
    rows.append(Row("tax", "tax", _KIND_NAMES["tax"], tax))
    rows.append(Row("residual", "residual", _KIND_NAMES["residual"], order.residual))
    deductions = -sum((row.amount for row in rows if row.amount < 0), ZERO)
    return [row._replace(amount=max(row.amount, ZERO)) for row in rows], deductions


def _exact_cents(rows: Sequence[Row], deductions: Decimal, total: int) -> list[int]:
    """Each row's hundredths after the deductions; they add up to `total`."""
    lines = [row.amount for row in rows if row.line is not None]
    others = [row.amount for row in rows if row.line is None]
    if deductions:
        lines, deductions = deduct(lines, deductions)
        others, deductions = deduct(others, deductions)
    left = iter(lines), iter(others)
    ordered = [next(left[0] if row.line is not None else left[1]) for row in rows]
    return round_to_sum(ordered, total)


def _line_items(line: Line, cents: int, before: int, price_suffix: str) -> list[SalesItem]:
    rows = _split(line.quantity, cents)
    description = f"{line.name} - {line.variant}" if line.variant else line.name
    return [
        SalesItem(
            id=line.id if index == 0 else f"{line.id}-{index + 1}",
            kind="product",
            line_id=line.id,
            name=line.name,
            description=description,
            variant=line.variant,
            sku=line.sku,
            product_key=line.product_key,
            price_key=line.product_key + price_suffix,
            quantity=quantity,
            unit_price=unit_price,
            list_price=line.list_price,
            discount=line.discount + from_cents(before - cents) if index == 0 else ZERO,
            tax=line.tax if index == 0 else ZERO,
            line_quantity=line.quantity,
            current_quantity=line.current_quantity,
            status="removed" if line.removed else None,
            gift_card=line.gift_card,
            properties="\n".join(f"{name}: {text}" for name, text in line.properties.items()) or None,
        )
        for index, (quantity, unit_price) in enumerate(rows)
    ]


def _split(quantity: Decimal, cents: int) -> list[tuple[Decimal, Decimal]]:
    """Rows of (quantity, unit price) that make exactly `cents`."""
    if quantity > 0 and quantity == quantity.to_integral_value():
        return [(Decimal(count), from_cents(unit)) for count, unit in spread(cents, int(quantity))]
    if quantity > 0 and (quantity * 100) % 1 == 0:
        unit_price = from_cents(to_cents(from_cents(cents) / quantity))
        if unit_price * quantity == from_cents(cents):
            return [(quantity, unit_price)]
    return [(Decimal(1), from_cents(cents))]


def _charge_item(row: Row, cents: int, price_suffix: str) -> SalesItem:
    return SalesItem(
        id=row.id,
        kind=row.kind,
        name=row.name,
        description=row.name,
        product_key=row.kind,
        price_key=row.kind + price_suffix,
        quantity=Decimal(1),
        unit_price=from_cents(cents),
    )


def _products(
    lines: Sequence[Line], items: Iterable[SalesItem], price_suffix: str
) -> Iterable[NeededProduct]:
    by_id = {line.id: line for line in lines}
    seen: set[str] = set()
    for item in items:
        if item.product_key in seen:
            continue
        seen.add(item.product_key)
        line = by_id.get(item.line_id or "")
        if line is None:
            name = _KIND_NAMES[item.kind]
            yield NeededProduct(key=item.product_key, price_key=item.price_key, name=name, code=item.kind)
        else:
            yield NeededProduct(
                key=line.product_key,
                price_key=item.price_key,
                name=line.name,
                code=line.sku or line.product_key,
                sku=line.sku,
                product_id=line.product_id,
                variant_id=line.variant_id,
            )
