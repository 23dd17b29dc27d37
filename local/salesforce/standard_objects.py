"""Standard objects, read from the fact files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from local.salesforce.places import country_codes, state_codes
from local.salesforce.schema import Field, SObject, spaced, system_fields
from local.salesforce.switches import Switches

FACTS = Path(__file__).parent / "facts"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where it exists
_GROUPS = ("people", "sales", "orders", "products", "service", "campaigns", "platform")
_WITHOUT_CURRENCY = {"User", "Profile", "RecordType", "Organization", "CurrencyType", "DuplicateRule"}
_ACCESS = {"read": (False, False), "create": (True, False), "update": (False, True)}
_STATE_OR_COUNTRY = re.compile(r"(.*)(State|Country)\Z")


@dataclass(frozen=True)
class Facts:
    """The parsed fact files: object name -> facts; and the extra fields of person accounts."""

    objects: Mapping[str, Mapping[str, object]]
    person_accounts: Mapping[str, Mapping[str, object]]


@cache
def load_facts() -> Facts:
    """Read the fact files once."""
    objects: dict[str, Mapping[str, object]] = {}
    for group in _GROUPS:
        objects.update(_read(group))
    return Facts(objects, _read("person_accounts"))


def _read(group: str) -> dict[str, Mapping[str, object]]:
    loader = _LOADER((FACTS / f"{group}.yaml").read_text("utf-8"))
    try:
        read: dict[str, Mapping[str, object]] = loader.get_single_data()
    finally:
        loader.dispose()
    return read


def standard_objects(switches: Switches) -> list[SObject]:
    """The standard objects that exist in an org with these switches."""
    facts = load_facts()
    found = []
    for name, given in facts.objects.items():
        if given.get("needs") == "multi_currency" and not switches.multi_currency:
            continue
        extra = facts.person_accounts.get(name) if switches.person_accounts else None
        found.append(_object(name, given, extra, switches))
    return found


def _object(
    name: str, given: Mapping[str, object], extra: Mapping[str, object] | None, switches: Switches
) -> SObject:
    fields = {each.name: each for each in system_fields()}
    for source in (given, extra or {}):
        for field_name, facts in _mapping(source.get("fields", {})).items():
            fields[field_name] = field_from_facts(field_name, _mapping(facts))
    if switches.person_accounts and name == "Account":
        fields["Name"] = field_from_facts("Name", {"type": "string", "length": 255, "grant": False})
    if switches.state_country_picklists:
        fields.update(_code_fields(fields))
    if switches.multi_currency and name not in _WITHOUT_CURRENCY:
        fields["CurrencyIsoCode"] = currency_field(name, switches)
    labels = given["labels"]
    assert isinstance(labels, list)
    name_field = given.get("name_field", "Name")
    allows = given.get("allows", ["create", "update", "delete"])
    return SObject(
        name, str(given["prefix"]), str(labels[0]), str(labels[1]), fields,
        name_field=str(name_field) if name_field else None,
        governed_by=str(given["governed_by"]) if "governed_by" in given else None,
        mergeable=bool(given.get("mergeable")),
        allows=frozenset(str(each) for each in allows) if isinstance(allows, list) else frozenset(),
    )  # fmt: skip


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"facts must be a mapping, not {value!r}")
    return value


def field_from_facts(name: str, facts: Mapping[str, object]) -> Field:
    """One field from its line in a fact file; README.md beside the files explains the keys."""
    kind = str(facts["type"])
    whole, _, after = str(facts.get("digits", "0.0")).partition(".")
    create, update = _ACCESS.get(str(facts.get("access", "")), (kind != "address", kind != "address"))
    required, defaulted = bool(facts.get("required")), bool(facts.get("defaulted"))
    nillable = bool(facts.get("nillable", not (required or defaulted)))
    writable = (create and update) or kind == "address"
    values, targets = facts.get("values", []), facts.get("to", [])
    default = facts.get("default")
    return Field(
        name, kind, spaced(name),
        length=_length(kind, facts),
        precision=int(whole) + int(after or 0), scale=int(after or 0),
        nillable=nillable, createable=create, updateable=update,
        permissionable=bool(facts.get("grant", nillable and writable)),
        required=required, defaulted=defaulted or default is not None,
        default=default if isinstance(default, str) else None,
        reference_to=tuple(targets) if isinstance(targets, list) else (),
        relationship=_optional(facts.get("as")), children=_optional(facts.get("children")),
        on_delete=str(facts.get("on_delete", "clear")),
        values=tuple(values) if isinstance(values, list) else (),
        restricted=bool(facts.get("restricted")), id_lookup=bool(facts.get("lookup")),
        compound=_optional(facts.get("compound")), derived=bool(facts.get("derived")),
    )  # fmt: skip


def _length(kind: str, facts: Mapping[str, object]) -> int:
    return 18 if kind == "reference" else int(str(facts.get("length", 0)))


def _optional(value: object) -> str | None:
    return None if value is None else str(value)


def _code_fields(fields: Mapping[str, Field]) -> dict[str, Field]:
    """`BillingStateCode` beside `BillingState`, and so on: they exist only with state and country picklists."""
    found = {}
    for name, field in fields.items():
        match = _STATE_OR_COUNTRY.match(name)
        if match and field.compound:
            code = f"{name}Code"
            values = country_codes() if match[2] == "Country" else state_codes()
            found[code] = Field(
                code, "picklist", spaced(code), 10, restricted=True, values=values, compound=field.compound
            )
    return found


def currency_field(object_name: str, switches: Switches) -> Field:
    """`CurrencyIsoCode`, which exists only with multi-currency; fixed once a line or price exists."""
    inherited = object_name in {"OrderItem", "OpportunityLineItem", "QuoteLineItem"}
    fixed = object_name == "PricebookEntry"
    return Field(
        "CurrencyIsoCode", "picklist", "Currency ISO Code", length=3, nillable=False,
        createable=not inherited, updateable=not (inherited or fixed), permissionable=False, defaulted=True,
        values=switches.currencies,
    )  # fmt: skip
