"""An order's rows: whatever the storefront's figures, quantity times unit price adds up to its total."""

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.model.settlement import settle
from tests.unit.model.orders import make_charge, make_line, make_order, orders


def rows(order, amounts="net"):
    return [(i.kind, str(i.quantity), str(i.unit_price)) for i in settle(order, amounts).items]


def sold_for(order, amounts="net"):
    return sum((i.quantity * i.unit_price for i in settle(order, amounts).items), Decimal(0))


def to_the_cent(amount):
    return amount.quantize(Decimal("0.01"), "ROUND_HALF_UP")


def small_parts_beside_large_ones():
    """Parts below a cent, of which a discount takes more than each has, beside four in whole cents."""
    small = [make_line(str(index), net="0.0095") for index in range(20)]
    large = [make_line(str(index), net="1.12") for index in range(20, 24)]
    return make_order([*small, *large], [make_charge("fee", "-4.203")])


class TestPromise:
    @settings(max_examples=300)
    @given(st.one_of(orders(2), orders(4)), st.sampled_from(["net", "gross"]))
    @example(small_parts_beside_large_ones(), "net")
    def test_rows_add_up_to_the_total_to_the_cent(self, order, amounts):
        assert sold_for(order, amounts) == to_the_cent(order.total)

    @settings(max_examples=300)
    @given(st.one_of(orders(2), orders(4)), st.sampled_from(["net", "gross"]))
    @example(small_parts_beside_large_ones(), "net")
    def test_no_row_is_negative_or_finer_than_a_cent_and_a_line_has_at_most_two(self, order, amounts):
        items = settle(order, amounts).items
        for item in items:
            assert item.quantity > 0
            assert item.unit_price >= 0
            assert item.quantity == round(item.quantity, 2)
            assert item.unit_price == round(item.unit_price, 2)
        ids = [item.id for item in items]
        assert len(set(ids)) == len(ids)
        lines = [item.line_id for item in items if item.line_id]
        assert set(lines) == {line.id for line in order.lines}
        assert all(lines.count(line) <= 2 for line in lines)

    @given(orders(2), st.sampled_from(["net", "gross"]))
    def test_every_row_has_its_product(self, order, amounts):
        settlement = settle(order, amounts)
        assert {item.product_key for item in settlement.items} == {
            product.key for product in settlement.products
        }


class TestLines:
    def test_ten_over_three(self):
        assert rows(make_order([make_line(quantity="3")])) == [
            ("product", "2", "3.33"),
            ("product", "1", "3.34"),
        ]

    def test_second_row_has_its_own_id_and_repeats_neither_tax_nor_discount(self):
        line = make_line(quantity="3", tax="2.00", discount=Decimal("1.50"))
        first, second, *_ = settle(make_order([line]), "net").items
        assert (first.id, second.id) == ("1", "1-2")
        assert (first.tax, second.tax) == (2, 0)
        assert (first.discount, second.discount) == (Decimal("1.50"), 0)

    def test_fraction_that_is_exact_keeps_its_quantity(self):
        assert rows(make_order([make_line(quantity="2.5")])) == [("product", "2.5", "4.00")]

    @pytest.mark.parametrize("quantity", ["0.333", "1.7", "2.125"])
    def test_fraction_that_is_not_exact_becomes_one_piece_with_the_real_quantity_beside_it(self, quantity):
        (item,) = settle(make_order([make_line(quantity=quantity)]), "net").items
        assert (item.quantity, item.unit_price, item.line_quantity) == (1, 10, Decimal(quantity))

    def test_free_line_stays(self):
        assert rows(make_order([make_line(quantity="2", net="0")])) == [("product", "2", "0.00")]

    def test_less_than_a_cent_a_piece(self):
        assert rows(make_order([make_line(quantity="3", net="0.01")])) == [
            ("product", "2", "0.00"),
            ("product", "1", "0.01"),
        ]

    def test_removed_line_stays_as_a_row_without_money_that_says_so(self):
        removed = make_line("2", quantity="0", net="0")
        item = settle(make_order([make_line(), removed]), "net").items[1]
        assert (item.line_id, item.unit_price, item.status, item.line_quantity) == ("2", 0, "removed", 0)

    def test_line_without_quantity_but_with_money_is_one_piece(self):
        assert rows(make_order([make_line(quantity="0", net="7.77")])) == [("product", "1", "7.77")]

    def test_returned_line_keeps_its_money(self):
        line = make_line(quantity="2", current_quantity=Decimal(0))
        (item,) = settle(make_order([line]), "net").items
        assert (item.quantity, item.unit_price, item.status) == (2, 5, "removed")

    def test_gift_card_sold_is_marked(self):
        (item,) = settle(make_order([make_line(gift_card=True)]), "net").items
        assert item.gift_card

    def test_properties_are_one_line_each(self):
        (item,) = settle(make_order([make_line(properties={"Size": "M", "Text": "Hi"})]), "net").items
        assert item.properties == "Size: M\nText: Hi"


