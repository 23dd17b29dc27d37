"""Shopify's order payloads as canonical orders: every quirk that touches money, people or what happened since."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connector.errors import Parked
from connector.model import Order
from connector.storefronts.shopify.orders import is_whole, read_body, read_order
from tests.unit.storefronts.shopify_payloads import (
    Payload,
    address,
    allocation,
    fulfillment,
    line,
    money_set,
    order,
    refund,
    refund_line,
    shipping_line,
    tax,
    transaction,
)


def read(payload: Payload) -> Order:
    """The order of a payload that travelled as JSON."""
    return read_order(read_body(json.dumps(payload).encode()), "acme", "https://acme.example")


def nets(found: Order) -> list[str]:
    return [str(line.net) for line in found.lines]


def charges(found: Order) -> dict[str, Decimal]:
    return {charge.kind: charge.net for charge in found.charges}


class TestIdentity:
    def test_key_is_the_global_id_when_the_numeric_one_was_rounded(self) -> None:
        found = read(
            order(id=820982911946154500, admin_graphql_api_id="gid://shopify/Order/820982911946154777")
        )
        assert found.id == "820982911946154777"

    def test_numeric_ids_beyond_a_double_stay_exact(self) -> None:
        payload = order(id=9007199254740993)
        del payload["admin_graphql_api_id"]
        assert read(payload).id == "9007199254740993"

    def test_lines_are_keyed_by_their_global_id(self) -> None:
        rounded = line(id=100, admin_graphql_api_id="gid://shopify/LineItem/101")
        assert read(order(line_items=[rounded])).lines[0].id == "101"

    def test_number_is_the_name_with_the_merchants_prefix(self) -> None:
        assert read(order(name="EU-1042")).number == "EU-1042"

    def test_number_falls_back_to_the_order_number(self) -> None:
        assert read(order(name=None)).number == "#1042"

    @pytest.mark.parametrize(
        "changes", [{"test": True}, {"admin_graphql_api_id": "gid://shopify/Order/820982911946154508"}]
    )
    def test_test_orders_are_marked(self, changes: Payload) -> None:
        assert read(order(**changes)).test

    def test_other_orders_are_no_tests(self) -> None:
        assert not read(order()).test

    def test_times_are_utc_and_the_order_date_is_when_it_was_processed(self) -> None:
        found = read(order())
        assert found.placed_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
        assert found.updated_at.utcoffset() is not None
        assert found.version == "2026-03-02T07:30:00.000000+00:00"

    def test_without_processing_time_the_order_date_is_its_creation(self) -> None:
        assert read(order(processed_at=None)).placed_at == datetime(2026, 3, 1, 9, 0, 5, tzinfo=UTC)

    def test_links_lead_to_the_shops_admin(self) -> None:
        found = read(order())
        assert found.url == "https://acme.example/admin/orders/5001"
        assert found.customer.url == "https://acme.example/admin/customers/61"

    def test_source_is_kept_untouched_for_mappings(self) -> None:
        payload = order(note_attributes=[{"name": "wrap", "value": "red"}])
        assert read(payload).attributes["note_attributes"] == [{"name": "wrap", "value": "red"}]

    @pytest.mark.parametrize("missing", ["line_items", "total_price", "currency", "created_at", "updated_at"])
    def test_body_without_what_an_order_needs_is_not_whole(self, missing: str) -> None:
        assert is_whole(order())
        assert not is_whole(order(**{missing: None}))
        assert not is_whole({"id": 5001})


class TestStatus:
    def test_open_order(self) -> None:
        found = read(order())
        assert (found.status, found.payment_status, found.fulfillment_status) == (
            "open",
            "paid",
            "unfulfilled",
        )

    def test_cancelled_order_may_still_be_paid(self) -> None:
        cancelled = order(cancelled_at="2026-03-02T08:00:00+01:00", cancel_reason="inventory")
        found = read(cancelled)
        assert (found.status, found.cancel_reason, found.payment_status) == ("cancelled", "inventory", "paid")
        assert found.cancelled_at == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)

    def test_archived_order_is_closed(self) -> None:
        assert read(order(closed_at="2026-03-05T08:00:00+01:00")).status == "closed"

    def test_missing_payment_status_is_pending(self) -> None:
        assert read(order(financial_status=None)).payment_status == "pending"


class TestTotals:
    def test_prices_without_tax(self) -> None:
        taxed = line(quantity=3, tax_lines=[tax("6.00")])
        found = read(order("36.00", line_items=[taxed], total_tax="6.00"))
        assert (nets(found), found.lines[0].tax, found.tax_total) == (
            ["30.00"],
            Decimal("6.00"),
            Decimal("6.00"),
        )
        assert found.residual == 0

    def test_prices_with_tax_are_not_taxed_again(self) -> None:
        lines = [line(price="12.00", quantity=2, tax_lines=[tax("4.00")])]
        shipping = [shipping_line("6.00", tax_lines=[tax("1.00")])]
        payload = order(
            "30.00", line_items=lines, shipping_lines=shipping, total_tax="5.00", taxes_included=True
        )
        found = read(payload)
        assert nets(found) == ["20.00"]
        assert found.shipping_total == Decimal("5.00")
        assert found.lines[0].gross == Decimal("24.00")
        assert found.lines[0].list_price == Decimal("12.00")
        assert found.residual == 0

    def test_several_taxes_on_one_line(self) -> None:
        taxes = [tax("0.40", 0.04, "State"), tax("0.10", 0.01, "County"), tax("0.05", 0.005, "City")]
        found = read(order("10.55", line_items=[line(tax_lines=taxes)], total_tax="0.55", tax_lines=taxes))
        assert [(one.title, one.rate) for one in found.lines[0].taxes] == [
            ("State", Decimal("0.04")),
            ("County", Decimal("0.01")),
            ("City", Decimal("0.005")),
        ]
        assert found.taxes == found.lines[0].taxes
        assert found.residual == 0

    def test_discount_is_the_sum_of_allocations_though_the_line_says_none(self) -> None:
        discounted = line(quantity=2, discount_allocations=[allocation("3.33"), allocation("1.00")])
        found = read(order("15.67", line_items=[discounted], total_discounts="4.33"))
        assert (nets(found), found.lines[0].discount) == (["15.67"], Decimal("4.33"))
        assert found.residual == 0

    def test_discount_is_taken_in_shop_currency(self) -> None:
        given = {"amount": "9.99", "amount_set": money_set("2.00", "EUR", ("2.20", "USD"))}
        found = read(order("8.00", line_items=[line(discount_allocations=[given])], total_discounts="2.00"))
        assert (found.lines[0].discount, found.residual) == (Decimal("2.00"), 0)

    def test_shipping_discount_lowers_shipping_not_lines(self) -> None:
        free = shipping_line("5.00", discount_allocations=[allocation("5.00")])
        found = read(order(shipping_lines=[free], total_discounts="5.00"))
        assert (found.shipping_total, found.charges[0].discount) == (0, Decimal("5.00"))
        assert (nets(found), found.residual) == (["10.00"], 0)

    def test_discount_that_was_never_allocated_is_borne_by_the_lines(self) -> None:
        found = read(order("27.00", line_items=[line(1, "10.00"), line(2, "20.00")], total_discounts="3.00"))
        assert nets(found) == ["9.00", "18.00"]
        assert [one.discount for one in found.lines] == [Decimal("1.00"), Decimal("2.00")]
        assert found.residual == 0

    def test_legacy_line_discount_stays_on_its_line(self) -> None:
        lines = [line(1, "10.00", total_discount="3.00"), line(2, "20.00")]
        found = read(order("27.00", line_items=lines, total_discounts="3.00"))
        assert (nets(found), found.residual) == (["7.00", "20.00"], 0)

    def test_unexplained_difference_is_a_residual_and_nothing_is_bent(self) -> None:
        found = read(order("10.37", total_discounts="0.00"))
        assert (nets(found), found.residual) == (["10.00"], Decimal("0.37"))

    def test_published_figures_that_contradict_each_other_do_not_matter(self) -> None:
        found = read(order(subtotal_price="99.00", current_total_price="1.00", total_line_items_price="5.00"))
        assert (found.total, found.residual) == (Decimal("10.00"), 0)

    def test_tip_is_a_charge(self) -> None:
        found = read(order("12.50", total_tip_received="2.50"))
        assert (found.tip_total, len(found.lines), found.residual) == (Decimal("2.50"), 1, 0)

    def test_tip_line_of_older_orders_is_not_counted_twice(self) -> None:
        tip = line(
            2, "2.50", title="Tip", product_id=None, variant_id=None, sku=None, requires_shipping=False
        )
        found = read(order("12.50", line_items=[line(), tip], total_tip_received="2.50"))
        assert (found.tip_total, len(found.lines), found.residual) == (Decimal("2.50"), 1, 0)

    def test_product_that_is_called_tip_stays_a_product(self) -> None:
        found = read(order(line_items=[line(title="Tip", requires_shipping=False)]))
        assert (len(found.lines), found.charges) == (1, ())

    def test_duties_are_a_charge(self) -> None:
        found = read(order("13.00", original_total_duties_set=money_set("3.00")))
        assert (charges(found), found.residual) == ({"duty": Decimal("3.00")}, 0)

    def test_duties_of_lines_stand_in_for_a_missing_sum(self) -> None:
        duty = {"id": 1, **money_set("3.00"), "tax_lines": [tax("0.60")]}
        found = read(order("13.60", line_items=[line(duties=[duty])], total_tax="0.60"))
        assert (charges(found), found.charges[0].tax) == ({"duty": Decimal("3.00")}, Decimal("0.60"))
        assert found.residual == 0

    def test_duties_inside_the_prices_are_not_added(self) -> None:
        found = read(
            order(
                original_total_duties_set=money_set("3.00"),
                current_total_duties_set=money_set("3.00"),
                duties_included=True,
            )
        )
        assert (found.charges, found.residual) == ((), 0)

    def test_additional_fees_are_a_charge(self) -> None:
        found = read(order("10.80", original_total_additional_fees_set=money_set("0.80")))
        assert (charges(found), found.residual) == ({"fee": Decimal("0.80")}, 0)

    def test_cash_rounding_down_is_a_negative_fee(self) -> None:
        rounding = money_set("-0.02")
        found = read(
            order(
                "10.00", line_items=[line(price="10.02")], total_cash_rounding_payment_adjustment_set=rounding
            )
        )
        assert (charges(found), found.residual) == ({"fee": Decimal("-0.02")}, 0)

    def test_cash_rounding_that_is_not_in_the_total_is_left_out(self) -> None:
        found = read(order(total_cash_rounding_payment_adjustment_set=money_set("-0.02")))
        assert (found.charges, found.residual) == ((), 0)

    def test_buyers_currency_is_kept_and_lines_stay_in_shop_currency(self) -> None:
        shown = money_set("10.00", "EUR", ("11.42", "USD"))
        found = read(order(presentment_currency="USD", total_price_set=shown))
        assert (found.currency, found.presentment_currency) == ("EUR", "USD")
        assert (found.total, found.presentment_total) == (Decimal("10.00"), Decimal("11.42"))

    def test_free_order_and_missing_sums(self) -> None:
        found = read(order("0.00", line_items=[line(price="0.00")], total_tax=None, total_discounts=None))
        assert (found.total, found.residual, found.tax_total) == (0, 0, 0)

    def test_money_may_come_as_a_number(self) -> None:
        found = read(order(12.3, total_price_set=None, line_items=[line(price=12.3, price_set=None)]))  # type: ignore[arg-type]
        assert (found.total, found.residual) == (Decimal("12.3"), 0)


class TestEdits:
    def test_removed_line_whose_total_has_not_shrunk_still_counts(self) -> None:
        found = read(order("30.00", line_items=[line(1), line(2, "20.00", current_quantity=0)]))
        assert (nets(found), found.residual) == (["10.00", "20.00"], 0)
        assert found.lines[1].removed
        assert not found.lines[0].removed

    def test_removed_line_of_a_total_that_has_shrunk_is_worth_nothing(self) -> None:
        removed = line(
            2, "20.00", current_quantity=0, discount_allocations=[allocation("1.00")], tax_lines=[tax("3.80")]
        )
        found = read(order("10.00", line_items=[line(1), removed]))
        assert (nets(found), found.lines[1].quantity, found.residual) == (["10.00", "0.00"], 0, 0)
        assert found.lines[1].removed
        assert (found.lines[1].tax, found.lines[1].discount) == (0, 0)

    def test_reduced_quantity_of_a_total_that_has_shrunk(self) -> None:
        found = read(order("20.00", line_items=[line(quantity=3, current_quantity=2)]))
        assert (found.lines[0].quantity, found.lines[0].current_quantity) == (2, 2)
        assert (nets(found), found.residual) == (["20.00"], 0)

    def test_reduced_quantity_is_ignored_when_it_does_not_explain_the_total(self) -> None:
        found = read(order("29.00", line_items=[line(quantity=3, current_quantity=2)]))
        assert (found.lines[0].quantity, nets(found), found.residual) == (3, ["30.00"], Decimal("-1.00"))

    def test_returned_line_keeps_what_was_paid(self) -> None:
        found = read(order(line_items=[line(current_quantity=0)], current_total_price="0.00"))
        assert (found.lines[0].quantity, found.lines[0].current_quantity, found.current_total) == (1, 0, 10)

    def test_shipping_that_was_removed_from_a_shrunk_total(self) -> None:
        shipping = [shipping_line("5.00", is_removed=True), shipping_line("3.00", id=91)]
        found = read(order("13.00", shipping_lines=shipping))
        assert (found.shipping_total, found.residual) == (Decimal("3.00"), 0)

    def test_older_payload_without_current_quantity(self) -> None:
        older = line(quantity=2)
        del older["current_quantity"]
        assert read(order("20.00", line_items=[older])).lines[0].current_quantity == 2


class TestLines:
    def test_line_whose_product_is_gone_keeps_its_own_name_sku_and_price(self) -> None:
        gone = line(product_id=None, variant_id=None, product_exists=False)
        found = read(order(line_items=[gone])).lines[0]
        assert (found.name, found.sku, found.list_price) == ("Teapot 1", "POT-1", Decimal("10.00"))
        assert found.product_key == "sku-POT-1"

    def test_names_are_plain_text(self) -> None:
        found = read(order(line_items=[line(title="Salt &amp; Pepper &#39;Duo&#39;")]))
        assert found.lines[0].name == "Salt & Pepper 'Duo'"

    def test_product_without_variants_has_no_variant_name(self) -> None:
        assert read(order(line_items=[line(variant_title="Default Title")])).lines[0].variant is None
        assert read(order(line_items=[line()])).lines[0].variant == "Blue"

    def test_name_without_title(self) -> None:
        assert read(order(line_items=[line(title=None)])).lines[0].name == "Teapot 1 - Blue"

    def test_gift_card_that_is_sold(self) -> None:
        found = read(order(line_items=[line(gift_card=True, requires_shipping=False)])).lines[0]
        assert (found.gift_card, found.requires_shipping) == (True, False)

    def test_what_the_buyer_typed(self) -> None:
        properties = [
            {"name": "Engraving", "value": "M & F"},
            {"name": "Gift", "value": 1},
            {"name": "Empty"},
        ]
        found = read(order(line_items=[line(properties=properties)])).lines[0]
        assert found.properties == {"Engraving": "M & F", "Gift": "1"}

    def test_part_of_a_bundle_names_its_group(self) -> None:
        assert read(order(line_items=[line(sales_line_item_group_id=77)])).lines[0].parent_id == "77"


class TestPeople:
    def test_registered_customer(self) -> None:
        found = read(order()).customer
        assert (found.id, found.email, found.name) == ("61", "mira.falk@example.com", "Mira Falk")
        assert found.accepts_marketing

    def test_customer_id_is_the_global_one(self) -> None:
        customer = {"id": 100, "admin_graphql_api_id": "gid://shopify/Customer/101"}
        assert read(order(customer=customer)).customer.id == "101"

    def test_guest_is_known_by_the_orders_email_and_billing_name(self) -> None:
        found = read(order(customer=None)).customer
        assert (found.guest, found.email, found.name) == (True, "mira.falk@example.com", "Mira Falk")

    def test_customers_own_name_goes_before_the_billing_name(self) -> None:
        found = read(order(billing_address=address(first_name="Office", last_name="Lund", company="Falk AB")))
        assert (found.customer.name, found.customer.company) == ("Mira Falk", "Falk AB")

    def test_till_sale_without_anybody(self) -> None:
        nobody = order(
            customer=None,
            email="",
            phone=None,
            billing_address=None,
            shipping_address=None,
            source_name="pos",
        )
        found = read(nobody | {"location_id": 88})
        assert (found.customer.key, found.email, found.billing, found.shipping) == (None, None, None, None)
        assert (found.channel, found.location) == ("pos", "88")

    def test_buyer_with_a_phone_only(self) -> None:
        customer = {"id": 62, "email": None, "phone": "+46700000002", "first_name": None, "last_name": None}
        found = read(order(customer=customer, email="", contact_email=None)).customer
        assert (found.email, found.phone, found.name) == (None, "+46700000002", "Mira Falk")

    def test_redacted_order(self) -> None:
        redacted = dict.fromkeys(address(), None)
        found = read(
            order(customer={"id": 61}, email=None, billing_address=redacted, shipping_address=redacted)
        )
        assert (found.billing, found.shipping, found.email, found.customer.name) == (None, None, None, None)
        assert found.customer.id == "61"

    def test_orders_email_may_differ_from_the_customers(self) -> None:
        found = read(order(email="Gift@Example.org"))
        assert (found.email, found.customer.email) == ("gift@example.org", "mira.falk@example.com")

    def test_address(self) -> None:
        found = read(order()).billing
        assert found is not None
        assert (found.street, found.city, found.country_code) == ("Quay 7\nFloor 2", "Lund", "SE")
        assert found.state_code is None

    def test_company_order(self) -> None:
        found = read(order(company={"id": 9, "location_id": 10}, po_number="PO-7"))
        assert (found.company_id, found.company_location_id, found.po_number) == ("9", "10", "PO-7")

    def test_tags_and_codes(self) -> None:
        found = read(order(discount_codes=[{"code": "SPRING", "amount": "1.00"}], tags="a, b ,,c"))
        assert (found.tags, found.discount_codes) == (("a", "b", "c"), ("SPRING",))


class TestPayments:
    def test_webhooks_without_transactions_tell_of_no_payment(self) -> None:
        found = read(order())
        assert (found.payments, found.paid_total, found.payment_methods) == ((), None, ("bogus",))

    def test_authorisation_is_no_cash_and_capture_points_to_it(self) -> None:
        given = [
            transaction("10.00", "authorization", id=300),
            transaction(
                "10.00",
                "capture",
                id=301,
                admin_graphql_api_id="gid://shopify/OrderTransaction/301",
                parent_id=300,
            ),
        ]
        found = read(order(transactions=given))
        assert (found.paid_total, found.payments[1].parent_id) == (Decimal("10.00"), "300")

    @pytest.mark.parametrize(
        ("status", "ours"),
        [("failure", "failed"), ("error", "failed"), ("pending", "pending"), ("unknown", "pending")],
    )
    def test_only_success_counts(self, status: str, ours: str) -> None:
        found = read(order(transactions=[transaction("10.00", status=status)]))
        assert (found.payments[0].status, found.paid_total) == (ours, 0)

    @pytest.mark.parametrize("gateway", ["gift_card", "shopify_store_credit"])
    def test_gift_card_used_is_a_payment_and_the_total_stays(self, gateway: str) -> None:
        given = [transaction("4.00", gateway=gateway), transaction("6.00")]
        found = read(order(transactions=given))
        assert (found.gift_card_total, found.paid_total, found.residual) == (
            Decimal("4.00"),
            Decimal("10.00"),
            0,
        )

    def test_payment_in_the_buyers_currency_is_not_added_to_shop_money(self) -> None:
        found = read(order(transactions=[transaction("11.42", currency="USD")]))
        assert (found.payments[0].currency, found.paid_total) == ("USD", 0)

    def test_payment_that_knows_both_currencies_counts_in_shop_money(self) -> None:
        both = transaction("11.42", currency="USD", amount_set=money_set("10.00", "EUR", ("11.42", "USD")))
        found = read(order(transactions=[both]))
        assert (found.payments[0].currency, found.paid_total) == ("EUR", Decimal("10.00"))


class TestRefunds:
    def test_money_and_goods_are_told_apart(self) -> None:
        given = refund(
            refund_line_items=[refund_line(7.77, 1.55)],
            transactions=[transaction("4.00", "refund")],
        )
        found = read(order(refunds=[given])).refunds[0]
        assert (found.goods, found.money, found.reason) == (Decimal("9.32"), Decimal("4.00"), "spout chipped")
        assert (found.lines[0].net, found.lines[0].tax) == (Decimal("7.77"), Decimal("1.55"))

    def test_refunded_tax_is_not_added_when_prices_hold_it(self) -> None:
        given = refund(refund_line_items=[refund_line(12.0, 2.0)])
        found = read(order(refunds=[given], taxes_included=True)).refunds[0]
        assert (found.goods, found.lines[0].net) == (12, 10)

    def test_refund_without_transactions_is_zero_cash(self) -> None:
        found = read(order(refunds=[refund(refund_line_items=[refund_line(10.0)])]))
        assert (found.refunds[0].money, found.refunded_total) == (0, 0)

    def test_refund_that_does_not_tell_of_money(self) -> None:
        found = read(order(refunds=[refund(transactions=None)]))
        assert (found.refunds[0].money, found.refunded_total) == (None, 0)

    def test_split_refund_and_one_that_failed(self) -> None:
        given = [
            transaction("3.00", "refund", gateway="gift_card"),
            transaction("2.00", "refund"),
            transaction("5.00", "refund", status="failure"),
            transaction("1.00", "void"),
        ]
        assert read(order(refunds=[refund(transactions=given)])).refunded_total == Decimal("5.00")

    def test_shipping_refund_of_older_payloads_is_a_negative_adjustment(self) -> None:
        given = {"kind": "shipping_refund", "amount": "-5.00", "tax_amount": "-1.00"}
        assert read(order(refunds=[refund(order_adjustments=[given])])).refunds[0].shipping == Decimal("6.00")

    def test_shipping_refund_of_newer_payloads_has_lines(self) -> None:
        given = {"subtotal_amount_set": money_set("5.00"), "tax_amount_set": money_set("1.00")}
        found = read(order(refunds=[refund(refund_shipping_lines=[given])]))
        assert found.refunds[0].shipping == Decimal("6.00")

    def test_refunded_shipping_tax_is_not_added_when_prices_hold_it(self) -> None:
        given = {"subtotal_amount_set": money_set("6.00"), "tax_amount_set": money_set("1.00")}
        found = read(order(refunds=[refund(refund_shipping_lines=[given])], taxes_included=True))
        assert found.refunds[0].shipping == Decimal("6.00")

    def test_refund_in_the_buyers_currency_is_worked_out_in_shop_money(self) -> None:
        given = refund(
            refund_line_items=[refund_line(99.0, subtotal_set=money_set("10.00"))],
            order_adjustments=[{"kind": "refund_discrepancy", "amount": "2.00", "tax_amount": "0.00"}],
            transactions=[transaction("9.10", "refund", currency="USD")],
        )
        assert read(order(refunds=[given])).refunded_total == Decimal("8.00")

    def test_pending_refund_in_the_buyers_currency_is_unknown(self) -> None:
        given = refund(
            refund_line_items=[refund_line(10.0)],
            transactions=[transaction("9.10", "refund", currency="USD", status="pending")],
        )
        assert read(order(refunds=[given])).refunds[0].money is None

    def test_refunded_line_is_named_by_its_global_id(self) -> None:
        copy = {"id": 100, "admin_graphql_api_id": "gid://shopify/LineItem/101"}
        found = read(order(refunds=[refund(refund_line_items=[refund_line(1.0, line_item=copy)])]))
        assert found.refunds[0].lines[0].line_id == "101"


class TestShipments:
    def test_parcels_of_a_shipment(self) -> None:
        found = read(order(fulfillments=[fulfillment()])).shipments[0]
        assert (found.status, found.carrier) == ("success", "Nordpost")
        assert found.tracking_numbers == ("NP1", "NP2")
        assert found.quantities == {"1": 1}

    @pytest.mark.parametrize(
        ("status", "ours"),
        [
            ("pending", "pending"),
            ("open", "pending"),
            ("cancelled", "cancelled"),
            ("error", "failed"),
            ("failure", "failed"),
        ],
    )
    def test_what_has_not_left_the_house_is_no_success(self, status: str, ours: str) -> None:
        assert read(order(fulfillments=[fulfillment(status)])).shipments[0].status == ours

    def test_single_tracking_number_of_older_payloads(self) -> None:
        older = fulfillment(tracking_numbers=[], tracking_urls=None)
        found = read(order(fulfillments=[older])).shipments[0]
        assert (found.tracking_numbers, found.tracking_urls) == (("NP1",), ("https://track.example/NP1",))


class TestUnreadable:
    @pytest.mark.parametrize(
        ("changes", "field", "found"),
        [
            ({"line_items": {}}, "line_items", "an object"),
            ({"line_items": [1]}, "line_items[0]", "a number"),
            ({"line_items": [line(), line(title=5)]}, "line_items[1].title", "a number"),
            ({"line_items": [line(price=None, price_set=None)]}, "line_items[0].price", "nothing"),
            ({"line_items": [line(price={}, price_set=None)]}, "line_items[0].price", "an object"),
            ({"line_items": [line(price_set=[])]}, "line_items[0].price_set", "a list"),
            ({"line_items": [line(quantity=True)]}, "line_items[0].quantity", "a flag"),
            ({"line_items": [line(gift_card="no")]}, "line_items[0].gift_card", "a text"),
            (
                {"line_items": [line(tax_lines=[{"price": "x"}])]},
                "line_items[0].tax_lines[0].price",
                "a text",
            ),
            ({"total_price_set": None, "total_price": "NaN"}, "total_price", "a text"),
            ({"total_price_set": None, "total_price": "1e99"}, "total_price", "a text"),
            ({"currency": None}, "currency", "nothing"),
            ({"updated_at": "yesterday"}, "updated_at", "a text"),
            ({"updated_at": "2026-03-01T10:00:00"}, "updated_at", "a text"),
            ({"updated_at": 5}, "updated_at", "a number"),
            ({"customer": []}, "customer", "a list"),
            ({"billing_address": {"zip": 22100}}, "billing_address.zip", "a number"),
            (
                {"refunds": [refund(refund_line_items=[refund_line([])])]},
                "refunds[0].refund_line_items[0].subtotal",
                "a list",
            ),
            (
                {"fulfillments": [fulfillment(tracking_numbers=[1])]},
                "fulfillments[0].tracking_numbers[0]",
                "a number",
            ),
            ({"admin_graphql_api_id": None, "id": True}, "id", "a flag"),
        ],
    )
    def test_field_of_a_wrong_kind_parks_the_order_and_names_it(
        self, changes: Payload, field: str, found: str
    ) -> None:
        with pytest.raises(Parked) as parked:
            read(order(**changes))
        assert (parked.value.reason, parked.value.field) == ("unreadable", field)
        assert parked.value.message.endswith(f"found {found}")

    def test_message_never_repeats_the_value(self) -> None:
        with pytest.raises(Parked) as parked:
            read(order(updated_at="mira@example.com"))
        assert "mira" not in str(parked.value)

    @pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff"])
    def test_body_that_is_no_object(self, body: bytes) -> None:
        with pytest.raises(Parked):
            read_body(body)
