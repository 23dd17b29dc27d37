"""Date literals such as `LAST_N_DAYS:7` as ranges of days. Days are those of UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from local.salesforce.soql.errors import unexpected
from local.salesforce.soql.tree import DateLiteral
from local.salesforce.values import show_datetime


def day_range(literal: DateLiteral, today: date) -> tuple[date, date]:
    """First day and the day after the last one; ApiError for an unknown literal."""
    number = literal.number
    day = timedelta(days=1)
    ranges = {
        "TODAY": (today, today + day),
        "YESTERDAY": (today - day, today),
        "TOMORROW": (today + day, today + 2 * day),
        "LAST_90_DAYS": (today - 90 * day, today + day),
        "NEXT_90_DAYS": (today + day, today + 91 * day),
        "LAST_N_DAYS": (today - number * day, today + day),
        "NEXT_N_DAYS": (today + day, today + (number + 1) * day),
        "N_DAYS_AGO": (today - number * day, today - (number - 1) * day),
    }
    if literal.name in ranges:
        return ranges[literal.name]
    found = _periods(literal.name, number, today)
    if found is None:
        raise unexpected(literal.name)
    return found


def _periods(name: str, number: int, today: date) -> tuple[date, date] | None:
    week = today - timedelta(days=(today.weekday() + 1) % 7)
    if name.endswith("_WEEK"):
        starts = {"THIS_WEEK": 0, "LAST_WEEK": -1, "NEXT_WEEK": 1}
        start = week + timedelta(weeks=starts[name]) if name in starts else None
        return (start, start + timedelta(weeks=1)) if start else None
    spans = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
    which, _, unit = name.partition("_")
    if unit in spans and which in {"THIS", "LAST", "NEXT"}:
        start = _month(today, spans[unit])
        shift = {"THIS": 0, "LAST": -1, "NEXT": 1}[which] * spans[unit]
        return _shifted(start, shift), _shifted(start, shift + spans[unit])
    if name == "LAST_N_MONTHS":
        return _shifted(_month(today, 1), -number), _month(today, 1)
    if name == "LAST_N_WEEKS":
        return week - timedelta(weeks=number), week
    return None


def _month(today: date, span: int) -> date:
    """The first day of the month, quarter or year."""
    return date(today.year, (today.month - 1) // span * span + 1, 1)


def _shifted(start: date, months: int) -> date:
    index = start.year * 12 + start.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def bounds(literal: DateLiteral, today: date, *, as_date: bool) -> tuple[str, str]:
    """The literal's range as rows hold dates (`as_date`) or times."""
    start, end = day_range(literal, today)
    if as_date:
        return start.isoformat(), end.isoformat()
    return _midnight(start), _midnight(end)


def _midnight(day: date) -> str:
    return show_datetime(datetime.combine(day, time(), UTC))
