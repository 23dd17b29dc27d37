"""Shipping an order, whole or in part; a failed attempt is on record too and must not count."""

from datetime import datetime
from random import Random

from local.storefronts.payload import Json, copied, derived_id
from local.storefronts.shopify.changes import touch
from local.storefronts.shopify.heading import shop_time

CARRIERS = (("DHL", "https://track.example.com/dhl/"), ("UPS", "https://track.example.com/ups/"))


def fulfil(rng: Random, order: Json, at: datetime) -> Json:
    """Ship everything that is left, or a part of it; one attempt in ten fails."""
    newer = touch(rng, order, at)
    waiting = [line for line in newer["line_items"] if line["fulfillable_quantity"]]
    if order["cancelled_at"] or not waiting:
        return newer
    failed = rng.random() < 0.1
    chosen = waiting if rng.random() < 0.6 else waiting[: max(1, len(waiting) // 2)]
    newer["fulfillments"].append(_fulfilment(rng, newer, chosen, at, "failure" if failed else "success"))
    if not failed:
        _take_out(newer, chosen)
    return newer


def _take_out(order: Json, shipped: list[Json]) -> None:
    for line in shipped:
        line["fulfillable_quantity"] = 0
        line["fulfillment_status"] = "fulfilled"
    left = any(line["fulfillable_quantity"] for line in order["line_items"])
    order["fulfillment_status"] = "partial" if left else "fulfilled"


def _fulfilment(rng: Random, order: Json, lines: list[Json], at: datetime, status: str) -> Json:
    count = len(order["fulfillments"]) + 1
    identity = derived_id(order["id"], "fulfillment", count)
    carrier, link = rng.choice(CARRIERS)
    numbers = [f"{identity % 10**10:010d}{parcel}" for parcel in range(rng.choice((1, 1, 2)))]
    return {
        "id": identity,
        "order_id": order["id"],
        "status": status,
        "created_at": shop_time(at),
        "service": "manual",
        "updated_at": shop_time(at),
        "tracking_company": carrier,
        "shipment_status": None,
        "location_id": 70_000_001,
        "origin_address": None,
        "email": order["email"],
        "destination": copied(order["shipping_address"]) if order["shipping_address"] else None,
        "line_items": [copied(line) | {"quantity": line["fulfillable_quantity"]} for line in lines],
        "tracking_number": numbers[0],
        "tracking_numbers": numbers,
        "tracking_url": link + numbers[0],
        "tracking_urls": [link + number for number in numbers],
        "receipt": {},
        "name": f"{order['name']}.{count}",
        "admin_graphql_api_id": f"gid://shopify/Fulfillment/{identity}",
    }
