"""Opportunities, quotes, cases and campaigns (fact sheet, 5.1)."""

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
    reply = org.try_create("Opportunity", Amount=1)
    assert reply.body[0]["fields"] == ["Name", "StageName", "CloseDate"]


def test_the_stage_gives_state_and_probability(org, opportunity):
    row = org.read("Opportunity", opportunity)
    assert (row["IsClosed"], row["IsWon"], row["Probability"]) == (True, True, 100.0)
    org.change("Opportunity", opportunity, StageName="Closed Lost")
    row = org.read("Opportunity", opportunity)
    assert (row["IsClosed"], row["IsWon"], row["Probability"]) == (True, False, 0.0)


def test_the_amount_is_the_sum_of_the_lines_once_there_are_any(org, opportunity):
    """A given amount is passed over in silence when lines exist."""
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
    assert line(org, opportunity).error == (400, "REQUIRED_FIELD_MISSING")
    assert line(org, opportunity, UnitPrice=1, TotalPrice=1).error == (400, "FIELD_INTEGRITY_EXCEPTION")
    row = org.read("OpportunityLineItem", line(org, opportunity, Quantity=4, TotalPrice=10).id)
    assert (row["UnitPrice"], row["TotalPrice"]) == (2.5, 10.0)


def test_a_line_comes_from_its_opportunitys_price_book(org):
    bare = org.create("Opportunity", Name="x", StageName="Prospecting", CloseDate="2026-11-20")
    assert line(org, bare, UnitPrice=1).error == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_a_contact_given_with_an_opportunity_becomes_its_primary_role(org):
    contact = org.create("Contact", LastName="x")
    deal = org.create(
        "Opportunity", Name="x", StageName="Prospecting", CloseDate="2026-11-20", ContactId=contact
    )
    roles = org.rows(
        f"SELECT ContactId, IsPrimary FROM OpportunityContactRole WHERE OpportunityId = '{deal}'"
    )
    assert [(each["ContactId"], each["IsPrimary"]) for each in roles] == [(contact, True)]


def test_a_quote_sums_up_its_lines(org, opportunity):
    quote = org.create(
        "Quote", Name="x", OpportunityId=opportunity, Pricebook2Id=org.standard_book(), Tax=1.5
    )
    _, entry = org.priced_product()
    given = {"QuoteId": quote, "PricebookEntryId": entry, "Quantity": 2, "UnitPrice": 10, "Discount": 10}
    record_id = org.create("QuoteLineItem", **given)
    row = org.read("Quote", quote)
    assert (row["Subtotal"], row["TotalPrice"], row["GrandTotal"], row["LineItemCount"]) == (
        20.0,
        18.0,
        19.5,
        1,
    )
    org.call("DELETE", f"sobjects/QuoteLineItem/{record_id}")
    assert org.read("Quote", quote)["GrandTotal"] == 1.5


def test_a_case_needs_nothing_and_shows_its_contact(org):
    account = org.create("Account", Name="x")
    contact = org.create("Contact", LastName="x", Email="A@shop.test", AccountId=account)
    row = org.read("Case", org.create("Case", ContactId=contact))
    assert (row["Status"], row["ContactEmail"], row["AccountId"]) == ("New", "a@shop.test", account)
    assert row["CaseNumber"]
    org.change("Case", row["Id"], Status="Closed")
    assert org.read("Case", row["Id"])["IsClosed"] is True


def test_someone_is_a_member_of_a_campaign_once(org):
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
    assert org.try_create("CampaignMember", CampaignId=org.create("Campaign", Name="x")).error == (
        400,
        "REQUIRED_FIELD_MISSING",
    )


def test_a_members_status_is_one_of_the_campaigns(org):
    """HasResponded follows the status."""
    campaign = org.create("Campaign", Name="Spring")
    lead = org.create("Lead", LastName="x", Company="y")
    member = org.create("CampaignMember", CampaignId=campaign, LeadId=lead, Status="Responded")
    assert org.read("CampaignMember", member)["HasResponded"] is True
    reply = org.change("CampaignMember", member, Status="Bought")
    assert reply.error == (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    org.create("CampaignMemberStatus", CampaignId=campaign, Label="Bought", SortOrder=3)
    assert org.change("CampaignMember", member, Status="Bought").status == 204


def test_people_have_a_name_of_two_parts(org):
    assert (
        org.read("Contact", org.create("Contact", FirstName="Ada", LastName="Byron"))["Name"] == "Ada Byron"
    )
    assert org.read("Contact", org.create("Contact", LastName="Byron"))["Name"] == "Byron"


def test_an_account_takes_its_contacts_orders_and_opportunities_along(org):
    order = org.order()
    account = org.read("Order", order)["AccountId"]
    contact = org.create("Contact", LastName="x", AccountId=account)
    assert org.call("DELETE", f"sobjects/Account/{account}").status == 204
    for sobject, record_id in (("Order", order), ("Contact", contact)):
        assert org.call("GET", f"sobjects/{sobject}/{record_id}").error == (404, "ENTITY_IS_DELETED")


def test_an_account_with_cases_stays(org):
    account = org.create("Account", Name="x")
    contact = org.create("Contact", LastName="x", AccountId=account)
    org.create("Case", AccountId=account)
    assert org.call("DELETE", f"sobjects/Account/{account}").error == (400, "DELETE_FAILED")
    assert org.read("Contact", contact)["IsDeleted"] is False
