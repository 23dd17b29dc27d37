"""One record's way through a batch: its messages, its content, its plan, its claim, its outcome."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from connector.errors import NotWritten
from connector.mapping.plans import Plan, Record, Target
from connector.model import Order
from connector.sync.messages import Message
from connector.sync.records import RecordKey, RecordState, Version

Outcome = Literal["written", "unchanged", "stale", "gone"]


@dataclass(slots=True)
class Work:
    """Mutable on purpose: a batch moves its works along and settles each exactly once."""

    message: Message
    key: RecordKey
    order: Order | None = None
    """None once the storefront said that it is gone."""
    plan: Plan | None = None
    superseded: list["Work"] = field(default_factory=list)
    """Older versions and repetitions of the same record in this batch; they share this work's outcome."""
    contested: bool = False
    """The batch holds other content of the very same moment: the source has to be asked."""
    state: RecordState = field(default_factory=RecordState)
    claimed: bool = False
    uncertain: bool = False
    """A call about it got no usable answer."""
    sent: bool = False
    """Whether its own records were sent, not only what it shares."""
    outcome: Outcome | NotWritten | None = None
    salesforce_id: str | None = None
    salesforce_ids: dict[str, str] = field(default_factory=dict)
    """Record name to the Salesforce id of what was written (of several records of one name, the last)."""
    remarks: list[str] = field(default_factory=list)
    """For the history: what was left out and why."""

    @property
    def version(self) -> Version:
        """What decides which of two deliveries is newer."""
        assert self.order is not None
        assert self.plan is not None
        return Version(self.order.version, self.order.progress, self.plan.digest)

    @property
    def contributes(self) -> bool:
        """Whether only what it shares with others is still wanted: of a stale version, or of versions older than one
        that was applied before."""
        return self.outcome == "stale" or (self.outcome == "unchanged" and bool(self.superseded))

    def messages(self) -> Iterable[Message]:
        """All messages that end with this work."""
        yield self.message
        for older in self.superseded:
            yield from older.messages()

    def note(self, remark: str) -> None:
        """Add a remark to the history, once."""
        if remark and remark not in self.remarks:
            self.remarks.append(remark)

    def own_targets(self) -> set[Target]:
        """The Salesforce records that this version owns."""
        assert self.plan is not None
        return {record.target for record in self.plan.records}

    def known_targets(self) -> set[Target]:
        """The Salesforce records that earlier versions left there."""
        return {Target(name, key) for name, keys in self.state.owned.items() for key in keys}

    def deletes(self) -> list[Target]:
        """What earlier versions wrote and this one no longer has; objects that the mapping stopped writing stay."""
        assert self.plan is not None
        objects = self.plan.objects
        return sorted(
            target for target in self.known_targets() - self.own_targets() if target.object in objects
        )

    def owned_after(self) -> dict[str, list[str]]:
        """What the record owns once this version is written."""
        return owned_keys((self.known_targets() | self.own_targets()) - set(self.deletes()))


def filled_fields(records: Iterable[Record]) -> dict[str, list[str]]:
    """Record name to the fields that hold a value in any of its records."""
    filled: dict[str, set[str]] = {}
    for record in records:
        values = {name for name, value in record.fields.items() if value not in (None, "")}
        filled.setdefault(record.name, set()).update(values)
    return {name: sorted(fields) for name, fields in filled.items()}


def owned_keys(targets: Iterable[Target]) -> dict[str, list[str]]:
    """Targets by object, for the records table."""
    owned: dict[str, list[str]] = {}
    for target in sorted(targets):
        owned.setdefault(target.object, []).append(target.key)
    return owned
