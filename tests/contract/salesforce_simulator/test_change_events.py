"""Change events as Event Relay hands them to EventBridge."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from local.salesforce.switches import Switches
from tests.contract.salesforce_simulator.driver import BASE, Client, graph, node
from tests.contract.salesforce_simulator.small_package import write_channel, write_package

OURS = {"Sforce_Call_Options": "client=storefront_connector"}


def header(event):
    return event["ChangeEventHeader"]


def only(events):
    assert len(events) == 1, events
    return events[0]


def test_an_event_travels_in_an_eventbridge_envelope_under_its_api_name(heard):
    """The source names org and channel, detail-type the event, and the data is in detail.payload.
    [recorded]
    """
    heard.create("Contact", LastName="Byron")
    envelope = only(heard.events())
    assert {
        "version",
        "id",
        "detail-type",
        "source",
        "account",
        "time",
        "region",
        "resources",
        "detail",
    } == set(envelope)
    assert envelope["detail-type"] == "ContactChangeEvent"
    assert envelope["source"].startswith("aws.partner/salesforce.com/00D")
    assert envelope["source"].split("/")[3].startswith("0YL")
    assert envelope["time"] == "2026-11-20T09:30:00Z"
    assert header(envelope["detail"]["payload"])["entityName"] == "Contact"


def test_the_event_of_an_own_object_is_named_with_two_underscores(heard):
    """An own object X__c has the event X__ChangeEvent, while entityName stays X__c.
    [documented: Change Data Capture Developer Guide]
    """
    heard.create("Parcel__c", Name="p", Carrier__c="post")
    envelope = only(heard.events())
    assert envelope["detail-type"] == "Parcel__ChangeEvent"
    assert header(envelope["detail"]["payload"])["entityName"] == "Parcel__c"


def test_a_create_carries_every_field_that_holds_something(heard):
    """CREATE has all fields that hold something, but no system stamp, deleted flag or derived field.
    [documented: Change Data Capture Developer Guide]
    """
    record = heard.create(
        "Contact", LastName="Byron", FirstName="Ada", MailingCity="Lyon", Email="a@example.com"
    )
    event = only(heard.payloads("CREATE"))
    assert event["Name"] == {"FirstName": "Ada", "LastName": "Byron"}
    assert event["MailingAddress"] == {"City": "Lyon"}
    assert event["Email"] == "a@example.com"
    assert event["DoNotCall"] is False
    assert event["CreatedDate"] == event["LastModifiedDate"] == "2026-11-20T09:30:00.000Z"
    assert {"Id", "IsDeleted", "SystemModstamp", "LastActivityDate", "Phone", "MailingCity"}.isdisjoint(event)
    assert (header(event)["recordIds"], header(event)["changedFields"]) == ([record], [])


def test_a_new_price_is_told_without_moment_and_author(tmp_path):
    """The CREATE of a price book entry lacks who made and changed it, and when.
    [documented: Change Data Capture Developer Guide, Change Events for PricebookEntry]
    """
    org = Client(write_channel(write_package(tmp_path), {"PricebookEntryChangeEvent": ()}))
    _, entry = org.priced_product(price=5)
    created = only(org.payloads("CREATE"))
    assert created["UnitPrice"] == 5.0
    assert {"CreatedById", "CreatedDate", "LastModifiedById", "LastModifiedDate"}.isdisjoint(created)
    org.change("PricebookEntry", entry, UnitPrice=6)
    assert "LastModifiedDate" in only(org.payloads("UPDATE"))


def test_what_is_derived_from_other_records_is_not_carried(heard):
    """A member's events tell who it is, not what it shows of its contact. [assumed]"""
    contact = heard.create("Contact", LastName="Byron", Email="a@example.com")
    heard.create("CampaignMember", CampaignId=heard.create("Campaign", Name="c"), ContactId=contact)
    event = heard.payloads("CREATE")[-1]
    assert (event["ContactId"], event["Status"], event["HasResponded"]) == (contact, "Sent", False)
    assert {"Name", "LastName", "Email", "Type", "LeadOrContactId"}.isdisjoint(event)


def test_an_update_carries_only_what_changed_and_its_moment(heard):
    """UPDATE: the changed fields and LastModifiedDate; parts of names and addresses are dotted in
    changedFields. [recorded]
    """
    record = heard.create("Contact", LastName="Byron", MailingCity="Lyon", MailingStreet="1 rue", Phone="1")
    heard.clock.pass_(60)
    heard.change("Contact", record, LastName="King", MailingCity="Nantes", Phone="1")
    event = only(heard.payloads("UPDATE"))
    assert header(event)["changedFields"] == ["LastModifiedDate", "Name.LastName", "MailingAddress.City"]
    del event["ChangeEventHeader"]
    assert event == {
        "LastModifiedDate": "2026-11-20T09:31:00.000Z", "Name": {"LastName": "King"},
        "MailingAddress": {"City": "Nantes"},
    }  # fmt: skip


