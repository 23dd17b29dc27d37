"""Bringing the works of one org to Salesforce: recover, merge what is shared, lease it, write, note it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor

from connector.errors import Deferred, NotWritten
from connector.mapping.mapper import OrderMapper
from connector.mapping.plans import Plan, Record, Shared, Target
from connector.salesforce.session import Session
from connector.sync.drafting import Knowledge
from connector.sync.identity import questions, write_keys
from connector.sync.recovery import recover
from connector.sync.shared import Merged, SharedKey, SharedRecords, merge
from connector.sync.whereabouts import Whereabouts
from connector.sync.work import Work
from connector.sync.writing import Job, Writer

MANY = 20
"""New buyers in a batch from which an org that had nobody but ours is not asked: a burst must not cost more calls."""


class Upsert:
    """One run for one org. Settles every work as written, unchanged, gone, or with what went wrong."""

    def __init__(
        self,
        session: Session,
        shared: SharedRecords,
        mapper: Callable[[str], OrderMapper],
        pool: Executor,
        rules: Mapping[str, Sequence[str]],
        strangers: bool,
        match_duplicates: bool,
    ) -> None:
        self._session, self._shared, self._mapper, self._pool = session, shared, mapper, pool
        self._rules, self._strangers, self._match_duplicates = rules, strangers, match_duplicates

    def run(self, works: Sequence[Work]) -> None:
        """Write the works. Works that are done contribute only what they share with others, and stay as they are."""
        lost = [work for work in works if work.claimed and work.state.uncertain and work.plan]
        if lost:
            recover(self._session, lost)
        merged = self._merge(works)
        held, busy = self._lease(merged)
        shared = Whereabouts(self._session, merged, self._rules, _choices(works))
        self._identify(shared, held)
        busy |= shared.verdicts
        jobs = [self._job(f"w{index}", work) for index, work in enumerate(works) if not _put_off(work, busy)]
        writer = Writer(self._session, shared, self._match_duplicates)
        try:
            writer.write(jobs)
        finally:
            self._note(writer.written, shared, held)
        # Only now: a key on a record whose link is not noted yet would look like a record that we made.
        write_keys(self._session, shared.keys)
        for work in works:
            _settle(work, writer.problems)
            for remark in (each for key in _shared_keys(work) for each in shared.remarks.get(key, ())):
                work.note(remark)

    def _merge(self, works: Iterable[Work]) -> dict[SharedKey, Merged]:
        parts: dict[SharedKey, list[Shared]] = defaultdict(list)
        for work in works:
            for plan in _plans(work):
                for part in plan.shared:
                    parts[SharedKey(work.key.store, part.entity, part.id)].append(part)
        states = self._shared.read(list(parts))
        return {key: merge(key, contributions, states[key]) for key, contributions in parts.items()}

    def _lease(
        self, merged: Mapping[SharedKey, Merged]
    ) -> tuple[list[SharedKey], dict[SharedKey, NotWritten]]:
        """Lease every shared record that is about to change; returns the leased and the busy ones."""
        wanted = [key for key, part in merged.items() if part.policy == "newest" and part.needs_write]
        busy: dict[SharedKey, NotWritten] = {}

        def lease(key: SharedKey) -> None:
            try:
                self._shared.claim(merged[key])
            except Deferred as problem:
                busy[key] = problem

        list(self._pool.map(lease, wanted))
        return [key for key in wanted if key not in busy], busy

    def _identify(self, shared: Whereabouts, held: Iterable[SharedKey]) -> None:
        """Link new buyers whom Salesforce knows already; several candidates for one are a person's choice."""
        new = [key for key in held if not shared.parts[key].state.known]
        if self._strangers or len(questions({key: shared.parts[key] for key in new}, self._rules)) < MANY:
            shared.match(new, self._rules)

    def _job(self, name: str, work: Work) -> Job:
        keys = _shared_keys(work)
        if work.contributes:
            return Job(name, None, keys, ())
        own = self._own(work)
        filled = {record: frozenset(fields) for record, fields in work.state.filled.items()}
        if work.plan is None:
            existing = frozenset(record.target for record in own)
            return Job(name, work, keys, own, Knowledge(existing, filled))
        deletes = work.deletes() if own else []
        return Job(name, work, keys, own, Knowledge(_known(work), filled, work.state.uncertain), deletes)

    def _own(self, work: Work) -> tuple[Record, ...]:
        """The records to send: none if Salesforce holds exactly this content already."""
        if work.plan is None:
            gone = self._mapper(work.key.store).plan_gone(work.key.id)
            return (gone,) if gone and gone.target in _known(work) else ()
        applied = work.state.version
        same = applied is not None and applied.digest == work.plan.digest and not work.state.uncertain
        return () if same else work.plan.records

    def _note(self, written: set[SharedKey], shared: Whereabouts, held: Iterable[SharedKey]) -> None:
        """Keep what is known of the shared records now, before any work that relies on it is noted as done."""
        parts, store = shared.parts, self._shared
        store.mark_known([key for key in written if parts[key].policy == "once"])
        done = {key for key in held if key in written or parts[key].adopted}

        def complete(key: SharedKey) -> None:
            store.complete(parts[key], shared.ids_of(key), shared.remarks.get(key, ()))

        list(self._pool.map(complete, done))
        for key in shared.moved - done:
            store.relink(parts[key], shared.ids_of(key), shared.remarks.get(key, ()))
        list(self._pool.map(lambda key: store.release(parts[key]), set(held) - done))
        later = [
            part
            for key, part in parts.items()
            if part.policy == "newest" and part.needs_note and key not in done
        ]
        list(self._pool.map(store.note, later))


def _plans(work: Work) -> Iterable[Plan]:
    """The plans of all versions in this batch: what an older one shares still counts."""
    if work.plan is not None:
        yield work.plan
    for older in work.superseded:
        yield from _plans(older)


def _shared_keys(work: Work) -> tuple[SharedKey, ...]:
    keys = (SharedKey(work.key.store, part.entity, part.id) for plan in _plans(work) for part in plan.shared)
    return tuple(dict.fromkeys(keys))


def _known(work: Work) -> frozenset[Target]:
    return frozenset(work.known_targets())


def _choices(works: Iterable[Work]) -> dict[SharedKey, str]:
    """Which of several candidates a person chose when sending a parked change again."""
    return {
        SharedKey(work.key.store, part.entity, part.id): chosen
        for work in works
        for plan in _plans(work)
        for part in plan.shared
        if (chosen := (work.message.change.choice or {}).get(part.entity))
    }


def _put_off(work: Work, busy: Mapping[SharedKey, NotWritten]) -> bool:
    problem = next((busy[key] for key in _shared_keys(work) if key in busy), None)
    if problem is not None:
        work.outcome = problem
    return problem is not None


def _settle(work: Work, problems: Mapping[SharedKey, NotWritten]) -> None:
    if work.contributes:
        lost = next((problems[key] for key in _shared_keys(work) if key in problems), None)
        work.outcome = lost or work.outcome
    elif work.outcome == "written" and work.plan is None:
        work.outcome = "gone"
    elif work.outcome == "written" and not work.sent:
        work.outcome = "unchanged"
