"""What each field accepts."""

from __future__ import annotations

import pytest


def parcel(org, **fields):
    return org.try_create("Parcel__c", **{"Carrier__c": "Post", **fields})


def stored(org, **fields):
    return org.read("Parcel__c", parcel(org, **fields).id)


def test_an_unknown_field_names_the_column_and_no_fields(org):
    """A field that the object lacks is INVALID_FIELD; the message names it, and there is no `fields`.
    [recorded]
    """
    reply = org.try_create("Account", Name="x", Shoe_Size__c=43)
    assert reply.status == 400
    assert reply.body == [
        {"message": "No such column 'Shoe_Size__c' on sobject of type Account", "errorCode": "INVALID_FIELD"}
    ]


def test_field_names_are_found_in_any_case(org):
    """Field names are found in any case: the guide itself writes `name`. [documented: REST API Developer
    Guide, Using Composite Graphs]
    """
    assert org.try_create("Account", name="x").status == 201


@pytest.mark.parametrize("field", ["CreatedDate", "SystemModstamp", "MasterRecordId", "IsDeleted"])
def test_a_read_only_field_is_refused_with_its_name(org, field):
    """A field that nobody writes is INVALID_FIELD_FOR_INSERT_UPDATE, with its name in message and `fields`.
    [recorded]
    """
    reply = org.try_create("Account", Name="x", **{field: "2026-11-20T09:30:00Z"})
    assert reply.error == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert reply.body[0]["fields"] == [field]
    assert reply.body[0]["message"].startswith(f"Unable to create/update fields: {field}.")


def test_create_only_fields_are_refused_on_update_all_at_once(org):
    """An order product's order and price book entry have no Update property: they can be given once. The code
    is assumed. [documented: Object Reference, OrderItem]
    """
    order = org.order()
    _, entry = org.priced_product()
    fields = {"OrderId": order, "PricebookEntryId": entry, "Quantity": 1, "UnitPrice": 2}
    assert org.upsert("OrderItem", "shop:1:1", **fields).status == 201
    reply = org.upsert("OrderItem", "shop:1:1", **fields)
    assert reply.error == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert reply.body[0]["fields"] == ["OrderId", "PricebookEntryId"]
    assert org.upsert("OrderItem", "shop:1:1", Quantity=3, UnitPrice=2).status == 200


def test_required_fields_are_named_when_absent(org):
    """All required fields that are absent are named, in message and `fields`. [recorded]"""
    reply = org.try_create("Lead", FirstName="Ada")
    assert reply.error == (400, "REQUIRED_FIELD_MISSING")
    assert reply.body[0] == {
        "message": "Required fields are missing: [LastName, Company]",
        "errorCode": "REQUIRED_FIELD_MISSING",
        "fields": ["LastName", "Company"],
    }


@pytest.mark.parametrize("empty", [None, "", "   "])
def test_a_required_field_cannot_be_emptied(org, empty):
    """A required field cannot be emptied; blanks are empty. [assumed]"""
    record_id = org.create("Account", Name="x")
    assert org.change("Account", record_id, Name=empty).error == (400, "REQUIRED_FIELD_MISSING")


def test_a_field_that_salesforce_fills_cannot_be_emptied_either(org):
    """A field that is not nillable, such as the owner, always has a value. The code is assumed. [recorded]"""
    record_id = org.create("Account", Name="x")
    assert org.change("Account", record_id, OwnerId=None).error == (400, "REQUIRED_FIELD_MISSING")


@pytest.mark.parametrize("empty", [None, ""])
def test_null_and_empty_text_clear_a_field(org, empty):
    """Null clears a field, and empty text is stored as null. [documented]"""
    record_id = org.create("Account", Name="x", Phone="1")
    org.change("Account", record_id, Phone=empty)
    assert org.read("Account", record_id)["Phone"] is None


def test_text_is_trimmed(org):
    """Text is stored without the blanks around it. [assumed]"""
    assert stored(org, Batch__c="  B 7 ")["Batch__c"] == "B 7"


def test_text_longer_than_the_field_is_refused(org):
    """A last name holds 80 characters; more is STRING_TOO_LONG, not cut off. [documented: SOAP API Developer
    Guide, StatusCode]
    """
    assert org.try_create("Contact", LastName="x" * 80).status == 201
    reply = org.try_create("Contact", LastName="x" * 81)
    assert reply.error == (400, "STRING_TOO_LONG")
    assert reply.body[0]["fields"] == ["LastName"]
    assert "(max length=80)" in reply.body[0]["message"]


