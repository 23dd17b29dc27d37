"""`@{ref.field}` in composite requests: the result of one sub-request used in another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from local.salesforce.errors import ApiError

_REFERENCE = re.compile(r"@\{([^}]*)\}")
_STEP = re.compile(r"([A-Za-z0-9_-]+)((?:\[\d+\])*)\Z")


def named(value: object) -> Iterator[str]:
    """The reference ids that a URL or body uses."""
    if isinstance(value, str):
        for match in _REFERENCE.finditer(value):
            yield re.split(r"[.\[]", match[1], maxsplit=1)[0]
    elif isinstance(value, dict):
        for each in value.values():
            yield from named(each)
    elif isinstance(value, list):
        for each in value:
            yield from named(each)


def filled(value: object, results: Mapping[str, object]) -> object:
    """The value with each reference replaced by what it points to; ApiError when it points nowhere."""
    if isinstance(value, str):
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return _resolve(whole[1], results)
        return _REFERENCE.sub(lambda match: str(_resolve(match[1], results)), value)
    if isinstance(value, dict):
        return {name: filled(each, results) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, results) for each in value]
    return value


def _resolve(path: str, results: Mapping[str, object]) -> object:
    found: object = results
    for step in path.split("."):
        match = _STEP.match(step)
        if match is None:
            raise _invalid(path)
        found = _member(found, match[1], path)
        for index in re.findall(r"\d+", match[2]):
            if not isinstance(found, list) or int(index) >= len(found):
                raise _invalid(path)
            found = found[int(index)]
    if isinstance(found, (dict, list)):
        raise _invalid(path)
    return found


def _member(found: object, name: str, path: str) -> object:
    if not isinstance(found, dict) or name not in found:
        raise _invalid(path)
    return found[name]


def _invalid(path: str) -> ApiError:
    return ApiError(400, "PROCESSING_HALTED", f"Invalid reference specified. No value for {path} found")
