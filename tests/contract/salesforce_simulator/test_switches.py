"""What differs from org to org."""

from __future__ import annotations

import pytest

from local.salesforce.switches import DuplicateRule, Switches, ValidationRule
from tests.contract.salesforce_simulator.driver import Client, node


def fields_of(org, sobject):
    return {each["name"]: each for each in org.call("GET", f"sobjects/{sobject}/describe").body["fields"]}


@pytest.fixture
def persons(package):
    return Client(package, switches=Switches(person_accounts=True))


@pytest.fixture
def person_type(persons):
    return persons.rows("SELECT Id FROM RecordType WHERE IsPersonType = true AND SobjectType = 'Account'")[0][
        "Id"
    ]


def test_person_accounts_show_in_the_describe(persons, org):
    """With person accounts no field of Account is required in its describe. [recorded]"""
    assert {"IsPersonAccount", "PersonEmail", "PersonContactId", "Storefront_Key__pc"} <= set(
        fields_of(persons, "Account")
    )
    assert "IsPersonAccount" not in fields_of(org, "Account")
    assert fields_of(persons, "Account")["Name"]["nillable"] is True


def test_a_person_account_has_a_contact_with_its_data(persons, person_type):
    """A person account is an account and a contact with the same data; PersonContactId names it.
    [documented]
    """
    fields = {
        "RecordTypeId": person_type,
        "FirstName": "Ada",
        "LastName": "Byron",
        "PersonEmail": "Ada@shop.test",
    }
    account = persons.create("Account", **fields, PersonMailingCity="Graz", Phone="1")
    row = persons.read("Account", account)
    assert (row["Name"], row["IsPersonAccount"]) == ("Ada Byron", True)
    contact = persons.read("Contact", row["PersonContactId"])
    assert (contact["LastName"], contact["Email"], contact["AccountId"]) == (
        "Byron",
        "ada@shop.test",
        account,
    )
    assert (contact["MailingCity"], contact["Phone"], contact["IsPersonAccount"]) == ("Graz", "1", True)
    persons.change("Account", account, LastName="Lovelace", PersonEmail=None)
    contact = persons.read("Contact", row["PersonContactId"])
    assert (contact["Name"], contact["Email"]) == ("Ada Lovelace", None)
    assert len(persons.rows("SELECT Id FROM Contact")) == 1


def test_a_person_account_is_edited_and_deleted_as_one(persons, person_type):
    """A person account is edited through its account, and its contact goes with it. [assumed]"""
    account = persons.create("Account", RecordTypeId=person_type, LastName="Byron")
    contact = persons.read("Account", account)["PersonContactId"]
    assert persons.change("Contact", contact, LastName="x").error == (400, "FIELD_INTEGRITY_EXCEPTION")
    persons.call("DELETE", f"sobjects/Account/{account}")
    assert persons.call("GET", f"sobjects/Contact/{contact}").error == (404, "ENTITY_IS_DELETED")


def test_person_and_business_accounts_have_different_names(persons, person_type):
    """A person account has a last name, a business account a name, and neither has the other's fields. The
    code is assumed. [documented]
    """
    assert persons.try_create("Account", RecordTypeId=person_type).error == (400, "REQUIRED_FIELD_MISSING")
    assert persons.try_create("Account").error == (400, "REQUIRED_FIELD_MISSING")
    for fields in (
        {"RecordTypeId": person_type, "LastName": "x", "Name": "y"},
        {"Name": "y", "PersonEmail": "a@b.de"},
    ):
        assert persons.try_create("Account", **fields).error == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert persons.try_create("Account", Name="y").status == 201


@pytest.fixture
def currencies(package):
    return Client(
        package, switches=Switches(multi_currency=True, corporate_currency="EUR", currencies=("EUR", "USD"))
    )


def test_the_currency_field_exists_only_with_several_currencies(org, currencies):
    """CurrencyIsoCode is on records only in an org with several currencies. [documented]"""
    assert org.try_create("Account", Name="x", CurrencyIsoCode="EUR").error == (400, "INVALID_FIELD")
    assert org.query("SELECT IsoCode FROM CurrencyType").error == (400, "INVALID_TYPE")
    assert currencies.read("Account", currencies.create("Account", Name="x"))["CurrencyIsoCode"] == "EUR"
    codes = currencies.rows(
        "SELECT IsoCode, IsCorporate FROM CurrencyType WHERE IsActive = true ORDER BY IsoCode"
    )
    assert [(each["IsoCode"], each["IsCorporate"]) for each in codes] == [("EUR", True), ("USD", False)]


def test_an_inactive_currency_is_refused(currencies):
    """A record's currency is one of the org's active ones. [documented: Object Reference, CurrencyType]"""
    assert currencies.try_create("Account", Name="x", CurrencyIsoCode="CHF").error == (
        400,
        "INVALID_CURRENCY_ISO",
    )


