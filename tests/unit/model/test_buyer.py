"""Who bought: identities of customers and guests, names and accounts for every kind of buyer."""

import re

import pytest

from connector.model import Address, Customer
from connector.model.buyer import buyer_of
from tests.unit.model.orders import make_line, make_order

ADDRESS = Address(
    first_name="Grace", last_name="Hopper", company="Navy", street="1 Way", city="York", phone="+1555"
)
GUEST = Customer(email="guest@example.com", first_name="Gus", last_name="Guest")
NAMELESS = Customer()


def buyer(customer, guests="account-per-email", person_accounts=False, **fields):
    return buyer_of(make_order([make_line()], customer=customer, **fields), guests, person_accounts)


class TestIdentity:
    def test_registered_customer_is_their_id(self):
        assert Customer(id="77", email="a@example.com").key == "77"

    def test_guest_is_a_digest_that_tells_no_address(self):
        key = GUEST.key
        assert re.fullmatch(r"guest-[0-9a-f]{24}", key)
        assert key == Customer(email="guest@example.com", phone="+1").key
        assert key != Customer(email="other@example.com").key

    def test_guest_without_email_is_known_by_phone(self):
        assert Customer(phone="+44 1").key == Customer(phone="+44 1", first_name="Al").key
        assert Customer(phone="+44 1").key != Customer(phone="+44 2").key

    def test_buyer_without_anything_has_no_identity(self):
        assert Customer(first_name="Till", last_name="Sale").key is None

    def test_half_of_a_surrogate_pair_in_an_address_breaks_nothing(self):
        assert Customer(email="a\ud83d@example.com").key


class TestProductKey:
    @pytest.mark.parametrize(
        ("fields", "key"),
        [
            ({"variant_id": "5", "product_id": "9", "sku": "A"}, "5"),
            ({"variant_id": None, "product_id": "9", "sku": "A"}, "9"),
            ({"variant_id": None, "product_id": None, "sku": "A"}, "sku-A"),
        ],
    )
    def test_variant_before_product_before_sku(self, fields, key):
        assert make_line(**fields).product_key == key

    def test_line_without_any_is_its_name(self):
        blank = {"product_id": None, "sku": None}
        first, same, other = (make_line(name=name, **blank).product_key for name in ("Tea", "Tea", "Coffee"))
        assert first == same != other
        assert re.fullmatch(r"name-[0-9a-f]{24}", first)


class TestRegistered:
    def test_customer_with_a_company_has_its_account(self):
        found = buyer(
            Customer(id="77", first_name="Ada", last_name="Byron", company="Engines"), billing=ADDRESS
        )
        assert (found.account_key, found.account_name, found.name) == ("77", "Engines", "Ada Byron")
        assert found.account_address == ADDRESS
        assert found.account_customer_id == "77"

    def test_billing_company_names_the_account_where_the_customer_has_none(self):
        found = buyer(Customer(id="77", first_name="Ada", last_name="Byron"), billing=ADDRESS)
        assert found.account_name == "Navy"

    def test_nameless_customer_is_called_as_on_the_address(self):
        found = buyer(Customer(id="77", email="x@example.com"), shipping=ADDRESS)
        assert (found.first_name, found.last_name, found.billing) == ("Grace", "Hopper", ADDRESS)

    def test_single_name_is_a_last_name(self):
        found = buyer(Customer(id="77", first_name="Prince"))
        assert (found.first_name, found.last_name, found.account_name) == (None, "Prince", "Prince")

    def test_nameless_customer_falls_back_to_the_email(self):
        found = buyer(Customer(id="77", email="ada.b@example.com"))
        assert (found.last_name, found.account_name, found.fallback_name) == (None, None, "ada.b")

    def test_phone_is_looked_for_in_the_order_and_its_address(self):
        assert buyer(Customer(id="7"), phone="+2", billing=ADDRESS).phone == "+2"
        assert buyer(Customer(id="7"), billing=ADDRESS).phone == "+1555"

    @pytest.mark.parametrize("guests", ["account-per-email", "one-account", "lead"])
    def test_guest_policy_does_not_touch_registered_customers(self, guests):
        found = buyer(Customer(id="77"), guests)
        assert (found.account_key, found.is_lead) == ("77", False)


class TestGuests:
    def test_account_per_email(self):
        found = buyer(GUEST)
        assert found.account_key == found.key == GUEST.key
        assert (found.account_name, found.is_lead, found.reachable) == ("Gus Guest", False, True)

    def test_one_account_for_all_keeps_the_guest_apart_but_the_account_anonymous(self):
        found = buyer(GUEST, "one-account", billing=ADDRESS)
        assert (found.account_key, found.account_name) == ("guests", "Guests of shop")
        assert found.key == GUEST.key
        assert (found.account_address, found.account_phone, found.account_customer_id) == (None, None, None)

    def test_lead(self):
        found = buyer(GUEST, "lead")
        assert (found.is_lead, found.account_key) == (True, "guests")

    @pytest.mark.parametrize("guests", ["account-per-email", "one-account", "lead"])
    def test_nameless_buyer_is_nobodys_lead_and_shares_an_account(self, guests):
        found = buyer(NAMELESS, guests, person_accounts=True)
        assert (found.key, found.account_key, found.reachable, found.is_lead) == (
            "guests",
            "guests",
            False,
            False,
        )
        assert (found.kind, found.fallback_name) == ("business", "Unknown")


class TestPersonAccounts:
    def test_buyers_of_their_own_are_persons(self):
        assert buyer(GUEST, person_accounts=True).kind == "person"
        assert buyer(Customer(id="7"), person_accounts=True).kind == "person"

    def test_shared_account_is_never_a_person(self):
        assert buyer(GUEST, "one-account", person_accounts=True).kind == "business"

    def test_org_without_them_has_business_accounts(self):
        assert buyer(GUEST).kind == "business"
