"""A line against the field that it fills."""

import pytest

from connector.mapping.lines import Line
from connector.model.scope import NAMES
from connector.salesforce.facts import FieldFact
from connector.settings.checking import names_of
from connector.settings.inference import Inference
from connector.sync.preflight.fields import check_access, check_value, may_deliver_nothing


def line(text, part="field", name="Field__c", create_only=False):
    reader = Inference({"status": {"paid": "Paid"}})
    shapes = reader.infer(text, names_of(NAMES))
    assert reader.problems == []
    return Line(part, name, shapes, create_only)


def field(kind="string", length=255, createable=True, updateable=True, **more):
    return FieldFact(kind, length, None, createable, updateable, **more)


def found(text, fact, **more):
    return [(trouble.severity, trouble.what) for trouble in check_value(line(text, **more), fact)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("order.number", "string"),
        ("order.number", "picklist"),
        ("order.number", "reference"),
        ("order.total", "currency"),
        ("order.total", "double"),
        ("length(order.lines)", "int"),
        ("order.test", "boolean"),
        ("date(order.placed_at)", "date"),
        ("date(order.placed_at)", "string"),
        ("order.placed_at", "datetime"),
        ("order.placed_at", "string"),
        ("order.tags", "textarea"),
        ("order.attributes.size", "double"),
        ("order.current_total", "currency"),
        ("order.total", "location"),
    ],
)
def test_fitting_kinds_are_no_finding(text, kind):
    assert found(text, field(kind, None)) == []


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("order.number", "currency", "a text, and the field is a currency"),
        ("order.number", "boolean", "a text"),
        ("order.number", "date", "a text"),
        ("order.total", "string", "a number, and the field is a string"),
        ("order.total", "date", "a number"),
        ("order.test", "string", "true or false"),
        ("order.test", "double", "true or false"),
        ("order.placed_at", "date", "a date and time, and the field is a date"),
        ("date(order.placed_at)", "datetime", "a day, and the field is a datetime"),
        ("order.billing", "string", "something with parts"),
        ("order.tags", "double", "a list"),
        ("order.note || order.total", "textarea", "a number"),
    ],
)
def test_other_kinds_are_errors(text, kind, words):
    (finding,) = found(text, field(kind, None))
    assert finding[0] == "error"
    assert words in finding[1]


def test_a_moment_in_a_date_is_told_to_be_a_day():
    (trouble,) = check_value(line("order.placed_at"), field("date", None))
    assert "date(...)" in trouble.what_to_do


def test_longer_texts_than_the_field_are_a_warning():
    assert found("order.note", field("string", 255)) == [
        ("warning", "holds 255 characters, and the value may have 5000: the rest is cut")
    ]
    assert found("order.note", field("textarea", 32_000)) == []
    assert found("'abcdef'", field("string", 5))[0][0] == "warning"


def test_values_that_a_restricted_picklist_lacks_are_an_error():
    (finding,) = found("order.status == 'open' && 'Draft' || 'Entwurf'", field("picklist", values=("Draft",)))
    assert finding == ("error", "the restricted picklist has no 'Entwurf'; it has 'Draft'")


def test_a_value_map_is_checked_against_the_picklist():
    (finding,) = found("lookup('status', order.payment_status)", field("picklist", values=("Bezahlt",)))
    assert finding[0] == "error"
    assert "'Paid'" in finding[1]


def test_free_text_on_a_restricted_picklist_is_a_warning():
    (finding,) = found("order.channel", field("picklist", values=("web", "pos")))
    assert (finding[0], "may say something else" in finding[1]) == ("warning", True)


@pytest.mark.parametrize("name", ["CurrencyIsoCode", "BillingCountryCode", "BillingStateCode"])
def test_iso_codes_have_checks_of_their_own(name):
    assert found("order.channel", field("picklist", values=("EUR",)), name=name) == []


def test_unrestricted_picklists_take_anything():
    assert found("'new value'", field("picklist")) == []


def test_a_checkbox_without_a_value_is_a_warning():
    assert found("order.customer.accepts_marketing", field("boolean", None))[0][0] == "warning"
    assert found("order.customer.accepts_marketing || `false`", field("boolean", None)) == []


def test_a_link_needs_a_lookup():
    assert found("order.id", field("string"), part="link")[0][0] == "error"
    assert found("order.id", field("reference"), part="link") == []


ACCESS = [
    # createable, updateable, create_only, part, creates, is found
    (True, True, False, "field", True, ""),
    (False, False, False, "field", True, "not written"),
    (False, False, False, "default", True, "not written"),
    (True, False, False, "field", True, "to a new record only"),
    (True, False, True, "field", True, ""),
    (True, False, False, "default", True, ""),
    (True, False, False, "link", True, "to a new record only"),
    (False, True, False, "field", True, "cannot be given to a new record"),
    (False, True, False, "field", False, ""),
    (True, False, False, "field", False, "to a new record only"),
]


@pytest.mark.parametrize(("createable", "updateable", "create_only", "part", "creates", "words"), ACCESS)
def test_access(createable, updateable, create_only, part, creates, words):
    given = line("order.number", part, create_only=create_only)
    troubles = list(check_access(given, field(createable=createable, updateable=updateable), creates))
    assert [trouble.severity for trouble in troubles] == (["error"] if words else [])
    assert all(words in trouble.what for trouble in troubles)


def test_what_may_stay_empty():
    assert may_deliver_nothing([line("order.note")])
    assert not may_deliver_nothing([line("order.note"), line("order.number", "default")])
    assert not may_deliver_nothing([line("order.note"), line("order.number", "link")])
