"""The records of a mapping against an org that lacks this or that."""

import pytest

from connector.mapping.lines import Lines
from connector.model.scope import OrgView
from connector.salesforce.facts import FieldFact, OrgFacts, Rights
from connector.settings.mappings import MappingSpec
from connector.settings.stores import Store
from connector.sync.preflight.records import check_records

STORE = Store(
    platform="shopify", url="https://a.myshopify.com", salesforce="main", secret="connector/stores/a"
)
KEY = FieldFact("string", 255, None, True, True, key=True)
TEXT = FieldFact("string", 80, None, True, True)
REQUIRED = FieldFact("string", 80, None, True, True, nillable=False)


def spec(**order):
    record = {"object": "Order", "key": "order.id", "fields": {"Name": "order.number"}, **order}
    return MappingSpec.model_validate({"entity": "order", "records": {"order": record}})


def org(rights=None, objects=None, **fields):
    order = {"Storefront_Key__c": KEY, "Name": TEXT, **fields}
    return OrgFacts(
        objects=objects if objects is not None else {"Order": {k: v for k, v in order.items() if v}},
        rights=rights or {},
    )


def found(mapping, facts, store=STORE, view=None):
    records = Lines(mapping, "shop", store, view or OrgView()).records()
    return [(f.severity, f"{f.object}.{f.field}", f.what) for f in check_records(records, facts)]


def test_a_fitting_org_has_no_findings():
    assert found(spec(), org()) == []


def test_an_object_that_the_org_lacks_is_one_error():
    (finding,) = found(spec(fields={"Name": "order.number", "Nothing__c": "order.id"}), org(objects={}))
    assert finding[:2] == ("error", "Order.")


@pytest.mark.parametrize(
    ("name", "advice"),
    [("Storefront_Refund__c", "package"), ("Quote", "Setup"), ("FulfillmentOrder", "licence")],
)
def test_a_missing_object_says_where_it_comes_from(name, advice):
    records = Lines(spec(object=name), "shop", STORE, OrgView()).records()
    (finding,) = check_records(records, org(objects={}))
    assert advice in finding.what_to_do


def test_a_missing_field_pauses_its_line():
    (finding,) = found(spec(fields={"Name": "order.number", "Nmae__c": "order.number"}), org())
    assert finding[:2] == ("error", "Order.Nmae__c")
    assert "paused" in finding[2]


@pytest.mark.parametrize("part", ["defaults", "links"])
def test_missing_fields_of_other_parts_are_found_too(part):
    given = {"defaults": {"Gone__c": "order.id"}, "links": {"Gone__c": "order"}}
    assert [finding[1] for finding in found(spec(**{part: given[part]}), org())] == ["Order.Gone__c"]


def test_denied_objects_are_one_error_however_many_fields():
    closed = FieldFact("string", 80, None, False, False)
    (finding,) = found(spec(), org({"Order": Rights(False, True)}, Name=closed))
    assert finding == ("error", "Order.", "the connector's user may not create its records")
    (finding,) = found(spec(), org({"Order": Rights(False, False)}))
    assert "create or edit" in finding[2]


@pytest.mark.parametrize(("key", "words"), [(None, "missing or hidden"), (TEXT, "no external id")])
def test_the_key_has_to_be_an_external_id(key, words):
    (finding,) = found(spec(), org(Storefront_Key__c=key))
    assert finding[:2] == ("error", "Order.Storefront_Key__c")
    assert words in finding[2]


def test_a_required_field_without_a_line_is_an_error():
    (finding,) = found(spec(), org(Cost_Centre__c=REQUIRED))
    assert finding[:2] == ("error", "Order.Cost_Centre__c")


@pytest.mark.parametrize(
    "fact",
    [
        REQUIRED._replace(defaulted=True),
        REQUIRED._replace(createable=False),
        REQUIRED._replace(nillable=True),
    ],
)
def test_fields_that_salesforce_fills_are_not_required(fact):
    assert found(spec(), org(Cost_Centre__c=fact)) == []


def test_a_required_field_that_may_stay_empty_is_a_warning():
    facts = org(Cost_Centre__c=REQUIRED)
    fields = {"Name": "order.number", "Cost_Centre__c": "order.channel"}
    assert [finding[0] for finding in found(spec(fields=fields), facts)] == ["warning"]
    assert found(spec(fields=fields, defaults={"Cost_Centre__c": "'shop'"}), facts) == []
    assert (
        found(spec(fields={"Name": "order.number"}, links={"Cost_Centre__c": "order"}), facts)[0][0]
        == "error"
    )


def test_lines_that_are_never_sent_are_not_checked():
    fields = {"Name": "order.number", "CurrencyIsoCode": "when(org.multi_currency, order.currency)"}
    assert found(spec(fields=fields), org()) == []
    assert found(spec(fields=fields), org(), view=OrgView(multi_currency=True)) != []


def test_records_that_the_store_never_writes_are_not_checked():
    mapping = spec(object="Opportunity", when="store.opportunities")
    assert found(mapping, org()) == []
    assert found(mapping, org(), STORE.model_copy(update={"opportunities": True})) != []


def test_business_stores_write_no_person_accounts():
    mapping, persons = spec(object="Person", when="buyer.kind == 'person'"), OrgView(person_accounts=True)
    assert found(mapping, org(), view=persons) != []
    assert found(mapping, org(), STORE.model_copy(update={"accounts": "business"}), persons) == []


def test_what_a_deleted_order_gets_only_has_to_be_updateable():
    gone = MappingSpec.model_validate({
        **spec().model_dump(), "gone": {"record": "order", "fields": {"State__c": "'deleted'"}},
    })  # fmt: skip
    assert found(gone, org(State__c=TEXT._replace(createable=False))) == []
    assert found(gone, org(State__c=TEXT._replace(updateable=False)))[0][0] == "error"
