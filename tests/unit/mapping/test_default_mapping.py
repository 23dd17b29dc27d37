"""What the shipped order.yaml writes, for each setting and each kind of org."""

import json

import pytest

from connector.errors import Failed
from connector.mapping.mapper import OrderMapper, OrgView
from connector.mapping.plans import Target
from connector.mapping.values import Fit
from connector.model import Address, Customer
from connector.settings.loading import load_sources
from tests.unit.model.orders import make_charge, make_line, make_order
from tests.unit.settings.writing import STORES, write

ADDRESS = Address(
    street="1 Way", city="York", state="Yorkshire", state_code="NYK", country="UK", country_code="GB"
)
GUEST = Customer(email="guest@example.com", first_name="Gus", last_name="Guest")


@pytest.fixture
def plan_for(tmp_path):
    """Plans orders as the default mapping says; `options` are lines of stores.yaml."""

    def plan(
        order, options="", has=lambda object_name, field: True, fit=lambda object_name, field: Fit(), **org
    ):
        stores = STORES + "".join(f"    {line}\n" for line in options.splitlines())
        found = load_sources(write(tmp_path, stores))
        view = OrgView(**{"standard_price_book": "01s1", **org})
        return OrderMapper("shop", found.stores.stores["shop"], found.mappings["order"], view, has, fit).plan(
            order
        )

    return plan


def names(plan):
    return [record.name for record in plan.records]


def shared(plan, name):
    return next((record for part in plan.shared for record in part.records if record.name == name), None)


def own(plan, name):
    return next(record for record in plan.records if record.name == name)


class TestOrder:
    ORDER = make_order(
        [make_line(quantity="3", tax="1.90")], [make_charge()], billing=ADDRESS, shipping=ADDRESS
    )

    def test_order_has_its_rows_and_their_parents(self, plan_for):
        plan = plan_for(self.ORDER)
        assert names(plan) == ["order", "item", "item", "item", "item"]
        assert [record.target.key for record in plan.records[1:]] == [
            "shop:1001:1",
            "shop:1001:1-2",
            "shop:1001:shipping-1",
            "shop:1001:tax",
        ]
        assert own(plan, "item").links == {
            "OrderId": Target("Order", "shop:1001"),
            "PricebookEntryId": Target("PricebookEntry", "shop:91"),
        }

    def test_amounts_are_json_numbers(self, plan_for):
        fields = own(plan_for(self.ORDER), "order").fields
        amounts = {name: fields[f"Storefront_{name}__c"] for name in ("Total", "Tax", "Shipping", "Residual")}
        assert amounts == {"Total": 16.9, "Tax": 1.9, "Shipping": 5, "Residual": 0}

    def test_gross_store_has_tax_inside(self, plan_for):
        items = [r.fields for r in plan_for(self.ORDER, "amounts: gross").records if r.name == "item"]
        assert [item["Storefront_Kind__c"] for item in items] == ["product", "product", "shipping"]
        assert sum(round(item["Quantity"] * item["UnitPrice"] * 100) for item in items) == 1690

    def test_order_day_is_the_stores_day(self, plan_for):
        late = self.ORDER.model_copy(update={"placed_at": self.ORDER.placed_at.replace(hour=23, minute=30)})
        assert own(plan_for(late, "timezone: Asia/Tokyo"), "order").fields["EffectiveDate"] == "2026-11-21"

    def test_same_content_has_the_same_digest_whatever_its_version(self, plan_for):
        touched = self.ORDER.model_copy(update={"updated_at": self.ORDER.updated_at.replace(hour=12)})
        assert plan_for(touched).digest == plan_for(self.ORDER).digest
        paid = self.ORDER.model_copy(update={"payment_status": "refunded"})
        assert plan_for(paid).digest != plan_for(self.ORDER).digest

    def test_plan_can_be_sent_as_json(self, plan_for):
        for record in plan_for(self.ORDER).records:
            json.dumps(record.fields, allow_nan=False)

    def test_field_that_the_org_lacks_is_left_out(self, plan_for):
        plan = plan_for(
            self.ORDER, has=lambda object_name, field: (object_name, field) != ("Order", "PoNumber")
        )
        assert "PoNumber" not in own(plan, "order").fields

    def test_text_is_cut_to_the_orgs_length(self, plan_for):
        plan = plan_for(self.ORDER, fit=lambda object_name, field: Fit(3))
        assert own(plan, "order").fields["Storefront_Number__c"] == "#10"

    def test_draft_status_is_sent_while_creating_only(self, plan_for):
        assert own(plan_for(self.ORDER), "order").create_only >= {"Status", "Pricebook2Id"}

    def test_order_without_an_id_is_our_bug(self, plan_for):
        with pytest.raises(Failed, match="key of order"):
            plan_for(self.ORDER.model_copy(update={"id": ""}))

    def test_key_of_a_product_with_a_long_sku_fits_the_key_field(self, plan_for):
        line = make_line(product_id=None, sku="S" * 255)
        plan = plan_for(make_order([line]), multi_currency=True)
        keys = [record.target.key for part in plan.shared for record in part.records]
        assert max(len(key) for key in keys) <= 255


