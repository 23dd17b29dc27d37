"""What people do at the screen: merging, converting, deleting, restoring."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from local.salesforce.switches import DuplicateRule, Switches
from local.salesforce.world import PERSON_RECORD_TYPE_ID
from tests.contract.salesforce_simulator.driver import Client
from tests.contract.salesforce_simulator.small_package import write_package, write_permission_set


def all_rows(org, soql):
    return org.call("GET", f"queryAll?{urlencode({'q': soql})}").body["records"]


def refused(org, order, **members):
    return org.control("POST", f"/{order}", members).error


def merged_contacts(org, **loser):
    winner = org.create("Contact", LastName="Byron")
    other = org.create("Contact", LastName="Byrne", **loser)
    org.person("_merge", object="Contact", winner=winner, loser=other)
    return winner, other


def test_a_merged_record_is_in_the_recycle_bin_and_names_its_master(org):
    """The loser is deleted and MasterRecordId names the winner, as queryAll shows; other reads say it is
    deleted. [documented: SOAP API Developer Guide, merge()]
    """
    winner, loser = merged_contacts(org)
    row = all_rows(org, f"SELECT IsDeleted, MasterRecordId FROM Contact WHERE Id = '{loser}'")[0]
    assert (row["IsDeleted"], row["MasterRecordId"]) == (True, winner)
    assert org.rows("SELECT Id FROM Contact")[0]["Id"] == winner
    assert org.call("GET", f"sobjects/Contact/{loser}").error == (404, "ENTITY_IS_DELETED")
    assert org.change("Contact", loser, Phone="1").error == (404, "ENTITY_IS_DELETED")
    assert org.try_create("Case", ContactId=loser).error == (400, "ENTITY_IS_DELETED")
    org.clock.pass_(120)
    span = urlencode({"start": "2026-11-20T09:00:00Z", "end": "2026-11-20T09:32:00Z"})
    deleted = org.call("GET", f"sobjects/Contact/deleted/?{span}").body["deletedRecords"]
    assert [each["id"] for each in deleted] == [loser]


def test_the_losers_children_move_to_the_winner(org):
    """A merge makes the winner the parent of the loser's records. That they count as changed is assumed.
    [documented: SOAP API Developer Guide, merge()]
    """
    accounts = [org.create("Account", Name=name) for name in "ab"]
    contact = org.create("Contact", LastName="Byron", AccountId=accounts[1])
    order = org.create("Order", AccountId=accounts[1], EffectiveDate="2026-11-20", Status="Draft")
    org.clock.pass_(60)
    org.person("_merge", object="Account", winner=accounts[0], loser=accounts[1])
    assert org.read("Contact", contact)["AccountId"] == org.read("Order", order)["AccountId"] == accounts[0]
    assert org.read("Contact", contact)["LastModifiedDate"] == "2026-11-20T09:31:00.000+0000"


def test_merges_chain(org):
    """A survivor may lose a later merge: its own loser goes on naming it. [assumed]"""
    second, first = merged_contacts(org)
    third = org.create("Contact", LastName="King")
    org.person("_merge", object="Contact", winner=third, loser=second)
    rows = all_rows(org, "SELECT Id, MasterRecordId FROM Contact WHERE MasterRecordId != null")
    assert {each["Id"]: each["MasterRecordId"] for each in rows} == {first: second, second: third}


def test_the_losers_key_is_free_again(org):
    """A deleted record holds no key: the winner may take it over, or an upsert creates anew. [assumed]"""
    _, loser = merged_contacts(org, Storefront_Key__c="shop:1")
    again = org.upsert("Contact", "shop:1", LastName="new")
    assert again.status == 201
    assert again.id != loser
    rival = org.create("Contact", LastName="Lovelace", Storefront_Key__c="shop:2")
    org.person(
        "_merge", object="Contact", winner=again.id, loser=rival, fields={"Storefront_Key__c": "shop:2"}
    )
    assert org.upsert("Contact", "shop:2", Phone="1").id == again.id


def test_both_in_a_campaign_leaves_one_membership(org):
    """One member per campaign and contact, after a merge too. [assumed]"""
    campaigns = [org.create("Campaign", Name=name) for name in "ab"]
    winner, loser = (org.create("Contact", LastName=name) for name in "xy")
    for campaign, person in ((0, winner), (0, loser), (1, loser)):
        org.create("CampaignMember", CampaignId=campaigns[campaign], ContactId=person)
    org.person("_merge", object="Contact", winner=winner, loser=loser)
    rows = org.rows("SELECT CampaignId, ContactId FROM CampaignMember")
    assert sorted((each["CampaignId"], each["ContactId"]) for each in rows) == [
        (each, winner) for each in campaigns
    ]


def test_a_merge_is_told_as_a_deletion_an_update_and_moved_children(heard):
    """No event says merge: the loser is deleted, the winner updated, children get their new parent.
    [assumed]
    """
    accounts = [heard.create("Account", Name=name) for name in "ab"]
    heard.create("Contact", LastName="Byron", AccountId=accounts[1])
    before = heard.control("GET", "/_events").body["last"]
    heard.person("_merge", object="Account", winner=accounts[0], loser=accounts[1])
    events = [each["detail"]["payload"] for each in heard.events(before)]
    found = {
        (each["ChangeEventHeader"]["entityName"], each["ChangeEventHeader"]["changeType"]): each
        for each in events
    }
    assert set(found) == {("Account", "DELETE"), ("Account", "UPDATE"), ("Contact", "UPDATE")}
    assert found["Account", "DELETE"]["ChangeEventHeader"]["recordIds"] == [accounts[1]]
    assert found["Contact", "UPDATE"]["AccountId"] == accounts[0]
    assert len({each["ChangeEventHeader"]["transactionKey"] for each in events}) == 1


def test_person_accounts_merge_as_a_whole(package):
    """Person accounts merge with each other only, contacts included. The code is assumed. [reported]"""
    org = Client(package, switches=Switches(person_accounts=True))
    kind = org.rows("SELECT Id FROM RecordType WHERE IsPersonType = true")[0]["Id"]
    winner, loser = (org.create("Account", LastName=name, RecordTypeId=kind) for name in "ab")
    kept, gone = (org.read("Account", each)["PersonContactId"] for each in (winner, loser))
    plain = org.create("Contact", LastName="c")
    business = org.create("Account", Name="d")
    assert refused(org, "_merge", object="Contact", winner=plain, loser=gone) == (400, "INVALID_OPERATION")
    assert refused(org, "_merge", object="Account", winner=business, loser=loser) == (
        400,
        "INVALID_OPERATION",
    )
    case = org.create("Case", ContactId=gone)
    org.person("_merge", object="Account", winner=winner, loser=loser)
    assert org.read("Case", case)["ContactId"] == kept
    assert (
        all_rows(org, f"SELECT MasterRecordId FROM Contact WHERE Id = '{gone}'")[0]["MasterRecordId"] == kept
    )


def test_only_some_objects_merge_and_never_with_themselves(org):
    """Only leads, contacts, accounts and, lately, cases merge. The codes are assumed.
    [documented: Apex Developer Guide, Merging Records]
    """
    contact = org.create("Contact", LastName="a")
    parcels = [org.create("Parcel__c", Name=name, Carrier__c="post") for name in "ab"]
    assert refused(org, "_merge", object="Contact", winner=contact, loser=contact) == (400, "DUPLICATE_VALUE")
    assert refused(org, "_merge", object="Parcel__c", winner=parcels[0], loser=parcels[1])[0] == 400
    reply = org.control("POST", "/_merge", {"object": "Contact", "winner": contact, "loser": "nonsense"})
    assert reply.error == (400, "MALFORMED_ID")
    assert reply.body[0]["message"] == "loser: malformed id nonsense"


def test_a_converted_lead_names_what_it_became(org):
    """A converted lead has IsConverted, ConvertedDate and the ids of account, contact and opportunity.
    [documented: Object Reference, Lead]
    """
    lead = org.create(
        "Lead", LastName="Byron", FirstName="Ada", Company="Weber", Email="a@example.com", City="Lyon"
    )
    found = org.person("_convert", lead=lead)
    row = org.read("Lead", lead)
    assert (row["IsConverted"], row["ConvertedDate"], row["Status"]) == (
        True,
        "2026-11-20",
        "Closed - Converted",
    )
    ids = [row[f"Converted{each}Id"] for each in ("Account", "Contact", "Opportunity")]
    assert ids == [found["account"], found["contact"], found["opportunity"]]
    account, contact, opportunity = (
        org.read(*each) for each in zip(("Account", "Contact", "Opportunity"), ids, strict=True)
    )
    assert (account["Name"], account["BillingCity"]) == ("Weber", "Lyon")
    assert (contact["Name"], contact["Email"], contact["AccountId"]) == ("Ada Byron", "a@example.com", ids[0])
    assert (opportunity["AccountId"], opportunity["StageName"]) == (ids[0], "Prospecting")


def test_a_converted_lead_is_read_only(org):
    """A converted lead can't be changed, nor converted again.
    [documented: SOAP API Developer Guide, StatusCode]
    """
    lead = org.create("Lead", LastName="Byron", Company="Weber")
    org.person("_convert", lead=lead, opportunity=False)
    assert org.change("Lead", lead, Phone="1").error == (400, "CANNOT_UPDATE_CONVERTED_LEAD")
    assert refused(org, "_convert", lead=lead) == (400, "CANNOT_UPDATE_CONVERTED_LEAD")
    assert org.read("Lead", lead)["ConvertedOpportunityId"] is None


def test_a_lead_may_become_what_is_there_already(org):
    """Given account and contact are used; the contact must be the account's. The code is assumed.
    [documented: SOAP API Developer Guide, convertLead()]
    """
    account = org.create("Account", Name="Weber")
    contact = org.create("Contact", LastName="Byron", AccountId=account)
    stranger = org.create("Contact", LastName="King")
    lead = org.create("Lead", LastName="Byron", Company="Weber GmbH")
    assert refused(org, "_convert", lead=lead, account=account, contact=stranger) == (
        400,
        "FIELD_INTEGRITY_EXCEPTION",
    )
    assert org.read("Lead", lead)["IsConverted"] is False
    campaign = org.create("Campaign", Name="c")
    member = org.create("CampaignMember", CampaignId=campaign, LeadId=lead)
    org.person("_convert", lead=lead, account=account, contact=contact, opportunity=False)
    assert len(org.rows("SELECT Id FROM Account")) == 1
    member = org.read("CampaignMember", member)
    assert (member["LeadId"], member["ContactId"]) == (lead, contact)


def test_a_conversion_is_one_transaction_of_creations_and_the_leads_update(heard):
    """Account, contact, opportunity and the lead's update, which lacks LastModifiedDate. The order is
    assumed. [documented: Change Data Capture Developer Guide, Change Events for Lead Conversion]
    """
    lead = heard.create("Lead", LastName="Byron", Company="Weber")
    before = heard.control("GET", "/_events").body["last"]
    heard.person("_convert", lead=lead)
    events = [each["detail"]["payload"] for each in heard.events(before)]
    heads = [each["ChangeEventHeader"] for each in events]
    assert [(each["entityName"], each["changeType"], each["sequenceNumber"]) for each in heads] == [
        ("Account", "CREATE", 1), ("Contact", "CREATE", 2), ("Opportunity", "CREATE", 3), ("Lead", "UPDATE", 4),
    ]  # fmt: skip
    assert {"IsConverted", "ConvertedDate", "ConvertedAccountId", "Status"} <= set(heads[3]["changedFields"])
    assert "LastModifiedDate" not in events[3]
    assert len({each["transactionKey"] for each in heads}) == 1


def test_an_administrator_may_do_what_the_integration_user_may_not(tmp_path):
    """Object and field permissions of the connected user do not bind people. [ours]"""
    write_permission_set(write_package(tmp_path), "Connector", {"Contact": "cr"}, {})
    org = Client(tmp_path, permission_set="Connector")
    contact = org.create("Contact", LastName="Byron")
    assert org.call("DELETE", f"sobjects/Contact/{contact}").error == (403, "INSUFFICIENT_ACCESS_OR_READONLY")
    org.person("_edit", object="Contact", id=contact, fields={"Phone": "1"})
    org.person("_delete", object="Contact", id=contact)
    assert org.call("GET", f"sobjects/Contact/{contact}").error == (404, "ENTITY_IS_DELETED")


def test_people_are_stopped_by_the_orgs_rules_too(package):
    """A person who has seen an alert's duplicates may save; a blocking rule blocks everyone. [documented]"""
    rules = (DuplicateRule("Contact", ("LastName",), "alert"), DuplicateRule("Contact", ("Phone",), "block"))
    org = Client(package, switches=Switches(duplicate_rules=rules))
    org.create("Contact", LastName="Byron", Phone="1")
    assert org.person("_edit", object="Contact", fields={"LastName": "Byron"})["id"].startswith("003")
    assert refused(org, "_edit", object="Contact", fields={"LastName": "x", "Phone": "1"}) == (
        400,
        "DUPLICATES_DETECTED",
    )
    assert refused(org, "_edit", object="Contact", fields={}) == (400, "REQUIRED_FIELD_MISSING")
    assert refused(org, "_edit", object="Nothing__c", fields={}) == (400, "INVALID_ORDER")


