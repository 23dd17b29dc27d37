"""Compiled expressions mean what JMESPath means; the connector's own functions do what their names say."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jmespath.visitor import Options

from connector.mapping.expressions import NOTHING, Compiler, Functions
from tests.unit.model.orders import make_charge, make_line, make_order

PARIS = ZoneInfo("Europe/Paris")
VALUES = {"payment": {"paid": "Paid", "1": "one"}}

LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-1, 2), st.sampled_from(["", "a", "b", 0.0, 1.0]))
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)

PATHS = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(".".join)
ATOMS = PATHS | st.sampled_from(
    ["`true`", "`false`", "`null`", "`0`", "`1`", "''", "'a'", "a[0]", "b[]", "length(@)"]
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["||", "&&", "==", "!="]), inner).map(
            "({0[0]} {0[1]} {0[2]})".format
        ),
        inner.map("!({})".format),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
        inner.map("join('-', [{}])".format),
        st.tuples(inner, inner).map("when({0[0]}, {0[1]}) == `1`".format),
    ),
    max_leaves=6,
)


def evaluate(text, scope, zone=PARIS):
    return Compiler(zone, VALUES).compile(text)(scope)


class TestSameAsJmespath:
    @settings(max_examples=500)
    @given(EXPRESSIONS, st.dictionaries(st.sampled_from("abc"), DOCUMENTS, max_size=3))
    def test_closures_give_what_the_library_gives(self, text, document):
        options = Options(custom_functions=Functions(PARIS, VALUES))
        expected = jmespath.compile(text).search(document, options)
        assert repr(evaluate(text, document)) == repr(expected)

    def test_flag_is_not_the_number_one(self):
        assert evaluate("a == `1`", {"a": True}) is False
        assert evaluate("a != `0`", {"a": False}) is True


class TestModels:
    ORDER = make_order(
        [make_line("1", net="20.00"), make_line("2")],
        [make_charge()],
        payment_methods=("card", "gift"),
        tags=("vip",),
    )
    SCOPE = {"order": ORDER, "items": ORDER.lines}

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("order.customer.email", "buyer@example.com"),
            ("order.shipping.city", None),
            ("order.no_such_field", None),
            ("order.number.deeper", None),
            ("order.total == `35`", True),
            ("order.total > `30`", True),
            ("order.lines[1].sku", "SKU-2"),
            ("order.lines[?net > `15`].sku", ["SKU-1"]),
            ("length(order.lines)", 2),
            ("contains(order.tags, 'vip')", True),
            ("order.shipping_total", Decimal("5.00")),
            ("join(', ', order.payment_methods)", "card, gift"),
            ("join(', ', order.lines[].sku)", "SKU-1, SKU-2"),
        ],
    )
    def test_values_of_the_model_are_reached(self, text, value):
        assert evaluate(text, self.SCOPE) == value

    @pytest.mark.parametrize(
        ("text", "value"),
        [("items[0].sku", "SKU-1"), ("join(',', items[].sku)", "SKU-1,SKU-2"), ("length(items)", 2)],
    )
    def test_items_are_a_list_too(self, text, value):
        assert evaluate(text, self.SCOPE) == value

    @pytest.mark.parametrize("text", ["sum(order.lines[].net)", "max(order.lines[].net)", "abs(order.total)"])
    def test_functions_of_numbers_take_money(self, text):
        assert evaluate(text, self.SCOPE) > 0

    def test_money_as_text(self):
        assert evaluate("to_string(order.total)", self.SCOPE) == "35.00"

    @pytest.mark.parametrize("name", ["charged", "copy", "model_dump", "get", "model_fields"])
    def test_python_behind_the_model_is_out_of_reach(self, name):
        assert evaluate(f"order.{name}", self.SCOPE) is None


class TestDate:
    @pytest.mark.parametrize(
        ("zone", "day"),
        [("UTC", "2026-12-31"), ("Europe/Paris", "2027-01-01"), ("America/Los_Angeles", "2026-12-31")],
    )
    def test_day_is_the_stores_day(self, zone, day):
        moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
        assert evaluate("date(a)", {"a": moment}, ZoneInfo(zone)) == day

    def test_summer_time_counts(self):
        assert evaluate("date(a)", {"a": datetime(2026, 7, 1, 22, 30, tzinfo=UTC)}) == "2026-07-02"
        assert evaluate("date(a)", {"a": datetime(2026, 1, 1, 22, 30, tzinfo=UTC)}) == "2026-01-01"

    def test_nothing_has_no_day(self):
        assert evaluate("date(a)", {}) is None


class TestOwnFunctions:
    def test_join_passes_over_missing_parts(self):
        assert evaluate("join(' ', [a, b, c])", {"a": "x", "b": "", "c": "y"}) == "x y"
        assert evaluate("join(' ', [a, b])", {}) is None
        assert evaluate("join(' ', a)", {"a": "text"}) is None

    def test_join_takes_numbers(self):
        assert evaluate("join(':', [a, b])", {"a": 0, "b": Decimal("1.50")}) == "0:1.50"

    def test_lookup_translates_what_the_map_has_and_keeps_the_rest(self):
        assert evaluate("lookup('payment', a)", {"a": "paid"}) == "Paid"
        assert evaluate("lookup('payment', a)", {"a": 1}) == "one"
        assert evaluate("lookup('payment', a)", {"a": "odd"}) == "odd"
        assert evaluate("lookup('payment', a)", {}) is None

    def test_when_and_unless_switch_a_field_off_rather_than_emptying_it(self):
        assert evaluate("when(a, b)", {"a": True, "b": "x"}) == "x"
        assert evaluate("when(a, b)", {"a": False, "b": "x"}) is NOTHING
        assert evaluate("unless(a, b)", {"a": [], "b": None}) is None
        assert evaluate("unless(a, b)", {"a": "yes", "b": "x"}) is NOTHING

    def test_zero_is_a_value_and_emptiness_is_none(self):
        assert evaluate("a || b", {"a": 0, "b": 5}) == 0
        assert evaluate("a || b", {"a": Decimal(0), "b": 5}) == 0
        assert evaluate("a || b", {"a": "", "b": 5}) == 5
