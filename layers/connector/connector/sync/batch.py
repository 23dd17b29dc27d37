"""One SQS batch on its way: each step takes the works that are still open and settles those that end there.

Nothing that happens to one record touches another: a step's exception becomes the outcome of the work that raised it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from connector.errors import Deferred, Failed, NotWritten, Parked
from connector.storefronts.base import Unsupported
from connector.sync.aws import is_throttled
from connector.sync.flow import Flow
from connector.sync.messages import Message, Postponer
from connector.sync.parking import ErrorDesk
from connector.sync.records import Applied, Records, RecordState, Version
from connector.sync.reporting import Reporter
from connector.sync.shared import SharedRecords
from connector.sync.upserting import Upsert
from connector.sync.work import Work, filled_fields

_NEVER = Version("", "", "")


class Batch:
    """The works of one invocation. Call the steps in the order of the flow; `close` ends it."""

    def __init__(
        self,
        flow: Flow,
        reporter: Reporter,
        records: Records,
        shared: SharedRecords,
        desk: ErrorDesk,
        postponer: Postponer,
        pool: Executor,
        now: Callable[[], float],
    ) -> None:
        self._flow, self._reporter, self._now = flow, reporter, now
        self._records, self._shared, self._desk, self._postponer = records, shared, desk, postponer
        self._works: list[Work] = []
        self._failed_ids: list[str] = []
        self._pool = pool

    def receive(self, event: dict[str, Any]) -> list[Work]:
        """The batch's messages as works. One that is no change at all fails, and ends in the dead-letter queue."""
        for record in event["Records"]:
            try:
                self._works.append(self._flow.open(Message.of(record)))
            except (ValueError, TypeError, KeyError) as error:
                self._failed_ids.append(record["messageId"])
                self._reporter.unreadable(record["messageId"], error)
        return list(self._works)

    def each(self, works: Iterable[Work], step: Callable[[Work], None]) -> list[Work]:
        """Take every open work one step; returns those that are still open."""
        works = list(works)
        for work in works:
            self._guard(step, work)
        return _open(works)

    def coalesce(self, works: Sequence[Work]) -> list[Work]:
        """Of several versions of a record only the newest goes on; the others share its outcome.

        A deletion is no version: it goes its own way, and waits while a version of the record is being written.
        """
        groups: dict[object, list[Work]] = defaultdict(list)
        for work in works:
            groups[work.key, work.order is None].append(work)
        newest = []
        for group in groups.values():
            *older, last = sorted(group, key=_recency)
            last.superseded = older
            last.contested = any(_contest(last, work) for work in older)
            newest.append(last)
        return newest

    def claim(self, works: Sequence[Work]) -> list[Work]:
        """Lease each record unless something as new was applied; contents of one moment are settled by the source."""
        self._parallel(self._claim, works)
        return self.each(_open(works), self._settle_contest)

    def write(self, works: Sequence[Work]) -> None:
        """Write to Salesforce what is new, of the others only what they share with others; note all of it."""
        by_org: dict[str, list[Work]] = defaultdict(list)
        for work in self._works:
            if work in works or work.contributes:
                by_org[self._flow.store(work.key.store).salesforce].append(work)
        for org, group in by_org.items():
            try:
                self._write_to(org, group)
            except (NotWritten, ClientError, BotoCoreError) as error:
                for work in group:
                    work.outcome, work.uncertain = _as_outcome(error), True
        self._parallel(
            self._complete, [work for work in works if work.outcome in ("written", "unchanged", "gone")]
        )

    def close(self) -> dict[str, Any]:
        """Settle every work: history, error desk, delays; returns what SQS has to see again."""
        below = {id(older) for work in self._works for older in work.superseded}
        tops = [work for work in self._works if id(work) not in below]
        list(self._pool.map(self._settle, tops))
        for work in tops:
            self._reporter.settled(work)
        self._reporter.paused(self._flow.paused_lines)
        self._reporter.flush()
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in self._failed_ids]}

    def _claim(self, work: Work) -> None:
        if work.order is None:
            work.state, work.claimed = self._records.claim_any(work.key), True
            return
        claim = self._records.claim(work.key, work.version)
        if isinstance(claim, RecordState):
            work.state, work.claimed = claim, True
        else:
            work.outcome = "stale" if claim == "stale" else "unchanged"

    def _settle_contest(self, work: Work) -> None:
        """Equal moment, other content: the source decides; if it cannot be asked, the further progress does."""
        if work.order is None:
            return
        applied = work.state.version or _NEVER
        if work.contested or applied.moment == work.version.moment:
            self._reread(work)
            if applied >= work.version and not work.state.uncertain:
                work.outcome = "stale"
                return
        if work.state.gone:
            work.order = work.order.model_copy(update={"status": "deleted"})
            self._flow.map(work)

    def _reread(self, work: Work) -> None:
        assert work.order is not None
        try:
            fresh = self._flow.fetch(work.key.store, work.key.id)
        except (Unsupported, NotWritten) as reason:
            work.remarks.append(f"could not be read again ({type(reason).__name__})")
            return
        if fresh is not None and fresh.version >= work.order.version:
            work.order = fresh
            self._flow.map(work)

    def _write_to(self, org: str, works: Sequence[Work]) -> None:
        session = self._flow.orgs.session(org)
        calls = session.calls
        try:
            rules, strangers = self._flow.match_rules, self._flow.orgs.facts(org).strangers
            duplicates = self._flow.orgs.matches_duplicates(org)
            Upsert(session, self._shared, self._flow.mapper, self._pool, rules, strangers, duplicates).run(
                works
            )
        finally:
            self._flow.orgs.finish(org)
            self._reporter.called(session, session.calls - calls)
        if any(isinstance(w.outcome, Deferred) and w.outcome.reason == "salesforce_limit" for w in works):
            self._flow.orgs.pause(org)
        self._pause_lines(org, [work for work in works if _lacks_field(work)])

    def _pause_lines(self, org: str, works: Sequence[Work]) -> None:
        """A field vanished since the org was described: what it stopped goes round once more without it."""
        try:
            if works and self._flow.orgs.renew_facts(org):
                for work in works:
                    work.outcome = Deferred("org_changed", "a mapped field is no longer in Salesforce")
        except Deferred as problem:
            for work in works:
                work.outcome = problem

    def _complete(self, work: Work) -> None:
        if work.state.parked:  # before the note, which forgets the place
            self._desk.resolve(work.key.store, work.state.parked)
        work.uncertain = True  # until the note is made, Salesforce holds more than the table knows
        if work.order is None or work.plan is None:
            self._records.complete_gone(work.key, (*work.state.history, self._history(work)))
        else:
            after_write = self._flow.rules.step("after_write")
            if after_write and work.outcome == "written":
                after_write(work.order, work.salesforce_ids)
            applied = Applied(
                version=work.version,
                salesforce_id=work.salesforce_id or work.state.salesforce_id,
                owned=work.owned_after(),
                filled=filled_fields(work.plan.records),
                history=(*work.state.history, self._history(work)),
            )
            self._records.complete(work.key, applied)
        work.claimed = work.uncertain = False

    def _settle(self, work: Work) -> None:
        """Carry out a work's outcome; if even that fails, its messages go back to SQS as failed."""
        try:
            if isinstance(work.outcome, Deferred):
                work.outcome = self._postponer.verdict(work.message, work.outcome)
            if isinstance(work.outcome, Parked):
                change, links = work.message.change, _links(work)
                place = self._desk.park(self._records, work.key, change, work.outcome, links)
                if change.parked_at not in (None, place):
                    self._desk.resolve(work.key.store, str(change.parked_at))
            elif isinstance(work.outcome, Deferred):
                for message in work.messages():
                    self._postponer.postpone(message, work.outcome)
            elif work.outcome is None or isinstance(work.outcome, Failed):
                self._failed_ids += [message.id for message in work.messages()]
            else:
                elsewhere = {message.change.parked_at for message in work.messages()}
                for other in elsewhere - {None, work.state.parked}:
                    self._desk.resolve(work.key.store, str(other))
        except (ClientError, BotoCoreError) as error:
            work.outcome = Failed(f"could not be settled ({type(error).__name__})")
            self._failed_ids += [message.id for message in work.messages()]
        self._release(work)

    def _release(self, work: Work) -> None:
        if not work.claimed:
            return
        try:
            self._records.release(work.key, work.uncertain or work.state.uncertain)
        except (ClientError, BotoCoreError):
            # The lease then ends by itself, with this invocation's time.
            work.remarks.append("lease kept")

    def _history(self, work: Work) -> dict[str, str]:
        change = work.message.change
        entry = {
            "at": datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="milliseconds"),
            "outcome": str(work.outcome),
            "version": work.order.version if work.order else "",
            "origin": change.origin,
            "topic": change.topic,
        }
        return entry | ({"remarks": "; ".join(work.remarks)} if work.remarks else {})

    def _parallel(self, step: Callable[[Work], None], works: Iterable[Work]) -> None:
        list(self._pool.map(partial(self._guard, step), works))

    def _guard(self, step: Callable[[Work], None], work: Work) -> None:
        """Run a step for a work; whatever goes wrong is this work's outcome alone."""
        try:
            step(work)
        except Exception as error:  # noqa: BLE001 - one record's trouble must not touch the others of its batch
            work.outcome = _as_outcome(error)
            if isinstance(work.outcome, Failed):
                self._reporter.failed(work, error)


def _open(works: Iterable[Work]) -> list[Work]:
    return [work for work in works if work.outcome is None]


def _lacks_field(work: Work) -> bool:
    return isinstance(work.outcome, Parked) and work.outcome.reason == "invalid_field"


def _recency(work: Work) -> Version:
    return _NEVER if work.order is None else work.version


def _contest(last: Work, other: Work) -> bool:
    if last.order is None or other.order is None:
        return False
    return last.version.moment == other.version.moment and last.version.digest != other.version.digest


def _as_outcome(error: Exception) -> NotWritten:
    if isinstance(error, NotWritten):
        return error
    if is_throttled(error):
        return Deferred("state_busy", f"the state store did not answer ({type(error).__name__})")
    return Failed(f"unexpected {type(error).__name__}")


def _links(work: Work) -> dict[str, str]:
    """Where to look at the record in both systems, and its number for people."""
    links = {"salesforce_id": work.state.salesforce_id}
    if work.order is not None:
        links |= {"storefront_url": work.order.url, "number": work.order.number}
    return {name: value for name, value in links.items() if value}