def test_an_emptied_field_is_named_but_has_no_value(heard):
    """A relayed event lists fields in changedFields that its body lacks; nulledFields may be missing.
    [recorded]
    """
    record = heard.create("Contact", LastName="Byron", MailingCity="Lyon", Phone="1")
    heard.change("Contact", record, Phone=None, MailingCity="")
    event = only(heard.payloads("UPDATE"))
    assert header(event)["changedFields"] == ["LastModifiedDate", "MailingAddress.City", "Phone"]
    assert {"Phone", "MailingAddress"}.isdisjoint(event)
    assert "nulledFields" not in header(event)


@pytest.mark.parametrize(
    ("how", "value", "listed"), [("null", {"Phone": None}, None), ("listed", {}, ["Phone"])]
)
def test_orgs_may_tell_of_emptied_fields_in_other_ways(loud_package, how, value, listed):
    """nulledFields names emptied fields in other feeds. That null may mean emptied is assumed: code must
    take all. [documented: Change Data Capture Developer Guide, ChangeEventHeader Fields]
    """
    org = Client(loud_package, switches=Switches(cleared_in_events=how))
    record = org.create("Contact", LastName="Byron", Phone="1")
    org.change("Contact", record, Phone=None)
    event = only(org.payloads("UPDATE"))
    assert header(event).get("nulledFields") == listed
    assert {name: each for name, each in event.items() if name == "Phone"} == value


def test_a_deletion_carries_no_field(heard):
    """DELETE is a header alone. [documented: Change Data Capture Developer Guide]"""
    record = heard.create("Contact", LastName="Byron")
    heard.call("DELETE", f"sobjects/Contact/{record}")
    event = only(heard.payloads("DELETE"))
    assert list(event) == ["ChangeEventHeader"]
    assert header(event)["recordIds"] == [record]


def test_what_comes_back_from_the_recycle_bin_is_told_whole(heard):
    """UNDELETE has all fields, as CREATE has. [documented: Change Data Capture Developer Guide]"""
    record = heard.create("Contact", LastName="Byron", Phone="1")
    heard.person("_delete", object="Contact", id=record)
    heard.person("_undelete", object="Contact", id=record)
    event = only(heard.payloads("UNDELETE"))
    assert (event["Name"], event["Phone"]) == ({"LastName": "Byron"}, "1")


def test_enriched_fields_go_with_updates_and_deletions_only(heard):
    """A channel member may add fields, changed or not, to updates and deletions; empty ones are left out.
    [reported]
    """
    account = heard.create("Account", Name="Weber")
    order = heard.upsert(
        "Order", "shop:1", AccountId=account, EffectiveDate="2026-11-20", Status="Draft", Description="x"
    ).id
    heard.change("Order", order, Description="y")
    heard.call("DELETE", f"sobjects/Order/{order}")
    update, deletion = only(heard.payloads("UPDATE")), only(heard.payloads("DELETE"))
    assert update["Storefront_Key__c"] == deletion["Storefront_Key__c"] == "shop:1"
    assert "Storefront_Key__c" not in header(update)["changedFields"]
    assert "PoNumber" not in update


def test_only_entities_that_a_channel_member_selects_leave_the_org(heard, org):
    """Events come only of entities that are selected. [documented: Change Data Capture Developer Guide]"""
    heard.create("Product2", Name="towel")
    org.create("Contact", LastName="unheard")
    assert heard.events() == org.events() == []


def test_the_origin_names_api_version_and_client(heard):
    """Sforce-Call-Options client=X comes back in changeOrigin. That it is missing otherwise is assumed.
    [documented: Change Data Capture Developer Guide, ChangeEventHeader Fields]
    """
    heard.call("POST", "sobjects/Contact", {"LastName": "a"}, **OURS)
    heard.call("POST", "sobjects/Contact", {"LastName": "b"})
    origins = [header(each)["changeOrigin"] for each in heard.payloads()]
    assert origins == [
        "com/salesforce/api/rest/66.0;client=storefront_connector",
        "com/salesforce/api/rest/66.0",
    ]


def test_a_persons_edit_is_told_from_the_integrations(heard):
    """The user interface calls itself SfdcInternalAPI on SOAP, and commitUser is the person. [recorded]"""
    ours = heard.create("Contact", LastName="Byron")
    heard.person("_edit", object="Contact", id=ours, fields={"Phone": "1"})
    created, edited = (header(each) for each in heard.payloads())
    assert edited["changeOrigin"] == "com/salesforce/api/soap/66.0;client=SfdcInternalAPI/"
    assert created["commitUser"] != edited["commitUser"]
    users = {each["Id"]: each["Name"] for each in heard.rows("SELECT Id, Name FROM User")}
    assert users[created["commitUser"]] == "Storefront Integration"
    assert heard.read("Contact", ours)["LastModifiedById"] == edited["commitUser"]
    assert "LastModifiedById" in edited["changedFields"]