def test_a_fault_ordered_for_the_connector_spares_people(org):
    """Faults are ordered against the connector. [ours]"""
    org.control("POST", "/_faults", {"fault": "lock"})
    org.person("_edit", object="Contact", fields={"LastName": "Byron"})
    assert org.try_create("Contact", LastName="King").error == (400, "UNABLE_TO_LOCK_ROW")


def test_what_went_with_its_parent_comes_back_with_it(org):
    """A record returns with what its deletion took along, and with the references that it emptied.
    [documented: Apex Developer Guide, Deleting Records]
    """
    _, entry = org.priced_product(price=5)
    order = org.order()
    item = org.create("OrderItem", OrderId=order, PricebookEntryId=entry, Quantity=2, UnitPrice=5)
    gone_before = org.create("OrderItem", OrderId=order, PricebookEntryId=entry, Quantity=1, UnitPrice=7)
    org.person("_delete", object="OrderItem", id=gone_before)
    parcel = org.create("Parcel__c", Name="p", Carrier__c="post", Order__c=order)
    org.person("_delete", object="Order", id=order)
    assert org.read("Parcel__c", parcel)["Order__c"] is None
    org.person("_undelete", object="Order", id=order)
    assert org.read("Order", order)["TotalAmount"] == 10
    assert [each["Id"] for each in org.rows("SELECT Id FROM OrderItem")] == [item]
    assert org.read("Parcel__c", parcel)["Order__c"] == order
    org.person("_undelete", object="OrderItem", id=gone_before)
    assert org.read("Order", order)["TotalAmount"] == 17


