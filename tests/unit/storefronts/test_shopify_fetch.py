"""Orders read through the Admin GraphQL API: the same canonical order as the webhook's, past every page."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connector.errors import Parked
from connector.model import Order
from connector.storefronts.base import Reference, Unsupported
from connector.storefronts.shopify import order_query
from connector.storefronts.shopify.adapter import ShopifyStorefront
from connector.storefronts.shopify.order_query import (
    CHANGED,
    FULFILLMENTS,
    ORDER,
    PARTS,
    REFUNDS,
    TRANSACTIONS,
)
from connector.storefronts.shopify.orders import read_order
from tests.unit.storefronts.shopify_payloads import (
    Payload,
    allocation,
    bag,
    connection,
    fulfillment,
    graphql_line,
    graphql_order,
    line,
    money_set,
    order,
    refund,
    refund_line,
    shipping_line,
    tax,
)

Answer = Callable[[Mapping[str, object]], Payload]

GRAPHQL_TAX = {"title": "VAT", "rate": Decimal("0.2"), "priceSet": bag("2.00")}


def part_ids(kind: str, count: int) -> list[Payload]:
    return [{"id": f"gid://shopify/{kind}/{number}"} for number in range(1, count + 1)]


def payments(variables: Mapping[str, object]) -> Payload:
    """One sale of 1.00 for each id asked for."""
    ids = variables["ids"]
    assert isinstance(ids, list)
    return {
        "nodes": [
            {"id": gid, "kind": "SALE", "status": "SUCCESS", "gateway": "bogus", "amountSet": bag("1.00")}
            for gid in ids
        ]
    }


class Shop:
    """A shop that answers documents and remembers what it was asked."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Mapping[str, object]]] = []

    def ask(self, document: str, variables: Mapping[str, object]) -> Payload:
        self.asked.append((document, variables))
        return self.answers[document](variables)

    def store(self) -> ShopifyStorefront:
        store = ShopifyStorefront("acme", "https://acme.example", {})
        store.__dict__["_ask"] = self.ask
        return store


def fetched(node: Payload | None, answers: Mapping[str, Answer] | None = None) -> Order:
    shop = Shop({ORDER: lambda _: {"order": node}, **(answers or {})})
    found = shop.store().fetch("order", "5001")
    assert found is not None
    return found


def told(payload: Payload) -> Order:
    """The order of a webhook."""
    return read_order(payload, "acme", "https://acme.example")


def comparable(found: Order) -> dict[str, object]:
    """All that both sources tell: webhooks carry no payments, and the raw source differs by nature."""
    return found.model_dump(exclude={"attributes", "payments", "paid_total", "gift_card_total"})


