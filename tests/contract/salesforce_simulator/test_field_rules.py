"""What each field accepts (fact sheet, 4.2, 5.2 and 5.3)."""

from __future__ import annotations

import pytest

from local.salesforce.ids import full_id


def parcel(org, **fields):
    return org.try_create("Parcel__c", **{"Carrier__c": "Post", **fields})


def stored(org, **fields):
    return org.read("Parcel__c", parcel(org, **fields).id)


def test_an_unknown_field_names_the_column_and_no_fields(org):
    reply = org.try_create("Account", Name="x", Shoe_Size__c=43)
    assert reply.status == 400
    assert reply.body == [
        {"message": "No such column 'Shoe_Size__c' on sobject of type Account", "errorCode": "INVALID_FIELD"}
    ]


def test_field_names_are_found_in_any_case(org):
    assert org.try_create("Account", name="x").status == 201


@pytest.mark.parametrize("field", ["CreatedDate", "SystemModstamp", "MasterRecordId", "IsDeleted"])
def test_a_read_only_field_is_refused_with_its_name(org, field):
    reply = org.try_create("Account", Name="x", **{field: "2026-11-20T09:30:00Z"})
    assert reply.error == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert reply.body[0]["fields"] == [field]
    assert reply.body[0]["message"].startswith(f"Unable to create/update fields: {field}.")


def test_create_only_fields_are_refused_on_update_all_at_once(org):
    """OrderItem.OrderId and PricebookEntryId can be given once: sending them again is an error that names them."""
    order = org.order()
    _, entry = org.priced_product()
    fields = {"OrderId": order, "PricebookEntryId": entry, "Quantity": 1, "UnitPrice": 2}
    assert org.upsert("OrderItem", "shop:1:1", **fields).status == 201
    reply = org.upsert("OrderItem", "shop:1:1", **fields)
    assert reply.error == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert reply.body[0]["fields"] == ["OrderId", "PricebookEntryId"]
    assert org.upsert("OrderItem", "shop:1:1", Quantity=3, UnitPrice=2).status == 200


def test_required_fields_are_named_when_absent(org):
    reply = org.try_create("Lead", FirstName="Ada")
    assert reply.error == (400, "REQUIRED_FIELD_MISSING")
    assert reply.body[0] == {
        "message": "Required fields are missing: [LastName, Company]",
        "errorCode": "REQUIRED_FIELD_MISSING",
        "fields": ["LastName", "Company"],
    }


@pytest.mark.parametrize("empty", [None, "", "   "])
def test_a_required_field_cannot_be_emptied(org, empty):
    record_id = org.create("Account", Name="x")
    assert org.change("Account", record_id, Name=empty).error == (400, "REQUIRED_FIELD_MISSING")


@pytest.mark.parametrize("empty", [None, ""])
def test_null_and_empty_text_clear_a_field(org, empty):
    record_id = org.create("Account", Name="x", Phone="1")
    org.change("Account", record_id, Phone=empty)
    assert org.read("Account", record_id)["Phone"] is None


def test_text_is_trimmed(org):
    assert stored(org, Batch__c="  B 7 ")["Batch__c"] == "B 7"


def test_text_longer_than_the_field_is_refused(org):
    """LastName holds 80 characters; the message says the maximum."""
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
    fields = {each["name"]: each for each in org.call("GET", f"sobjects/{sobject}/describe").body["fields"]}
    assert fields[field]["length"] == length


