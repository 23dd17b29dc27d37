"""The control endpoints, all of which begin with an underscore: what a test or the demo asks of a shop.

POST /_orders      {"order": {...}, "deliver": [topic, ...]}   put an order in and tell of it
GET  /_orders, GET|DELETE /_orders/{id}
POST /_sample      {"count": n, "seed": s}                     invented orders and their histories, delivered
POST /_deliver     {"id", "topic", ...} or {"number": n}       send again; see the vendors' `deliver` for forgeries
GET  /_deliveries                                              every attempt and its answer
POST|GET|DELETE /_faults, GET /_calls, GET /_topics, POST /_reset
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

from local.storefronts.exchange import Answer, Request, json_answer
from local.storefronts.history import Step
from local.storefronts.payload import Json
from local.storefronts.shop import Shop

SENDERS = 4
"""Orders of a sample that are delivered at the same time; the versions of one order go out in turn."""


def handle(shop: Shop, request: Request) -> Answer:
    """Answer a control request; 400 with the reason for one that makes no sense."""
    _, _, rest = request.path.partition("/_")
    name, _, argument = rest.partition("/")
    endpoint = _ENDPOINTS.get((request.method, name, bool(argument)))
    if endpoint is None:
        return json_answer(404, {"error": f"no control endpoint {request.method} {request.path}"})
    try:
        wish = json.loads(request.body) if request.body else {}
        if not isinstance(wish, dict):
            raise ValueError("the body must be a JSON object")
        return json_answer(200, endpoint(shop, wish, argument))
    except KeyError as error:
        return json_answer(404, {"error": f"unknown: {error.args[0]}"})
    except ValueError as error:
        return json_answer(400, {"error": str(error)})


def _put(shop: Shop, wish: Json, _: str) -> object:
    order = wish.get("order")
    if not isinstance(order, dict):
        raise ValueError("order must be a JSON object")
    order_id = shop.vendor.put(order)
    sent = shop.vendor.deliver(order_id, wish.get("deliver", []), {})
    return {"id": order_id, "deliveries": [attempt.shown() for attempt in sent]}


def _list(shop: Shop, _: Json, __: str) -> object:
    return {"orders": shop.vendor.orders()}


def _get(shop: Shop, _: Json, order_id: str) -> object:
    return _order(shop, order_id)


def _remove(shop: Shop, _: Json, order_id: str) -> object:
    if not shop.vendor.remove(order_id):
        raise KeyError(f"order {order_id}")
    return {"removed": order_id}


def _sample(shop: Shop, wish: Json, _: str) -> object:
    count, seed = int(wish.get("count", 1)), wish.get("seed")
    seeds = Random(seed)  # noqa: S311 - invents orders
    histories = [shop.vendor.new_history(seeds.getrandbits(64)) for _ in range(count)]
    with ThreadPoolExecutor(SENDERS) as senders:
        return {"orders": list(senders.map(lambda history: _tell(shop, history), histories))}


def _tell(shop: Shop, history: list[Step]) -> Json:
    sent = []
    for step in history:
        order_id = shop.vendor.put(step.order)
        sent += shop.vendor.deliver(order_id, step.topics, {})
    last = history[-1].order
    return {
        "id": str(last["id"]),
        "number": last.get("name") or last.get("number"),
        "total": last.get("total_price") or last.get("total"),
        "currency": last["currency"],
        "versions": len(history),
        "deliveries": [attempt.shown() for attempt in sent],
    }


def _deliver(shop: Shop, wish: Json, _: str) -> object:
    if "number" in wish:
        old = shop.vendor.courier.find(int(wish["number"]))
        if old is None:
            raise KeyError(f"delivery {wish['number']}")
        sent = [shop.vendor.courier.post(old.message, old.attempt) for _ in range(int(wish.get("times", 1)))]
    else:
        topics = [str(wish.get("topic", ""))] * int(wish.get("times", 1))
        sent = shop.vendor.deliver(str(wish.get("id", "")), topics, wish)
    return {"deliveries": [attempt.shown() for attempt in sent]}


def _order(shop: Shop, order_id: str) -> Json:
    for order in shop.vendor.orders():
        if str(order["id"]) == order_id:
            return order
    raise KeyError(f"order {order_id}")


def _deliveries(shop: Shop, _: Json, __: str) -> object:
    return {"deliveries": shop.vendor.courier.shown()}


def _order_fault(shop: Shop, wish: Json, _: str) -> object:
    return shop.faults.order(wish).shown()


def _faults(shop: Shop, _: Json, __: str) -> object:
    return {"faults": shop.faults.shown(), "kinds": list(shop.faults.kinds)}


def _clear_faults(shop: Shop, _: Json, __: str) -> object:
    shop.faults.clear()
    return {"faults": []}


def _calls(shop: Shop, _: Json, __: str) -> object:
    return shop.calls()


def _topics(shop: Shop, _: Json, __: str) -> object:
    return {"topics": shop.vendor.topics()}


def _reset(shop: Shop, _: Json, __: str) -> object:
    shop.reset()
    return {}


_ENDPOINTS: dict[tuple[str, str, bool], Callable[[Shop, Json, str], object]] = {
    ("POST", "orders", False): _put,
    ("GET", "orders", False): _list,
    ("GET", "orders", True): _get,
    ("DELETE", "orders", True): _remove,
    ("POST", "sample", False): _sample,
    ("POST", "deliver", False): _deliver,
    ("GET", "deliveries", False): _deliveries,
    ("POST", "faults", False): _order_fault,
    ("GET", "faults", False): _faults,
    ("DELETE", "faults", False): _clear_faults,
    ("GET", "calls", False): _calls,
    ("GET", "topics", False): _topics,
    ("POST", "reset", False): _reset,
}
