"""Opportunities, quotes, assets, cases and campaigns."""

from __future__ import annotations

import pytest


@pytest.fixture
def opportunity(org):
    return org.create(
        "Opportunity",
        Name="Order 1",
        StageName="Closed Won",
        CloseDate="2026-11-20",
        Pricebook2Id=org.standard_book(),
    )


def line(org, opportunity, **fields):
    fields.setdefault("PricebookEntryId", org.priced_product()[1])
    return org.try_create("OpportunityLineItem", **{"OpportunityId": opportunity, "Quantity": 1, **fields})


def test_an_opportunity_needs_name_stage_and_date(org):
    """An opportunity needs name, stage and closing date. [documented: Object Reference, Opportunity]"""
    reply = org.try_create("Opportunity", Amount=1)
    assert reply.body[0]["fields"] == ["Name", "StageName", "CloseDate"]


def test_the_stage_gives_state_and_probability(org, opportunity):
    """IsClosed, IsWon and the probability follow the stage. [documented: Object Reference, Opportunity]"""
    row = org.read("Opportunity", opportunity)
    assert (row["IsClosed"], row["IsWon"], row["Probability"]) == (True, True, 100.0)
    org.change("Opportunity", opportunity, StageName="Closed Lost")
    row = org.read("Opportunity", opportunity)
    assert (row["IsClosed"], row["IsWon"], row["Probability"]) == (True, False, 0.0)


def test_the_amount_is_the_sum_of_the_lines_once_there_are_any(org, opportunity):
    """With lines the amount is their sum; an amount that is given then is passed over in silence.
    [documented: Object Reference, OpportunityLineItem]
    """
    org.change("Opportunity", opportunity, Amount=99)
    assert org.read("Opportunity", opportunity)["Amount"] == 99
    first = line(org, opportunity, Quantity=3, UnitPrice=3.33).id
    line(org, opportunity, TotalPrice=0.01)
    assert org.change("Opportunity", opportunity, Amount=99).status == 204
    row = org.read("Opportunity", opportunity)
    assert (row["Amount"], row["HasOpportunityLineItem"], row["ExpectedRevenue"]) == (10.0, True, 10.0)
    org.call("DELETE", f"sobjects/OpportunityLineItem/{first}")
    assert org.read("Opportunity", opportunity)["Amount"] == 0.01


def test_a_line_gives_unit_price_or_total_price(org, opportunity):
    """A line has a unit price or a total price, not both. The codes are reported or assumed.
    [documented: Object Reference, OpportunityLineItem]
    """
    assert line(org, opportunity).error == (400, "REQUIRED_FIELD_MISSING")
    assert line(org, opportunity, UnitPrice=1, TotalPrice=1).error == (400, "INVALID_FIELD")
    row = org.read("OpportunityLineItem", line(org, opportunity, Quantity=4, TotalPrice=10).id)
    assert (row["UnitPrice"], row["TotalPrice"]) == (2.5, 10.0)


@pytest.fixture
def bare(org):
    """An opportunity without a price book."""
    return org.create("Opportunity", Name="x", StageName="Prospecting", CloseDate="2026-11-20")


def test_a_line_comes_from_its_opportunitys_price_book(org, bare):
    """A line's entry is of its opportunity's price book. The code is reported.
    [documented: Object Reference, OpportunityLineItem]
    """
    org.change("Opportunity", bare, Pricebook2Id=org.create("Pricebook2", Name="Wholesale", IsActive=True))
    assert line(org, bare, UnitPrice=1).error == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert org.rows("SELECT Id FROM OpportunityLineItem") == []


def test_the_first_line_gives_its_opportunity_a_price_book(org, bare):
    """An opportunity without a price book takes that of its first line.
    [documented: Object Reference, Opportunity]
    """
    assert line(org, bare, UnitPrice=1).status == 201
    assert org.read("Opportunity", bare)["Pricebook2Id"] == org.standard_book()


def test_an_inactive_price_book_is_not_given_to_an_opportunity(org, bare):
    """The first line gives its price book to the opportunity only when that is active. The code is
    assumed. [documented: Object Reference, Opportunity]
    """
    org.change("Pricebook2", org.standard_book(), IsActive=False)
    assert line(org, bare, UnitPrice=1).error == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert org.read("Opportunity", bare)["Pricebook2Id"] is None


