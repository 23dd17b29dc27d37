"""What counts as the same value, and what a personal field is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.mapping.plans import Record, Target
from connector.salesforce.facts import FieldFact, OrgFacts
from connector.salesforce.graphs import Node
from connector.settings.mappings import MappingSpec
from connector.sync.preview.comparing import Comparison, same
from connector.sync.preview.personal import PersonalFields, is_personal

TARGET = Target("Order", "shop:1")
ID = "801000000000001AAA"


@pytest.mark.parametrize(
    ("held", "sent", "kind"),
    [
        (None, "", "string"),
        ("", None, "string"),
        (False, None, "boolean"),
        (None, False, "boolean"),
        (20.0, 20, "currency"),
        (19.99, 19.99, "currency"),
        ("a\r\nb", "a\nb", "textarea"),
        ("trimmed", " trimmed ", "string"),
        ("ada@example.com", "Ada@Example.com", "email"),
        ("2026-11-20T10:00:00.000+0000", "2026-11-20T10:00:00Z", "datetime"),
        ("01s000000000001", "01s000000000001AAA", "reference"),
        ("2026-11-20", "2026-11-20", "date"),
    ],
)
def test_what_salesforce_would_hold_unchanged_is_the_same(held, sent, kind):
    assert same(held, sent, kind)


@pytest.mark.parametrize(
    ("held", "sent", "kind"),
    [
        (None, "x", "string"),
        ("x", None, "string"),
        (True, None, "boolean"),
        (0, None, "currency"),
        (None, 0, "currency"),
        (20, 20.01, "currency"),
        ("Ada", "ada", "string"),
        ("2026-11-20T10:00:00.000+0000", "2026-11-20T10:00:01Z", "datetime"),
        ("01s000000000001AAA", "01s000000000002AAA", "reference"),
        ("01s000000000001AAA", "01s000000000001AAB", "string"),
    ],
)
def test_everything_else_is_a_change(held, sent, kind):
    assert not same(held, sent, kind)


@given(
    st.one_of(st.none(), st.booleans(), st.text(), st.floats(allow_nan=False, allow_infinity=False)),
    st.text(),
)
def test_a_value_is_the_same_as_itself_whatever_the_kind(value, kind):
    assert same(value, value, kind)


def comparison(row, kind="string"):
    facts = OrgFacts(objects={"Order": {"Name": FieldFact(kind, 80, None, True, True)}})
    return Comparison({TARGET: row} if row else {}, facts, lambda record, field: False)


def order(**fields):
    return Record("order", TARGET, fields, {"AccountId": Target("Account", "shop:c")}, {})


def node(**body):
    return Node("PATCH", "Order", TARGET.key, "n0", body)


def test_only_what_is_sent_and_differs_is_told():
    row = {
        "Id": ID,
        "Name": "1",
        "PoNumber": "P",
        "Account": {"Storefront_Key__c": "shop:c"},
        "AccountId": "001",
    }
    link = {"Storefront_Key__c": "shop:c"}
    found = comparison(row).preview(order(Name="2", PoNumber="Q"), node(Name="2", Account=link))
    assert [(field.name, field.old, field.new) for field in found.fields] == [("Name", "1", "2")]
    assert (found.action, found.salesforce_id) == ("change", ID)


@pytest.mark.parametrize(
    ("held", "old"),
    [
        ({"AccountId": "001B", "Account": {"Storefront_Key__c": "shop:d"}}, "shop:d"),
        ({"AccountId": "001B", "Account": {"Storefront_Key__c": None}}, "001B"),
        ({"AccountId": None, "Account": None}, None),
    ],
)
@pytest.mark.parametrize("body", [{"AccountId": "@{n1.id}"}, {"Account": {"Storefront_Key__c": "shop:c"}}])
def test_a_link_to_another_record_is_told_by_the_keys(held, old, body):
    (field,) = comparison({"Id": ID, **held}).preview(order(), node(**body)).fields
    assert (field.name, field.old, field.new) == ("AccountId", old, "shop:c")


def test_a_link_that_is_not_sent_is_not_told():
    row = {"Id": ID, "AccountId": "001B", "Account": {"Storefront_Key__c": "shop:d"}}
    assert comparison(row).preview(order(Name="1"), node()).action == "leave"


def test_a_missing_record_is_created_and_one_that_nobody_sends_is_left():
    assert comparison(None).preview(order(), node(Name="1")).action == "create"
    assert comparison(None).preview(order(), None).action == "leave"


def test_values_of_personal_fields_are_shown_on_request_only():
    shown = Comparison({}, OrgFacts(), lambda record, field: field == "Name")
    found = shown.preview(order(Name="Ada", PoNumber="P"), node(Name="Ada", PoNumber="P"))
    assert "Ada" not in str(found.to_json(show_values=False))
    assert found.to_json(show_values=False)["fields"] == [
        {"field": "Name", "what": "set"},
        {"field": "PoNumber", "what": "set", "old": None, "new": "P"},
    ]
    assert "Ada" in str(found.to_json(show_values=True))


@pytest.mark.parametrize(
    "expression",
    [
        "buyer.email",
        "buyer.name || buyer.id",
        "join(' ', [order.number, buyer.account_name])",
        "buyer.shipping.street",
        "order.billing.city",
        "order.attributes.note_attributes[?name=='card'].value | [0]",
        "item.properties",
        "when(org.address_picklists, order.shipping.state_code)",
        "to_string(buyer)",
        "to_string(@)",
    ],
)
def test_what_reads_a_person_or_free_text_is_personal(expression):
    assert is_personal(expression)


@pytest.mark.parametrize(
    "expression", ["order.number", "buyer.id", "store.name", "'Draft'", "item.name", "date(order.placed_at)"]
)
def test_what_reads_neither_is_not(expression):
    assert not is_personal(expression)


def test_fields_are_judged_by_all_their_expressions_and_unknown_ones_are_personal():
    record = {
        "object": "Contact",
        "key": "buyer.key",
        "fields": {"Nick__c": "order.number", "Level__c": "buyer.email", "Open__c": "order.status"},
        "defaults": {"Nick__c": "buyer.fallback_name"},
        "links": {"AccountId": "it"},
    }
    spec = MappingSpec.model_validate({"entity": "order", "records": {"it": record}})
    judge = PersonalFields(spec)
    names = ("Nick__c", "Level__c", "Open__c", "AccountId", "Rule__c")
    assert [judge("it", name) for name in names] == [True, True, False, False, True]
    assert judge("other", "Open__c")