def test_a_restricted_picklist_refuses_other_values_by_its_label(org):
    reply = parcel(org, Colour__c="green")
    assert reply.error == (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    assert reply.body[0]["message"] == "Colour: bad value for restricted picklist field: green"
    assert reply.body[0]["fields"] == ["Colour__c"]
    assert parcel(org, Colour__c="blue").status == 201


def test_an_unrestricted_picklist_takes_any_text(org):
    assert org.try_create("Account", Name="x", Industry="Beekeeping").status == 201


def test_defaults_fill_what_a_create_leaves_out(org):
    row = stored(org)
    assert (row["Colour__c"], row["Insured__c"]) == ("red", True)


@pytest.mark.parametrize("given", [None, ""])
def test_a_checkbox_is_never_null(org, given):
    reply = parcel(org, Insured__c=given)
    assert reply.error == (400, "INVALID_TYPE_ON_FIELD_IN_RECORD")
    assert reply.body[0]["fields"] == ["Insured__c"]


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("Insured__c", "true"), ("Insured__c", 1), ("Weight__c", "1.5"), ("Weight__c", True), ("Weight__c", ""),
        ("Batch__c", 7), ("Batch__c", ["a"]), ("Batch__c", {"a": 1}), ("Due__c", "20.11.2026"),
        ("Due__c", "2026-02-30"),
        ("Due__c", "2026-11-20T10:00:00Z"), ("Sent__c", "2026-11-20T10:00:00"), ("Sent__c", "2026-11-20"),
        ("Sent__c", "yesterday"), ("Batch__c", "bell\u0007"),
    ],
)  # fmt: skip
def test_values_of_the_wrong_type_do_not_parse(org, field, given):
    assert parcel(org, **{field: given}).error == (400, "JSON_PARSER_ERROR")


def test_numbers_are_rounded_half_up_to_the_scale(org):
    assert stored(org, Weight__c=1.005)["Weight__c"] == 1.01
    assert stored(org, Weight__c=1.004)["Weight__c"] == 1.0
    assert stored(org, Weight__c=-1.005)["Weight__c"] == -1.01


@pytest.mark.parametrize("given", [10_000, 9_999.995, -10_000, 1e300])
def test_numbers_with_too_many_digits_are_out_of_range(org, given):
    reply = parcel(org, Weight__c=given)
    assert reply.error == (400, "NUMBER_OUTSIDE_VALID_RANGE")
    assert reply.body[0]["fields"] == ["Weight__c"]


def test_a_number_at_the_edge_of_the_range_is_kept(org):
    assert stored(org, Weight__c=9999.99)["Weight__c"] == 9999.99


def test_whole_number_fields_take_whole_numbers(org):
    assert org.try_create("Account", Name="x", NumberOfEmployees=12).status == 201
    assert org.try_create("Account", Name="x", NumberOfEmployees=1.5).error == (400, "JSON_PARSER_ERROR")


@pytest.mark.parametrize(
    "address", ["plain", "a@b", "a b@c.de", "a@b..de", ".a@b.de", "a@-b.de", "jürgen@müller.de", "a@b.de."]
)
def test_a_malformed_email_address_is_refused(org, address):
    reply = parcel(org, Receiver__c=address)
    assert reply.error == (400, "INVALID_EMAIL_ADDRESS")
    assert reply.body[0]["fields"] == ["Receiver__c"]


def test_email_addresses_are_stored_in_lower_case(org):
    """Seen in recordings: what comes back is lower-cased."""
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
    assert stored(org, Sent__c=given)["Sent__c"] == shown


@pytest.mark.parametrize("given", ["1699-12-31", "4001-01-01"])
def test_dates_lie_between_1700_and_4000(org, given):
    assert parcel(org, Due__c=given).error == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_a_unique_field_names_the_record_that_has_the_value(org):
    """DUPLICATE_VALUE carries the other record's id in its message."""
    first = org.create("Account", Name="x", Storefront_Key__c="shop:1")
    reply = org.try_create("Account", Name="y", Storefront_Key__c="shop:1")
    assert reply.error == (400, "DUPLICATE_VALUE")
    assert first[:15] in reply.body[0]["message"]
    assert "Storefront_Key__c" in reply.body[0]["message"]


def test_uniqueness_minds_case_only_where_the_field_does(org):
    parcel(org, Nickname__c="Bert", Storefront_Key__c="k")
    assert parcel(org, Nickname__c="BERT").error == (400, "DUPLICATE_VALUE")
    assert parcel(org, Storefront_Key__c="K").status == 201


def test_a_record_may_keep_its_own_unique_value(org):
    record_id = parcel(org, Nickname__c="Bert").id
    assert org.change("Parcel__c", record_id, Nickname__c="Bert").status == 204


