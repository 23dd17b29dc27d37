"""The runtime client's native part in plain Python, for machines for which `awslambdaric` ships no binary.

Same functions as its extension module `runtime_client`; on Linux the real one is used.
"""

from __future__ import annotations

import http.client
import os

_INVOCATION = "/2018-06-01/runtime/invocation"
_ACCEPTED = 202
_agent = ""


def initialize_client(user_agent: str) -> None:
    global _agent
    _agent = user_agent


def next() -> tuple[bytes, dict[str, str]]:  # noqa: A001 - the name that the runtime client calls
    """Waits for an event; gives its bytes and the headers that came with it."""
    connection = _connect()
    connection.request("GET", f"{_INVOCATION}/next", headers={"User-Agent": _agent})
    answer = connection.getresponse()
    event = answer.read()
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"Failed to get next: {answer.status}")
    return event, dict(answer.getheaders())


def post_invocation_result(
    invoke_id: str, result: bytes, content_type: str, _invocation_id: str | None = None
) -> None:
    _post(f"{_INVOCATION}/{invoke_id}/response", result, {"Content-Type": content_type})


def post_error(invoke_id: str, error: str, xray_cause: str, _invocation_id: str | None = None) -> None:
    headers = {"Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": "Unhandled"}
    if xray_cause:
        headers["Lambda-Runtime-Function-XRay-Error-Cause"] = xray_cause
    _post(f"{_INVOCATION}/{invoke_id}/error", error.encode(), headers)


def _connect() -> http.client.HTTPConnection:
    return http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])


def _post(path: str, body: bytes, headers: dict[str, str]) -> None:
    connection = _connect()
    connection.request("POST", path, body, {"User-Agent": _agent, **headers})
    answer = connection.getresponse()
    answer.read()
    if answer.status != _ACCEPTED:
        raise RuntimeError(f"Failed to post the result: {answer.status}")
