"""Countries and the states of those countries that have any in Salesforce's standard picklists."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FACTS = Path(__file__).parent / "facts"


@cache
def countries() -> dict[str, str]:
    """ISO 3166 code -> name."""
    return dict(_pairs("countries.tsv"))


@cache
def states() -> dict[str, dict[str, str]]:
    """Country code -> state code -> name."""
    found: dict[str, dict[str, str]] = {}
    for country, code, name in _lines("states.tsv"):
        found.setdefault(country, {})[code] = name
    return found


def country_codes() -> tuple[str, ...]:
    """All country codes."""
    return tuple(countries())


@cache
def state_codes() -> tuple[str, ...]:
    """All state codes; one code may be in several countries."""
    return tuple(sorted({code for each in states().values() for code in each}))


def _pairs(name: str) -> list[tuple[str, str]]:
    return [(first, second) for first, second in _lines(name)]


def _lines(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (_FACTS / name).read_text("utf-8").splitlines() if line]