def test_a_person_account_comes_back_whole(package):
    """A person account and its contact are deleted and restored as one. [assumed]"""
    org = Client(package, switches=Switches(person_accounts=True))
    account = org.create("Account", LastName="Noether", RecordTypeId=PERSON_RECORD_TYPE_ID)
    contact = org.read("Account", account)["PersonContactId"]
    org.person("_delete", object="Account", id=account)
    assert org.rows("SELECT Id FROM Contact") == []
    org.person("_undelete", object="Account", id=account)
    assert org.read("Account", account)["PersonContactId"] == contact
    assert org.read("Contact", contact)["IsDeleted"] is False


def test_a_record_comes_back_without_a_parent_that_did_not(org):
    """An order needs its account back first; a contact comes back without one. [assumed]"""
    account = org.create("Account", Name="a")
    contact = org.create("Contact", LastName="b", AccountId=account)
    order = org.create("Order", AccountId=account, EffectiveDate="2026-11-20", Status="Draft")
    org.person("_delete", object="Account", id=account)
    assert refused(org, "_undelete", object="Order", id=order) == (400, "UNDELETE_FAILED")
    org.person("_undelete", object="Contact", id=contact)
    assert org.read("Contact", contact)["AccountId"] is None
    org.person("_undelete", object="Account", id=account)
    assert org.read("Order", order)["AccountId"] == account


