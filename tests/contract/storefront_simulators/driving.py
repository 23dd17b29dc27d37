"""Talking to a simulated shop without a network: control endpoints, Admin API, REST API."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

from local.storefronts import control
from local.storefronts.exchange import Answer, Request
from local.storefronts.shop import Shop


def order_of(shop: Shop, method: str, path: str, /, **wish: Any) -> tuple[int, Any]:
    """A control request: status and JSON."""
    answer = control.handle(shop, Request(method, path, body=json.dumps(wish).encode() if wish else b""))
    return answer.status, json.loads(answer.body)


def ask(shop: Shop, document: str, token: str = "shpat_static", **variables: Any) -> Any:
    """A GraphQL answer's JSON."""
    answer = post_graphql(shop, document, token, **variables)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def post_graphql(shop: Shop, document: str, token: str = "shpat_static", **variables: Any) -> Answer:
    """A GraphQL answer as it comes."""
    body = json.dumps({"query": document, "variables": variables}).encode()
    headers = {"x-shopify-access-token": token, "content-type": "application/json"}
    return shop.answer(Request("POST", "/admin/api/2026-10/graphql.json", headers=headers, body=body))


def call(
    shop: Shop,
    method: str,
    path: str,
    body: Any = None,
    key: str = "ck_1",
    secret: str = "cs_1",
    **query: Any,
) -> tuple[Answer, Any]:
    """A REST call to WooCommerce: the answer and its JSON."""
    basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
    answer = shop.answer(
        Request(
            method,
            f"/wp-json/wc/v3/{path}",
            urlencode(query),
            {"authorization": f"Basic {basic}"},
            json.dumps(body).encode() if body is not None else b"",
        )
    )
    return answer, json.loads(answer.body)
