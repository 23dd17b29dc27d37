"""One dry run: read the shop's last orders, map them as the flow does, look at Salesforce, compare. Reads only."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connector.errors import Deferred, NotWritten, Parked
from connector.model import Order
from connector.salesforce.facts import OrgFacts
from connector.salesforce.session import Session
from connector.settings.environment import Environment
from connector.storefronts.base import Unreadable
from connector.sync.changes import Change
from connector.sync.flow import Flow
from connector.sync.messages import Message
from connector.sync.preview.candidates import find_candidates
from connector.sync.preview.comparing import Comparison
from connector.sync.preview.cursors import ReadOnlyCursors
from connector.sync.preview.looking import look_up, refuse_unknown_objects
from connector.sync.preview.personal import PersonalFields
from connector.sync.preview.planning import (
    Contributions,
    created_records,
    gather,
    merge_shared,
    preview_order,
    preview_shared,
    settled_before,
)
from connector.sync.preview.report import OrderPreview, Report, SharedPreview, hold, with_candidates
from connector.sync.preview.wish import Wish
from connector.sync.records import RecordKey, read_states
from connector.sync.recovery import recover
from connector.sync.secrets import Secrets
from connector.sync.shared import SharedKey, SharedRecords
from connector.sync.whereabouts import Whereabouts
from connector.sync.work import Work

Say = Callable[[str], None]


class DryRun:
    """Dry runs with the settings of one deployment. `dynamodb` replaces the container's client."""

    def __init__(
        self,
        environment: Environment,
        secrets: Secrets | None = None,
        dynamodb: Any = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._environment, self._dynamodb, self._now = environment, dynamodb, now
        self._flow = Flow(environment, secrets, ReadOnlyCursors(environment.cursors_table, now, dynamodb))

    def run(self, wish: Wish, seconds: float, say: Say = lambda text: None) -> Report:
        """The report, within these seconds. Raises Parked, Deferred or `Unsupported` if nothing can be told."""
        self._flow.orgs.begin(self._now() + seconds)
        org = self._flow.store(wish.store).salesforce
        session, facts = self._flow.orgs.session(org), self._flow.orgs.facts(org)
        entries, remarks = self._read(wish, say)
        say("comparing with what Salesforce holds")
        works = [entry for entry in entries if isinstance(entry, Work)]
        self._recall(works, session, facts)
        held_back = {work.key: preview for work in works if (preview := self._check(work))}
        going = [work for work in works if work.key not in held_back]
        previews, shared = self._compare(going, session, facts)
        previews |= held_back
        orders = (previews[entry.key] if isinstance(entry, Work) else entry for entry in entries)
        return _in_common(Report(wish.store, tuple(orders), tuple(shared), tuple(remarks)))

    def _read(self, wish: Wish, say: Say) -> tuple[list[Work | OrderPreview], list[str]]:
        """The orders, newest first and mapped; those that come no further are previews already."""
        entries: list[Work | OrderPreview] = []
        paused = self._flow.store(wish.store).paused
        remarks = ["the store is paused in stores.yaml: all orders wait until it is not"] if paused else []
        try:
            for found in self._flow.latest(wish.store, wish.last):
                entries.append(self._mapped(wish.store, found))
                say(f"read order {len(entries)} of at most {wish.last} of {wish.store}")
        except Deferred as problem:
            if not entries:
                raise
            remarks.append(f"only the newest {len(entries)} could be read now ({problem})")
        return entries, remarks

    def _mapped(self, store: str, found: Order | Unreadable) -> Work | OrderPreview:
        if isinstance(found, Unreadable):
            return _parked(found.id, None, found.problem)
        try:
            after_parse = self._flow.rules.step("after_parse")
            order = after_parse(found) if after_parse else found
            work = self._work(RecordKey(store, "order", found.id), order)
            self._flow.map(work)
        except Parked as problem:
            return _parked(found.id, found.number, problem)
        except Exception as error:  # noqa: BLE001 - a rule's or a mapping's bug fails its order, as in the flow
            why = str(error) if isinstance(error, NotWritten) else f"unexpected {type(error).__name__}"
            return OrderPreview(found.id, found.number, "failed", remarks=(why,))
        return work

    def _work(self, key: RecordKey, order: Order) -> Work:
        at = datetime.fromtimestamp(self._now(), UTC).isoformat()
        change = Change(key.store, key.entity, "", "poll", at, id=key.id)
        return Work(Message("", change, attempt=1, deferrals=0, deferred_since=0), key, order)

    def _recall(self, works: Sequence[Work], session: Session, facts: OrgFacts) -> None:
        """Give the works what is known of them; where that is nothing, or not certain, what Salesforce has."""
        keys = [work.key for work in works]
        states = read_states(self._environment.records_table, keys, self._dynamodb)
        for work in works:
            work.state = states[work.key]
            if work.state.gone and work.order is not None:
                work.order = work.order.model_copy(update={"status": "deleted"})
                self._flow.map(work)
        lost = [work for work in works if work.state.version is None or work.state.uncertain]
        refuse_unknown_objects({target.object for work in lost for target in work.own_targets()}, facts)
        recover(session, lost)

    def _check(self, work: Work) -> OrderPreview | None:
        """The preview of an order that the flow would park."""
        try:
            if not settled_before(work):
                self._flow.check(work)
        except Parked as problem:
            return _parked(work.key.id, work.order.number if work.order else None, problem)
        return None

    def _compare(
        self, works: Sequence[Work], session: Session, facts: OrgFacts
    ) -> tuple[dict[RecordKey, OrderPreview], list[SharedPreview]]:
        gathered = gather(works)
        buyers = self._find_buyers(gathered, session)
        common = [record for found in gathered.values() for part in found.parts for record in part.records]
        own = [record for work in works if work.plan for record in work.plan.records]
        vanished = [target for work in works for target in work.deletes()]
        rows = look_up(session, facts, [*common, *own], vanished, buyers.ids)
        comparison = Comparison(rows, facts, PersonalFields(self._flow.mapping))
        shared = preview_shared(gathered, buyers, comparison)
        candidates = find_candidates(session, facts, created_records(shared, gathered))
        unclear = {order: why for key, why in buyers.verdicts.items() for order in gathered[key].orders}
        orders = {
            work.key: hold(
                preview_order(work, comparison),
                shared,
                None if settled_before(work) else unclear.get(work.key.id),
            )
            for work in works
        }
        return orders, [with_candidates(preview, candidates) for preview in shared]

    def _find_buyers(self, gathered: Mapping[SharedKey, Contributions], session: Session) -> Whereabouts:
        """Where the buyers are, as the flow finds it: known ones followed through merges, new ones matched."""
        table = SharedRecords(self._environment.records_table, "", 0, self._now, self._dynamodb)
        merged = merge_shared(gathered, table.read(list(gathered)))
        buyers = Whereabouts(session, merged, self._flow.match_rules, {})
        buyers.follow(set(buyers.ids))
        buyers.match(
            [
                key
                for key, part in merged.items()
                if part.policy == "newest" and not part.state.known and not gathered[key].idle
            ],
            self._flow.match_rules,
        )
        return buyers


def _parked(id: str, number: str | None, problem: Parked) -> OrderPreview:
    return OrderPreview(id, number, "parked", problem=problem)


def _in_common(report: Report) -> Report:
    """Remarks that all orders share are told once."""
    told = [set(order.remarks) for order in report.orders if order.remarks]
    common = set.intersection(*told) if len(told) == len(report.orders) > 1 else set()
    orders = tuple(
        replace(order, remarks=tuple(remark for remark in order.remarks if remark not in common))
        for order in report.orders
    )
    return replace(report, orders=orders, remarks=(*report.remarks, *sorted(common)))
