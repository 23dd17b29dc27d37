"""Refunds: the order shows a summary with a negative total; the refund itself is a record of its own.

A refund of money alone has no lines. A full refund moves the order to `refunded`; a partial one leaves its status.
"""

from datetime import datetime
from decimal import Decimal
from random import Random

from local.storefronts.amounts import ZERO, rounded, share, unit
from local.storefronts.payload import Json, copied
from local.storefronts.woocommerce.changes import touch
from local.storefronts.woocommerce.money import rate_of, read, total, write
from local.storefronts.woocommerce.placing import site_times

_REFUNDED = "_restock_refunded_items"
"""The line's own note of how many units came back."""


def refund(rng: Random, order: Json, at: datetime) -> Json:
    """Some units, an amount, or everything that is left goes back."""
    return refund_with_record(rng, order, at)[0]


def refund_with_record(rng: Random, order: Json, at: datetime) -> tuple[Json, Json | None]:
    """The newer order and the refund as `GET /orders/{id}/refunds` shows it; None if nothing can be refunded."""
    newer = touch(rng, order, at)
    left = read(order["total"]) + total(order["refunds"], "total")
    if left <= 0 or not order["date_paid_gmt"] or order["status"] in ("trash", "refunded"):
        return newer, None
    lines, reason = _choose(rng, newer, left)
    worth = -total(lines, "total") - total(lines, "total_tax")
    amount = worth if lines else _amount(rng, order, left)
    record = _record(newer, at, amount, reason, lines)
    newer["refunds"].append(
        {
            "id": record["id"],
            "reason": reason,
            "total": write(-amount, order["currency"]),
            "total_tax": write(total(lines, "total_tax"), order["currency"]),
        }
    )
    if amount == left:
        newer |= {"status": "refunded", "is_editable": False, "needs_payment": False}
    return newer, record


def summary_record(order: Json, summary: Json) -> Json:
    """A refund of which only the order's summary is known, as one without lines."""
    at = datetime.fromisoformat(order["date_modified_gmt"] + "+00:00")
    return _record(order, at, -read(summary["total"]), summary["reason"], []) | {"id": summary["id"]}


def _choose(rng: Random, order: Json, left: Decimal) -> tuple[list[Json], str]:
    """Lines of the refund: none for a refund of money alone."""
    candidates = [line for line in order["line_items"] if isinstance(line["quantity"], int)]
    line = rng.choice(candidates) if candidates else None
    if line is None or rng.random() < 0.4:
        return [], "Goodwill"
    done = _refunded_units(line)
    units = rng.randint(0, line["quantity"] - done)
    if not units:
        return [], "Goodwill"
    entry = _line(order, line, done, units)
    if -read(entry["total"]) - read(entry["total_tax"]) > left:
        return [], "Goodwill"
    _note_units(line, done + units)
    return [entry], "Damaged"


def _amount(rng: Random, order: Json, left: Decimal) -> Decimal:
    if rng.random() < 0.3:
        return left
    return min(left, max(rounded(read(order["total"]) / 10, order["currency"]), unit(order["currency"])))


def _line(order: Json, line: Json, done: int, units: int) -> Json:
    currency = order["currency"]

    def part(amount: object) -> Decimal:
        return -share(read(amount), done, done + units, line["quantity"], currency)

    taxes = [{"id": tax["id"], "total": write(part(tax["total"]), currency)} for tax in line["taxes"]]
    for tax in taxes:
        tax["subtotal"] = tax["total"]
    tax_sum, net = total(taxes, "total"), part(line["total"])
    identity = line["id"] * 10 + done
    note = {"key": "_refunded_item_id", "value": str(line["id"])}
    note |= {"display_key": note["key"], "display_value": note["value"]}
    return copied(line) | {
        "id": identity,
        "quantity": -units,
        "subtotal": write(net, currency),
        "subtotal_tax": write(tax_sum, currency),
        "total": write(net, currency),
        "total_tax": write(tax_sum, currency),
        "taxes": taxes,
        "meta_data": [{"id": identity * 10, **note}],
    }


def _record(order: Json, at: datetime, amount: Decimal, reason: str, lines: list[Json]) -> Json:
    identity = order["id"] * 100 + len(order["refunds"]) + 1
    created = site_times(at, "created")
    kind = {"id": identity * 10, "key": "_refund_type", "value": "partial"}
    return {
        "id": identity,
        **created,
        "amount": write(amount, order["currency"]),
        "reason": reason,
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": [kind],
        "line_items": lines,
        "shipping_lines": [],
        "tax_lines": _tax_lines(order, identity, lines),
        "fee_lines": [],
    }


def _tax_lines(order: Json, refund_id: int, lines: list[Json]) -> list[Json]:
    found = []
    for index, tax in enumerate(tax for line in lines for tax in line["taxes"]):
        rate = rate_of(tax["id"])
        found.append(
            {
                "id": refund_id * 10 + index,
                "rate_code": rate.code,
                "rate_id": rate.id,
                "label": rate.label,
                "compound": False,
                "tax_total": tax["total"],
                "shipping_tax_total": write(ZERO, order["currency"]),
                "rate_percent": float(rate.rate * 100),
                "meta_data": [],
            }
        )
    return found


def _refunded_units(line: Json) -> int:
    notes = [int(note["value"]) for note in line["meta_data"] if note["key"] == _REFUNDED]
    return notes[0] if notes else 0


def _note_units(line: Json, units: int) -> None:
    kept = [note for note in line["meta_data"] if note["key"] != _REFUNDED]
    note = {"key": _REFUNDED, "value": str(units), "display_key": _REFUNDED, "display_value": str(units)}
    line["meta_data"] = [*kept, {"id": line["id"] * 10 + 9, **note}]
