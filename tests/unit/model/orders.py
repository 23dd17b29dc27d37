"""Canonical orders for tests: builders with plain defaults, and hypothesis strategies of hostile ones."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from connector.model import Charge, Customer, Line, Order

PLACED = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ZERO = Decimal(0)


def make_line(id="1", quantity="1", net="10.00", tax="0", **fields):
    quantity = Decimal(quantity)
    given = {
        "id": id,
        "name": f"Product {id}",
        "sku": f"SKU-{id}",
        "product_id": f"9{id}",
        "quantity": quantity,
        "current_quantity": quantity,
        "list_price": Decimal("10.00"),
        "net": Decimal(net),
        "tax": Decimal(tax),
    }
    return Line(**(given | fields))


def make_charge(kind="shipping", net="5.00", tax="0", id="1"):
    return Charge(id=id, kind=kind, name=f"{kind} {id}", net=Decimal(net), tax=Decimal(tax))


def make_order(lines=(), charges=(), total=None, tax_total=None, **fields):
    """An order whose total and tax are what its parts add up to, unless given."""
    lines, charges = tuple(lines), tuple(charges)
    parts = (*lines, *charges)
    taxes = sum((part.tax for part in parts), ZERO) if tax_total is None else Decimal(tax_total)
    whole = sum((part.net for part in parts), ZERO) + taxes
    given = {
        "store": "shop",
        "id": "1001",
        "number": "#1001",
        "status": "open",
        "placed_at": PLACED,
        "updated_at": PLACED,
        "payment_status": "paid",
        "fulfillment_status": "unfulfilled",
        "currency": "EUR",
        "customer": Customer(id="77", email="buyer@example.com", first_name="Ada", last_name="Byron"),
        "lines": lines,
        "charges": charges,
        "total": whole if total is None else Decimal(total),
        "tax_total": taxes,
    }
    return Order(**(given | fields))


def money(low, high, places):
    """Amounts with at most `places` decimals."""
    return st.decimals(Decimal(low), Decimal(high), places=places, allow_nan=False, allow_infinity=False)


QUANTITIES = st.one_of(
    st.integers(0, 12).map(Decimal),
    st.integers(13, 5000).map(Decimal),
    money("0.001", "20", 3),
)


@st.composite
def orders(draw, places=2):
    """Orders with any non-negative total: negative lines and fees, odd quantities, residuals either way."""
    lines = [
        make_line(
            str(index),
            quantity=draw(QUANTITIES),
            net=draw(money("-30", "500", places)),
            tax=draw(money("0", "50", places)),
        )
        for index in range(draw(st.integers(0, 6)))
    ]
    charges = [
        make_charge(
            kind := draw(st.sampled_from(["shipping", "fee", "duty", "tip"])),
            net=draw(money("-60" if kind == "fee" else "0", "60", places)),
            tax=draw(money("0", "9", places)),
            id=str(index),
        )
        for index in range(draw(st.integers(0, 3)))
    ]
    exact = make_order(lines, charges)
    total = max(exact.total + draw(money("-40", "40", places)), ZERO)
    return exact.model_copy(update={"total": total})
