"""What a Shopify order sells: lines, and the charges beside them, so that they add up to the order's total.

`total_price` is the truth. Shopify leaves open in some orders which figures lead to it (edits, unallocated
discounts, cash rounding), so several readings are tried and the first that leaves nothing is taken; if none
does, the plain one stands and the order shows a residual.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from connector.model import Charge, Line, Tax
from connector.model.allocation import deduct
from connector.storefronts.shopify.fields import (
    ZERO,
    Raw,
    elements,
    flag,
    identity,
    money,
    number,
    part,
    record_id,
    records,
    required_id,
    set_money,
    text,
    unreadable,
)


@dataclass(frozen=True, slots=True)
class Figures:
    """The order's own amounts in shop currency. `included`: prices contain tax."""

    total: Decimal
    tax: Decimal
    discount: Decimal
    included: bool


@dataclass(frozen=True, slots=True)
class Goods:
    """Lines and charges of one reading."""

    lines: tuple[Line, ...]
    charges: tuple[Charge, ...]

    @property
    def worth(self) -> Decimal:
        """All nets."""
        lines = sum((line.net for line in self.lines), ZERO)
        return lines + sum((charge.net for charge in self.charges), ZERO)


@dataclass(frozen=True, slots=True)
class Basis:
    """How amounts are read: `current` takes what edits left, `stated` counts the lines' `total_discount`."""

    included: bool
    current: bool = False
    stated: bool = False


def read_goods(raw: Raw, figures: Figures) -> Goods:
    """Lines and charges of an order. Raises `Parked` for a field of a wrong kind."""
    ordered = _read(raw, Basis(figures.included))
    if _left(ordered, figures) == 0:
        return ordered
    readings: Iterable[Callable[[], Goods]] = (
        lambda: ordered,
        lambda: _read(raw, Basis(figures.included, current=True)),
        lambda: _with_stated_discounts(raw, figures),
    )
    for reading in readings:
        exact = _exact(reading(), raw, figures)
        if exact is not None:
            return exact
    return ordered


def read_taxes(raw: Raw, place: str = "") -> tuple[Tax, ...]:
    """The tax lines of a record, one per rate."""
    if not raw.get("tax_lines"):
        return ()
    return tuple(
        Tax(
            title=text(tax, "title", at) or "Tax",
            rate=number(tax, "rate", at),
            amount=money(tax, "price", at) or ZERO,
        )
        for at, tax in records(raw, "tax_lines", place)
    )


def _left(goods: Goods, figures: Figures) -> Decimal:
    return figures.total - goods.worth - figures.tax


def _exact(goods: Goods, raw: Raw, figures: Figures) -> Goods | None:
    """The goods if they lead to the total; the rounding of cash payments joins if that is what is left."""
    left = _left(goods, figures)
    if left == 0:
        return goods
    if left == set_money(raw, "total_cash_rounding_payment_adjustment_set"):
        rounding = Charge(id="cash_rounding", kind="fee", name="Cash rounding", net=left)
        return Goods(goods.lines, (*goods.charges, rounding))
    return None


def _read(raw: Raw, basis: Basis) -> Goods:
    lines: list[Line] = []
    tips: list[Charge] = []
    for place, line in records(raw, "line_items"):
        if _is_tip(line, place):
            tips.append(_tip_of_line(line, place, basis))
        else:
            lines.append(_line(line, place, basis))
    shipping = [
        _shipping(line, place, basis)
        for place, line in records(raw, "shipping_lines")
        if not (basis.current and flag(line, "is_removed", place))
    ]
    return Goods(tuple(lines), (*shipping, *_order_charges(raw, basis, tips)))


def _line(line: Raw, place: str, basis: Basis) -> Line:
    ordered = _quantity(line, "quantity", place)
    left = _quantity(line, "current_quantity", place, absent=ordered)
    quantity = left if basis.current else ordered
    price = _price(line, place)
    taxes = read_taxes(line, place) if quantity else ()
    tax = sum((one.amount for one in taxes), ZERO)
    discount = _line_discount(line, place, basis) if quantity else ZERO
    variant_title = text(line, "variant_title", place)
    return Line(
        id=required_id(line, place),
        name=text(line, "title", place) or text(line, "name", place) or "Unnamed product",
        variant=None if variant_title == "Default Title" else variant_title,
        sku=text(line, "sku", place),
        product_id=identity(line, "product_id", place),
        variant_id=identity(line, "variant_id", place),
        quantity=quantity,
        current_quantity=left,
        list_price=price,
        discount=discount,
        net=price * quantity - discount - (tax if basis.included else ZERO),
        tax=tax,
        taxes=taxes,
        gift_card=flag(line, "gift_card", place),
        requires_shipping=flag(line, "requires_shipping", place, absent=True),
        parent_id=identity(line, "sales_line_item_group_id", place),
        properties=dict(_properties(line, place)),
    )


