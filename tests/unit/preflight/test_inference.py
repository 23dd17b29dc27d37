"""What an expression may deliver, and what is wrong with it, is known without an order."""

import pytest

from connector.mapping.expressions import Functions
from connector.model.scope import NAMES
from connector.settings import inference
from connector.settings.checking import names_of, with_element
from connector.settings.inference import Inference
from connector.settings.mappings import FUNCTIONS
from connector.settings.shapes import UNSENT, texts

VALUES = {"status": {"paid": "Paid", "pending": "Open"}}
NAMES_HERE = with_element(names_of(NAMES), "items")


def read(text):
    reader = Inference(VALUES)
    return reader.infer(text, NAMES_HERE), reader.problems


def kinds(text):
    shapes, problems = read(text)
    assert problems == []
    return {shape.kind for shape in shapes}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("order.number", {"text"}),
        ("order.note", {"text", "nothing"}),
        ("order.total", {"number"}),
        ("order.current_total", {"number", "nothing"}),
        ("order.test", {"boolean"}),
        ("order.placed_at", {"moment"}),
        ("order.cancelled_at", {"moment", "nothing"}),
        ("date(order.placed_at)", {"date"}),
        ("date(order.cancelled_at)", {"date", "nothing"}),
        ("order.shipping_total", {"number"}),
        ("order.version", {"text"}),
        ("order.billing", {"object", "nothing"}),
        ("order.billing.city", {"text", "nothing"}),
        ("order.billing.name", {"text", "nothing"}),
        ("order.tags", {"list"}),
        ("order.attributes", {"object"}),
        ("order.attributes.anything.at.all", {"unknown", "nothing"}),
        ("order.lines[0].sku", {"text", "nothing"}),
        ("order.lines[*].net", {"list", "nothing"}),
        ("order.lines[?gift_card].name | [0]", {"text", "nothing"}),
        ("order.lines[].properties.Size", {"list", "nothing"}),
        ("sum(order.lines[].net)", {"number"}),
        ("length(order.lines)", {"number"}),
        ("max_by(order.lines, &net).sku", {"text", "nothing"}),
        ("join(', ', order.tags)", {"text", "nothing"}),
        ("join(' ', [order.number, order.note])", {"text"}),
        ("join(' ', [order.note, buyer.name])", {"text", "nothing"}),
        ("order.note || order.number", {"text"}),
        ("order.note && `1`", {"text", "number", "nothing"}),
        ("`null` || `false`", {"boolean"}),
        ("when(order.test, order.number)", {"text", "unsent"}),
        ("unless(`true`, order.number)", {"unsent"}),
        ("when(`true`, order.number)", {"text"}),
        ("item.unit_price", {"number"}),
        ("to_string(order.total)", {"text"}),
        ("not_null(order.note, order.number)", {"text"}),
        ("not_null(order.note, order.channel)", {"text", "nothing"}),
        ("{a: order.number}", {"unknown"}),
    ],
)
def test_kinds_of_value(text, expected):
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'Draft'", {"Draft"}),
        ("order.status == 'cancelled' && 'Closed Lost' || 'Closed Won'", {"Closed Lost", "Closed Won"}),
        ("order.status != 'no such status' && 'always' || 'never'", {"always"}),
        ("buyer.kind", {"business", "person"}),
        ("lookup('status', 'paid')", {"Paid"}),
        ("lookup('status', 'odd')", {"odd"}),
        ("lookup('status', buyer.kind)", {"business", "person"}),
    ],
)
def test_texts_that_are_all_known(text, expected):
    shapes, problems = read(text)
    assert (problems, {value for shape in shapes for value in shape.values}) == ([], expected)
    assert all(shape.closed for shape in shapes)


def test_a_value_map_leaves_other_texts_possible():
    (shape,) = read("lookup('status', order.payment_status)")[0]
    assert (shape.values, shape.closed) == ({"Paid", "Open"}, False)


def test_lengths_go_through_fallbacks_and_joins():
    assert {shape.longest for shape in read("order.note || order.number")[0]} == {5000, None}
    (shape,) = read("join(': ', ['note', order.note])")[0]
    assert shape.longest == 5000 + len(": note")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ordr.number", ["'ordr'", "did you mean order?", "buyer"]),
        ("order.numbr", ["Order has no 'numbr'", "did you mean number?"]),
        ("order.billing.zip", ["Address has no 'zip'"]),
        ("order.number.length", ["a text has no part 'length'"]),
        ("order.lines.sku", ["a list has no part 'sku'", "[*]"]),
        ("order.total[0]", ["goes over a list"]),
        ("order.lines[?skuu=='a']", ["Line has no 'skuu'"]),
        ("order.lines[].[skuu]", ["Line has no 'skuu'"]),
        ("order.charged", ["Order has no 'charged'"]),
        ("order.model_fields", ["Order has no 'model_fields'"]),
        ("product.name", ["'product'"]),
        ("lookup('statuses', order.status)", ["no value map", "'statuses'", "status"]),
        ("lookup(order.status, order.status)", ["no value map"]),
        ("lookup('status')", ["takes 2 arguments, not 1"]),
        ("dat(order.placed_at)", ["no function is named dat", "date"]),
        ("abs(order.total, order.total)", ["takes 1 arguments, not 2"]),
        ("date(order.number)", ["takes a moment"]),
    ],
)
def test_problems_are_named(text, words):
    problems = read(text)[1]
    assert len(problems) == 1
    assert all(word in problems[0] for word in words), problems


def test_variadic_functions_take_many():
    assert kinds("not_null(order.note, order.channel, order.number)") == {"text"}


def test_own_functions_are_those_that_expressions_have():
    assert set(inference.OWN_FUNCTIONS) == set(FUNCTIONS) == set(inference._OWN)
    table = Functions.FUNCTION_TABLE
    assert {name: len(table[name]["signature"]) for name in FUNCTIONS} == dict(inference.OWN_FUNCTIONS)


def test_a_switched_off_value_is_known_to_be_unsent():
    assert read("when(buyer.kind == 'partner', order.number)")[0] == UNSENT
    assert read("when(buyer.kind == 'person', 'x')")[0] == UNSENT | texts(["x"])