class TestDeductions:
    def test_negative_fee_is_taken_from_the_lines_and_shown_as_discount(self):
        order = make_order(
            [make_line("1", net="30.00"), make_line("2", net="10.00")], [make_charge("fee", "-4.00")]
        )
        settlement = settle(order, "net")
        assert rows(order) == [("product", "1", "27.00"), ("product", "1", "9.00")]
        assert [item.discount for item in settlement.items] == [3, 1]

    def test_what_the_lines_cannot_bear_is_taken_from_the_other_rows(self):
        order = make_order(
            [make_line(net="3.00")], [make_charge("shipping", "5.00"), make_charge("fee", "-4.00")]
        )
        assert rows(order) == [("product", "1", "0.00"), ("shipping", "1", "4.00")]

    def test_negative_line_is_taken_from_the_others(self):
        order = make_order([make_line("1", net="30.00"), make_line("2", net="-5.00")])
        assert rows(order) == [("product", "1", "25.00"), ("product", "1", "0.00")]

    def test_positive_residual_is_its_own_row(self):
        assert rows(make_order([make_line()], total="10.03")) == [
            ("product", "1", "10.00"),
            ("residual", "1", "0.03"),
        ]

    def test_negative_residual_is_taken_from_the_lines(self):
        assert rows(make_order([make_line()], total="9.97")) == [("product", "1", "9.97")]

    def test_total_below_zero_makes_all_rows_free(self):
        assert rows(make_order([make_line()], total="-3.00")) == [("product", "1", "0.00")]

    def test_order_without_lines_is_one_residual(self):
        assert rows(make_order(total="12.50")) == [("residual", "1", "12.50")]


class TestTaxAndCharges:
    ORDER = make_order(
        [make_line(quantity="2", net="20.00", tax="3.80")],
        [make_charge("shipping", "5.00", "0.95"), make_charge("tip", "2.00"), make_charge("duty", "1.00")],
    )

    def test_net_has_tax_as_a_row(self):
        assert rows(self.ORDER) == [
            ("product", "2", "10.00"),
            ("shipping", "1", "5.00"),
            ("tip", "1", "2.00"),
            ("duty", "1", "1.00"),
            ("tax", "1", "4.75"),
        ]

    def test_gross_has_tax_inside_lines_and_charges(self):
        assert rows(self.ORDER, "gross") == [
            ("product", "2", "11.90"),
            ("shipping", "1", "5.95"),
            ("tip", "1", "2.00"),
            ("duty", "1", "1.00"),
        ]

    def test_gross_keeps_the_tax_that_no_line_accounts_for_as_a_row(self):
        order = make_order([make_line(net="10.00", tax="1.90")], tax_total="2.00")
        assert rows(order, "gross") == [("product", "1", "11.90"), ("tax", "1", "0.10")]

    def test_gift_card_used_is_a_payment_and_changes_no_row(self):
        order = make_order([make_line()], gift_card_total=Decimal("4.00"))
        assert rows(order) == [("product", "1", "10.00")]

    def test_several_charges_of_a_kind_share_one_product(self):
        order = make_order([], [make_charge("fee", "1.00", id="1"), make_charge("fee", "2.00", id="2")])
        settlement = settle(order, "net")
        assert [item.id for item in settlement.items] == ["fee-1", "fee-2"]
        assert [product.key for product in settlement.products] == ["fee"]


class TestProducts:
    def test_price_keys_tell_currencies_apart_and_product_keys_do_not(self):
        (product,) = settle(make_order([make_line()]), "net", "-EUR").products
        assert (product.key, product.price_key) == ("91", "91-EUR")

    def test_lines_of_one_product_need_it_once(self):
        order = make_order([make_line("1", variant_id="5"), make_line("2", variant_id="5")])
        assert [product.key for product in settle(order, "net").products] == ["5"]

    def test_bought_price_never_becomes_the_list_price(self):
        assert [product.price for product in settle(make_order([make_line()]), "net").products] == [0]
