"""Schedules fire when EventBridge fires them."""

from datetime import UTC, datetime

import pytest

from local.stack.cron import next_time
from local.stack.tree import TemplateError

MONDAY = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("rate(1 minute)", datetime(2026, 11, 23, 10, 16, 30, tzinfo=UTC)),
        ("rate(2 hours)", datetime(2026, 11, 23, 12, 15, 30, tzinfo=UTC)),
        ("cron(0 2 * * ? *)", datetime(2026, 11, 24, 2, 0, tzinfo=UTC)),
        ("cron(0/15 * * * ? *)", datetime(2026, 11, 23, 10, 30, tzinfo=UTC)),
        ("cron(15,16 10 * * ? *)", datetime(2026, 11, 23, 10, 16, tzinfo=UTC)),
        ("cron(0 8 ? * MON-FRI *)", datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
        ("cron(0 8 ? * 1 *)", datetime(2026, 11, 29, 8, 0, tzinfo=UTC)),
        ("cron(0 0 1 JAN ? *)", datetime(2027, 1, 1, tzinfo=UTC)),
        ("cron(0 0 29 2 ? *)", datetime(2028, 2, 29, tzinfo=UTC)),
    ],
)
def test_next_time_of_a_schedule(expression: str, expected: datetime) -> None:
    assert next_time(expression, MONDAY) == expected


@pytest.mark.parametrize(
    "expression",
    ["every day", "rate(5 parsecs)", "cron(0 8 * * * *)", "cron(0 8 ? * ? *)", "cron(60 8 * * ? *)",
     "cron(0 8 L * ? *)", "cron(0 8 * * ?)", "cron(0 0 30 2 ? *)"],
)  # fmt: skip
def test_bad_schedule_is_refused(expression: str) -> None:
    with pytest.raises(TemplateError):
        next_time(expression, MONDAY)