def test_lines_fix_the_price_book_of_their_opportunity(org, opportunity):
    """With lines an opportunity's price book can't be changed. The code is assumed.
    [documented: Object Reference, OpportunityLineItem]
    """
    other = org.create("Pricebook2", Name="Wholesale", IsActive=True)
    assert org.change("Opportunity", opportunity, Pricebook2Id=other).status == 204
    org.change("Opportunity", opportunity, Pricebook2Id=org.standard_book())
    line(org, opportunity, UnitPrice=1)
    reply = org.change("Opportunity", opportunity, Pricebook2Id=other)
    assert reply.error == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert org.read("Opportunity", opportunity)["Pricebook2Id"] == org.standard_book()


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_line_has_a_positive_quantity(org, opportunity, quantity):
    """A line's quantity is above zero. Orgs may take negative ones. [assumed]"""
    reply = line(org, opportunity, UnitPrice=1, Quantity=quantity)
    assert reply.error == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_a_line_has_a_quantity_of_ten_digits(org, opportunity, quote):
    """Quantities of opportunity and quote lines have 12 digits, two after the point. The code is assumed.
    [documented: Salesforce Field Reference Guide]
    """
    most = 10**10 - 1
    for reply in (
        line(org, opportunity, UnitPrice=0, Quantity=most + 1),
        quote_line(org, quote, Quantity=most + 1),
    ):
        assert reply.error == (400, "NUMBER_OUTSIDE_VALID_RANGE")
    assert line(org, opportunity, UnitPrice=0, Quantity=most).status == 201


def test_a_contact_given_with_an_opportunity_becomes_its_primary_role(org):
    """ContactId, for creating only, makes the primary contact role.
    [documented: Object Reference, Opportunity]
    """
    contact = org.create("Contact", LastName="x")
    deal = org.create(
        "Opportunity", Name="x", StageName="Prospecting", CloseDate="2026-11-20", ContactId=contact
    )
    roles = org.rows(
        f"SELECT ContactId, IsPrimary FROM OpportunityContactRole WHERE OpportunityId = '{deal}'"
    )
    assert [(each["ContactId"], each["IsPrimary"]) for each in roles] == [(contact, True)]


@pytest.fixture
def quote(org, opportunity):
    return org.create("Quote", Name="x", OpportunityId=opportunity, Pricebook2Id=org.standard_book(), Tax=1.5)


def quote_line(org, quote, **fields):
    _, entry = org.priced_product()
    return org.try_create(
        "QuoteLineItem",
        **{"QuoteId": quote, "PricebookEntryId": entry, "Quantity": 2, "UnitPrice": 10, **fields},
    )


def test_a_quote_sums_up_its_lines(org, quote):
    """A quote totals its lines after discount, then tax and shipping. [assumed]"""
    record_id = quote_line(org, quote, Discount=10).id
    row = org.read("Quote", quote)
    assert (row["Subtotal"], row["TotalPrice"], row["GrandTotal"], row["LineItemCount"]) == (
        20.0,
        18.0,
        19.5,
        1,
    )
    org.call("DELETE", f"sobjects/QuoteLineItem/{record_id}")
    assert org.read("Quote", quote)["GrandTotal"] == 1.5


def test_lines_fix_the_price_book_of_their_quote(org, quote):
    """With lines a quote's price book can't be changed. [assumed]"""
    other = org.create("Pricebook2", Name="Wholesale", IsActive=True)
    assert org.change("Quote", quote, Pricebook2Id=other).status == 204
    org.change("Quote", quote, Pricebook2Id=org.standard_book())
    assert quote_line(org, quote).status == 201
    assert org.change("Quote", quote, Pricebook2Id=other).error == (400, "FIELD_INTEGRITY_EXCEPTION")


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_quote_line_has_a_positive_quantity(org, quote, quantity):
    """A quote line's quantity is above zero. [assumed]"""
    assert quote_line(org, quote, Quantity=quantity).error == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_an_asset_belongs_to_someone(org):
    """An asset needs an account, a contact or both, unless its sharing is set apart. The code is reported.
    [documented: Object Reference, Asset]
    """
    assert org.try_create("Asset", Name="kettle").error == (400, "FIELD_INTEGRITY_EXCEPTION")
    asset = org.create("Asset", Name="kettle", AccountId=org.create("Account", Name="x"))
    assert org.change("Asset", asset, AccountId=None).error == (400, "FIELD_INTEGRITY_EXCEPTION")
    contact = org.create("Contact", LastName="x")
    assert org.change("Asset", asset, AccountId=None, ContactId=contact).status == 204


