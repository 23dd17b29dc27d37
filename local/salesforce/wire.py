"""Requests and answers, and their JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NoReturn
from urllib.parse import parse_qsl, unquote

from local.salesforce.errors import json_error


@dataclass(frozen=True)
class Answer:
    """A result before it becomes bytes; `body=None` means no body, bytes are sent as they are."""

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """A request to one resource; `path` holds the undecoded segments below the version, `raw` the body's bytes."""

    method: str
    version: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: object = None
    raw: bytes = b""

    def members(self) -> Mapping[str, object]:
        """The body as an object; ApiError when it is something else."""
        if not isinstance(self.body, dict):
            raise json_error("The HTTP entity body is required to be a JSON object")
        return self.body


def decoded(segment: str) -> str:
    """A path segment with its percent-encoding undone."""
    return unquote(segment, errors="replace")


def read_query(text: str) -> dict[str, str]:
    """Query parameters; the last of several with one name counts."""
    return dict(parse_qsl(text, keep_blank_values=True))


def read_json(body: bytes) -> object:
    """The body's JSON with exact numbers; None for an empty body; ApiError for anything else."""
    if not body.strip():
        return None
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except ValueError as error:
        raise json_error(f"The request body is not valid JSON: {error}") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def write_json(body: object) -> bytes:
    """A body as UTF-8 JSON."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=_number).encode()


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"not JSON: {type(value).__name__}")