def test_one_transaction_shares_a_key_and_counts_its_events(heard):
    """Events of a transaction share transactionKey; sequenceNumber starts at 1; commitNumber grows and
    fits no double. That a graph is one is assumed. [recorded]
    """
    body = {"LastName": "x", "AccountId": "@{a.id}"}
    nodes = (node("POST", "Account", "a", {"Name": "x"}), node("POST", "Contact", "c", body))
    heard.graph(graph("one", *nodes), graph("two", *nodes))
    headers = [header(each) for each in heard.payloads()]
    assert [each["sequenceNumber"] for each in headers] == [1, 2, 1, 2]
    keys = [each["transactionKey"] for each in headers]
    assert (keys[0] == keys[1], keys[2] == keys[3], keys[0] == keys[2]) == (True, True, False)
    assert headers[0]["commitNumber"] < headers[2]["commitNumber"]
    assert headers[0]["commitNumber"] > 2**53
    assert headers[0]["commitTimestamp"] == int(heard.clock().timestamp()) * 1000


def test_sub_requests_are_transactions_unless_all_or_none_binds_them(heard):
    """Each sub-request commits alone unless allOrNone binds them. That events show it so is assumed.
    [documented: REST API Developer Guide, Composite]
    """
    entries = [node("POST", "Account", name, {"Name": name}) for name in ("a", "b")]
    for whole in (False, True):
        heard.call("POST", "composite", {"allOrNone": whole, "compositeRequest": entries})
    keys = [header(each)["transactionKey"] for each in heard.payloads()]
    assert (keys[0] != keys[1], keys[2] == keys[3]) == (True, True)


def test_what_is_rolled_back_is_never_told(heard):
    """Events are of committed changes only. [assumed]"""
    nodes = (
        node("POST", "Account", "a", {"Name": "x"}),
        node("POST", "Contact", "c", {"FirstName": "no last name"}),
    )
    heard.graph(graph("bad", *nodes))
    assert heard.events() == []


def test_several_writes_to_a_record_in_one_transaction_are_one_event_of_the_first_kind(heard):
    """Created and changed in one transaction: one CREATE with the final values. [assumed]"""
    change = {
        "method": "PATCH",
        "url": f"{BASE}/sobjects/Account/@{{a.id}}",
        "referenceId": "b",
        "body": {"Name": "new"},
    }
    reply = heard.graph(graph("g", node("POST", "Account", "a", {"Name": "old"}), change))
    assert reply.body["graphs"][0]["isSuccessful"] is True
    assert only(heard.payloads())["Name"] == "new"


def test_equal_changes_of_one_transaction_come_as_one_event_with_several_ids(heard):
    """Equal changes of one transaction come as one event with several record ids.
    [documented: Change Data Capture Developer Guide, Merged Change Events]
    """
    ids = [heard.create("Contact", LastName=name) for name in "ab"]
    records = [{"attributes": {"type": "Contact"}, "id": each, "Phone": "1"} for each in ids]
    heard.call("PATCH", "composite/sobjects", {"records": records})
    event = only(heard.payloads("UPDATE"))
    assert header(event)["recordIds"] == ids
    assert event["Phone"] == "1"


def test_a_roll_up_tells_of_the_order_and_children_of_a_deleted_parent_are_told_too(heard):
    """Roll-ups are in change events; a cascade tells of each record of a selected entity. [assumed]"""
    _, entry = heard.priced_product(price=5)
    order = heard.order()
    heard.create("OrderItem", OrderId=order, PricebookEntryId=entry, Quantity=2, UnitPrice=5)
    assert only(heard.payloads("UPDATE"))["TotalAmount"] == 10.0
    account = heard.read("Order", order)["AccountId"]
    heard.call("DELETE", f"sobjects/Account/{account}")
    assert {header(each)["entityName"] for each in heard.payloads("DELETE")} == {"Account", "Order"}


def test_a_person_account_tells_of_the_account_and_of_its_contact(loud_package):
    """A person account has two events; of an update the account's leaves the contact's fields to the
    contact's. [documented: Change Data Capture Developer Guide, Change Events for Person Accounts]
    """
    org = Client(loud_package, switches=Switches(person_accounts=True))
    person = org.rows("SELECT Id FROM RecordType WHERE IsPersonType = true")[0]["Id"]
    record = org.create(
        "Account", LastName="Byron", FirstName="Ada", RecordTypeId=person, PersonEmail="a@example.com"
    )
    created = {header(each)["entityName"]: each for each in org.payloads()}
    assert (
        created["Account"]["Name"] == created["Contact"]["Name"] == {"FirstName": "Ada", "LastName": "Byron"}
    )
    assert created["Account"]["PersonEmail"] == created["Contact"]["Email"] == "a@example.com"
    org.change("Account", record, PersonEmail="b@example.com")
    changed = {header(each)["entityName"]: header(each)["changedFields"] for each in org.payloads("UPDATE")}
    assert changed == {"Account": ["LastModifiedDate"], "Contact": ["LastModifiedDate", "Email"]}
    org.create("Account", Name="Weber")
    assert org.payloads()[-1]["Name"] == "Weber"


