"""From a plan and what is known of Salesforce to a graph: which nodes, which fields, how children find their parents.

An upsert of a record that exists must not carry create-only fields, one of a record that does not must carry all.
A child refers to a parent that the same graph creates by reference, to any other by its external key: a reference to a
merely updated node is not documented to work. Where a shared record's id is known it is used instead of the key: it
leads to the record that people chose or merged it into, even if that bears another key.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connector.mapping.plans import Record, Target
from connector.salesforce.graphs import KEY_FIELD, Graph, Node


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is believed of one change's own records in Salesforce."""

    existing: frozenset[Target] = frozenset()
    filled: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Record name to the fields that may hold a value of ours."""
    uncertain: bool = False
    """Salesforce may hold more than believed: every empty field is emptied there too."""
    without: frozenset[tuple[Target, str]] = frozenset()
    """Fields that Salesforce refused and that are left out (a malformed email)."""


@dataclass(frozen=True, slots=True)
class SharedPart:
    """A shared record that this graph carries: whether it exists, and which fields an update sends."""

    record: Record
    exists: bool
    send: frozenset[str]


def draft(
    graph_id: str,
    shared: Iterable[SharedPart],
    own: Sequence[Record],
    deletes: Iterable[Target],
    knowledge: Knowledge,
    ids: Mapping[Target, str] | None = None,
) -> tuple[Graph, dict[str, Target]]:
    """The graph, and which target each of its references stands for; `ids` are those of known shared records."""
    drafts = _Drafts(knowledge, ids or {})
    for part in shared:
        drafts.add_shared(part)
    for record in own:
        drafts.add_own(record)
    for target in deletes:
        drafts.add_delete(target)
    return Graph(graph_id, tuple(drafts.nodes)), drafts.targets


class _Drafts:
    def __init__(self, knowledge: Knowledge, ids: Mapping[Target, str]) -> None:
        self._ids = ids
        self.nodes: list[Node] = []
        self.targets: dict[str, Target] = {}
        self._knowledge = knowledge
        self._created: dict[Target, str] = {}

    def add_shared(self, part: SharedPart) -> None:
        if part.record.target in self.targets.values():
            return
        record = part.record
        if not part.exists:
            self._upsert(record, _creating(record), record.links, creates=True)
        elif part.send:
            values = {name: value for name, value in record.fields.items() if name in part.send}
            self._upsert(record, _without(values, record.create_only), {}, creates=False)

    def add_own(self, record: Record) -> None:
        if record.target not in self._knowledge.existing:
            fields = _creating(record)
            if self._knowledge.uncertain:
                fields = dict.fromkeys(record.fields) | fields
            self._upsert(record, fields, record.links, creates=True)
            return
        filled = self._knowledge.filled.get(record.name, frozenset())
        values = {
            name: value
            for name, value in record.fields.items()
            if value is not None or name in filled or self._knowledge.uncertain
        }
        links = {name: target for name, target in record.links.items() if name not in record.create_only}
        self._upsert(record, _without(values, record.create_only), links, creates=False)

    def add_delete(self, target: Target) -> None:
        self.nodes.append(Node("DELETE", target.object, target.key, self._reference(target)))

    def _upsert(
        self, record: Record, fields: Mapping[str, object], links: Mapping[str, Target], creates: bool
    ) -> None:
        body = {
            name: None if value == "" else value
            for name, value in fields.items()
            if (record.target, name) not in self._knowledge.without
        }
        for name, target in links.items():
            reference = self._created.get(target)
            if reference is not None:
                body[name] = f"@{{{reference}.id}}"
            elif target in self._ids:
                body[name] = self._ids[target]
            else:
                body[relationship(name)] = {KEY_FIELD: target.key}
        reference = self._reference(record.target)
        if creates:
            self._created[record.target] = reference
        known = "" if creates else self._ids.get(record.target, "")
        self.nodes.append(Node("PATCH", record.target.object, record.target.key, reference, body, known))

    def _reference(self, target: Target) -> str:
        reference = f"n{len(self.nodes)}"
        self.targets[reference] = target
        return reference


def is_region(field_name: str) -> bool:
    """Whether the field is a state or country, which is left out where the org's list lacks the shop's."""
    return field_name.endswith(("State", "StateCode", "Country", "CountryCode"))


def relationship(field_name: str) -> str:
    """The relationship of a reference field: AccountId -> Account, Parent__c -> Parent__r."""
    if field_name.endswith("__c"):
        return field_name[:-1] + "r"
    return field_name.removesuffix("Id")


def _creating(record: Record) -> dict[str, object]:
    fields: dict[str, object] = {name: value for name, value in record.fields.items() if value is not None}
    for name, value in record.defaults.items():
        if value is not None:
            fields.setdefault(name, value)
    return fields


def _without(fields: Mapping[str, object], names: frozenset[str]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if name not in names}
