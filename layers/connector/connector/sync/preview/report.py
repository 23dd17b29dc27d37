"""What a dry run found: orders, what they share with others, would-be duplicates."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from connector.errors import Parked
from connector.mapping.plans import Policy, Target

Action = Literal["create", "change", "link", "leave", "delete"]
Outcome = Literal["create", "change", "leave", "parked", "failed"]
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class FieldPreview:
    """One field that would get another value. A link's values are the keys of the records that it leads to."""

    name: str
    old: object
    new: object
    personal: bool

    @property
    def what(self) -> Literal["set", "changed", "emptied"]:
        """What happens to the field, without its values."""
        if self.new in (None, ""):
            return "emptied"
        return "set" if self.old in (None, "") else "changed"

    def to_json(self, show_values: bool) -> Json:
        """Values of personal fields only if they are to be shown."""
        found: Json = {"field": self.name, "what": self.what}
        return found if self.personal and not show_values else found | {"old": self.old, "new": self.new}


@dataclass(frozen=True, slots=True)
class RecordPreview:
    """One Salesforce record. `name` is the mapping's name for it; `fields` are those that would change.

    `link`: people's own record is the buyer; at most our key is written on it.
    """

    action: Action
    name: str
    object: str
    key: str
    salesforce_id: str | None = None
    fields: tuple[FieldPreview, ...] = ()
    refused: tuple[str, ...] = ()
    """Fields whose restricted picklist lacks the value that they would get: Salesforce would refuse the record."""

    def to_json(self, show_values: bool) -> Json:
        """As plain JSON."""
        return {
            "action": self.action,
            "record": self.name,
            "object": self.object,
            "key": self.key,
            "salesforce_id": self.salesforce_id,
            "fields": [field.to_json(show_values) for field in self.fields],
            "refused": list(self.refused),
        }


@dataclass(frozen=True, slots=True)
class OrderPreview:
    """One order. `problem` says why it would be parked, `remarks` what else there is to know."""

    id: str
    number: str | None
    outcome: Outcome
    records: tuple[RecordPreview, ...] = ()
    problem: Parked | None = None
    remarks: tuple[str, ...] = ()

    def to_json(self, show_values: bool) -> Json:
        """As plain JSON."""
        return {
            "id": self.id,
            "number": self.number,
            "outcome": self.outcome,
            "records": [record.to_json(show_values) for record in self.records],
            "parked": problem_to_json(self.problem) if self.problem else None,
            "remarks": list(self.remarks),
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record in Salesforce that may be the same person or company as one that would be created."""

    object: str
    salesforce_id: str
    same: Literal["email", "name"]

    def to_json(self) -> Json:
        """As plain JSON."""
        return {"object": self.object, "salesforce_id": self.salesforce_id, "same": self.same}


@dataclass(frozen=True, slots=True)
class SharedPreview:
    """Records that several orders share; `orders` are the ids of those in this dry run."""

    entity: str
    id: str
    policy: Policy
    orders: tuple[str, ...]
    records: tuple[RecordPreview, ...]
    candidates: tuple[Candidate, ...] = ()

    def to_json(self, show_values: bool) -> Json:
        """As plain JSON."""
        return {
            "entity": self.entity,
            "id": self.id,
            "policy": self.policy,
            "orders": list(self.orders),
            "records": [record.to_json(show_values) for record in self.records],
            "candidates": [candidate.to_json() for candidate in self.candidates],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A dry run of one store, newest order first. `remarks` hold for all orders."""

    store: str
    orders: tuple[OrderPreview, ...]
    shared: tuple[SharedPreview, ...]
    remarks: tuple[str, ...] = ()

    def count_orders(self) -> dict[str, int]:
        """How many orders end how."""
        counted = Counter(order.outcome for order in self.orders)
        outcomes: tuple[Outcome, ...] = ("create", "change", "leave", "parked", "failed")
        return {outcome: counted[outcome] for outcome in outcomes}

    def count_records(self) -> dict[str, int]:
        """How many Salesforce records would be created, changed, linked, left, deleted."""
        counted = Counter(record.action for record in self._records())
        actions: tuple[Action, ...] = ("create", "change", "link", "leave", "delete")
        return {action: counted[action] for action in actions}

    def to_json(self, show_values: bool = False) -> Json:
        """As plain JSON, without the values of personal fields unless they are to be shown."""
        return {
            "store": self.store,
            "summary": {"orders": self.count_orders(), "records": self.count_records()},
            "orders": [order.to_json(show_values) for order in self.orders],
            "shared": [shared.to_json(show_values) for shared in self.shared],
            "remarks": list(self.remarks),
        }

    def _records(self) -> Iterable[RecordPreview]:
        for order in self.orders:
            yield from order.records
        for shared in self.shared:
            yield from shared.records


def with_candidates(preview: SharedPreview, found: Mapping[Target, tuple[Candidate, ...]]) -> SharedPreview:
    """The preview with the candidates for its records."""
    targets = [Target(record.object, record.key) for record in preview.records]
    mine = (candidate for target in targets for candidate in found.get(target, ()))
    return replace(preview, candidates=tuple(dict.fromkeys(mine)))


def hold(order: OrderPreview, shared: Iterable[SharedPreview], unclear: Parked | None) -> OrderPreview:
    """The order as parked if it is `unclear` who its buyer is, or if Salesforce would refuse a value of it or of what
    it shares: all or nothing is written."""
    if unclear is not None:
        return replace(order, outcome="parked", problem=unclear)
    mine = (record for part in shared if order.id in part.orders for record in part.records)
    refused = [f"{record.object}.{name}" for record in (*order.records, *mine) for name in record.refused]
    if not refused:
        return order
    problem = Parked(
        "invalid_or_null_for_restricted_picklist",
        f"no such value in Salesforce's picklist {', '.join(dict.fromkeys(refused))}",
        "Add the value to the picklist in Salesforce, or map it to one that is there.",
        field=refused[0].partition(".")[2],
    )
    return replace(order, outcome="parked", problem=problem)


def problem_to_json(problem: Parked) -> Json:
    """Why something would be parked, and what to do about it."""
    return {
        "reason": problem.reason,
        "message": problem.message,
        "next_step": problem.next_step,
        "field": problem.field,
        "urgency": problem.urgency,
    }
