"""Sub-requests of composite, graph and batch: their parsing, and running one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.salesforce.errors import ApiError, json_error
from local.salesforce.wire import Answer, Request, read_query

Router = Callable[[Request], Answer]
_VERSIONED = re.compile(r"/services/data/(v\d+\.\d)/([^?]*)(?:\?(.*))?\Z", re.DOTALL)
# What every sub-request takes over from the request itself.
_INHERITED = frozenset({"accept", "authorization", "content-type"})
_REFERENCE_ID = re.compile(r"[A-Za-z0-9_-]+\Z")


@dataclass(frozen=True)
class SubRequest:
    """One entry of a `compositeRequest`."""

    reference: str
    method: str
    url: str
    body: object
    headers: Mapping[str, str]


def read_subrequests(entries: object) -> list[SubRequest]:
    """Parse a `compositeRequest` list; ApiError when it is malformed or a referenceId is doubled."""
    if not isinstance(entries, list) or not entries:
        raise json_error("compositeRequest must be a list with at least one entry")
    found = [_read(entry) for entry in entries]
    seen: set[str] = set()
    for each in found:
        if each.reference in seen:
            raise json_error(f"Duplicate ReferenceId provided in the request: {each.reference}")
        seen.add(each.reference)
    return found


def _read(entry: object) -> SubRequest:
    if not isinstance(entry, dict):
        raise json_error("A sub-request must be an object")
    unknown = set(entry) - {"method", "url", "referenceId", "body", "httpHeaders"}
    if unknown:
        raise json_error(f'Unrecognized field "{min(unknown)}" in a sub-request')
    texts = [entry.get(name) for name in ("referenceId", "method", "url")]
    if not all(isinstance(each, str) and each for each in texts):
        raise json_error("A sub-request needs referenceId, method and url")
    reference, method, url = (str(each) for each in texts)
    if not _REFERENCE_ID.match(reference):
        raise json_error(f"Provided referenceId '{reference}' has an invalid format")
    headers = entry.get("httpHeaders") or {}
    if not isinstance(headers, dict):
        raise json_error("httpHeaders must be an object")
    named = {str(name).lower(): str(value) for name, value in headers.items()}
    if _INHERITED & named.keys():
        raise json_error("Accept, Authorization and Content-Type can't be given for a sub-request")
    return SubRequest(reference, method, url, entry.get("body"), named)


def as_request(method: str, url: str, body: object, headers: Mapping[str, str]) -> Request:
    """The request that a sub-request's URL stands for; ApiError when the URL is not a versioned resource."""
    match = _VERSIONED.match(url)
    if match is None:
        raise ApiError(400, "INVALID_INPUT", f"The URL must start with /services/data/vXX.X/: {url}")
    path = tuple(part for part in match[2].split("/") if part)
    return Request(method, match[1], path, read_query(match[3] or ""), headers, body)


def attempted(router: Router, request: Request) -> Answer:
    """The answer of a sub-request; an error becomes an answer too."""
    try:
        return router(request)
    except ApiError as error:
        return Answer(error.status, error.body())


def entry(reference: str, answer: Answer) -> dict[str, object]:
    """One entry of a `compositeResponse`."""
    return {
        "body": answer.body,
        "httpHeaders": dict(answer.headers),
        "httpStatusCode": answer.status,
        "referenceId": reference,
    }