def test_a_parent_is_named_by_its_own_key(org):
    account = org.upsert("Account", "shop:7", Name="x").id
    contact = org.create("Contact", LastName="y", Account={"Storefront_Key__c": "shop:7"})
    assert org.read("Contact", contact)["AccountId"] == account


def test_a_missing_parent_is_told_from_an_unknown_field_by_its_message(org):
    """Both are INVALID_FIELD; only the text says which."""
    reply = org.try_create("Contact", LastName="y", Account={"Storefront_Key__c": "shop:404"})
    assert reply.status == 400
    assert reply.body[0] == {
        "message": "Foreign key external ID: shop:404 not found for field Storefront_Key__c in entity Account",
        "errorCode": "INVALID_FIELD",
        "fields": [],
    }


def test_an_own_relationship_ends_in_r(org):
    order = org.order(Storefront_Key__c="shop:1")
    record_id = parcel(org, Order__r={"Storefront_Key__c": "shop:1"}).id
    assert org.read("Parcel__c", record_id)["Order__c"] == order


def test_a_parent_key_that_several_records_have(org):
    for _ in range(2):
        org.create("Contact", LastName="y", Email="twin@shop.test")
    account = org.create("Account", Name="x")
    order = {"AccountId": account, "EffectiveDate": "2026-11-20", "Status": "Draft"}
    reply = org.try_create("Order", **order, BillToContact={"Email": "twin@shop.test"})
    assert reply.error == (400, "INVALID_FIELD")
    assert reply.body[0]["message"].startswith("More than one record found for external id")


def test_a_parent_by_a_field_that_is_no_key(org):
    assert org.try_create("Contact", LastName="y", Account={"Name": "x"}).error == (400, "INVALID_FIELD")


def test_an_owner_by_key_must_say_whether_it_is_a_user_or_a_queue(org):
    owner = {"Username": "integration@storefront.example"}
    assert org.try_create("Case", Subject="x", Owner=owner).error == (400, "INVALID_FIELD")
    assert org.try_create("Case", Subject="x", Owner={**owner, "attributes": {"type": "User"}}).status == 201


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("rubbish", "MALFORMED_ID"),
        (full_id("003SF0000000001"), "MALFORMED_ID"),
        (full_id("001SF00000000zz"), "INVALID_CROSS_REFERENCE_KEY"),
    ],
)
def test_references_must_point_to_a_record_of_the_right_object(org, given, code):
    assert org.try_create("Contact", LastName="y", AccountId=given).error == (400, code)


def test_a_reference_to_a_deleted_record(org):
    account = org.create("Account", Name="x")
    org.call("DELETE", f"sobjects/Account/{account}")
    assert org.try_create("Contact", LastName="y", AccountId=account).error == (400, "ENTITY_IS_DELETED")


def test_an_auto_number_counts_and_cannot_be_written(org):
    first, second = (org.create("Label__c", Parcel__c=parcel(org).id) for _ in range(2))
    assert org.read("Label__c", first)["Name"] == "LAB-0001"
    assert org.read("Label__c", second)["Name"] == "LAB-0002"
    assert org.change("Label__c", first, Name="x").error == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")


def test_a_master_detail_parent_is_required_and_fixed(org):
    """A master-detail field that is not reparentable cannot be updated; details go with their master."""
    one, other = parcel(org).id, parcel(org).id
    assert org.try_create("Label__c").error == (400, "REQUIRED_FIELD_MISSING")
    label = org.create("Label__c", Parcel__c=one)
    assert org.change("Label__c", label, Parcel__c=other).error == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    org.call("DELETE", f"sobjects/Parcel__c/{one}")
    assert org.call("GET", f"sobjects/Label__c/{label}").error == (404, "ENTITY_IS_DELETED")


def test_a_lookup_is_cleared_when_its_parent_goes(org):
    order = org.order()
    record_id = parcel(org, Order__c=order).id
    org.call("DELETE", f"sobjects/Order/{order}")
    assert org.read("Parcel__c", record_id)["Order__c"] is None


def test_what_the_platform_keeps_to_itself_cannot_be_written(org):
    assert org.try_create("User").error == (400, "INVALID_TYPE_FOR_OPERATION")
