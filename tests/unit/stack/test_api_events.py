"""Requests and answers have the shape of API Gateway's payload format 2.0."""

import base64
import json
from datetime import UTC, datetime

import pytest

from local.stack.api_events import Request, from_result, match, to_event
from local.stack.deployment import ApiRoute

HOOK = ApiRoute("F", "POST", "/webhooks/{store}")


def event_of(body: bytes = b"", *headers: tuple[str, str], target: str = "/webhooks/acme") -> dict:
    moment = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)
    request = Request("POST", target, headers, body, "127.0.0.1", moment, "r1")
    found = match([HOOK], "POST", request.path)
    assert found is not None
    return to_event(request, *found)


def test_header_names_are_lower_case_and_repeated_values_joined() -> None:
    event = event_of(b"", ("X-Shopify-Topic", "orders/create"), ("X-Many", "1"), ("x-many", "2"))
    assert event["headers"]["x-shopify-topic"] == "orders/create"
    assert event["headers"]["x-many"] == "1,2"


def test_cookies_stand_apart_from_the_headers() -> None:
    event = event_of(b"", ("Cookie", "a=1; b=2"))
    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/json; charset=utf-8",
        "text/plain",
        "application/xml",
        "application/ld+json",
    ],
)
def test_text_types_arrive_as_text(kind: str) -> None:
    event = event_of('{"n":"é"}'.encode(), ("Content-Type", kind))
    assert (event["body"], event["isBase64Encoded"]) == ('{"n":"é"}', False)


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "application/octet-stream", "image/png", ""]
)
def test_other_types_arrive_in_base64(kind: str) -> None:
    event = event_of(b"webhook_id=7", ("Content-Type", kind))
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"webhook_id=7"


@pytest.mark.parametrize("headers", [[("Content-Encoding", "gzip")], []])
def test_bytes_that_are_no_text_arrive_whole(headers: list[tuple[str, str]]) -> None:
    event = event_of(b"\x1f\x8b\xff", ("Content-Type", "application/json"), *headers)
    assert base64.b64decode(event["body"]) == b"\x1f\x8b\xff"


def test_empty_body_is_left_out() -> None:
    assert "body" not in event_of()


def test_path_parameters_are_decoded_and_the_query_is_joined() -> None:
    event = event_of(target="/webhooks/acme%20eu?a=1&a=2&b=")
    assert event["pathParameters"] == {"store": "acme eu"}
    assert event["rawQueryString"] == "a=1&a=2&b="
    assert event["queryStringParameters"] == {"a": "1,2", "b": ""}


def test_request_context_tells_time_route_and_method() -> None:
    context = event_of()["requestContext"]
    assert context["time"] == "23/Nov/2026:04:05:06 +0000"
    assert context["timeEpoch"] == 1795406706000
    assert context["routeKey"] == "POST /webhooks/{store}"
    assert context["http"]["method"] == "POST"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/orders/new", "GET /orders/new"),
        ("GET", "/orders/7", "GET /orders/{id}"),
        ("DELETE", "/orders/7", "ANY /orders/{id}"),
        ("GET", "/orders/7/lines", "GET /{rest+}"),
        ("PUT", "/elsewhere/7", "$default"),
    ],
)
def test_most_specific_route_wins(method: str, path: str, expected: str) -> None:
    paths = [("ANY", "$default"), ("GET", "/{rest+}"), ("ANY", "/orders/{id}"), ("GET", "/orders/{id}"),
             ("GET", "/orders/new")]  # fmt: skip
    found = match([ApiRoute("F", *each) for each in paths], method, path)
    assert found is not None
    assert found[0].key == expected


@pytest.mark.parametrize("path", ["/webhooks", "/webhooks/a/b", "/", "/webhooks/"])
def test_path_that_matches_no_route_finds_nothing(path: str) -> None:
    assert match([HOOK], "POST", path) is None


def test_answer_with_a_status_is_passed_on() -> None:
    answer = from_result(json.dumps({"statusCode": 202, "headers": {"X-A": "1"}, "body": "ok"}).encode())
    assert (answer.status, answer.body) == (202, b"ok")
    assert ("x-a", "1") in answer.headers


def test_answer_without_a_status_is_a_200_with_all_of_it() -> None:
    answer = from_result(b'{"hello": 1}')
    assert (answer.status, answer.body) == (200, b'{"hello": 1}')


def test_base64_answer_is_decoded() -> None:
    result = {"statusCode": 200, "isBase64Encoded": True, "body": base64.b64encode(b"\x00\x01").decode()}
    assert from_result(json.dumps(result).encode()).body == b"\x00\x01"


@pytest.mark.parametrize(
    "payload", [b"not json", b'{"statusCode": "x"}', b'{"statusCode": 200, "body": {"a": 1}}']
)
def test_malformed_answer_is_a_500(payload: bytes) -> None:
    assert from_result(payload).status == 500
