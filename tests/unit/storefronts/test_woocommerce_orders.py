"""WooCommerce's order as the canonical order: one test per trap."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connector.errors import Parked
from connector.model import Order
from connector.storefronts.woocommerce.fields import read_json
from connector.storefronts.woocommerce.orders import read_order
from tests.unit.storefronts.woocommerce_bodies import address, fee, line, order, shipping


def read(zone: str = "America/Halifax", **changes: Any) -> Order:
    raw = read_json(json.dumps(order(**changes)))
    assert isinstance(raw, dict)
    return read_order(raw, "acme", "https://shop.example.test", ZoneInfo(zone))


def money(text: str) -> Decimal:
    return Decimal(text)


def test_the_totals_identity_holds():
    found = read()
    assert (found.total, found.tax_total, found.subtotal) == (money("29.75"), money("4.75"), money("20.00"))
    assert found.shipping_total == money("5.00")
    assert found.residual == 0


def test_a_difference_of_the_shops_own_figures_is_shown_and_not_refused():
    assert read(total="29.76").residual == money("0.01")
    assert read(total="29.73").residual == money("-0.02")


def test_six_decimals_leave_their_rounding_in_the_residual():
    lines = [line(subtotal="19.996667", total="19.996667", total_tax="3.800000")]
    found = read(line_items=lines, total="29.750000", total_tax="4.750000")
    assert found.residual == money("0.003333")


def test_prices_with_tax_change_nothing_since_line_totals_are_always_without():
    found = read(prices_include_tax=True)
    assert found.taxes_included
    assert (found.lines[0].net, found.lines[0].gross, found.residual) == (money("20.00"), money("23.80"), 0)


def test_the_float_price_is_never_used():
    (found,) = read(line_items=[line(quantity=3, subtotal="34.97", total="34.97", price=99.9)]).lines
    assert found.list_price == money("11.656667")


def test_an_exact_unit_price_stays_exact():
    assert read().lines[0].list_price == money("10.00")


def test_a_coupon_is_inside_the_line_and_not_subtracted_again():
    coupons = [{"id": 1, "code": "TEN &amp; MORE", "discount": "2.00", "discount_tax": "0.38"}]
    found = read(
        line_items=[line(subtotal="22.00", subtotal_tax="4.18")], discount_total="2.00", coupon_lines=coupons
    )
    assert (found.lines[0].discount, found.discount_total, found.residual) == (
        money("2.00"),
        money("2.00"),
        0,
    )
    assert found.lines[0].list_price == money("11.00")
    assert found.discount_codes == ("TEN & MORE",)


def test_a_total_raised_above_its_subtotal_is_no_negative_discount():
    (found,) = read(line_items=[line(subtotal="15.00")]).lines
    assert (found.discount, found.list_price) == (0, money("10.00"))


def test_fractional_quantities_are_kept():
    (found,) = read(line_items=[line(quantity=2.5, subtotal="20.00")]).lines
    assert (found.quantity, found.list_price) == (money("2.5"), money("8"))


def test_a_quantity_of_zero_does_not_divide():
    (found,) = read(line_items=[line(quantity=0)]).lines
    assert (found.quantity, found.list_price, found.net) == (0, money("20.00"), money("20.00"))


def test_a_deleted_product_leaves_name_and_price_behind():
    (found,) = read(line_items=[line(product_id=0, variation_id=0, sku=None)]).lines
    assert (found.product_id, found.variant_id, found.sku, found.name) == (None, None, None, "Enamel Cup")
    assert found.product_key.startswith("name-")


def test_a_line_without_a_name_is_named_by_sku_or_number():
    assert [
        item.name for item in read(line_items=[line(name=""), line(id=502, name=None, sku="")]).lines
    ] == [
        "CUP-1",
        "Item 502",
    ]


def test_a_variation_is_told_apart_from_its_product():
    (found,) = read(line_items=[line(name="Tee - M, Red", parent_name="Tee", variation_id=71)]).lines
    assert (found.name, found.variant, found.product_id, found.variant_id) == ("Tee", "M, Red", "70", "71")
    assert found.product_key == "71"


def test_a_name_that_does_not_begin_with_the_products_stays_whole():
    (found,) = read(line_items=[line(name="Special tee", parent_name="Tee", variation_id=71)]).lines
    assert (found.name, found.variant) == ("Special tee", None)


@pytest.mark.parametrize(
    ("sent", "plain"),
    [
        ("Salt &amp; Pepper &ndash; Set", "Salt & Pepper – Set"),
        ("Bolt <b>M8</b> &amp; nut", "Bolt M8 & nut"),
        ('<span class="x">Cup</span><br/>blue', "Cup blue"),
        ("Cable < 5 m", "Cable < 5 m"),
        ("A<me> 3' 8\"", "A<me> 3' 8\""),
        ("&lt;b&gt;", "<b>"),
        ("Gr\u00f6\u00dfe \U0001f6d2", "Gr\u00f6\u00dfe \U0001f6d2"),
    ],
)
def test_html_in_product_names_becomes_plain_text(sent: str, plain: str):
    assert read(line_items=[line(name=sent)]).lines[0].name == plain


def test_entities_in_what_the_buyer_typed_become_plain_text_and_nothing_is_cut_out():
    found = read(billing=address(company="Ac<me> &amp; Co", last_name="O&#039;Neil", email="a@example.test"))
    assert found.customer.company == "Ac<me> & Co"
    assert found.billing is not None
    assert found.billing.last_name == "O'Neil"


def test_properties_are_what_the_buyer_chose_without_the_plugins_own():
    meta = [
        {"id": 1, "key": "pa_size", "value": "m", "display_key": "Size", "display_value": "<p>M</p>\n"},
        {"id": 2, "key": "Engraving", "value": "To B &amp; C"},
        {"id": 3, "key": "Engraving", "value": 7},
        {"id": 4, "key": "options", "value": {"a": [1.5, None]}},
        {"id": 5, "key": "_reduced_stock", "value": "2"},
        {"id": 6, "key": 9, "value": "no text key"},
    ]
    (found,) = read(line_items=[line(meta_data=meta)]).lines
    assert found.properties == {"Size": "M", "Engraving": "To B & C, 7", "options": '{"a": ["1.5", null]}'}


@pytest.mark.parametrize(
    ("part", "container"), [("_bundled_by", "_bundle_cart_key"), ("_composite_parent", "_composite_cart_key")]
)
def test_the_part_of_a_bundle_knows_its_container(part: str, container: str):
    lines = [
        line(id=1, meta_data=[{"id": 1, "key": container, "value": "k1"}], total="20.00"),
        line(id=2, meta_data=[{"id": 2, "key": part, "value": "k1"}], subtotal="0", total="0", total_tax="0"),
        line(
            id=3, meta_data=[{"id": 3, "key": part, "value": "other"}], subtotal="0", total="0", total_tax="0"
        ),
        line(id=4, subtotal="0", total="0", total_tax="0"),
    ]
    found = read(line_items=lines)
    assert [item.parent_id for item in found.lines] == [None, "1", None, None]
    assert found.residual == 0


def test_negative_fees_stay_charges_with_a_negative_net_and_their_negative_tax():
    fees = [fee(), fee(id=702, name="Loyalty", total="-4.00", total_tax="-0.40", tax_status="none")]
    found = read(fee_lines=fees, total="26.35", total_tax="4.35")
    charge = found.charges[-1]
    assert (charge.kind, charge.name, charge.net, charge.tax) == (
        "fee",
        "Loyalty",
        money("-4.00"),
        money("-0.40"),
    )
    assert found.fees_total == money("-3.00")
    assert found.residual == 0


def test_several_shipping_lines_are_kept_apart():
    found = read(shipping_lines=[shipping(), shipping(id=602, method_title="", total="2.00")], total="31.75")
    assert [(charge.name, charge.net) for charge in found.charges] == [
        ("Courier", money("5.00")),
        ("flat_rate", money("2.00")),
    ]
    assert found.residual == 0


def test_negative_shipping_is_a_discount_and_thus_a_fee():
    found = read(shipping_lines=[shipping(total="-5.00")], total="19.75")
    assert (found.charges[0].kind, found.charges[0].net, found.residual) == ("fee", money("-5.00"), 0)


def test_tax_is_told_per_rate_with_shipping_inside_and_rates_as_fractions():
    (tax,) = read().taxes
    assert (tax.title, tax.rate, tax.amount) == ("HST", money("0.19"), money("4.75"))
    (share,) = read().lines[0].taxes
    assert (share.title, share.rate, share.amount) == ("HST", money("0.19"), money("3.8"))


def test_old_tax_lines_without_a_rate_are_read():
    tax_lines = [
        {"id": 1, "rate_id": 9, "rate_code": "US-CA-1", "tax_total": "4.75", "shipping_tax_total": ""}
    ]
    (tax,) = read(tax_lines=tax_lines).taxes
    assert (tax.title, tax.rate, tax.amount) == ("US-CA-1", None, money("4.75"))


def test_tax_shares_may_be_empty_or_in_scientific_notation():
    taxes = [{"id": 9, "total": ""}, {"id": 10, "total": "1.0E-5"}, {"id": 11, "total": 0.1}]
    (found,) = read(line_items=[line(taxes=taxes)]).lines
    assert [share.amount for share in found.taxes] == [money("0.00001"), money("0.1")]


def test_refunds_come_as_negative_texts_and_do_not_reduce_the_total():
    refunds = [
        {"id": 31, "reason": "Damaged", "total": "-5.95", "total_tax": "-0.95"},
        {"id": 32, "refund": "", "total": "-1.00"},
    ]
    found = read(refunds=refunds)
    assert [(refund.id, refund.money, refund.reason) for refund in found.refunds] == [
        ("31", money("5.95"), "Damaged"),
        ("32", money("1.00"), None),
    ]
    assert (found.refunded_total, found.total, found.residual) == (money("6.95"), money("29.75"), 0)
    assert found.payment_status == "partially_refunded"


def test_a_guest_has_no_customer_id_and_is_known_by_a_lower_case_email():
    found = read(customer_id=0, billing=address(email=" Ada.Guest@Example.TEST "))
    assert found.customer.guest
    assert (found.customer.email, found.email) == ("ada.guest@example.test", "ada.guest@example.test")
    assert found.customer.url is None


def test_a_registered_buyer_is_known_by_id_whatever_the_billing_email():
    found = read(billing=address(email="other@example.test"))
    assert (found.customer.key, found.customer.email) == ("12", "other@example.test")
    assert found.customer.url == "https://shop.example.test/wp-admin/user-edit.php?user_id=12"


def test_dates_are_read_from_their_gmt_twins():
    found = read()
    assert found.placed_at == datetime(2026, 3, 1, 9, 0, 0, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 3, 1, 9, 0, 9, tzinfo=UTC)
    assert found.version == "2026-03-01T09:00:09.000000+00:00"


def test_dates_without_a_gmt_twin_are_the_shops_own_time():
    found = read(date_created_gmt=None, date_modified_gmt="")
    assert found.placed_at == datetime(2026, 3, 1, 9, 0, 0, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 3, 1, 9, 0, 9, tzinfo=UTC)


def test_a_draft_without_dates_of_change_has_that_of_its_creation():
    found = read(status="auto-draft", date_modified=None, date_modified_gmt="0000-00-00T00:00:00")
    assert found.updated_at == found.placed_at


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("pending", "open"),
        ("processing", "open"),
        ("on-hold", "open"),
        ("failed", "open"),
        ("completed", "closed"),
        ("refunded", "closed"),
        ("cancelled", "cancelled"),
        ("checkout-draft", "draft"),
        ("auto-draft", "draft"),
        ("trash", "trashed"),
        ("awaiting-pickup", "open"),
    ],
)
def test_each_status_has_a_meaning_and_keeps_its_word(status: str, meaning: str):
    found = read(status=status)
    assert (found.status, found.source_status) == (meaning, status)


UNPAID = {"date_paid": None, "date_paid_gmt": None}
REFUNDED = {"refunds": [{"id": 1, "total": "-29.75"}]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "paid"),
        ({"status": "pending"} | UNPAID, "pending"),
        ({"status": "processing", "payment_method": "cod"} | UNPAID, "pending"),
        ({"status": "completed"} | UNPAID, "paid"),
        ({"status": "failed"} | UNPAID, "failed"),
        ({"status": "cancelled"} | UNPAID, "voided"),
        ({"status": "cancelled"}, "paid"),
        ({"status": "refunded"}, "refunded"),
        (REFUNDED, "refunded"),
        ({"status": "cancelled"} | REFUNDED, "refunded"),
        ({"status": "trash"}, "paid"),
        ({"status": "checkout-draft"} | UNPAID, "pending"),
    ],
)
def test_the_payment_status_is_told_from_status_date_and_refunds(changes: dict[str, Any], expected: str):
    assert read(**changes).payment_status == expected


def test_a_paid_order_tells_of_one_payment():
    (payment,) = read().payments
    assert (payment.id, payment.kind, payment.status, payment.amount) == (
        "4711",
        "sale",
        "success",
        money("29.75"),
    )
    assert (payment.gateway, payment.reference, payment.currency) == ("stripe", "ch_invented", "CAD")
    assert payment.at == datetime(2026, 3, 1, 9, 0, 5, tzinfo=UTC)
    assert read().paid_total == money("29.75")
    assert read().payment_methods == ("Card",)


def test_an_unpaid_order_tells_of_none():
    found = read(status="on-hold", **UNPAID)
    assert (found.payments, found.paid_total) == ((), 0)


@pytest.mark.parametrize(
    ("status", "meta", "expected"),
    [
        ("processing", None, "unfulfilled"),
        ("completed", None, "fulfilled"),
        ("processing", "partially_fulfilled", "partial"),
        ("processing", "fulfilled", "fulfilled"),
        ("processing", {"odd": 1}, "unfulfilled"),
    ],
)
def test_the_fulfilment_status_is_told_from_status_and_the_shops_fulfilments(
    status: str, meta: object, expected: str
):
    found = read(status=status, meta_data=[{"id": 1, "key": "_fulfillment_status", "value": meta}])
    assert found.fulfillment_status == expected


@pytest.mark.parametrize(
    ("country", "state", "expected"),
    [
        ("CA", "NS", (None, "NS")),
        ("DE", "DE-BE", (None, "BE")),
        ("JP", "JP13", (None, "13")),
        ("AR", "AR", (None, "AR")),
        ("GB", "Kent", ("Kent", None)),
        ("gb", "", (None, None)),
        ("IE", "CO", (None, "CO")),
    ],
)
def test_states_are_codes_without_their_country_or_names(
    country: str, state: str, expected: tuple[str | None, str | None]
):
    found = read(shipping=address(country=country, state=state)).shipping
    assert found is not None
    assert (found.state, found.state_code) == expected
    assert found.country_code == country.upper()


def test_addresses_join_their_street_lines_and_empty_ones_are_none():
    found = read(shipping=dict.fromkeys(address(), ""))
    assert found.shipping is None
    assert found.billing is not None
    assert found.billing.street == "1 Sample Street\nFloor 2"


def test_php_writes_an_empty_object_as_an_empty_list():
    found = read(billing=[], shipping=[])
    assert (found.billing, found.shipping, found.customer.key) == (None, None, "12")


def test_number_and_id_are_two_things():
    found = read(number="2026-0042")
    assert (found.id, found.number) == ("4711", "2026-0042")
    assert found.url == "https://shop.example.test/wp-admin/post.php?post=4711&action=edit"


def test_plugin_numbers_for_purchase_order_and_vat_are_found():
    meta = [
        {"id": 1, "key": "_po_number", "value": "PO-1"},
        {"id": 2, "key": "_billing_vat_number", "value": "X1"},
    ]
    found = read(meta_data=meta)
    assert (found.po_number, found.customer.tax_id) == ("PO-1", "X1")


def test_the_untouched_source_is_kept_without_floats():
    found = read()
    assert found.attributes["order_key"] == "wc_order_invented"
    assert found.attributes["line_items"][0]["price"] == money("10.000000000000002")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": None}, "id"),
        ({"total": None}, "total"),
        ({"total": ""}, "total"),
        ({"total": "NaN"}, "total"),
        ({"total": "9e99"}, "total"),
        ({"total": [1]}, "total"),
        ({"currency": ""}, "currency"),
        ({"line_items": "x"}, "line_items"),
        ({"line_items": [3]}, "line_items[0]"),
        ({"line_items": [line(), line(id=True)]}, "line_items[1].id"),
        ({"line_items": [line(total={})]}, "line_items[0].total"),
        ({"line_items": [line(quantity=None)]}, "line_items[0].quantity"),
        ({"line_items": [line(name=[])]}, "line_items[0].name"),
        ({"line_items": [line(meta_data=[1])]}, "line_items[0].meta_data[0]"),
        ({"line_items": [line(taxes=[{"id": 1, "total": "a"}])]}, "line_items[0].taxes[0].total"),
        ({"fee_lines": [fee(total=None)]}, "fee_lines[0].total"),
        ({"shipping_lines": [shipping(total=True)]}, "shipping_lines[0].total"),
        ({"refunds": [{"id": 0, "total": "-1"}]}, "refunds[0].id"),
        ({"billing": "x"}, "billing"),
        ({"billing": address(city={})}, "billing.city"),
        ({"prices_include_tax": 1}, "prices_include_tax"),
        ({"date_modified_gmt": "yesterday"}, "date_modified_gmt"),
        ({"date_created_gmt": 5}, "date_created_gmt"),
        ({"date_created_gmt": None, "date_created": "0001-01-01T00:00:00"}, "date_created"),
    ],
)
def test_a_field_that_cannot_be_read_parks_the_order_and_is_named(changes: dict[str, Any], field: str):
    with pytest.raises(Parked) as parking:
        read(zone="Asia/Tokyo", **changes)
    assert (parking.value.reason, parking.value.field) == ("unreadable", field)
    assert "expected" in parking.value.message


def test_an_order_without_any_date_is_parked():
    dates = dict.fromkeys(["date_created", "date_created_gmt", "date_modified", "date_modified_gmt"])
    with pytest.raises(Parked, match="date_modified_gmt"):
        read(**dates)