def test_prices_and_items_keep_to_one_currency(currencies):
    """One entry per price book, product and currency; an item's entry has its order's currency. The codes
    are assumed. [documented: Object Reference, PricebookEntry and OrderItem]
    """
    product, euro = currencies.priced_product()
    fields = {
        "Product2Id": product,
        "Pricebook2Id": currencies.standard_book(),
        "UnitPrice": 3,
        "IsActive": True,
    }
    assert currencies.try_create("PricebookEntry", **fields, CurrencyIsoCode="EUR").error == (
        400,
        "DUPLICATE_VALUE",
    )
    dollar = currencies.create("PricebookEntry", **fields, CurrencyIsoCode="USD")
    order = currencies.order(CurrencyIsoCode="USD")
    item = {"OrderId": order, "Quantity": 1, "UnitPrice": 1}
    assert currencies.try_create("OrderItem", **item, PricebookEntryId=euro).error == (
        400,
        "FIELD_INTEGRITY_EXCEPTION",
    )
    line = currencies.create("OrderItem", **item, PricebookEntryId=dollar)
    assert currencies.read("OrderItem", line)["CurrencyIsoCode"] == "USD"
    assert currencies.change("PricebookEntry", dollar, CurrencyIsoCode="EUR").error == (
        400,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
    )
    assert currencies.change("Order", order, CurrencyIsoCode="EUR").error == (
        400,
        "FIELD_INTEGRITY_EXCEPTION",
    )


def test_a_standard_price_counts_in_its_own_currency_only(currencies):
    """A custom price needs a standard price in its own currency.
    [documented: Object Reference, PricebookEntry]
    """
    product, _ = currencies.priced_product()
    book = currencies.create("Pricebook2", Name="Shop", IsActive=True)
    fields = {"Product2Id": product, "Pricebook2Id": book, "UnitPrice": 3}
    assert currencies.try_create("PricebookEntry", **fields, CurrencyIsoCode="USD").error == (
        400,
        "STANDARD_PRICE_NOT_DEFINED",
    )
    assert currencies.try_create("PricebookEntry", **fields, CurrencyIsoCode="EUR").status == 201


@pytest.fixture
def places(package):
    return Client(package, switches=Switches(state_country_picklists=True))


def address(org, **parts):
    return org.try_create("Account", Name="x", **{f"Billing{name}": value for name, value in parts.items()})


def test_codes_exist_only_with_state_and_country_picklists(org, places):
    """Fields for codes of states and countries are there only with the picklists. [documented]"""
    assert "BillingCountryCode" not in fields_of(org, "Account")
    assert {"BillingCountryCode", "BillingStateCode"} <= set(fields_of(places, "Account"))
    assert address(org, CountryCode="FR").error == (400, "INVALID_FIELD")


def test_code_and_name_complete_each_other(places):
    """The name field holds the full name of what the code says; a name alone finds its code. [reported]"""
    row = places.read("Account", address(places, CountryCode="US", StateCode="CA").id)
    assert (row["BillingCountry"], row["BillingState"]) == ("United States", "California")
    row = places.read("Account", address(places, Country="germany").id)
    assert (row["BillingCountryCode"], row["BillingCountry"]) == ("DE", "Germany")
    places.change("Account", row["Id"], BillingCountryCode=None)
    assert places.read("Account", row["Id"])["BillingCountry"] is None


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"Country": "Atlantis"}, "problem with this country"),
        ({"CountryCode": "US", "State": "Bavaria"}, "problem with this state"),
        ({"CountryCode": "DE", "State": "Bavaria"}, "problem with this state"),
        ({"CountryCode": "US", "StateCode": "ON"}, "problem with this state"),
        ({"State": "California"}, "country must be specified"),
        ({"CountryCode": "FR", "Country": "Germany"}, "problem with this country"),
    ],
)
def test_wrong_states_and_countries_are_refused(places, parts, words):
    """A state or country that the org's list lacks is refused; a state needs its country. The messages are
    assumed. [reported]
    """
    reply = address(places, **parts)
    assert reply.error == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert words in reply.body[0]["message"]