def _quantity(line: Raw, name: str, place: str, absent: Decimal = ZERO) -> Decimal:
    found = number(line, name, place)
    return absent if found is None else found


def _price(line: Raw, place: str) -> Decimal:
    found = money(line, "price", place)
    if found is None:
        raise unreadable(place + "price", "a number", None)
    return found


def _allocated(raw: Raw, place: str) -> Decimal:
    """The discount that hits a line: its allocations; `total_discount` leaves most of them out."""
    if not raw.get("discount_allocations"):
        return ZERO
    found = (money(part, "amount", at) or ZERO for at, part in records(raw, "discount_allocations", place))
    return sum(found, ZERO)


def _line_discount(line: Raw, place: str, basis: Basis) -> Decimal:
    allocated = _allocated(line, place)
    return max(allocated, money(line, "total_discount", place) or ZERO) if basis.stated else allocated


def _properties(line: Raw, place: str) -> Iterator[tuple[str, str]]:
    for _, property_ in records(line, "properties", place):
        name, value = property_.get("name"), property_.get("value")
        if name is not None and value is not None:
            yield str(name), str(value)


def _is_tip(line: Raw, place: str) -> bool:
    """Whether this is a tip of an older order: a line that is titled so, of no product, not to be shipped."""
    return (
        line.get("title") == "Tip"
        and line.get("product_id") is None
        and not flag(line, "requires_shipping", place, absent=True)
        and not flag(line, "gift_card", place)
    )


def _tip_of_line(line: Raw, place: str, basis: Basis) -> Charge:
    read = _line(line, place, basis)
    return Charge(
        id=read.id,
        kind="tip",
        name=read.name,
        net=read.net,
        tax=read.tax,
        taxes=read.taxes,
        discount=read.discount,
    )


def _shipping(line: Raw, place: str, basis: Basis) -> Charge:
    price = _price(line, place)
    discount = _allocated(line, place)
    taxes = read_taxes(line, place)
    tax = sum((one.amount for one in taxes), ZERO)
    return Charge(
        id=record_id(line, place) or place,
        kind="shipping",
        name=text(line, "title", place) or "Shipping",
        net=price - discount - (tax if basis.included else ZERO),
        tax=tax,
        taxes=taxes,
        discount=discount,
    )


def _order_charges(raw: Raw, basis: Basis, tips: list[Charge]) -> Iterator[Charge]:
    """Tips, duties and fees. A tip among the lines is not counted again as `total_tip_received`."""
    yield from tips
    tip = money(raw, "total_tip_received")
    if tip and not tips:
        yield Charge(id="tip", kind="tip", name="Tip", net=tip)
    duties = None if flag(raw, "duties_included") else _duties(raw, basis)
    if duties:
        taxes = tuple(tax for _, duty in _line_duties(raw) for tax in read_taxes(duty))
        tax = sum((one.amount for one in taxes), ZERO)
        yield Charge(id="duties", kind="duty", name="Duties", net=duties, tax=tax, taxes=taxes)
    fees = _edited_money(raw, "total_additional_fees_set", basis)
    if fees:
        yield Charge(id="additional_fees", kind="fee", name="Additional fees", net=fees)


def _duties(raw: Raw, basis: Basis) -> Decimal:
    total = _edited_money(raw, "total_duties_set", basis)
    if total is not None:
        return total
    return sum((_duty_amount(duty, place) for place, duty in _line_duties(raw)), ZERO)


def _line_duties(raw: Raw) -> Iterator[tuple[str, dict[str, object]]]:
    for place, line in records(raw, "line_items"):
        if elements(line, "duties", place):
            yield from records(line, "duties", place)


def _duty_amount(duty: Raw, place: str) -> Decimal:
    shop = part(duty, "shop_money", place)
    return (number(shop, "amount", f"{place}shop_money.") if shop else None) or ZERO


def _edited_money(raw: Raw, name: str, basis: Basis) -> Decimal | None:
    """A total that Shopify gives at creation (`original_`) and after edits (`current_`)."""
    original = set_money(raw, f"original_{name}")
    return set_money(raw, f"current_{name}") if basis.current and original is not None else original


def _with_stated_discounts(raw: Raw, figures: Figures) -> Goods:
    """The goods when `total_discounts` says more than the allocations: the lines bear the rest in proportion.

    Old orders and Shopify's published #9999 state discounts without allocating them.
    """
    goods = _read(raw, Basis(figures.included, stated=True))
    known = sum((line.discount for line in goods.lines), ZERO)
    known += sum((charge.discount for charge in goods.charges), ZERO)
    missing = figures.discount - known
    if missing <= 0:
        return goods
    nets, _ = deduct([max(line.net, ZERO) for line in goods.lines], missing)
    lines = (
        line.model_copy(update={"net": net, "discount": line.discount + line.net - net})
        for line, net in zip(goods.lines, nets, strict=True)
    )
    return Goods(tuple(lines), goods.charges)
