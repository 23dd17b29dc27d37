"""EventBridge schedule expressions: rate(...) and cron(...), in UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from local.stack.tree import TemplateError

UNITS = {"minute": 60, "hour": 3600, "day": 86400}
MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
MONTHS = {name: number for number, name in enumerate(MONTH_NAMES, 1)}
WEEKDAYS = {name: number for number, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], 1)}
YEARS_AHEAD = 4


def next_time(expression: str, after: datetime) -> datetime:
    """The first moment after `after` (aware) at which the schedule fires; raises TemplateError for a bad one."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if rate:
        return after + timedelta(seconds=int(rate[1]) * UNITS[rate[2]])
    cron = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)", expression)
    if not cron:
        raise TemplateError(f"{expression!r} is not a schedule expression")
    return next_cron(cron.groups(), after.astimezone(UTC))


def next_cron(fields: tuple[str, ...], after: datetime) -> datetime:
    """Fields: minutes, hours, day of month, month, day of week (1 is Sunday), year; one of the days is `?`."""
    minutes, hours = parse(fields[0], 0, 59), parse(fields[1], 0, 23)
    if (fields[2] == "?") == (fields[4] == "?"):
        raise TemplateError(f"cron({' '.join(fields)}): exactly one of the two days must be ?")
    days = None if fields[2] == "?" else parse(fields[2], 1, 31)
    months = parse(fields[3], 1, 12, MONTHS)
    weekdays = None if fields[4] == "?" else parse(fields[4], 1, 7, WEEKDAYS)
    years = parse(fields[5], 1970, 2199)
    moment = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    day = moment.replace(hour=0, minute=0)
    for _ in range(YEARS_AHEAD * 366):
        weekday = day.isoweekday() % 7 + 1
        if (
            day.year in years
            and day.month in months
            and (days is None or day.day in days)
            and (weekdays is None or weekday in weekdays)
        ):
            times = (
                day.replace(hour=hour, minute=minute) for hour in sorted(hours) for minute in sorted(minutes)
            )
            found = next((time for time in times if time >= moment), None)
            if found is not None:
                return found
        day += timedelta(days=1)
    raise TemplateError(f"cron({' '.join(fields)}) does not fire within {YEARS_AHEAD} years")


def parse(field: str, first: int, last: int, names: Mapping[str, int] | None = None) -> frozenset[int]:
    """Values of a field of numbers, names, lists, ranges and steps; the L, W and # forms are refused."""
    values: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        low, high = bounds(span, first, last, names or {})
        if step and "-" not in span and span != "*":
            high = last
        values.update(range(low, high + 1, int(step or 1)))
    if not values or min(values) < first or max(values) > last:
        raise TemplateError(f"{field!r} is not within {first} to {last}")
    return frozenset(values)


def bounds(span: str, first: int, last: int, names: Mapping[str, int]) -> tuple[int, int]:
    if span == "*":
        return first, last
    low, _, high = span.partition("-")
    try:
        start = names.get(low.upper()) or int(low)
        return start, names.get(high.upper()) or int(high or start)
    except ValueError:
        raise TemplateError(f"{span!r} is not supported in a schedule") from None
