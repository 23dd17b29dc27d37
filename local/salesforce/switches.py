"""What differs from org to org: features that an administrator turned on, rules and limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

CLEARED = ("absent", "null", "listed")


@dataclass(frozen=True)
class DuplicateRule:
    """Records of `object` that agree in all `fields` are duplicates; `action` is `alert` or `block`."""

    object: str
    fields: tuple[str, ...]
    action: str = "alert"

    def __post_init__(self) -> None:
        if self.action not in {"alert", "block"}:
            raise ValueError(f"a duplicate rule's action is alert or block, not {self.action!r}")
        if not self.fields:
            raise ValueError("a duplicate rule names at least one field")


@dataclass(frozen=True)
class ValidationRule:
    """A record of `object` whose `field` matches the regular expression `pattern` is refused with `message`."""

    object: str
    field: str
    message: str
    pattern: str = ".*"

    def __post_init__(self) -> None:
        re.compile(self.pattern)


@dataclass(frozen=True)
class Switches:
    """The org's settings. Times in seconds."""

    person_accounts: bool = False
    multi_currency: bool = False
    corporate_currency: str = "EUR"
    currencies: tuple[str, ...] = ("EUR", "USD", "GBP")
    state_country_picklists: bool = False
    duplicate_rules: tuple[DuplicateRule, ...] = ()
    validation_rules: tuple[ValidationRule, ...] = ()
    api_daily_maximum: int = 100_000
    token_life: int = 7_200
    # How a change event tells of an emptied field: by its name in changedFields alone, by null, in nulledFields.
    cleared_in_events: str = "absent"
    bulk_batch: int = 10_000
    bulk_daily_batches: int = 15_000
    bulk_daily_queries: int = 10_000

    def __post_init__(self) -> None:
        if self.cleared_in_events not in CLEARED:
            raise ValueError(
                f"cleared_in_events is one of {', '.join(CLEARED)}, not {self.cleared_in_events!r}"
            )

    def changed(self, wanted: Mapping[str, object]) -> Switches:
        """These switches with some of them set; ValueError names an unknown or mistyped one."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        values: dict[str, object] = {}
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"unknown setting {name!r}; known are {', '.join(sorted(known))}")
            values[name] = _converted(name, value, known[name])
        return replace(self, **values)  # type: ignore[arg-type]  # each value was checked against its own type


def _converted(name: str, value: object, present: object) -> object:
    if name == "duplicate_rules":
        return tuple(_duplicate_rule(each) for each in _items(name, value))
    if name == "validation_rules":
        return tuple(_validation_rule(each) for each in _items(name, value))
    if isinstance(present, tuple):
        return tuple(_text(name, each) for each in _items(name, value))
    if type(value) is not type(present):
        raise ValueError(f"{name} must be {type(present).__name__}, not {type(value).__name__}")
    return value


def _items(name: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list")
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} must hold text")
    return value


def _members(name: str, value: object, allowed: set[str]) -> Mapping[str, object]:
    if not isinstance(value, dict) or set(value) - allowed:
        raise ValueError(f"{name} must be objects with {', '.join(sorted(allowed))}")
    return value


def _duplicate_rule(value: object) -> DuplicateRule:
    given = _members("duplicate_rules", value, {"object", "fields", "action"})
    names = tuple(_text("fields", each) for each in _items("fields", given.get("fields")))
    return DuplicateRule(
        _text("object", given.get("object")), names, _text("action", given.get("action", "alert"))
    )


def _validation_rule(value: object) -> ValidationRule:
    given = _members("validation_rules", value, {"object", "field", "message", "pattern"})
    texts = {name: _text(name, each) for name, each in given.items()}
    missing = {"object", "field", "message"} - set(texts)
    if missing:
        raise ValueError(f"a validation rule needs {', '.join(sorted(missing))}")
    return ValidationRule(texts["object"], texts["field"], texts["message"], texts.get("pattern", ".*"))