def test_a_case_needs_nothing_and_shows_its_contact(org):
    """A describe of Case has no required field; its contact's data and IsClosed are read-only. [recorded]"""
    account = org.create("Account", Name="x")
    contact = org.create("Contact", LastName="x", Email="A@shop.test", AccountId=account)
    row = org.read("Case", org.create("Case", ContactId=contact))
    assert (row["Status"], row["ContactEmail"], row["AccountId"]) == ("New", "a@shop.test", account)
    assert row["CaseNumber"]
    org.change("Case", row["Id"], Status="Closed")
    assert org.read("Case", row["Id"])["IsClosed"] is True


def test_someone_is_a_member_of_a_campaign_once(org):
    """One membership per campaign and person, which can't be moved to another one. The code is reported.
    [documented: Object Reference, CampaignMember]
    """
    campaign, contact = (
        org.create("Campaign", Name="Spring"),
        org.create("Contact", LastName="x", FirstName="y"),
    )
    member = org.create("CampaignMember", CampaignId=campaign, ContactId=contact)
    row = org.read("CampaignMember", member)
    assert (row["Status"], row["Name"], row["HasResponded"]) == ("Sent", "y x", False)
    again = org.try_create("CampaignMember", CampaignId=campaign, ContactId=contact)
    assert again.error == (400, "DUPLICATE_VALUE")
    assert org.change("CampaignMember", member, ContactId=contact).error == (
        400,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
    )


def test_a_member_needs_a_contact_or_a_lead(org):
    """A member is a contact or a lead. The code is assumed. [documented: Object Reference, CampaignMember]"""
    assert org.try_create("CampaignMember", CampaignId=org.create("Campaign", Name="x")).error == (
        400,
        "REQUIRED_FIELD_MISSING",
    )


def test_a_member_is_a_contact_or_a_lead_not_both(org):
    """Given both, a member is created of the contact only; the lead may have its own.
    [documented: Object Reference, CampaignMember]
    """
    campaign, contact = org.create("Campaign", Name="x"), org.create("Contact", LastName="x")
    lead = org.create("Lead", LastName="x", Company="y")
    member = org.create("CampaignMember", CampaignId=campaign, ContactId=contact, LeadId=lead)
    row = org.read("CampaignMember", member)
    assert (row["ContactId"], row["LeadId"]) == (contact, None)
    assert org.try_create("CampaignMember", CampaignId=campaign, LeadId=lead).status == 201


def test_a_members_status_is_one_of_the_campaigns(org):
    """A status is one of the campaign's labels, and HasResponded follows it. That others are refused is
    assumed. [documented: Object Reference, CampaignMember]
    """
    campaign = org.create("Campaign", Name="Spring")
    lead = org.create("Lead", LastName="x", Company="y")
    member = org.create("CampaignMember", CampaignId=campaign, LeadId=lead, Status="Responded")
    assert org.read("CampaignMember", member)["HasResponded"] is True
    reply = org.change("CampaignMember", member, Status="Bought")
    assert reply.error == (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    org.create("CampaignMemberStatus", CampaignId=campaign, Label="Bought", SortOrder=3)
    assert org.change("CampaignMember", member, Status="Bought").status == 204


def test_people_have_a_name_of_two_parts(org):
    """A describe of Contact has Name read-only, with first and last name as its parts. [recorded]"""
    assert (
        org.read("Contact", org.create("Contact", FirstName="Ada", LastName="Byron"))["Name"] == "Ada Byron"
    )
    assert org.read("Contact", org.create("Contact", LastName="Byron"))["Name"] == "Byron"


def test_an_account_takes_its_contacts_orders_and_opportunities_along(org):
    """A describe of Account says that contacts, orders and opportunities are deleted with it. [recorded]"""
    order = org.order()
    account = org.read("Order", order)["AccountId"]
    contact = org.create("Contact", LastName="x", AccountId=account)
    assert org.call("DELETE", f"sobjects/Account/{account}").status == 204
    for sobject, record_id in (("Order", order), ("Contact", contact)):
        assert org.call("GET", f"sobjects/{sobject}/{record_id}").error == (404, "ENTITY_IS_DELETED")


def test_an_account_with_cases_stays(org):
    """A describe of Account says that its cases keep it from being deleted. The code is assumed.
    [recorded]
    """
    account = org.create("Account", Name="x")
    contact = org.create("Contact", LastName="x", AccountId=account)
    org.create("Case", AccountId=account)
    assert org.call("DELETE", f"sobjects/Account/{account}").error == (400, "DELETE_FAILED")
    assert org.read("Contact", contact)["IsDeleted"] is False
