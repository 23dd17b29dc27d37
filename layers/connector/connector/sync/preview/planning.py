"""From works and what Salesforce holds to previews, along the flow's own way: pure, and writes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from connector.mapping.plans import Record, Shared, Target
from connector.salesforce.graphs import KEY_FIELD
from connector.sync.drafting import Knowledge, SharedPart, draft
from connector.sync.preview.comparing import Comparison
from connector.sync.preview.report import (
    FieldPreview,
    OrderPreview,
    Outcome,
    RecordPreview,
    SharedPreview,
)
from connector.sync.shared import Merged, SharedKey, SharedState, merge
from connector.sync.whereabouts import Whereabouts
from connector.sync.work import Work

SAME = "written exactly like this before"
NEWER = "something newer was written before"


@dataclass(frozen=True, slots=True)
class Contributions:
    """What the orders say of one shared record, and which orders they are.

    `idle`: only orders that were written exactly like this say anything, so nobody looks at it.
    """

    parts: tuple[Shared, ...]
    orders: tuple[str, ...]
    idle: bool


def settled_before(work: Work) -> str:
    """Why nothing of the order's own would be written, as `Records.claim` and the flow decide; empty if it would."""
    applied, version = work.state.version, work.version
    if applied is None:
        return ""
    if applied.moment > version.moment:
        return NEWER
    if applied.moment == version.moment and applied.digest == version.digest:
        return SAME
    if applied.moment == version.moment and applied >= version and not work.state.uncertain:
        return NEWER
    return SAME if applied.digest == version.digest and not work.state.uncertain else ""


def is_current(work: Work) -> bool:
    """Whether exactly this version was applied: the flow then stops before it looks at what the order shares."""
    applied, version = work.state.version, work.version
    return applied is not None and (applied.moment, applied.digest) == (version.moment, version.digest)


def gather(works: Iterable[Work]) -> dict[SharedKey, Contributions]:
    """Everything that the orders share, by its key."""
    parts: dict[SharedKey, list[tuple[Work, Shared]]] = defaultdict(list)
    for work in works:
        assert work.plan is not None
        for part in work.plan.shared:
            parts[SharedKey(work.key.store, part.entity, part.id)].append((work, part))
    return {
        key: Contributions(
            tuple(part for _, part in found),
            tuple(work.key.id for work, _ in found),
            all(is_current(work) for work, _ in found),
        )
        for key, found in parts.items()
    }


def preview_order(work: Work, comparison: Comparison) -> OrderPreview:
    """The order's own records: those of its plan, and those that it has no longer."""
    assert work.plan is not None
    settled = settled_before(work)
    records = tuple(_own_previews(work, comparison))
    remarks = [*work.remarks]
    if settled:
        differing = sum(record.action != "leave" for record in records)
        remarks.append(settled)
        if differing:
            remarks.append(
                f"{differing} of its records differ in Salesforce and are left so until it changes"
            )
        records = tuple(comparison.preview(record, None) for record in work.plan.records)
    return OrderPreview(work.key.id, _number(work), _outcome(records), records, remarks=tuple(remarks))


def merge_shared(
    gathered: Mapping[SharedKey, Contributions], states: Mapping[SharedKey, SharedState]
) -> dict[SharedKey, Merged]:
    """What the orders share, joined with what was written before."""
    return {key: merge(key, found.parts, states[key]) for key, found in gathered.items()}


def preview_shared(
    gathered: Mapping[SharedKey, Contributions], shared: Whereabouts, comparison: Comparison
) -> list[SharedPreview]:
    """What the orders share, each record once, under the first that names it."""
    merged = shared.parts
    parts = [part for key, one in merged.items() for part in _parts(one, gathered[key].idle, comparison)]
    graph, targets = draft("shared", parts, (), (), Knowledge())
    nodes = {targets[node.reference]: node for node in graph.nodes}
    shown: set[Target] = set()
    previews = []
    for key, one in merged.items():
        fresh = [record for record in one.records if record.target not in shown]
        shown.update(record.target for record in fresh)
        previews_of_fresh = (comparison.preview(record, nodes.get(record.target)) for record in fresh)
        records = tuple(_perhaps_link(preview, one, shared) for preview in previews_of_fresh)
        policy = gathered[key].parts[0].policy
        previews.append(SharedPreview(key.entity, key.id, policy, gathered[key].orders, records))
    return previews


def _perhaps_link(preview: RecordPreview, merged: Merged, shared: Whereabouts) -> RecordPreview:
    """A record that people made and that was found to be the buyer is linked, and left as it is but for our key."""
    target = Target(preview.object, preview.key)
    if target not in merged.linked:
        return preview
    found = shared.ids[target]
    keyed = (target.object, found, target.key) in shared.keys
    fields = (FieldPreview(KEY_FIELD, None, target.key, personal=False),) if keyed else ()
    return replace(preview, action="link", salesforce_id=found, fields=fields, refused=())


def created_records(
    previews: Iterable[SharedPreview], gathered: Mapping[SharedKey, Contributions]
) -> list[Record]:
    """The shared records that would be created, as the orders want them."""
    missing = {
        Target(record.object, record.key)
        for preview in previews
        for record in preview.records
        if record.action == "create"
    }
    found = (record for one in gathered.values() for part in one.parts for record in part.records)
    return [record for record in found if record.target in missing]


def _own_previews(work: Work, comparison: Comparison) -> Iterator[RecordPreview]:
    assert work.plan is not None
    own = work.plan.records
    deletes = [target for target in work.deletes() if comparison.holds(target)]
    graph, targets = draft("order", (), own, deletes, _knowledge(work, comparison))
    nodes = {targets[node.reference]: node for node in graph.nodes if node.method == "PATCH"}
    for record in own:
        yield comparison.preview(record, nodes[record.target])
    for target in deletes:
        yield comparison.preview_delete(target)


def _knowledge(work: Work, comparison: Comparison) -> Knowledge:
    """What the flow would believe once it had looked: what is there, and which fields it may empty."""
    there = frozenset(target for target in work.own_targets() if comparison.holds(target))
    filled = {record: frozenset(fields) for record, fields in work.state.filled.items()}
    return Knowledge(there, filled, uncertain=work.state.version is None or work.state.uncertain)


def _parts(merged: Merged, idle: bool, comparison: Comparison) -> Iterator[SharedPart]:
    for record in merged.records:
        exists = comparison.holds(record.target)
        send = merged.fields_to_send(record)
        if exists and not merged.state.known and merged.policy == "newest":
            send = frozenset(record.fields)
        left = idle or record.target in merged.linked
        yield SharedPart(record, exists or left, frozenset() if left else send)


def _outcome(records: Sequence[RecordPreview]) -> Outcome:
    if records and records[0].action == "create":
        return "create"
    return "change" if any(record.action != "leave" for record in records) else "leave"


def _number(work: Work) -> str | None:
    return work.order.number if work.order else None
