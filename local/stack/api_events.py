"""HTTP requests as API Gateway's HTTP API passes them to Lambda (payload format 2.0), and answers back."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from local.stack.deployment import ApiRoute
from local.stack.names import ACCOUNT

API_ID = "local"
# API Gateway passes these on as text, everything else (forms too) in base64.
TEXT_TYPES = re.compile(r"(text/.*|application/(json|javascript|xml|.*\+json|.*\+xml))", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """A request as it came in; header names as sent, repeated ones in order."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    source_ip: str
    received_at: datetime
    request_id: str

    @property
    def path(self) -> str:
        return urlsplit(self.target).path or "/"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


def refusal(status: int, message: str) -> Answer:
    """What API Gateway itself answers."""
    return Answer(status, [("content-type", "application/json")], json.dumps({"message": message}).encode())


def match(routes: Iterable[ApiRoute], method: str, path: str) -> tuple[ApiRoute, dict[str, str]] | None:
    """The most specific route: exact parts before {parameter} before {greedy+} before $default."""
    found = []
    for route in routes:
        parameters = match_path(route.path, path)
        if parameters is not None and route.method in (method, "ANY"):
            found.append((specificity(route), route, parameters))
    if not found:
        return None
    _, route, parameters = min(found, key=lambda each: each[0])
    return route, parameters


def match_path(pattern: str, path: str) -> dict[str, str] | None:
    if pattern == "$default":
        return {}
    parts = []
    for part in pattern.strip("/").split("/"):
        parameter = re.fullmatch(r"\{([^}+]+)(\+?)\}", part)
        if parameter is None:
            parts.append(re.escape(part))
        else:
            parts.append(f"(?P<{parameter[1]}>{'.+' if parameter[2] else '[^/]+'})")
    matched = re.fullmatch("/" + "/".join(parts) + "/?", path)
    return None if matched is None else {name: unquote(value) for name, value in matched.groupdict().items()}


def specificity(route: ApiRoute) -> tuple[int, ...]:
    ranks = [3 if route.path == "$default" else 2 if "+}" in part else 1 if "{" in part else 0
             for part in route.path.split("/")]  # fmt: skip
    return (*ranks, 1 if route.method == "ANY" else 0)


def to_event(request: Request, route: ApiRoute, parameters: Mapping[str, str]) -> dict[str, object]:
    """The event that the function gets."""
    headers = joined_headers(request.headers)
    cookies = headers.pop("cookie", None)
    query = urlsplit(request.target).query
    moment = request.received_at.astimezone(UTC)
    host = headers.get("host", "127.0.0.1")
    body, is_base64 = encode_body(request.body, headers)
    event: dict[str, object] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": unquote(request.path),
        "rawQueryString": query,
        "headers": {
            **headers,
            "x-forwarded-for": request.source_ip,
            "x-forwarded-port": host.partition(":")[2] or "80",
            "x-forwarded-proto": "http",
        },
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": unquote(request.path),
                "protocol": "HTTP/1.1",
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request.request_id,
            "routeKey": route.key,
            "stage": "$default",
            "time": moment.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(moment.timestamp() * 1000),
        },
        "isBase64Encoded": is_base64,
    }
    if cookies is not None:
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if query:
        event["queryStringParameters"] = joined_query(query)
    if parameters:
        event["pathParameters"] = dict(parameters)
    if request.body:
        event["body"] = body
    return event


def joined_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names in lower case; values of a repeated header joined by commas."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]},{value}" if key in joined else value
    return joined


def joined_query(query: str) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def encode_body(body: bytes, headers: Mapping[str, str]) -> tuple[str, bool]:
    """The body as text where API Gateway takes it for text, else in base64."""
    kind = headers.get("content-type", "").partition(";")[0].strip()
    if TEXT_TYPES.fullmatch(kind) and "content-encoding" not in headers:
        try:
            return body.decode("utf-8"), False
        except UnicodeDecodeError:
            pass  # what AWS does with it is not documented; base64 keeps every byte
    return base64.b64encode(body).decode("ascii"), True


def from_result(payload: bytes) -> Answer:
    """The HTTP answer in what the function returned; a malformed one is a 500, as on AWS."""
    try:
        result: object = json.loads(payload)
        if not isinstance(result, dict) or "statusCode" not in result:
            return Answer(200, [("content-type", "application/json")], payload)
        body = result.get("body") or ""
        if not isinstance(body, str):
            raise TypeError("a body is text")
        content = base64.b64decode(body, validate=True) if result.get("isBase64Encoded") else body.encode()
        return Answer(int(result["statusCode"]), answer_headers(result), content)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        return refusal(500, "Internal Server Error")


def answer_headers(result: Mapping[str, object]) -> list[tuple[str, str]]:
    given = result.get("headers") or {}
    cookies = result.get("cookies") or []
    if not isinstance(given, dict) or not isinstance(cookies, list):
        raise TypeError("headers are an object and cookies a list")
    headers = [(str(name).lower(), str(value)) for name, value in given.items()]
    if "content-type" not in dict(headers):
        headers.append(("content-type", "text/plain;charset=UTF-8"))
    return headers + [("set-cookie", str(cookie)) for cookie in cookies]