def test_a_gap_event_is_a_header_alone(heard):
    """GAP_x: something changed that the feed can't show; the record has to be read again.
    [documented: Change Data Capture Developer Guide, Gap Events]
    """
    heard.control("POST", "/_gap", {"object": "Contact", "times": 1})
    record = heard.create("Contact", LastName="Byron")
    heard.change("Contact", record, Phone="1")
    gap, update = heard.payloads()
    assert list(gap) == ["ChangeEventHeader"]
    assert (header(gap)["changeType"], header(gap)["recordIds"], header(gap)["changedFields"]) == (
        "GAP_CREATE",
        [record],
        [],
    )
    assert header(update)["changeType"] == "UPDATE"


def test_gap_events_come_on_demand_and_an_overflow_names_no_record(heard):
    """GAP_OVERFLOW: over 100,000 changes in one transaction, without usable ids. That it is the empty id
    is assumed. [documented: Change Data Capture Developer Guide, Overflow Events]
    """
    record = heard.create("Contact", LastName="Byron")
    reply = heard.control("POST", "/_gap", {"object": "Contact", "kind": "GAP_UPDATE", "ids": [record]})
    assert reply.body == {"published": 1}
    heard.control("POST", "/_gap", {"object": "Account", "kind": "GAP_OVERFLOW"})
    found = [(header(each)["changeType"], header(each)["recordIds"]) for each in heard.payloads()[1:]]
    assert found == [("GAP_UPDATE", [record]), ("GAP_OVERFLOW", ["000000000000000AAA"])]
    assert heard.control("POST", "/_gap", {"object": "Contact", "kind": "GAP_UPDATE"}).status == 400
    assert heard.control("POST", "/_gap", {"object": "Nothing__c"}).status == 400


def test_events_are_read_from_a_replay_id_on_and_are_gone_after_72_hours(heard):
    """Events are kept for 72 hours and read from a replay id on.
    [documented: Change Data Capture Developer Guide]
    """
    heard.create("Contact", LastName="a")
    last = heard.control("GET", "/_events").body["last"]
    heard.create("Contact", LastName="b")
    assert [each["detail"]["payload"]["Name"]["LastName"] for each in heard.events(last)] == ["b"]
    heard.clock.pass_(72 * 3600 + 1)
    heard.log_in()
    heard.create("Contact", LastName="c")
    assert [each["detail"]["payload"]["Name"]["LastName"] for each in heard.events()] == ["c"]
    heard.control("POST", "/_reset")
    assert heard.events() == []


def test_an_upsert_by_key_that_changes_nothing_still_tells_its_moment(heard):
    """An update without a changed value is an update all the same. [assumed]"""
    key = quote("shop:1", safe="")
    for _ in range(2):
        heard.call("PATCH", f"sobjects/Account/Storefront_Key__c/{key}", {"Name": "x"})
    assert header(only(heard.payloads("UPDATE")))["changedFields"] == ["LastModifiedDate"]


ELEVEN = (
    "Title", "Phone", "Fax", "MobilePhone", "HomePhone", "OtherPhone", "AssistantPhone", "Email", "Department",
    "Birthdate", "LeadSource",
)  # fmt: skip


@pytest.mark.parametrize(
    ("members", "kind", "reason"),
    [
        ({"Pricebook2ChangeEvent": ()}, "data", "no object of this org has the event"),
        ({"Nothing__ChangeEvent": ()}, "data", "no object of this org has the event"),
        ({"ContactChangeEvent": ("Nothing__c",)}, "data", "Contact has no Nothing__c"),
        ({"ContactChangeEvent": tuple(ELEVEN)}, "data", "at most 10 fields"),
        ({"ContactChangeEvent": ()}, "event", "can't mix"),
    ],
)
def test_a_member_that_an_org_would_refuse_is_not_deployed(tmp_path, caplog, members, kind, reason):
    """Not every object has change events, at most ten of its fields enrich one, and a channel takes either change
    events or platform events. What is refused keeps nothing else out. [documented: Metadata API Developer Guide,
    PlatformEventChannelMember]
    """
    write_channel(write_package(tmp_path), members, kind=kind)
    org = Client(tmp_path)
    assert reason in caplog.text
    org.create("Contact", LastName="x")
    assert org.events() == []
