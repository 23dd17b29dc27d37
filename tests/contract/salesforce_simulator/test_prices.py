"""Products, price books and entries."""

from __future__ import annotations

import pytest


@pytest.fixture
def product(org):
    return org.create("Product2", Name="Tea towel", ProductCode="TT-1", IsActive=True)


@pytest.fixture
def shop_book(org):
    return org.create("Pricebook2", Name="Shop", IsActive=True)


def entry(org, book, product, **fields):
    return org.try_create(
        "PricebookEntry",
        **{"Pricebook2Id": book, "Product2Id": product, "UnitPrice": 5, "IsActive": True, **fields},
    )


def test_products_and_entries_are_inactive_unless_said(org, product):
    """IsActive is false by default, of products and of entries.
    [documented: Object Reference, Product2 and PricebookEntry]
    """
    assert org.read("Product2", org.create("Product2", Name="x"))["IsActive"] is False
    plain = org.create("PricebookEntry", Pricebook2Id=org.standard_book(), Product2Id=product, UnitPrice=1)
    assert org.read("PricebookEntry", plain)["IsActive"] is False


def test_there_is_one_standard_price_book_and_it_cannot_be_made_or_deleted(org):
    """The standard price book is found by IsStandard, which is read-only. That it can't be deleted is
    assumed. [documented: Object Reference, Pricebook2]
    """
    book = org.standard_book()
    assert org.try_create("Pricebook2", Name="x", IsStandard=True).error == (
        400,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
    )
    assert org.call("DELETE", f"sobjects/Pricebook2/{book}").error == (400, "DELETE_FAILED")


def test_the_standard_price_comes_first(org, product, shop_book):
    """A price in another price book needs a standard price of the product first.
    [documented: Object Reference, PricebookEntry]
    """
    assert entry(org, shop_book, product).error == (400, "STANDARD_PRICE_NOT_DEFINED")
    assert entry(org, org.standard_book(), product).status == 201
    assert entry(org, shop_book, product, UseStandardPrice=False).status == 201


def test_one_entry_per_price_book_and_product(org, product, shop_book):
    """One entry per price book, product and currency. The code is reported; an older one exists.
    [documented: Object Reference, PricebookEntry]
    """
    entry(org, org.standard_book(), product)
    assert entry(org, org.standard_book(), product).error == (400, "DUPLICATE_VALUE")
    entry(org, shop_book, product)
    assert entry(org, shop_book, product).error == (400, "DUPLICATE_VALUE")


def test_product_and_price_book_of_an_entry_are_fixed(org, product, shop_book):
    """Product and price book of an entry can't be updated. The code is assumed.
    [documented: Object Reference, PricebookEntry]
    """
    record_id = entry(org, org.standard_book(), product).id
    reply = org.change("PricebookEntry", record_id, Product2Id=product, Pricebook2Id=shop_book)
    assert reply.error == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert set(reply.body[0]["fields"]) == {"Product2Id", "Pricebook2Id"}
    assert org.change("PricebookEntry", record_id, UnitPrice=6).status == 204


@pytest.mark.parametrize("missing", ["Pricebook2Id", "Product2Id", "UnitPrice"])
def test_an_entry_needs_price_book_product_and_price(org, product, missing):
    """An entry needs price book, product and unit price. [documented: Object Reference, PricebookEntry]"""
    fields = {"Pricebook2Id": org.standard_book(), "Product2Id": product, "UnitPrice": 5}
    del fields[missing]
    assert org.try_create("PricebookEntry", **fields).error == (400, "REQUIRED_FIELD_MISSING")


def test_a_price_that_uses_the_standard_price_equals_and_follows_it(org, product, shop_book):
    """With UseStandardPrice an entry has the standard price, and no price of its own. The code is assumed.
    [documented: Object Reference, PricebookEntry]
    """
    standard = entry(org, org.standard_book(), product).id
    assert entry(org, shop_book, product, UseStandardPrice=True, UnitPrice=4).error == (
        400,
        "FIELD_INTEGRITY_EXCEPTION",
    )
    follower = entry(org, shop_book, product, UseStandardPrice=True).id
    org.change("PricebookEntry", standard, UnitPrice=7)
    assert org.read("PricebookEntry", follower)["UnitPrice"] == 7


@pytest.mark.parametrize("flag", [True, False])
def test_a_standard_price_takes_either_flag(org, product, flag):
    """By the reference UseStandardPrice is true on a standard price, yet it is false by default: either
    will do. [documented: Object Reference, PricebookEntry]
    """
    assert entry(org, org.standard_book(), product, UseStandardPrice=flag).status == 201


def test_an_entry_has_no_negative_price(org, product):
    """A list price is not negative; it may be zero. [assumed]"""
    assert entry(org, org.standard_book(), product, UnitPrice=-1).error == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert entry(org, org.standard_book(), product, UnitPrice=0).status == 201


def test_an_entry_carries_its_products_name_and_code(org, product):
    """Name and ProductCode of an entry are its product's. [documented: Object Reference, PricebookEntry]"""
    record_id = entry(org, org.standard_book(), product).id
    assert org.read("PricebookEntry", record_id)["ProductCode"] == "TT-1"
    org.change("Product2", product, Name="Dish cloth", ProductCode=None)
    row = org.read("PricebookEntry", record_id)
    assert (row["Name"], row["ProductCode"]) == ("Dish cloth", None)


def test_the_standard_price_outlives_the_others(org, product, shop_book):
    """A standard price stays while other price books sell the product. [assumed]"""
    standard = entry(org, org.standard_book(), product).id
    other = entry(org, shop_book, product).id
    assert org.call("DELETE", f"sobjects/PricebookEntry/{standard}").error == (400, "DELETE_FAILED")
    org.call("DELETE", f"sobjects/PricebookEntry/{other}")
    assert org.call("DELETE", f"sobjects/PricebookEntry/{standard}").status == 204


def test_a_product_that_was_sold_cannot_be_deleted(org):
    """A product with order items stays; it can be archived. [assumed]"""
    product, price = org.priced_product()
    org.create("OrderItem", OrderId=org.order(), PricebookEntryId=price, Quantity=1, UnitPrice=1)
    assert org.call("DELETE", f"sobjects/Product2/{product}").error == (400, "DELETE_FAILED")
    unsold, _ = org.priced_product()
    assert org.call("DELETE", f"sobjects/Product2/{unsold}").status == 204


def test_a_price_of_what_was_sold_may_go(org):
    """An entry with items can be deleted: it is archived, and the items stay. That nothing new can be sold by
    it is assumed. [documented: Object Reference, PricebookEntry]
    """
    _, price = org.priced_product()
    order = org.order()
    item = org.create("OrderItem", OrderId=order, PricebookEntryId=price, Quantity=2, UnitPrice=3)
    assert org.call("DELETE", f"sobjects/PricebookEntry/{price}").status == 204
    assert org.read("OrderItem", item)["PricebookEntryId"] == price
    assert org.change("OrderItem", item, Quantity=3).status == 204
    assert org.read("Order", order)["TotalAmount"] == 9
    again = org.try_create("OrderItem", OrderId=order, PricebookEntryId=price, Quantity=1, UnitPrice=1)
    assert again.error == (400, "ENTITY_IS_DELETED")