class TestSameOrder:
    def test_plain_order(self) -> None:
        assert comparable(fetched(graphql_order())) == comparable(told(order()))

    def test_taxes_discounts_shipping_tips_duties_fees_and_rounding(self) -> None:
        node = graphql_order(
            "30.48",
            taxesIncluded=True,
            totalTaxSet=bag("2.00"),
            totalDiscountsSet=bag("2.00"),
            totalTipReceivedSet=bag("1.50"),
            originalTotalDutiesSet=bag("3.00"),
            originalTotalAdditionalFeesSet=bag("1.00"),
            totalCashRoundingAdjustment={"paymentSet": bag("-0.02")},
            discountCodes=["SPRING"],
            taxLines=[GRAPHQL_TAX],
            lineItems=connection(
                graphql_line(
                    quantity=2,
                    discountAllocations=[{"allocatedAmountSet": bag("1.00")}],
                    taxLines=[GRAPHQL_TAX],
                    customAttributes=[{"key": "Gift", "value": "yes"}],
                )
            ),
            shippingLines=connection(
                {
                    "id": "gid://shopify/ShippingLine/90",
                    "title": "Parcel",
                    "isRemoved": False,
                    "originalPriceSet": bag("7.00"),
                    "discountAllocations": [{"allocatedAmountSet": bag("1.00")}],
                    "taxLines": [],
                }
            ),
        )
        payload = order(
            "30.48",
            taxes_included=True,
            total_tax="2.00",
            total_discounts="2.00",
            total_tip_received="1.50",
            original_total_duties_set=money_set("3.00"),
            original_total_additional_fees_set=money_set("1.00"),
            total_cash_rounding_payment_adjustment_set=money_set("-0.02"),
            discount_codes=[{"code": "SPRING"}],
            tax_lines=[tax("2.00")],
            line_items=[
                line(
                    quantity=2,
                    discount_allocations=[allocation("1.00")],
                    tax_lines=[tax("2.00")],
                    properties=[{"name": "Gift", "value": "yes"}],
                )
            ],
            shipping_lines=[shipping_line("7.00", discount_allocations=[allocation("1.00")])],
        )
        for one in payload["tax_lines"] + payload["line_items"][0]["tax_lines"]:
            one["rate"] = Decimal("0.2")
        found = fetched(node)
        assert comparable(found) == comparable(told(payload))
        assert found.residual == 0

    def test_refunds_and_shipments(self) -> None:
        node = graphql_order(
            displayFinancialStatus="PARTIALLY_REFUNDED",
            displayFulfillmentStatus="PARTIALLY_FULFILLED",
            refunds=part_ids("Refund", 1),
            fulfillments=part_ids("Fulfillment", 1),
        )
        refunded = {
            "id": "gid://shopify/Refund/400",
            "createdAt": "2026-03-03T09:00:00Z",
            "processedAt": "2026-03-03T09:00:00Z",
            "note": "spout chipped",
            "refundLineItems": connection(
                {
                    "quantity": 1,
                    "restockType": "RETURN",
                    "lineItem": {"id": "gid://shopify/LineItem/1"},
                    "subtotalSet": bag("7.50"),
                    "totalTaxSet": bag("1.50"),
                }
            ),
            "refundShippingLines": connection(
                {
                    "id": "gid://shopify/RefundShippingLine/1",
                    "subtotalAmountSet": bag("2.00"),
                    "taxAmountSet": bag("0.40"),
                }
            ),
            "transactions": connection(
                {
                    "id": "gid://shopify/OrderTransaction/301",
                    "kind": "REFUND",
                    "status": "SUCCESS",
                    "amountSet": bag("4.00"),
                }
            ),
        }
        shipped = {
            "id": "gid://shopify/Fulfillment/500",
            "status": "SUCCESS",
            "createdAt": "2026-03-02T07:00:00Z",
            "trackingInfo": [
                {"company": "Nordpost", "number": "NP1", "url": "https://track.example/NP1"},
                {"company": "Nordpost", "number": "NP2", "url": "https://track.example/NP2"},
            ],
            "fulfillmentLineItems": connection(
                {"quantity": 1, "lineItem": {"id": "gid://shopify/LineItem/1"}}
            ),
        }
        found = fetched(
            node, {REFUNDS: lambda _: {"nodes": [refunded]}, FULFILLMENTS: lambda _: {"nodes": [shipped]}}
        )
        shipping = {"subtotal_amount_set": money_set("2.00"), "tax_amount_set": money_set("0.40")}
        money_back = {"id": 301, "kind": "refund", "status": "success", "amount": "4.00", "currency": "EUR"}
        payload = order(
            financial_status="partially_refunded",
            fulfillment_status="partial",
            refunds=[
                refund(
                    refund_line_items=[
                        refund_line(0, subtotal_set=money_set("7.50"), total_tax_set=money_set("1.50"))
                    ],
                    refund_shipping_lines=[shipping],
                    transactions=[money_back],
                )
            ],
            fulfillments=[fulfillment()],
        )
        assert comparable(found) == comparable(told(payload))
        assert found.refunded_total == Decimal("4.00")

    def test_cancelled_guest_order_without_addresses(self) -> None:
        node = graphql_order(
            customer=None, billingAddress=None, shippingAddress=None, cancelReason="INVENTORY",
            cancelledAt="2026-03-02T07:00:00Z",
        )  # fmt: skip
        payload = order(
            customer=None, billing_address=None, shipping_address=None, cancel_reason="inventory",
            cancelled_at="2026-03-02T08:00:00+01:00",
        )  # fmt: skip
        assert comparable(fetched(node)) == comparable(told(payload))

    def test_company_order_at_a_till(self) -> None:
        buyer = {
            "company": {"id": "gid://shopify/Company/9"},
            "location": {"id": "gid://shopify/CompanyLocation/10"},
        }
        node = graphql_order(
            purchasingEntity=buyer, retailLocation={"id": "gid://shopify/Location/88"}, poNumber="PO-7"
        )
        payload = order(company={"id": 9, "location_id": 10}, location_id=88, po_number="PO-7")
        assert comparable(fetched(node)) == comparable(told(payload))

    @pytest.mark.parametrize(
        ("display", "ours"),
        [
            ("FULFILLED", "fulfilled"),
            ("RESTOCKED", "restocked"),
            ("PARTIALLY_FULFILLED", "partial"),
            ("ON_HOLD", "unfulfilled"),
            ("FULFILLMENT_NOT_REQUIRED", "unfulfilled"),
        ],
    )
    def test_fulfilment_status_uses_the_webhooks_words(self, display: str, ours: str) -> None:
        assert fetched(graphql_order(displayFulfillmentStatus=display)).fulfillment_status == ours

    def test_planned_work_after_a_first_parcel_is_partial(self) -> None:
        parcel = {"id": "gid://shopify/Fulfillment/500", "status": "SUCCESS", "trackingInfo": []}
        node = graphql_order(displayFulfillmentStatus="IN_PROGRESS", fulfillments=part_ids("Fulfillment", 1))
        found = fetched(
            node, {FULFILLMENTS: lambda _: {"nodes": [parcel | {"fulfillmentLineItems": connection()}]}}
        )
        assert found.fulfillment_status == "partial"