class TestOpportunities:
    def test_none_unless_wanted(self, plan_for):
        assert "opportunity" not in names(plan_for(make_order([make_line()])))

    def test_wanted_ones_have_rows(self, plan_for):
        plan = plan_for(make_order([make_line(quantity="3")]), "opportunities: true")
        assert names(plan).count("opportunity_item") == 2
        assert own(plan, "opportunity_item").links["OpportunityId"] == own(plan, "opportunity").target
        assert own(plan, "opportunity").fields["StageName"] == "Closed Won"

    def test_cancelled_order_is_lost(self, plan_for):
        plan = plan_for(make_order([make_line()], status="cancelled"), "opportunities: true")
        assert own(plan, "opportunity").fields["StageName"] == "Closed Lost"


class TestBuyers:
    def test_business_buyer_is_account_and_contact(self, plan_for):
        plan = plan_for(make_order([make_line()]))
        contact = shared(plan, "contact")
        assert contact.links == {"AccountId": Target("Account", "shop:77")}
        assert "AccountId" in contact.create_only
        assert own(plan, "order").links["BillToContactId"] == contact.target

    def test_person_account_is_one_record(self, plan_for):
        plan = plan_for(make_order([make_line()]), person_accounts=True, person_record_type="012P")
        assert shared(plan, "account") is None
        assert shared(plan, "contact") is None
        person = shared(plan, "person")
        assert (person.fields["LastName"], person.fields["RecordTypeId"]) == ("Byron", "012P")
        assert own(plan, "order").links["AccountId"] == person.target
        assert "BillToContactId" not in own(plan, "order").links

    def test_store_may_insist_on_business_accounts(self, plan_for):
        plan = plan_for(make_order([make_line()]), "accounts: business", person_accounts=True)
        assert shared(plan, "person") is None

    def test_all_guests_on_one_account(self, plan_for):
        plan = plan_for(make_order([make_line()], customer=GUEST), "guests: one-account")
        assert shared(plan, "account").target.key == "shop:guests"
        assert shared(plan, "account").fields["Name"] == "Guests of shop"
        assert shared(plan, "contact").fields["Email"] == "guest@example.com"

    def test_guest_as_lead(self, plan_for):
        plan = plan_for(make_order([make_line()], customer=GUEST), "guests: lead")
        lead = shared(plan, "lead")
        assert (lead.fields["LastName"], lead.fields["Company"]) == ("Guest", "Gus Guest")
        assert shared(plan_for(make_order([make_line()]), "guests: lead"), "lead") is None

    def test_nameless_buyer_gets_a_name_but_overwrites_none(self, plan_for):
        plan = plan_for(make_order([make_line()], customer=Customer(id="7", email="ada@example.com")))
        contact = shared(plan, "contact")
        assert (contact.fields["LastName"], contact.defaults["LastName"]) == (None, "ada")

    def test_till_sale_has_an_account_and_no_contact(self, plan_for):
        plan = plan_for(make_order([make_line()], customer=Customer()))
        assert shared(plan, "account").target.key == "shop:guests"
        assert shared(plan, "contact") is None


class TestCurrencies:
    def test_single_currency_org_gets_no_currency_field(self, plan_for):
        plan = plan_for(make_order([make_line()]))
        assert "CurrencyIsoCode" not in own(plan, "order").fields

    def test_multi_currency_org_has_prices_per_currency(self, plan_for):
        plan = plan_for(make_order([make_line()]), multi_currency=True)
        assert own(plan, "order").fields["CurrencyIsoCode"] == "EUR"
        assert shared(plan, "product").target.key == "shop:91"
        assert shared(plan, "price").target.key == "shop:91-EUR"
        assert own(plan, "item").links["PricebookEntryId"] == shared(plan, "price").target


class TestAddresses:
    ORDER = make_order([make_line()], billing=ADDRESS)

    def test_plain_org_gets_names(self, plan_for):
        fields = own(plan_for(self.ORDER), "order").fields
        assert (fields["BillingState"], fields["BillingCountry"]) == ("Yorkshire", "UK")
        assert "BillingStateCode" not in fields

    def test_org_with_picklists_gets_codes(self, plan_for):
        fields = own(plan_for(self.ORDER, address_picklists=True), "order").fields
        assert (fields["BillingStateCode"], fields["BillingCountryCode"]) == ("NYK", "GB")
        assert "BillingState" not in fields

    def test_address_moves_as_a_whole(self, plan_for):
        short = self.ORDER.model_copy(update={"billing": Address(city="Bath")})
        fields = own(plan_for(short), "order").fields
        assert (fields["BillingCity"], fields["BillingStreet"], fields["BillingPostalCode"]) == (
            "Bath",
            "",
            "",
        )

    def test_missing_address_says_nothing(self, plan_for):
        fields = own(plan_for(self.ORDER), "order").fields
        assert fields["ShippingStreet"] is None
        assert fields["ShippingCity"] is None


def test_deleted_order_is_marked_and_keeps_the_rest(tmp_path):
    found = load_sources(write(tmp_path))
    mapper = OrderMapper("shop", found.stores.stores["shop"], found.mappings["order"], OrgView())
    record = mapper.plan_gone("1001")
    assert (record.target, record.fields) == (
        Target("Order", "shop:1001"),
        {"Storefront_Status__c": "deleted"},
    )
