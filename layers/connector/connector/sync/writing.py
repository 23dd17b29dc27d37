"""Writing a batch's plans to one org: shared calls, one outcome per record, and the repairs that need no person.

First pass: a shared record that is missing or has changed is carried by one graph only, the first that needs it.
Further passes, for graphs that were refused for a reason that a different request cures: what they share is
first written in graphs of its own. What is still refused becomes deferred or parked.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from connector.errors import Deferred, NotWritten, Parked
from connector.mapping.plans import Record, Target
from connector.salesforce.errors import Refusal, cause, classify, to_outcome
from connector.salesforce.graphs import (
    KEY_FIELD,
    MAX_NODES,
    Graph,
    Node,
    Refused,
    Result,
    Unanswered,
    Written,
    write_graphs,
)
from connector.salesforce.session import Session
from connector.sync.drafting import Knowledge, SharedPart, draft, is_region
from connector.sync.identity import DUPLICATE_FIELDS
from connector.sync.recovery import find_existing, recover
from connector.sync.shared import SharedKey
from connector.sync.whereabouts import Whereabouts
from connector.sync.work import Work

PASSES = 5
"""A record that lost its buyer, its own row and its price book in Salesforce needs four: each refusal names one."""


@dataclass(slots=True)
class Job:
    """One graph in the making: a record's own part, or (without work) shared records alone."""

    id: str
    work: Work | None
    shared: tuple[SharedKey, ...]
    own: tuple[Record, ...]
    knowledge: Knowledge = field(default_factory=Knowledge)
    deletes: list[Target] = field(default_factory=list)
    alone: bool = False
    """Whether it carries all its parents itself."""
    targets: Mapping[str, Target] = field(default_factory=dict)
    carries: tuple[SharedKey, ...] = ()
    oversized: bool = False
    """Whether it would burst a transaction with the parents that it carries."""
    verdict: Parked | None = None
    """Why only a person can go on, where the refusal itself does not say it."""
    surprised: bool = False
    """Salesforce holds a record that nobody remembers writing: look what it really has before the next pass."""
    followed: set[Target] = field(default_factory=set)
    """Shared records that it has heard are somewhere else."""