class TestPages:
    def test_every_line_past_the_first_page(self) -> None:
        first = connection(*(graphql_line(number) for number in range(1, 21)), more="c20")
        last = connection(*(graphql_line(number) for number in range(281, 301)))

        def more(variables: Mapping[str, object]) -> Payload:
            start = int(str(variables["after"])[1:]) + 1
            page = (graphql_line(number) for number in range(start, start + 20))
            return {"node": {"lineItems": last if start == 281 else connection(*page, more=f"c{start + 19}")}}

        shop = Shop(
            {
                ORDER: lambda _: {"order": graphql_order("3000.00", lineItems=first)},
                order_query.next_page("Order", "lineItems"): more,
            }
        )
        found = shop.store().fetch("order", "5001")
        assert found is not None
        assert [int(one.id) for one in found.lines] == list(range(1, 301))
        assert found.residual == 0
        assert shop.asked[1][1]["id"] == "gid://shopify/Order/5001"

    def test_every_line_of_a_large_refund(self) -> None:
        def row(number: int) -> Payload:
            item = {"id": f"gid://shopify/LineItem/{number}"}
            return {"quantity": 1, "lineItem": item, "subtotalSet": bag("1.00"), "totalTaxSet": bag("0.00")}

        given = {
            "id": "gid://shopify/Refund/1",
            "refundLineItems": connection(*map(row, range(10)), more="c"),
            "refundShippingLines": connection(),
            "transactions": connection(),
        }
        rest = {"node": {"refundLineItems": connection(*map(row, range(10, 12)))}}
        shop = Shop(
            {
                ORDER: lambda _: {"order": graphql_order(refunds=part_ids("Refund", 1))},
                REFUNDS: lambda _: {"nodes": [given]},
                order_query.next_page("Refund", "refundLineItems"): lambda _: rest,
            }
        )
        found = shop.store().fetch("order", "5001")
        assert found is not None
        assert found.refunds[0].goods == 12

    def test_more_payments_than_the_first_query_lists(self) -> None:
        all_parts = {"transactions": part_ids("OrderTransaction", 130), "refunds": [], "fulfillments": []}
        shop = Shop(
            {
                ORDER: lambda _: {"order": graphql_order(transactions=part_ids("OrderTransaction", 20))},
                PARTS: lambda _: {"order": all_parts},
                TRANSACTIONS: payments,
            }
        )
        found = shop.store().fetch("order", "5001")
        assert found is not None
        assert (len(found.payments), found.paid_total) == (130, 130)

    def test_payments_in_the_buyers_currency_are_counted_in_shop_money(self) -> None:
        paid = {"shopMoney": {"amount": "10.00", "currencyCode": "EUR"}}
        paid["presentmentMoney"] = {"amount": "11.42", "currencyCode": "USD"}
        one = {
            "id": "gid://shopify/OrderTransaction/1",
            "kind": "CAPTURE",
            "status": "SUCCESS",
            "amountSet": paid,
        }
        node = graphql_order(transactions=part_ids("OrderTransaction", 1))
        found = fetched(node, {TRANSACTIONS: lambda _: {"nodes": [one]}})
        assert (found.paid_total, found.payments[0].currency) == (Decimal("10.00"), "EUR")
        assert found.attributes["transactions"][0]["currency"] == "USD"

    def test_order_of_more_parts_than_shopify_gives_out_is_parked_not_cut(self) -> None:
        crowded = {"transactions": part_ids("OrderTransaction", 250), "refunds": [], "fulfillments": []}
        with pytest.raises(Parked) as parked:
            fetched(
                graphql_order(transactions=part_ids("OrderTransaction", 20)),
                {PARTS: lambda _: {"order": crowded}},
            )
        assert (parked.value.reason, parked.value.field) == ("too_large", "transactions")