def test_a_code_that_no_country_has(places):
    """A code outside the list is a bad value of a restricted picklist. FIELD_INTEGRITY_EXCEPTION is
    reported too. [assumed]
    """
    assert address(places, CountryCode="XX").error == (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")


def test_a_moved_address_keeps_no_state_of_another_country(places):
    """A state has to fit the new country as well. [assumed]"""
    account = address(places, CountryCode="US", StateCode="CA").id
    assert places.change("Account", account, BillingCountryCode="CA").error == (
        400,
        "FIELD_INTEGRITY_EXCEPTION",
    )
    assert places.change("Account", account, BillingCountryCode="CA", BillingStateCode="ON").status == 204


@pytest.mark.parametrize(("action", "saved"), [("alert", 201), ("block", 400)])
def test_duplicate_rules_alert_or_block(package, action, saved):
    """The header allowSave=true saves in spite of an alert; nothing gets past a block.
    [documented: REST API Developer Guide, Duplicate Rule Header]
    """
    org = Client(package, switches=Switches(duplicate_rules=(DuplicateRule("Contact", ("Email",), action),)))
    first = org.create("Contact", LastName="x", Email="Ada@shop.test")
    twin = {"LastName": "y", "Email": "ada@SHOP.test"}
    reply = org.try_create("Contact", **twin)
    assert reply.error == (400, "DUPLICATES_DETECTED")
    allowed = org.call("POST", "sobjects/Contact", twin, Sforce_Duplicate_Rule_Header="allowSave=true")
    assert allowed.status == saved
    assert org.change("Contact", first, Phone="1").status == 204
    assert org.try_create("Contact", LastName="z").status == 201


def test_the_duplicate_header_counts_for_every_node_of_a_graph(package):
    """The header of the request counts for each of its nodes. [assumed]"""
    org = Client(package, switches=Switches(duplicate_rules=(DuplicateRule("Contact", ("Email",)),)))
    org.create("Contact", LastName="x", Email="ada@shop.test")
    twin = node("POST", "Contact", "c", {"LastName": "y", "Email": "ada@shop.test"})
    body = {"graphs": [{"graphId": "g", "compositeRequest": [twin]}]}
    refused = org.call("POST", "composite/graph", body)
    allowed = org.call("POST", "composite/graph", body, Sforce_Duplicate_Rule_Header="allowSave=true")
    assert [each.body["graphs"][0]["isSuccessful"] for each in (refused, allowed)] == [False, True]


def test_a_validation_rule_speaks_with_the_admins_words(package):
    """A validation rule refuses with the message that an administrator wrote.
    [documented: SOAP API Developer Guide, StatusCode]
    """
    rule = ValidationRule("Order", "PoNumber", "A purchase order needs a number.", r"^$")
    org = Client(package, switches=Switches(validation_rules=(rule,)))
    account = org.create("Account", Name="x")
    fields = {"AccountId": account, "EffectiveDate": "2026-11-20", "Status": "Draft"}
    reply = org.try_create("Order", **fields)
    assert reply.error == (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert reply.body[0]["message"] == rule.message
    assert org.try_create("Order", **fields, PoNumber="7").status == 201


def test_the_days_calls_run_out(package):
    """Calls of 24 hours are limited; beyond that they are refused, without a word when to come back.
    [documented]
    """
    org = Client(package, switches=Switches(api_daily_maximum=2))
    assert org.call("GET", "limits").headers["Sforce-Limit-Info"] == "api-usage=1/2"
    assert org.call("GET", "limits").body["DailyApiRequests"] == {"Max": 2, "Remaining": 0}
    reply = org.call("GET", "limits")
    assert reply.error == (403, "REQUEST_LIMIT_EXCEEDED")
    assert reply.body[0]["message"] == "TotalRequests Limit exceeded."
    assert "Retry-After" not in reply.headers


def test_settings_change_over_http_and_rows_stay(org):
    """An org's features can be switched while it runs. [ours]"""
    account = org.create("Account", Name="x")
    wanted = {
        "person_accounts": True, "token_life": 60, "duplicate_rules": [{"object": "Lead", "fields": ["Email"]}],
        "validation_rules": [{"object": "Lead", "field": "Company", "message": "no", "pattern": "^Evil"}],
        "currencies": ["EUR"],
    }  # fmt: skip
    reply = _settings(org, wanted)
    assert (reply.status, reply.body["changed"]) == (200, sorted(wanted))
    assert org.read("Account", account)["IsPersonAccount"] is False
    assert org.simulator.world.switches.duplicate_rules == (DuplicateRule("Lead", ("Email",), "alert"),)


def _settings(org, wanted):
    import json

    return org.raw("POST", "/_settings", json.dumps(wanted).encode())


@pytest.mark.parametrize(
    "wanted",
    [
        {"nonsense": 1}, {"person_accounts": "yes"}, {"token_life": True}, {"duplicate_rules": {}},
        {"duplicate_rules": [{"object": "Lead", "fields": []}]},
        {"duplicate_rules": [{"object": "Lead", "fields": ["Email"], "action": "shout"}]},
        {"validation_rules": [{"object": "Lead"}]}, {"currencies": [1]},
        {"validation_rules": [{"object": "Lead", "field": "Name", "message": "x", "sense": "none"}]},
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(org, wanted):
    """A wrong setting is named. [ours]"""
    assert _settings(org, wanted).error == (400, "INVALID_ORDER")