class Writer:
    """Writes one batch to one org. `shared` tells where the records are that the batch's works share."""

    def __init__(self, session: Session, shared: Whereabouts, match_duplicates: bool = True) -> None:
        self._session, self._shared, self._match_duplicates = session, shared, match_duplicates
        self._left: set[Target] = set()
        """Records that cannot be updated any more (converted leads) and are left as they are."""
        self.written: set[SharedKey] = set()
        self.problems: dict[SharedKey, NotWritten] = {}

    def write(self, jobs: Sequence[Job]) -> None:
        """Settle every job: its work's outcome is "written" or what went wrong; `written` names the shared ones."""
        again = self._attempt(jobs, last=False)
        for attempt in range(1, PASSES):
            if not again:
                return
            self._write_parents(again)
            again = self._attempt([job for job in again if self._prepare(job)], last=attempt == PASSES - 1)

    def _attempt(self, jobs: Sequence[Job], last: bool) -> list[Job]:
        """Write the jobs once; returns those that another request may cure."""
        results = write_graphs(self._session, self._graphs(jobs))
        again = [job for job in jobs if job.id in results and self._take(job, results[job.id], last)]
        for job in jobs:
            if job.oversized and last:
                self._fail(
                    job, Deferred("salesforce_halted", "its products could not all be written first"), False
                )
            elif job.oversized:
                again.append(job)
            elif job.id not in results:
                self._done(job, {})  # it had nothing to send
        return again

    def _write_parents(self, jobs: Iterable[Job]) -> None:
        """Write what the jobs share in graphs of its own, so that one bad order keeps no parent from the others."""
        pending = dict.fromkeys(key for job in jobs for key in job.shared if self._pending(key))
        for entity in dict.fromkeys(key.entity for key in pending):
            keys = [key for key in pending if key.entity == entity]
            again = [Job(f"p{number}", None, (key,), (), alone=True) for number, key in enumerate(keys)]
            for attempt in range(PASSES):
                again = self._attempt(
                    [job for job in again if self._prepare(job)], last=attempt == PASSES - 1
                )

    def _graphs(self, jobs: Iterable[Job]) -> list[Graph]:
        carried: set[SharedKey] = set()
        graphs = []
        for job in jobs:
            mine = [key for key in job.shared if self._pending(key) and (job.alone or key not in carried)]
            carried.update(mine)
            job.carries = tuple(mine)
            parts = [part for key in mine for part in self._parts(key)]
            graph, job.targets = draft(job.id, parts, job.own, job.deletes, job.knowledge, self._shared.ids)
            job.oversized = bool(mine) and len(graph.nodes) > MAX_NODES
            if job.oversized:
                carried.difference_update(mine)
                job.carries = ()
            elif graph.nodes:
                graphs.append(graph)
        return graphs

    def _pending(self, key: SharedKey) -> bool:
        if key in self.written or key in self._shared.verdicts:
            return False
        return key not in self._shared.existing or bool(self._shared.parts[key].changed)

    def _parts(self, key: SharedKey) -> Iterable[SharedPart]:
        merged = self._shared.parts[key]
        for record in merged.records:
            exists = key in self._shared.existing or record.target in self._shared.existing_targets
            send = merged.fields_to_send(record)
            if exists and key not in self._shared.existing and merged.policy == "newest":
                send = frozenset(record.fields)
            left = record.target in self._left or record.target in merged.linked
            yield SharedPart(record, exists or left, frozenset() if left else send)

    def _take(self, job: Job, result: Result, last: bool) -> bool:
        """Note a result; True if the job is worth another pass."""
        if isinstance(result, Written):
            self._done(job, result.ids)
            return False
        if isinstance(result, Unanswered):
            self._fail(job, result.problem, result.uncertain)
            return False
        found = _cause(result)
        if not last and (found is None or self._repair(job, *found)):
            return True
        halted = Deferred("salesforce_halted", "other graphs of the call failed")
        self._fail(job, job.verdict or (halted if found is None else to_outcome(found[1])), uncertain=False)
        return False

    def _done(self, job: Job, ids: Mapping[str, str]) -> None:
        self.written.update(job.carries)
        for key in job.carries:
            self.problems.pop(key, None)
        shared = self._shared.targets(job.carries)
        self._shared.ids |= {
            job.targets[ref]: found for ref, found in ids.items() if job.targets[ref] in shared
        }
        if job.work is not None:
            job.work.outcome = "written"
            job.work.sent = bool(job.own)
            own = {job.targets[reference]: found for reference, found in ids.items()}
            names = {record.target: record.name for record in job.own}
            job.work.salesforce_ids = {
                names[target]: found for target, found in own.items() if target in names
            }
            job.work.salesforce_id = own.get(job.own[0].target) if job.own else None

    def _fail(self, job: Job, problem: NotWritten, uncertain: bool) -> None:
        for key in job.carries:
            if key not in self.written:
                self.problems[key] = problem
        if job.work is not None:
            job.work.outcome = problem
            job.work.uncertain = job.work.uncertain or uncertain

    def _prepare(self, job: Job) -> bool:
        """Make a job ready for another pass; False if that failed, and the job with it."""
        job.alone = True
        try:
            if job.surprised:
                self._look(job)
        except NotWritten as problem:
            self._fail(job, problem, uncertain=True)
            return False
        return True

    def _look(self, job: Job) -> None:
        """Ask Salesforce which of the job's records exist, its own and the shared ones."""
        self._shared.existing_targets |= find_existing(self._session, self._shared.targets(job.shared))
        if job.work is not None and job.work.plan is not None:
            recover(self._session, [job.work])
            existing = frozenset(job.work.known_targets())
            job.knowledge = replace(job.knowledge, existing=existing, uncertain=True)
            job.deletes = job.work.deletes()
        job.surprised = False

    def _repair(self, job: Job, node: Node, refusal: Refusal) -> bool:
        """Change what is believed so that another request may do; False if no request can."""
        target = Target(node.object, node.key)
        lost = classify(refusal) == "ordering" or (refusal.code == "NOT_FOUND" and bool(node.id))
        if lost and self._follow(job):
            return True
        if job.verdict is not None:
            return False
        repair = _REPAIRS.get(refusal.code)
        if repair is not None and repair(self, job, target, refusal):
            return True
        if classify(refusal) == "ordering":
            return self._distrust_parents(job)
        return classify(refusal) == "locked" and not job.alone

    def _believe_existing(self, job: Job, target: Target, refusal: Refusal) -> bool:
        """Create-only fields were refused: the record exists although nobody remembers writing it."""
        if target in job.knowledge.existing or target in self._shared.existing_targets:
            return False
        job.surprised = True
        return True

    def _believe_missing(self, job: Job, target: Target, refusal: Refusal) -> bool:
        """A record that was thought to exist lacks what only creating sends: somebody deleted it."""
        if target in job.knowledge.existing:
            # With its parent the children went too.
            job.knowledge = replace(job.knowledge, existing=frozenset())
            job.deletes = []
            return True
        return self._forget(self._groups(job, target))

    def _follow(self, job: Job) -> bool:
        """Shared records are not where they were: see where all of them are; True if that is news to the job."""
        news = self._shared.follow(self._shared.targets(job.shared)) - job.followed
        self.written &= self._shared.existing
        job.followed |= news
        job.verdict = next((v for key, v in self._shared.verdicts.items() if key in job.shared), None)
        return bool(news) and job.verdict is None

    def _link_duplicate(self, job: Job, target: Target, refusal: Refusal) -> bool:
        """A duplicate rule knows the buyer: link the one record with the same email or name; several are a choice."""
        key = next(iter(self._groups(job, target)), None)
        if key is None or not self._match_duplicates or key in self._shared.adopted:
            return False
        self._shared.match([key], {key.store: DUPLICATE_FIELDS})
        job.verdict = self._shared.verdicts.get(key)
        return key in self._shared.adopted

    def _groups(self, job: Job, target: Target) -> list[SharedKey]:
        """Of the groups that a job needs those with this record."""
        return [key for key in job.shared if target in self._shared.targets([key])]

    def _leave(self, job: Job, target: Target, refusal: Refusal) -> bool:
        """A converted lead is history: it stays as it is."""
        first = target not in self._left
        self._left.add(target)
        return first

    def _distrust_parents(self, job: Job) -> bool:
        """A parent is missing: carry all of them, as if none had ever been written."""
        forgot = self._forget(job.shared)
        return forgot or not job.alone

    def _forget(self, keys: Iterable[SharedKey]) -> bool:
        known = [key for key in keys if key in self._shared.existing or key in self.written]
        self._shared.existing.difference_update(known)
        self.written.difference_update(known)
        return bool(known)

    def _believe_ours(self, job: Job, target: Target, refusal: Refusal) -> bool:
        """A unique value is taken. On our key a concurrent create won, and the upsert will now find it."""
        return KEY_FIELD in f"{refusal.message} {refusal.fields}" and not job.alone

    def _skip_delete(self, job: Job, target: Target, refusal: Refusal) -> bool:
        """What is to be deleted is not there: that is what was wanted."""
        if target not in job.deletes:
            return False
        job.deletes.remove(target)
        return True

    def _gone_or_parent(self, job: Job, target: Target, refusal: Refusal) -> bool:
        return self._skip_delete(job, target, refusal) or self._believe_missing(job, target, refusal)

    def _omit_region(self, job: Job, target: Target, refusal: Refusal) -> bool:
        """A state or country that the org's list lacks (the shop's England, say) keeps nobody's order out."""
        regions = bool(refusal.fields) and all(map(is_region, refusal.fields))
        return regions and self._omit_fields(job, target, refusal)

    def _omit_fields(self, job: Job, target: Target, refusal: Refusal) -> bool:
        """A malformed email keeps nobody's order out: the field is left out and the history says so."""
        names = refusal.fields or ("Email",)
        omitted = frozenset((target, name) for name in names)
        if omitted <= job.knowledge.without:
            return False
        job.knowledge = replace(job.knowledge, without=job.knowledge.without | omitted)
        if job.work is not None:
            job.work.remarks.append(f"{target.object}.{', '.join(names)} left out: not valid for Salesforce")
        return True


_REPAIRS: Mapping[str, Callable[[Writer, Job, Target, Refusal], bool]] = {
    "CANNOT_UPDATE_CONVERTED_LEAD": Writer._leave,
    "DUPLICATES_DETECTED": Writer._link_duplicate,
    "INVALID_FIELD_FOR_INSERT_UPDATE": Writer._believe_existing,
    "REQUIRED_FIELD_MISSING": Writer._believe_missing,
    "ENTITY_IS_DELETED": Writer._gone_or_parent,
    "NOT_FOUND": Writer._skip_delete,
    "DUPLICATE_VALUE": Writer._believe_ours,
    "INVALID_EMAIL_ADDRESS": Writer._omit_fields,
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": Writer._omit_region,
    "FIELD_INTEGRITY_EXCEPTION": Writer._omit_region,
}


def _cause(result: Refused) -> tuple[Node, Refusal] | None:
    first = cause([refusal for _, refusal in result.refusals])
    return next(((node, refusal) for node, refusal in result.refusals if refusal is first), None)
