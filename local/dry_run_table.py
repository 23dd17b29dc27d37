"""A dry run's report for people."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from connector.sync.preview.report import (
    Action,
    FieldPreview,
    OrderPreview,
    RecordPreview,
    Report,
    SharedPreview,
)

WIDTH = 110
CANDIDATES_SHOWN = 5
LONGEST_VALUE = 60
MAIN_LINES = 3
"""Of what would be created: the first record of an order or a buyer gets so many lines, the others one."""

_MARKS: dict[Action, str] = {"change": "~", "delete": "-"}


def show(report: Report, show_values: bool) -> str:
    """The whole report; values of personal fields only if they are to be shown."""
    lines = [
        f"Dry run of {report.store}: the newest {_counted(len(report.orders), 'order')}. Nothing was written."
    ]
    lines += [f"Note: {remark}" for remark in report.remarks]
    for order in report.orders:
        lines += ["", *_order_lines(order, show_values)]
    if report.shared:
        lines += ["", "What the orders share with others:"]
    for shared in report.shared:
        lines += _shared_lines(shared, show_values)
    return "\n".join([*lines, "", *_summary(report)])


def _order_lines(order: OrderPreview, show_values: bool) -> Iterator[str]:
    yield f"Order {order.number or order.id} ({order.id}): {order.outcome}"
    if order.problem is not None:
        yield f"  would be parked: {order.problem.message}"
        yield f"  {order.problem.next_step}"
    for remark in order.remarks:
        yield f"  note: {remark}"
    yield from _record_lines(order.records, show_values)


def _shared_lines(shared: SharedPreview, show_values: bool) -> Iterator[str]:
    yield f"{shared.entity} {shared.id} ({_counted(len(shared.orders), 'order')})"
    yield from _record_lines(shared.records, show_values)
    for candidate in shared.candidates[:CANDIDATES_SHOWN]:
        yield f"  may be the same: {candidate.object} {candidate.salesforce_id} has the same {candidate.same}"
    if len(shared.candidates) > CANDIDATES_SHOWN:
        yield f"  and {len(shared.candidates) - CANDIDATES_SHOWN} more"


def _record_lines(records: Sequence[RecordPreview], show_values: bool) -> Iterator[str]:
    """What is created in short, what changes field by field, what is left as a count for each object."""
    for number, record in enumerate(records):
        if record.action == "create":
            yield from _creation(record, show_values, most_lines=1 if number else MAIN_LINES)
        elif record.action == "link":
            yield f"  @ {record.object} {record.key} is {record.salesforce_id} already{_keyed(record)}"
        elif record.action != "leave":
            yield f"  {_MARKS[record.action]} {record.object} {record.key} ({record.salesforce_id})"
            yield from (f"      {_changed(field, show_values)}" for field in record.fields)
    left = Counter(record.object for record in records if record.action == "leave")
    if left:
        yield f"  = {', '.join(f'{count} {name}' for name, count in left.items())} unchanged"


def _keyed(record: RecordPreview) -> str:
    """People's own record is left as it is, but for our key."""
    return ", and gets our key" if record.fields else ""


def _creation(record: RecordPreview, show_values: bool, most_lines: int) -> list[str]:
    fields = ", ".join(_created(field, show_values) for field in record.fields)
    return textwrap.wrap(
        f"+ {record.object} {record.key}: {fields}",
        WIDTH,
        initial_indent="  ",
        subsequent_indent="      ",
        break_on_hyphens=False,
        max_lines=most_lines,
        placeholder=f" ... ({len(record.fields)} fields)",
    )


def _created(field: FieldPreview, show_values: bool) -> str:
    if field.personal and not show_values:
        return f"{field.name} (set)"
    return f"{field.name} {_value(field.new)}"


def _changed(field: FieldPreview, show_values: bool) -> str:
    if field.personal and not show_values:
        return f"{field.name}: {field.what}"
    return f"{field.name}: {_value(field.old)} -> {_value(field.new)}"


def _value(value: object) -> str:
    if value in (None, ""):
        return "(empty)"
    text = " ".join(str(value).split()) if not isinstance(value, bool) else str(value).lower()
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."


def _summary(report: Report) -> Iterator[str]:
    orders, records = report.count_orders(), report.count_records()
    yield (
        f"Orders: {orders['create']} to create, {orders['change']} to change, {orders['leave']} unchanged,"
        f" {orders['parked']} to park, {orders['failed']} failed"
    )
    yield (
        f"Records: {records['create']} to create, {records['change']} to change, {records['link']} to link,"
        f" {records['leave']} unchanged, {records['delete']} to delete"
    )
    people = sum(bool(shared.candidates) for shared in report.shared)
    yield f"Would-be duplicates: {_counted(people, 'buyer')}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
