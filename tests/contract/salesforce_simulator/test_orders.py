"""Orders and their items."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.contract.salesforce_simulator.driver import Client
from tests.contract.salesforce_simulator.small_package import write_package, write_permission_set


def item(org, order, entry, **fields):
    return org.try_create(
        "OrderItem", **{"OrderId": order, "PricebookEntryId": entry, "Quantity": 1, "UnitPrice": 10, **fields}
    )


@pytest.fixture
def entry(org):
    return org.priced_product()[1]


@pytest.fixture
def activated(org, entry):
    order = org.order()
    item(org, order, entry, Storefront_Key__c="first")
    assert org.change("Order", order, Status="Activated").status == 204
    return order


@pytest.mark.parametrize("missing", ["AccountId", "EffectiveDate", "Status"])
def test_an_order_needs_account_date_and_status(org, missing):
    """An order needs an account, a start date and a status, though describes call the account optional.
    [documented: Object Reference, Order]
    """
    fields = {
        "AccountId": org.create("Account", Name="x"), "EffectiveDate": "2026-11-20", "Status": "Draft",
    }  # fmt: skip
    del fields[missing]
    reply = org.try_create("Order", **fields)
    assert reply.error == (400, "REQUIRED_FIELD_MISSING")
    assert reply.body[0]["fields"] == [missing]
    described = org.call("GET", "sobjects/Order/describe").body["fields"]
    assert [each["nillable"] for each in described if each["name"] == "AccountId"] == [True]


def test_a_new_order_is_a_draft(org):
    """An order begins in a status of the category Draft; StatusCode is the category. The code is assumed.
    [documented: Object Reference, Order]
    """
    account = org.create("Account", Name="x")
    fields = {"AccountId": account, "EffectiveDate": "2026-11-20"}
    assert org.try_create("Order", **fields, Status="Activated").error == (400, "INVALID_STATUS")
    order = org.create("Order", **fields, Status="Draft")
    assert org.read("Order", order)["StatusCode"] == "Draft"


def test_reduction_orders_are_off(org):
    """Reduction orders are a setting, which most orgs leave off. The code is assumed.
    [documented: Metadata API Developer Guide, OrderSettings]
    """
    account = org.create("Account", Name="x")
    fields = {"AccountId": account, "EffectiveDate": "2026-11-20", "Status": "Draft"}
    reply = org.try_create("Order", **fields, IsReductionOrder=True)
    assert reply.error == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert org.try_create("Order", **fields, IsReductionOrder=False).status == 201


def test_numbers_of_orders_count_up(org):
    """OrderNumber is given automatically. [documented: Object Reference, Order]"""
    numbers = [org.read("Order", org.order())["OrderNumber"] for _ in range(2)]
    assert int(numbers[1]) == int(numbers[0]) + 1


def test_an_order_does_not_end_before_it_starts(org):
    """EndDate is not before EffectiveDate. The code is assumed. [documented: Object Reference, Order]"""
    order = org.order()
    assert org.change("Order", order, EndDate="2026-11-19").error == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert org.change("Order", order, EndDate="2026-11-20").status == 204


def test_items_add_up_to_the_cent(org, entry):
    """TotalAmount is the sum of quantity x unit price. That each line is rounded to the cent is assumed.
    [documented: Object Reference, Order]
    """
    order = org.order()
    assert org.read("Order", order)["TotalAmount"] == 0
    for quantity, price in ((2, 3.33), (1, 3.34), (3, 0.1), (0.05, 0.5)):
        assert item(org, order, entry, Quantity=quantity, UnitPrice=price).status == 201
    assert Decimal(str(org.read("Order", order)["TotalAmount"])) == Decimal("10.33")


def test_the_total_follows_changed_and_deleted_items(org, entry):
    """TotalAmount is always that of the items there are. [documented: Object Reference, Order]"""
    order = org.order()
    first, second = item(org, order, entry).id, item(org, order, entry, UnitPrice=5).id
    org.change("OrderItem", first, Quantity=3)
    assert org.read("Order", order)["TotalAmount"] == 35
    org.call("DELETE", f"sobjects/OrderItem/{second}")
    assert org.read("Order", order)["TotalAmount"] == 30


@pytest.mark.parametrize("field", ["TotalAmount", "OrderNumber", "StatusCode"])
def test_numbers_and_totals_are_read_only(org, field):
    """Number, status category and total are not for writing. [documented: Object Reference, Order]"""
    assert org.change("Order", org.order(), **{field: "1"}).error == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")


def test_an_item_shows_product_list_price_and_total(org):
    """Product and list price come from the price book entry; TotalPrice is quantity x unit price.
    [documented: Object Reference, OrderItem]
    """
    product, entry = org.priced_product(price=12)
    row = org.read("OrderItem", item(org, org.order(), entry, Quantity=2, UnitPrice=10.5).id)
    assert (row["Product2Id"], row["ListPrice"], row["TotalPrice"]) == (product, 12.0, 21.0)
    assert row["OrderItemNumber"]


@pytest.mark.parametrize("missing", ["OrderId", "PricebookEntryId", "Quantity", "UnitPrice"])
def test_an_item_needs_order_entry_quantity_and_price(org, entry, missing):
    """An item needs order, entry, quantity and unit price. [documented: Object Reference, OrderItem]"""
    fields = {"OrderId": org.order(), "PricebookEntryId": entry, "Quantity": 1, "UnitPrice": 1}
    del fields[missing]
    assert org.try_create("OrderItem", **fields).body[0]["fields"] == [missing]


@pytest.mark.parametrize("quantity", [0, -1, 0.001])
def test_an_item_has_a_positive_quantity(org, entry, quantity):
    """Items of zero and of negative quantity are two settings, off here; 0.001 rounds to zero. The code is
    assumed. [documented: Metadata API Developer Guide, OrderSettings]
    """
    assert item(org, org.order(), entry, Quantity=quantity).error == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_an_item_has_no_negative_price(org, entry):
    """A unit price is not negative; discounts need another way. [assumed]"""
    assert item(org, org.order(), entry, UnitPrice=-1).error == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_an_item_comes_from_its_orders_price_book(org, entry):
    """An item's entry is of its order's price book. The code is assumed.
    [documented: Object Reference, OrderItem]
    """
    other = org.create("Pricebook2", Name="Wholesale", IsActive=True)
    order = org.order(Pricebook2Id=other)
    assert item(org, order, entry).error == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert item(org, org.order(Pricebook2Id=None), entry).error == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_an_item_needs_an_active_entry_of_an_active_product(org):
    """An item needs an active entry. That its product must be active too, and the code, are assumed.
    [documented: Object Reference, OrderItem]
    """
    product, entry = org.priced_product()
    org.change("PricebookEntry", entry, IsActive=False)
    assert item(org, org.order(), entry).error == (400, "FIELD_INTEGRITY_EXCEPTION")
    org.change("PricebookEntry", entry, IsActive=True)
    org.change("Product2", product, IsActive=False)
    assert item(org, org.order(), entry).error == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_the_price_book_stays_once_it_is_there(org):
    """Once an order has a price book it can be neither changed nor removed. The code is assumed.
    [documented: Salesforce Help, Editing and Deletion Limitations for Orders]
    """
    other = org.create("Pricebook2", Name="Wholesale", IsActive=True)
    order = org.order(Pricebook2Id=None)
    assert org.change("Order", order, Pricebook2Id=org.standard_book()).status == 204
    for book in (other, None):
        assert org.change("Order", order, Pricebook2Id=book).error == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert org.change("Order", order, Pricebook2Id=org.standard_book()).status == 204


def test_an_inactive_price_book_cannot_be_used(org):
    """Only an active price book can be used. The code is assumed.
    [documented: Object Reference, Pricebook2]
    """
    order, other = org.order(Pricebook2Id=None), org.create("Pricebook2", Name="Old")
    assert org.change("Order", order, Pricebook2Id=other).error == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_an_order_without_items_cannot_be_activated(org):
    """An order is activated only with items. [documented: Object Reference, Order]"""
    assert org.change("Order", org.order(), Status="Activated").error == (400, "FAILED_ACTIVATION")


def test_an_activated_order_says_when_and_by_whom(org, activated):
    """ActivatedDate and ActivatedById are filled by activation. [documented: Object Reference, Order]"""
    row = org.read("Order", activated)
    assert (row["StatusCode"], row["ActivatedDate"]) == ("Activated", "2026-11-20T09:30:00.000+0000")
    assert row["ActivatedById"]


def test_an_activated_order_takes_and_gives_no_items(org, entry, activated):
    """An activated order's items are fixed; their quantities and prices too, under Enhanced Commerce
    Orders. The codes are assumed.
    [documented: Salesforce Help, Editing and Deletion Considerations for Order Products]
    """
    reply = item(org, activated, entry)
    assert reply.error == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert "can't be added to an activated order" in reply.body[0]["message"]
    path = "sobjects/OrderItem/Storefront_Key__c/first"
    assert org.call("DELETE", path).error == (400, "DELETE_FAILED")
    assert org.call("PATCH", path, {"Quantity": 2}).error == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert org.call("PATCH", path, {"Quantity": 1}).status == 200


def test_an_activated_order_cannot_be_deleted(org, activated):
    """An activated order has to be a draft again before it can go. [assumed]"""
    assert org.call("DELETE", f"sobjects/Order/{activated}").error == (400, "DELETE_FAILED")


def test_an_activated_order_keeps_its_account(org, activated):
    """The account changes only while the order is a draft. The code is assumed.
    [documented: Object Reference, Order]
    """
    other = org.create("Account", Name="x")
    assert org.change("Order", activated, AccountId=other).error == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert org.change("Order", activated, PoNumber="7").status == 204


def test_an_account_with_an_activated_order_stays(org, activated):
    """A describe of Account says that orders go along, and that they may stop it. Which ones do, and the
    code, are assumed. [recorded]
    """
    account = org.read("Order", activated)["AccountId"]
    assert org.call("DELETE", f"sobjects/Account/{account}").error == (400, "DELETE_FAILED")
    assert org.read("Account", account)["IsDeleted"] is False


def test_an_activated_order_opens_again_as_a_draft(org, entry, activated):
    """Set back to a draft status an order is open again. [documented: Object Reference, Order]"""
    assert org.change("Order", activated, Status="Draft").status == 204
    assert org.read("Order", activated)["ActivatedDate"] is None
    assert item(org, activated, entry).status == 201


def test_deleting_an_order_deletes_its_items(org, entry):
    """Children go with their parent. [documented: SOAP API Developer Guide, delete()]"""
    order = org.order()
    line = item(org, order, entry).id
    org.call("DELETE", f"sobjects/Order/{order}")
    assert org.call("GET", f"sobjects/OrderItem/{line}").error == (404, "ENTITY_IS_DELETED")


def test_activating_and_editing_activated_orders_are_permissions_of_the_user(tmp_path):
    """Editing activated orders needs Edit Activated Orders; activating needs Activate Orders. The codes
    are assumed. [documented: Salesforce Help, Editing and Deletion Limitations for Orders]
    """
    package = write_package(tmp_path)
    rights = dict.fromkeys(("Account", "Order", "Pricebook2", "Product2"), "crud")
    write_permission_set(package, "Robot", rights, {"Order.PoNumber": True})
    org = Client(package, permission_set="Robot")
    order = org.order()
    item(org, order, org.priced_product()[1])
    assert org.change("Order", order, Status="Activated").error == (403, "INSUFFICIENT_ACCESS_OR_READONLY")
    write_permission_set(package, "Robot", rights, {"Order.PoNumber": True}, ("ActivateOrder",))
    org.simulator.change_switches({})
    assert org.change("Order", order, Status="Activated").status == 204
    assert org.change("Order", order, PoNumber="7").error == (400, "FIELD_INTEGRITY_EXCEPTION")
    write_permission_set(
        package, "Robot", rights, {"Order.PoNumber": True}, ("ActivateOrder", "EditActivatedOrders")
    )
    org.simulator.change_switches({})
    assert org.change("Order", order, PoNumber="7").status == 204
