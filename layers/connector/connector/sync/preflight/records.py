"""The records of one mapping against an org: objects, keys, required fields, and every line."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from connector.mapping.lines import Line, WrittenRecord
from connector.salesforce.facts import OrgFacts, Rights
from connector.salesforce.graphs import KEY_FIELD
from connector.sync.preflight.fields import Trouble, check_access, check_value, may_deliver_nothing
from connector.sync.preflight.findings import Finding

_INSTALL = "Deploy the package in salesforce/ and assign its permission set to the connector's user."
_SOURCES: Mapping[str, str] = {
    "Order": "Switch on orders in Setup (Order Settings) and give the connector's user access.",
    "OrderItem": "Switch on orders in Setup (Order Settings) and give the connector's user access to orders.",
    "Quote": "Switch on quotes in Setup (Quote Settings) and give the connector's user access.",
    "QuoteLineItem": "Switch on quotes in Setup (Quote Settings) and give the connector's user access to quotes.",
    "Campaign": "Give the connector's user access, and mark it as Marketing User.",
    "CampaignMember": "Give the connector's user access to campaigns, and mark it as Marketing User.",
}
"""How an org comes to have an object that depends on a setting; the others depend on a licence."""

_NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "Account": (("Name", "LastName"),),
    "Order": (("AccountId", "ContractId"),),
    "OrderItem": (("UnitPrice",),),
    "OpportunityLineItem": (("PricebookEntryId",), ("UnitPrice", "TotalPrice")),
    "CampaignMember": (("ContactId", "LeadId"),),
    "Asset": (("AccountId", "ContactId"),),
}
"""What a new record needs although a describe calls it nillable: of each group one field (Object Reference)."""

_LICENSED = (
    "The org needs the licence that has this object, or the user access to it; else take the record out."
)


def check_records(records: Iterable[WrittenRecord], facts: OrgFacts) -> Iterator[Finding]:
    """Every finding about the records, each with record, object and field."""
    for record in records:
        troubles = _check_record(record, facts)
        yield from (_place(trouble, record.name, record.object, field) for field, trouble in troubles)


def _place(trouble: Trouble, record: str, object_name: str, field: str) -> Finding:
    severity, what, what_to_do = trouble
    return Finding(severity, what, what_to_do, record=record, object=object_name, field=field)


def _check_record(record: WrittenRecord, facts: OrgFacts) -> Iterator[tuple[str, Trouble]]:
    if record.object not in facts.objects:
        yield (
            "",
            Trouble(
                "error", "the org has no such object, or hides it from the connector's user", _source(record)
            ),
        )
        return
    denied = _denied(record, facts.rights.get(record.object, Rights()))
    if denied:
        yield "", denied
    if record.creates:
        yield from _check_key(record, facts)
        yield from _check_required(record, facts)
    for line in record.lines:
        yield from ((line.field, trouble) for trouble in _check_line(line, record, facts, bool(denied)))


def _source(record: WrittenRecord) -> str:
    return _INSTALL if record.object.startswith("Storefront_") else _SOURCES.get(record.object, _LICENSED)


def _denied(record: WrittenRecord, rights: Rights) -> Trouble | None:
    wanted = {"create": record.creates and not rights.createable, "edit": not rights.updateable}
    words = " or ".join(word for word, is_denied in wanted.items() if is_denied)
    if not words:
        return None
    return Trouble("error", f"the connector's user may not {words} its records", _INSTALL)


def _check_key(record: WrittenRecord, facts: OrgFacts) -> Iterator[tuple[str, Trouble]]:
    key = facts.objects[record.object].get(KEY_FIELD)
    if key is None:
        what = "the key by which the connector finds its records is missing or hidden: nothing can be written"
        yield KEY_FIELD, Trouble("error", what, _INSTALL)
    elif not key.key:
        what = "is no external id, so that no record is found by it: nothing can be written"
        yield (
            KEY_FIELD,
            Trouble("error", what, "Deploy the package's own field, which is unique and an external id."),
        )


def _check_required(record: WrittenRecord, facts: OrgFacts) -> Iterator[tuple[str, Trouble]]:
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in record.lines:
        lines[line.field].append(line)
    fields = facts.objects[record.object]
    groups: list[tuple[str, ...]] = [(name,) for name, fact in fields.items() if fact.required]
    for group in _NEEDED.get(record.object, ()):
        if any(name in fields for name in group) and not any((name,) in groups for name in group):
            groups.append(group)
    for group in groups:
        given = [name for name in group if name in lines]
        names = " or ".join(group)
        if not given:
            what = f"a new record needs {names}, and no line fills it"
            yield group[0], Trouble("error", what, "Map it, or give it a default value in Salesforce.")
        elif all(may_deliver_nothing(lines[name]) for name in given):
            what = f"a new record needs {names}, and the line may have no value"
            mend = "Give the line a fallback with ||, or name one under `defaults`."
            yield given[0], Trouble("warning", what, mend)


def _check_line(line: Line, record: WrittenRecord, facts: OrgFacts, denied: bool) -> Iterator[Trouble]:
    fact = facts.objects[record.object].get(line.field)
    if fact is None:
        own = line.field.startswith("Storefront_")
        mend = (
            _INSTALL
            if own
            else "Correct the name, give the connector's user access to it, or take the line out."
        )
        what = "the org has no such field, or hides it from the connector's user: the line is paused"
        yield Trouble("error", what, mend)
        return
    if not denied:
        yield from check_access(line, fact, record.creates)
    yield from check_value(line, fact)


def of_store(findings: Iterable[Finding], org: str, store: str, mapping: str) -> Iterator[Finding]:
    """The findings with the store and mapping that they are about."""
    return (replace(finding, org=org, store=store, mapping=mapping) for finding in findings)
