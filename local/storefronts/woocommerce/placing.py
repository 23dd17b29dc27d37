"""Placing an order: a new one, complete, as `GET /orders/{id}` and the webhooks of WooCommerce 11 show it."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from random import Random

from local.storefronts.catalogue import PEOPLE, REGIONS, Person, Place, Region
from local.storefronts.payload import Json
from local.storefronts.woocommerce.lines import GOODS, apply_coupon, make_fee, make_line, make_shipping
from local.storefronts.woocommerce.totals import settle, shift_total
from local.storefronts.woocommerce.traits import Traits, draw_traits

SITE_ZONE = timezone(timedelta(hours=-8))
"""Dates without `_gmt` are in the site's own time, and neither kind says so."""

_UNPAID = ("pending", "on-hold", "failed", "checkout-draft")


def make_order(
    rng: Random,
    order_id: int,
    placed_at: datetime,
    traits: Traits | None = None,
    site: str = "https://shop.example.com",
) -> Json:
    """An order that was placed at `placed_at` (aware), as `order.created` would tell it.

    The same arguments and state of `rng` make the same order; total = lines + shipping + fees + tax, exactly,
    unless the traits ask for late rounding.
    """
    kind = traits or draw_traits(rng)
    region = REGIONS[kind.region]
    order = _head(rng, order_id, placed_at, kind) | _links(order_id, site)
    _add_parts(rng, order, kind, region)
    settle(order)
    if kind.late_rounding:
        shift_total(order, Decimal(rng.choice(("0.01", "-0.01"))))
    return order


def site_times(at: datetime | None, name: str) -> Json:
    """A moment as the pair `date_{name}` (site time) and `date_{name}_gmt`, whole seconds, no offsets."""
    if at is None:
        return {f"date_{name}": None, f"date_{name}_gmt": None}
    return {
        f"date_{name}": f"{at.astimezone(SITE_ZONE):%Y-%m-%dT%H:%M:%S}",
        f"date_{name}_gmt": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
    }


def modified_at(order: Json) -> datetime:
    """When the order was last saved, in UTC."""
    return datetime.fromisoformat(order["date_modified_gmt"]).replace(tzinfo=UTC)


def region_of(order: Json) -> Region:
    """Where the order's buyer lives."""
    return REGIONS[order["billing"]["country"]]


def _add_parts(rng: Random, order: Json, traits: Traits, region: Region) -> None:
    for index in range(traits.lines):
        whole = Decimal(rng.choice((1, 1, 1, 2, 3, 7)))
        quantity = Decimal("1.5") if traits.fractional and not index else whole
        order["line_items"].append(make_line(order, region, rng.choice(GOODS), quantity))
    if traits.coupons in ("fixed", "both"):
        apply_coupon(order, "five-off", "fixed_cart", 5)
    if traits.coupons in ("percent", "both"):
        apply_coupon(order, "save10", "percent", 10)
    if traits.shipping:
        order["shipping_lines"].append(make_shipping(rng, order, region))
    if traits.fee:
        order["fee_lines"].append(make_fee(order, region, "Handling &amp; gift wrap", Decimal("2.50")))
    if traits.rebate:
        order["fee_lines"].append(make_fee(order, region, "Loyalty rebate", Decimal("-1.00")))


def _head(rng: Random, order_id: int, placed_at: datetime, traits: Traits) -> Json:
    person, region = rng.choice(PEOPLE), REGIONS[traits.region]
    billing = _address(person, rng.choice(region.places), region)
    method, title = rng.choice((("stripe", "Credit card"), ("paypal", "PayPal"), ("bacs", "Bank transfer")))
    paid = traits.opening not in _UNPAID
    head: Json = {
        "id": order_id,
        "parent_id": 0,
        "status": traits.opening,
        "currency": traits.currency,
        "version": "11.0.1",
        "prices_include_tax": traits.prices_include_tax,
        "customer_id": 0 if traits.guest else person.id,
        "order_key": f"wc_order_{order_id:013d}",
        "billing": {**billing, "email": person.email, "phone": region.phone},
        "shipping": {**billing, "phone": region.phone},
        "payment_method": method,
        "payment_method_title": title,
        "transaction_id": f"tx_{order_id}" if paid else "",
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": "checkout",
        "customer_note": rng.choice(("", "", "Please ring & leave at the door – thanks")),
        "cart_hash": "",
        "number": str(order_id),
        "meta_data": [],
        "line_items": [],
        "tax_lines": [],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
        "is_editable": traits.opening in ("pending", "on-hold"),
        "needs_payment": traits.opening in ("pending", "failed"),
        "needs_processing": True,
        "currency_symbol": {"EUR": "€", "GBP": "£", "JPY": "¥"}.get(traits.currency, "$"),
    }
    moments = {
        "created": placed_at,
        "modified": placed_at,
        "completed": None,
        "paid": placed_at if paid else None,
    }
    for name, moment in moments.items():
        head |= site_times(moment, name)
    return head


def _address(person: Person, place: Place, region: Region) -> Json:
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "company": person.company or "",
        "address_1": place.street,
        "address_2": "",
        "city": place.city,
        "state": place.province_code or "",
        "postcode": place.postcode,
        "country": region.code,
    }


def _links(order_id: int, site: str) -> Json:
    collection = f"{site}/wp-json/wc/v3/orders"
    allowed = {"allow": ["GET", "POST", "PUT", "PATCH", "DELETE"]}
    return {
        "payment_url": f"{site}/checkout/order-pay/{order_id}/?pay_for_order=true&key=wc_order_{order_id:013d}",
        "_links": {
            "self": [{"href": f"{collection}/{order_id}", "targetHints": allowed}],
            "collection": [{"href": collection}],
        },
    }
