"""Products, price books and entries (fact sheet, 5.1 and 5.5)."""

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
    assert org.read("Product2", org.create("Product2", Name="x"))["IsActive"] is False
    plain = org.create("PricebookEntry", Pricebook2Id=org.standard_book(), Product2Id=product, UnitPrice=1)
    assert org.read("PricebookEntry", plain)["IsActive"] is False


def test_there_is_one_standard_price_book_and_it_cannot_be_made_or_deleted(org):
    """Found by IsStandard, never by name."""
    book = org.standard_book()
    assert org.try_create("Pricebook2", Name="x", IsStandard=True).error == (
        400,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
    )
    assert org.call("DELETE", f"sobjects/Pricebook2/{book}").error == (400, "DELETE_FAILED")


def test_the_standard_price_comes_first(org, product, shop_book):
    assert entry(org, shop_book, product).error == (400, "STANDARD_PRICE_NOT_DEFINED")
    assert entry(org, org.standard_book(), product).status == 201
    assert entry(org, shop_book, product, UseStandardPrice=False).status == 201


def test_one_entry_per_price_book_and_product(org, product, shop_book):
    entry(org, org.standard_book(), product)
    assert entry(org, org.standard_book(), product).error == (400, "DUPLICATE_VALUE")
    entry(org, shop_book, product)
    assert entry(org, shop_book, product).error == (400, "DUPLICATE_VALUE")


def test_product_and_price_book_of_an_entry_are_fixed(org, product, shop_book):
    record_id = entry(org, org.standard_book(), product).id
    reply = org.change("PricebookEntry", record_id, Product2Id=product, Pricebook2Id=shop_book)
    assert reply.error == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert set(reply.body[0]["fields"]) == {"Product2Id", "Pricebook2Id"}
    assert org.change("PricebookEntry", record_id, UnitPrice=6).status == 204


@pytest.mark.parametrize("missing", ["Pricebook2Id", "Product2Id", "UnitPrice"])
def test_an_entry_needs_price_book_product_and_price(org, product, missing):
    fields = {"Pricebook2Id": org.standard_book(), "Product2Id": product, "UnitPrice": 5}
    del fields[missing]
    assert org.try_create("PricebookEntry", **fields).error == (400, "REQUIRED_FIELD_MISSING")


def test_a_price_that_uses_the_standard_price_equals_and_follows_it(org, product, shop_book):
    standard = entry(org, org.standard_book(), product).id
    assert entry(org, shop_book, product, UseStandardPrice=True, UnitPrice=4).error == (
        400,
        "FIELD_INTEGRITY_EXCEPTION",
    )
    follower = entry(org, shop_book, product, UseStandardPrice=True).id
    org.change("PricebookEntry", standard, UnitPrice=7)
    assert org.read("PricebookEntry", follower)["UnitPrice"] == 7


def test_an_entry_carries_its_products_name_and_code(org, product):
    record_id = entry(org, org.standard_book(), product).id
    assert org.read("PricebookEntry", record_id)["ProductCode"] == "TT-1"
    org.change("Product2", product, Name="Dish cloth", ProductCode=None)
    row = org.read("PricebookEntry", record_id)
    assert (row["Name"], row["ProductCode"]) == ("Dish cloth", None)


def test_the_standard_price_outlives_the_others(org, product, shop_book):
    standard = entry(org, org.standard_book(), product).id
    other = entry(org, shop_book, product).id
    assert org.call("DELETE", f"sobjects/PricebookEntry/{standard}").error == (400, "DELETE_FAILED")
    org.call("DELETE", f"sobjects/PricebookEntry/{other}")
    assert org.call("DELETE", f"sobjects/PricebookEntry/{standard}").status == 204


def test_a_product_that_was_sold_cannot_be_deleted(org):
    product, price = org.priced_product()
    org.create("OrderItem", OrderId=org.order(), PricebookEntryId=price, Quantity=1, UnitPrice=1)
    assert org.call("DELETE", f"sobjects/Product2/{product}").error == (400, "DELETE_FAILED")
    unsold, _ = org.priced_product()
    assert org.call("DELETE", f"sobjects/Product2/{unsold}").status == 204