@pytest.mark.parametrize(
    ("sobject", "field", "length"),
    [
        ("Contact", "FirstName", 40), ("Contact", "MobilePhone", 40), ("Contact", "MailingStreet", 255),
        ("Contact", "MailingCity", 40), ("Contact", "MailingPostalCode", 20), ("Account", "AccountNumber", 40),
        ("Order", "PoNumber", 80), ("Order", "Name", 80), ("Product2", "ProductCode", 255),
        ("Product2", "StockKeepingUnit", 180), ("Product2", "DisplayUrl", 1000), ("Product2", "Description", 4000),
        ("OrderItem", "Description", 255), ("Campaign", "Name", 80), ("Opportunity", "Name", 120),
        ("Case", "Subject", 255), ("Account", "Website", 255), ("Lead", "Company", 255),
    ],
)  # fmt: skip
def test_the_lengths_that_shop_data_breaks(org, sobject, field, length):
    """The lengths of fields that data of shops often exceed. Most are recorded as well. [documented: Object
    Reference, Standard Objects]
    """
    fields = {each["name"]: each for each in org.call("GET", f"sobjects/{sobject}/describe").body["fields"]}
    assert fields[field]["length"] == length


def test_a_restricted_picklist_refuses_other_values_by_its_label(org):
    """A restricted picklist refuses values that it lacks; the message has the field's label. [recorded]"""
    reply = parcel(org, Colour__c="green")
    assert reply.error == (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    assert reply.body[0]["message"] == "Colour: bad value for restricted picklist field: green"
    assert reply.body[0]["fields"] == ["Colour__c"]
    assert parcel(org, Colour__c="blue").status == 201


def test_an_unrestricted_picklist_takes_any_text(org):
    """Only a restricted picklist keeps the API from adding values. [documented: Metadata API Developer Guide,
    Picklist]
    """
    assert org.try_create("Account", Name="x", Industry="Beekeeping").status == 201


def test_defaults_fill_what_a_create_leaves_out(org):
    """A default fills what a create leaves out. [assumed]"""
    row = stored(org)
    assert (row["Colour__c"], row["Insured__c"]) == ("red", True)


@pytest.mark.parametrize("given", [None, ""])
def test_a_checkbox_is_never_null(org, given):
    """A checkbox is true or false, never null. The code is assumed. [documented]"""
    reply = parcel(org, Insured__c=given)
    assert reply.error == (400, "INVALID_TYPE_ON_FIELD_IN_RECORD")
    assert reply.body[0]["fields"] == ["Insured__c"]


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("Insured__c", "perhaps"), ("Weight__c", "heavy"), ("Weight__c", True), ("Weight__c", ""), ("Batch__c", 7),
        ("Batch__c", ["a"]), ("Batch__c", {"a": 1}), ("Colour__c", ["red"]), ("Due__c", "20.11.2026"),
        ("Due__c", "2026-02-30"), ("Due__c", "20261120"), ("Due__c", "2026-11-20T10:00:00Z"),
        ("Sent__c", "2026-11-20T10:00:00"),
        ("Sent__c", "2026-11-20"), ("Sent__c", "yesterday"), ("Batch__c", "bell\u0007"),
    ],
)  # fmt: skip
def test_values_of_the_wrong_type_do_not_parse(org, field, given):
    """A value that can't be read as its field's type is JSON_PARSER_ERROR; for control characters that is
    assumed. [reported]
    """
    assert parcel(org, **{field: given}).error == (400, "JSON_PARSER_ERROR")
    assert org.rows("SELECT Id FROM Parcel__c") == []


@pytest.mark.parametrize(
    ("field", "given"), [("Insured__c", "true"), ("Insured__c", 1), ("Weight__c", "1.5")]
)
def test_numbers_and_booleans_are_not_sent_as_text(org, field, given):
    """Stricter than an org, which reads "100" as a number: what we send is of the type that we mean. [ours]"""
    assert parcel(org, **{field: given}).error == (400, "JSON_PARSER_ERROR")


@pytest.mark.parametrize("given", [1.005, -1.005, 0.123456789])
def test_digits_beyond_the_scale_are_kept(org, given):
    """A field's decimal places bind people at the screen; the API stores and returns all digits.
    [documented: Salesforce Help, Number Field Stores More Decimal Places Than Defined]
    """
    assert stored(org, Weight__c=given)["Weight__c"] == given


@pytest.mark.parametrize(("given", "kept"), [(1.005, 1.01), (1.004, 1.0), (2, 2.0)])
def test_quantities_have_two_decimals(org, given, kept):
    """Quantities of lines have two decimals. That the API rounds half up to them is assumed.
    [documented: Salesforce Help, More Decimals on Price]
    """
    _, entry = org.priced_product()
    fields = {"OrderId": org.order(), "PricebookEntryId": entry, "UnitPrice": 10}
    assert org.read("OrderItem", org.create("OrderItem", **fields, Quantity=given))["Quantity"] == kept


