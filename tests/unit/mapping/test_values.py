"""Values as Salesforce takes them."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.mapping.values import Fit, render


@given(st.text(st.characters(codec="utf-8")), st.integers(1, 40))
def test_text_fits_however_its_characters_are_counted(text, length):
    cut = render(text, Fit(length)) or ""
    assert len(cut.encode("utf-16-le")) // 2 <= length
    cut.encode("utf-8")


def test_text_is_cut_at_the_length_and_not_before():
    assert render("abcdef", Fit(6)) == "abcdef"
    assert render("abcdefg", Fit(6)) == "abcdef"


def test_an_emoji_is_never_halved():
    assert render("ab😀", Fit(3)) == "ab"
    assert render("ab😀", Fit(4)) == "ab😀"


@pytest.mark.parametrize("fit", [Fit(), Fit(3)])
def test_half_of_a_surrogate_pair_does_not_reach_salesforce(fit):
    rendered = render("a\ud83d and more", fit)
    rendered.encode("utf-8")


def test_control_characters_go_and_line_feeds_stay():
    assert render("a\x00b\x1fc\nd\te\x7f") == "abc\nd\te"


@pytest.mark.parametrize("text", ["", "\x00"])
def test_empty_text_is_no_value(text):
    assert render(text) is None


@pytest.mark.parametrize(
    ("number", "scale", "rendered"),
    [
        ("10.005", 2, 10.01),
        ("-10.005", 2, -10.01),
        ("10.00", 2, 10),
        ("0.125", 3, 0.125),
        ("2.5", 0, 3),
        ("0.1", None, 0.1),
        ("0.1234567", None, 0.123457),
        ("1E+3", 2, 1000),
        ("999999999999.99", 2, 999999999999.99),
    ],
)
def test_number_is_rounded_half_up_to_the_fields_scale(number, scale, rendered):
    assert render(Decimal(number), Fit(scale=scale)) == rendered


@given(st.decimals(-(10**13), 10**13, places=2))
def test_money_stands_in_the_json_exactly(amount):
    assert Decimal(json.dumps(render(amount, Fit(scale=2)))) == amount


def test_amount_in_whole_units_is_an_integer():
    assert json.dumps(render(Decimal("5.00"))) == "5"


def test_moment_is_utc_without_fractions():
    moment = datetime(2026, 11, 20, 12, 0, 1, 999999, tzinfo=timezone(timedelta(hours=2)))
    assert render(moment) == "2026-11-20T10:00:01Z"
    assert render(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00Z"


def test_day_is_iso():
    assert render(date(2026, 1, 2)) == "2026-01-02"


def test_flag_stays_a_flag():
    assert render(False) is False


def test_list_is_joined_as_multi_picklists_are():
    assert render(("a", "b"), Fit(4)) == "a; b"
    assert render(()) is None
