"""Rules for fields and objects that the schema cannot express and an org would enforce on deployment."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.template.salesforce_package.package import NS, Source, fields, fields_of, own_objects, sources

KEYED = {
    "Account", "Contact", "Lead", "Opportunity", "OpportunityLineItem", "Order", "OrderItem", "Product2",
    "Pricebook2", "PricebookEntry", "Case", "Campaign", "CampaignMember", "Quote", "Asset",
}  # fmt: skip
OWN = {
    "Storefront_Payment__c", "Storefront_Refund__c", "Storefront_Refund_Line__c", "Storefront_Shipment__c",
    "Storefront_Shipment_Line__c", "Storefront_Invoice__c", "Storefront_Invoice_Line__c",
    "Storefront_Stock_Level__c", "Storefront_Location__c", "Storefront_Activity__c",
}  # fmt: skip
ORDER_MONEY = [
    "Total", "Subtotal", "Discount", "Shipping", "Tax", "Refunded", "Residual", "Paid", "Tip", "Duties",
    "Fees", "Gift_Card", "Current_Total",
]  # fmt: skip
# Salesforce takes 40 characters, the suffix of custom names not counted.
DEVELOPER_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")


def _id(each: Source) -> str:
    return f"{each.object}.{each.name}"


def test_every_object_has_exactly_one_external_key() -> None:
    keys = Counter(each.object for each in fields() if each.text("externalId") == "true")
    assert keys == Counter(dict.fromkeys(KEYED | OWN, 1))


@pytest.mark.parametrize("each", [x for x in fields() if x.name == "Storefront_Key__c"], ids=_id)
def test_key_is_unique_case_sensitive_and_as_long_as_can_be(each: Source) -> None:
    """Two shops' ids may differ only in case; without `unique` an upsert could answer 300."""
    assert {tag: each.text(tag) for tag in ("type", "length", "unique", "caseSensitive", "externalId")} == {
        "type": "Text", "length": "255", "unique": "true", "caseSensitive": "true", "externalId": "true",
    }  # fmt: skip


def test_nothing_but_the_key_is_unique() -> None:
    """A second unique field would refuse records that two stores share a value of."""
    assert {each.name for each in fields() if each.text("unique") == "true"} == {"Storefront_Key__c"}


@pytest.mark.parametrize("each", fields(), ids=_id)
def test_field_is_named_labelled_and_explained(each: Source) -> None:
    developer_name = each.text("fullName").removesuffix("__c")
    assert each.text("fullName") == each.name
    assert each.name.startswith("Storefront_")
    assert DEVELOPER_NAME.fullmatch(developer_name)
    assert len(developer_name) <= 40
    assert 0 < len(each.text("label")) <= 40
    assert 0 < len(each.text("description")) <= 1000
    assert 0 < len(each.text("inlineHelpText")) <= 510


@pytest.mark.parametrize("each", fields(), ids=_id)
def test_field_has_the_parts_its_type_needs(each: Source) -> None:
    needed = {
        "Checkbox": {"defaultValue"}, "Currency": {"precision", "scale"}, "Number": {"precision", "scale"},
        "Percent": {"precision", "scale"}, "Text": {"length"}, "LongTextArea": {"length", "visibleLines"},
        "Lookup": {"referenceTo", "relationshipName", "relationshipLabel", "deleteConstraint"},
        "Date": set(), "DateTime": set(), "Url": set(), "Email": set(), "Phone": set(),
    }  # fmt: skip
    assert all(each.text(tag) for tag in needed[each.text("type")])


@pytest.mark.parametrize("each", [x for x in fields() if x.text("type") == "Checkbox"], ids=_id)
def test_checkbox_does_not_say_required(each: Source) -> None:
    """The server answers FIELD_INTEGRITY_EXCEPTION to a checkbox that does, even with `false`."""
    assert each.root.find("m:required", NS) is None


def test_no_field_is_required() -> None:
    """Records of other sources must not need our fields; a permission set cannot name a required one."""
    assert [_id(each) for each in fields() if each.text("required") == "true"] == []


@pytest.mark.parametrize("each", [x for x in fields() if x.text("type") in {"Currency", "Number"}], ids=_id)
def test_number_fits_what_salesforce_stores(each: Source) -> None:
    assert int(each.text("scale")) <= int(each.text("precision")) <= 18


@pytest.mark.parametrize("name", ORDER_MONEY)
def test_money_of_the_order_is_exact_to_the_cent(name: str) -> None:
    [each] = [x for x in fields() if _id(x) == f"Order.Storefront_{name}__c"]
    assert [each.text(tag) for tag in ("type", "precision", "scale")] == ["Currency", "18", "2"]


def test_presentment_amounts_are_numbers() -> None:
    """They are not in the record's currency, so Salesforce must not format or convert them."""
    amount = re.compile(r"Storefront_Presentment_(Total|Amount)__c")
    types = {each.text("type") for each in fields() if amount.fullmatch(each.name)}
    assert types == {"Number"}


def test_relationship_names_are_unique_per_parent() -> None:
    lookups = [x for x in fields() if x.text("type") == "Lookup"]
    names = Counter((x.text("referenceTo"), x.text("relationshipName")) for x in lookups)
    assert [name for name, count in names.items() if count > 1] == []
    assert all(DEVELOPER_NAME.fullmatch(name) and len(name) <= 40 for _, name in names)


def test_lookups_point_at_known_objects_and_do_not_block_deletion() -> None:
    lookups = [x for x in fields() if x.text("type") == "Lookup"]
    assert {x.text("referenceTo") for x in lookups} <= KEYED | OWN
    assert {x.text("deleteConstraint") for x in lookups} == {"SetNull"}


def test_labels_are_unique_within_an_object() -> None:
    labels = Counter((x.object, x.text("label")) for x in fields())
    assert [label for label, count in labels.items() if count > 1] == []


def test_own_objects_are_all_there() -> None:
    assert {each.name for each in own_objects()} == OWN


@pytest.mark.parametrize("each", own_objects(), ids=lambda each: each.name)
def test_own_object_can_be_shared_searched_reported_and_streamed(each: Source) -> None:
    switches = ("enableBulkApi", "enableSharing", "enableStreamingApi", "enableReports", "enableSearch")
    assert {each.text(tag) for tag in switches} == {"true"}
    assert each.text("sharingModel") == "ReadWrite"
    assert each.text("externalSharingModel") == "Private"
    assert each.text("deploymentStatus") == "Deployed"
    assert each.root.findtext("m:nameField/m:type", "", NS) == "AutoNumber"
    assert len(each.text("label")) <= 40
    assert len(each.text("pluralLabel")) <= 40


def test_own_objects_have_a_tab_unless_they_are_lines() -> None:
    assert {each.name for each in sources("*.tab-meta.xml")} == {x for x in OWN if "_Line__" not in x}


def test_lines_hang_on_their_parent() -> None:
    for line in (x for x in OWN if "_Line__" in x):
        assert line.replace("_Line__", "__") in fields_of()[line]