@pytest.mark.parametrize("given", [10_000, -10_000, 1e300])
def test_numbers_with_too_many_digits_are_out_of_range(org, given):
    """More digits before the point than the field has are NUMBER_OUTSIDE_VALID_RANGE. [documented: SOAP API
    Developer Guide, StatusCode]
    """
    reply = parcel(org, Weight__c=given)
    assert reply.error == (400, "NUMBER_OUTSIDE_VALID_RANGE")
    assert reply.body[0]["fields"] == ["Weight__c"]


def test_a_number_at_the_edge_of_the_range_is_kept(org):
    """A field's precision counts its digits on both sides of the point. [documented: Salesforce Field
    Reference]
    """
    assert stored(org, Weight__c=9999.99)["Weight__c"] == 9999.99


def test_whole_number_fields_take_whole_numbers(org):
    """An int field has no fraction; one that is sent is not rounded. [assumed]"""
    assert org.try_create("Account", Name="x", NumberOfEmployees=12).status == 201
    assert org.try_create("Account", Name="x", NumberOfEmployees=1.5).error == (400, "JSON_PARSER_ERROR")


@pytest.mark.parametrize(
    "address", ["plain", "a@b", "a b@c.de", "a@b..de", ".a@b.de", "a@-b.de", "jürgen@müller.de", "a@b.de."]
)
def test_a_malformed_email_address_is_refused(org, address):
    """What is no e-mail address is INVALID_EMAIL_ADDRESS. Where exactly the line is drawn is assumed.
    [documented: SOAP API Developer Guide, StatusCode]
    """
    reply = parcel(org, Receiver__c=address)
    assert reply.error == (400, "INVALID_EMAIL_ADDRESS")
    assert reply.body[0]["fields"] == ["Receiver__c"]


def test_email_addresses_are_stored_in_lower_case(org):
    """An e-mail address comes back in lower case. [recorded]"""
    assert stored(org, Receiver__c="O'Neil+Shop@Example.COM")["Receiver__c"] == "o'neil+shop@example.com"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00.000+0000"),
        ("2026-11-20T10:00:00.678+0200", "2026-11-20T08:00:00.000+0000"),
        ("2026-11-20T00:30:00-05:00", "2026-11-20T05:30:00.000+0000"),
    ],
)
def test_times_are_shown_in_utc(org, given, shown):
    """Times are shown in UTC. Whole seconds are documented: the fraction is dropped. [recorded]"""
    assert stored(org, Sent__c=given)["Sent__c"] == shown


@pytest.mark.parametrize("given", ["1699-12-31", "4001-01-01"])
def test_dates_lie_between_1700_and_4000(org, given):
    """Dates lie between 1700 and 4000. The code is assumed. [documented]"""
    assert parcel(org, Due__c=given).error == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_a_unique_field_names_the_record_that_has_the_value(org):
    """DUPLICATE_VALUE carries the field and the other record's id in its message. [reported]"""
    first = org.create("Account", Name="x", Storefront_Key__c="shop:1")
    reply = org.try_create("Account", Name="y", Storefront_Key__c="shop:1")
    assert reply.error == (400, "DUPLICATE_VALUE")
    assert first[:15] in reply.body[0]["message"]
    assert "Storefront_Key__c" in reply.body[0]["message"]


def test_uniqueness_minds_case_only_where_the_field_does(org):
    """A unique field says whether case makes a difference. [documented]"""
    parcel(org, Nickname__c="Bert", Storefront_Key__c="k")
    assert parcel(org, Nickname__c="BERT").error == (400, "DUPLICATE_VALUE")
    assert parcel(org, Storefront_Key__c="K").status == 201


def test_a_record_may_keep_its_own_unique_value(org):
    """A record may be sent its own unique value again. [assumed]"""
    record_id = parcel(org, Nickname__c="Bert").id
    assert org.change("Parcel__c", record_id, Nickname__c="Bert").status == 204


def test_an_auto_number_counts_and_cannot_be_written(org):
    """An auto number counts up in its format, and nobody writes it. [assumed]"""
    first, second = (org.create("Label__c", Parcel__c=parcel(org).id) for _ in range(2))
    assert org.read("Label__c", first)["Name"] == "LAB-0001"
    assert org.read("Label__c", second)["Name"] == "LAB-0002"
    assert org.change("Label__c", first, Name="x").error == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")


def test_what_the_platform_keeps_to_itself_cannot_be_written(org):
    """Some objects take no writes. That users are among them is ours: the connector makes none. [ours]"""
    assert org.try_create("User").error == (400, "INVALID_TYPE_FOR_OPERATION")