class TestFetch:
    def test_order_that_the_shop_does_not_know(self) -> None:
        assert Shop({ORDER: lambda _: {"order": None}}).store().fetch("order", "5001") is None

    def test_id_that_is_no_number_is_not_asked_for(self) -> None:
        shop = Shop({})
        assert shop.store().fetch("order", "5001 OR 1") is None
        assert shop.asked == []

    def test_other_entities_are_unsupported(self) -> None:
        with pytest.raises(Unsupported):
            Shop({}).store().fetch("customer", "61")
        with pytest.raises(Unsupported):
            next(Shop({}).store().changed("customer", datetime(2026, 3, 1, tzinfo=UTC)))

    @pytest.mark.parametrize(
        ("topic", "kind"), [("refunds/create", "Refund"), ("fulfillments/update", "Fulfillment")]
    )
    def test_part_whose_body_was_cut_to_its_id_is_looked_up(self, topic: str, kind: str) -> None:
        answer = {"node": {"order": {"id": "gid://shopify/Order/5001"}}}
        shop = Shop({order_query.owner_of(kind): lambda _: answer})
        assert shop.store().parse(topic, {}, b'{"id": 77}') == Reference("order", "5001")
        assert shop.asked[0][1] == {"id": f"gid://shopify/{kind}/77"}

    def test_part_that_the_shop_does_not_know_is_parked(self) -> None:
        shop = Shop({order_query.owner_of("Refund"): lambda _: {"node": None}})
        with pytest.raises(Parked):
            shop.store().parse("refunds/create", {}, b'{"id": 77}')


class TestChanged:
    since = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    def listing(self, *rows: tuple[int, str], more: str | None = None) -> Payload:
        nodes = [{"id": f"gid://shopify/Order/{number}", "updatedAt": at} for number, at in rows]
        return {"orders": connection(*nodes, more=more)}

    def test_all_pages_in_order_of_change(self) -> None:
        pages = {
            None: self.listing((1, "2026-03-01T09:00:00Z"), (2, "2026-03-01T09:01:00Z"), more="c1"),
            "c1": self.listing((3, "2026-03-01T09:02:00Z")),
        }
        shop = Shop(
            {
                CHANGED: lambda variables: pages[variables["after"]],  # type: ignore[index]
                ORDER: lambda variables: {"order": graphql_order(id=variables["id"])},
            }
        )
        assert [found.id for found in shop.store().changed("order", self.since)] == ["1", "2", "3"]
        assert shop.asked[0][1]["query"] == "updated_at:>='2026-03-01T09:00:00Z'"

    def test_order_that_vanished_meanwhile_is_skipped(self) -> None:
        shop = Shop(
            {
                CHANGED: lambda _: self.listing((1, "2026-03-01T09:00:00Z"), (2, "2026-03-01T09:01:00Z")),
                ORDER: lambda variables: {
                    "order": None
                    if str(variables["id"]).endswith("/1")
                    else graphql_order(id=variables["id"])
                },
            }
        )
        assert [found.id for found in shop.store().changed("order", self.since)] == ["2"]

    def test_search_is_cut_into_slices_below_shopifys_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(order_query, "MAX_SLICE", 2)
        rows = [(number, f"2026-03-01T09:0{number}:00Z") for number in range(1, 8)]

        def page(variables: Mapping[str, object]) -> Payload:
            since = str(variables["query"]).split("'")[1]
            later = [row for row in rows if row[1] >= since]
            start = int(str(variables["after"] or 0))
            assert start < 4, "past what the shop gives out"
            return self.listing(
                *later[start : start + 2], more=str(start + 2) if later[start + 2 :] else None
            )

        shop = Shop({CHANGED: page})
        found = list(order_query.query_changed(shop.ask, self.since))
        assert list(dict.fromkeys(found)) == [str(number) for number, _ in rows]

    def test_slices_of_one_second_do_not_loop(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(order_query, "MAX_SLICE", 1)
        pages = {
            None: self.listing((1, "2026-03-01T09:00:00Z"), more="1"),
            "1": self.listing((2, "2026-03-01T09:00:00Z")),
        }
        shop = Shop({CHANGED: lambda variables: pages[variables["after"]]})  # type: ignore[index]
        assert list(order_query.query_changed(shop.ask, self.since)) == ["1", "2"]