def test_a_key_taken_meanwhile_keeps_a_record_in_the_bin(org):
    """Unique values hold for what comes back, too. [assumed]"""
    first = org.create("Contact", LastName="a", Storefront_Key__c="shop:1")
    org.person("_delete", object="Contact", id=first)
    org.create("Contact", LastName="b", Storefront_Key__c="shop:1")
    assert refused(org, "_undelete", object="Contact", id=first) == (400, "DUPLICATE_VALUE")
    assert len(org.rows("SELECT Id FROM Contact")) == 1


@pytest.mark.parametrize(("days", "error"), [(14, None), (16, (400, "UNDELETE_FAILED"))])
def test_the_recycle_bin_keeps_15_days(org, days, error):
    """Deleted records can be restored for 15 days. The code is assumed.
    [documented: Apex Developer Guide, Deleting Records]
    """
    record = org.create("Contact", LastName="a")
    org.person("_delete", object="Contact", id=record)
    org.clock.pass_(days * 86_400)
    org.log_in()
    kept = all_rows(org, f"SELECT Id FROM Contact WHERE Id = '{record}'")
    assert len(kept) == (0 if error else 1), "not even queryAll reads what has left it"
    reply = org.control("POST", "/_undelete", {"object": "Contact", "id": record})
    assert (None if reply.status == 200 else reply.error) == error


def test_what_left_the_recycle_bin_never_was(org):
    """A record that left the bin can't be told from one that never was, and a merged one names its survivor no
    more. The codes are assumed. [documented: Apex Developer Guide, Deleting Records]
    """
    _, loser = merged_contacts(org)
    assert org.person("_empty_bin")["removed"] == 1
    assert not all_rows(org, f"SELECT MasterRecordId FROM Contact WHERE Id = '{loser}'")
    assert org.call("GET", f"sobjects/Contact/{loser}").error == (404, "NOT_FOUND")
    assert org.try_create("Case", ContactId=loser).error == (400, "INVALID_CROSS_REFERENCE_KEY")


def test_what_is_not_in_the_bin_cannot_come_back(org):
    """Only deleted records return, and none before the parent it went with. [assumed]"""
    order = org.order()
    _, entry = org.priced_product()
    item = org.create("OrderItem", OrderId=order, PricebookEntryId=entry, Quantity=1, UnitPrice=1)
    assert refused(org, "_undelete", object="Order", id=order) == (400, "UNDELETE_FAILED")
    org.person("_delete", object="OrderItem", id=item)
    org.person("_delete", object="Order", id=order)
    assert refused(org, "_undelete", object="OrderItem", id=item) == (400, "UNDELETE_FAILED")
