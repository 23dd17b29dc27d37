"""Where the shared records of a batch are in Salesforce: which exist, under which ids, and where people moved them.

A record that was merged stays in the recycle bin for 15 days and names its survivor there; after that it leaves no
trace. Its account is then the one that its contact has now, since a merge moves contacts to the survivor; a contact
is looked for like a new buyer. What is not found either was deleted, and is made again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from connector.errors import Parked
from connector.mapping.plans import Target
from connector.salesforce.graphs import KEY_FIELD
from connector.salesforce.rows import read_rows
from connector.salesforce.session import Session
from connector.sync.identity import Candidate, adopt, decide, find_candidates, questions
from connector.sync.shared import Merged, SharedKey

HOPS = 5
"""How many merges of merges are followed."""

MERGEABLE = frozenset({"Account", "Contact", "Lead"})
"""What people can merge, of all that orders share; only these name a survivor."""


class Whereabouts:
    """The shared records of one batch. `shared` holds every one that the batch touches. Only reads.

    `rules` are each store's fields by which a buyer is found, `choices` what people chose among several candidates.
    """

    def __init__(
        self,
        session: Session,
        shared: Mapping[SharedKey, Merged],
        rules: Mapping[str, Sequence[str]],
        choices: Mapping[SharedKey, str],
    ) -> None:
        self._session, self._rules, self._choices = session, rules, choices
        self.parts = dict(shared)
        self.existing = {key for key, merged in shared.items() if merged.state.known}
        self.existing_targets: set[Target] = set()
        """Single records that exist although not all of their group do."""
        self.ids = {
            record.target: merged.state.ids[record.name]
            for merged in shared.values()
            for record in merged.records
            if record.name in merged.state.ids
        }
        self.keys: list[tuple[str, str, str]] = []
        """(object, id, key): what is to be written on adopted records and survivors once their link is noted."""
        self.adopted: dict[SharedKey, Merged] = {}
        """Buyers who turned out to be records that were there."""
        self.moved: set[SharedKey] = set()
        """Buyers whose ids are no longer those that were noted."""
        self.verdicts: dict[SharedKey, Parked] = {}
        """Buyers whom several records may be, which only a person can tell."""
        self.remarks: dict[SharedKey, list[str]] = defaultdict(list)
        """What is worth telling of a group: which of its records are others than those we made."""
        self._asked: dict[Target, str] = {}
        self._fates: dict[Target, str | None] = {}

    def targets(self, keys: Iterable[SharedKey]) -> set[Target]:
        """The records of these groups."""
        return {record.target for key in keys for record in self.parts[key].records}

    def ids_of(self, key: SharedKey) -> dict[str, str]:
        """The Salesforce ids of a group, by record name."""
        records = self.parts[key].records
        return {record.name: self.ids[record.target] for record in records if record.target in self.ids}

    def follow(self, targets: set[Target]) -> set[Target]:
        """Which of these records are elsewhere than they were, or gone. Asks once, for all records of the batch."""
        unasked = {target: found for target, found in self.ids.items() if target not in self._asked}
        if targets & unasked.keys():
            self._asked |= unasked
            self._note(find_fates(self._session, unasked))
        return targets & self._fates.keys()

    def _tell(self, target: Target) -> str:
        survivor, found = self._fates[target], self.ids.get(target)
        ending = f"merged into {survivor}" if survivor else "deleted"
        instead = f"; {found} is taken in its place" if found and not survivor else ""
        return f"{target.object} {self._asked[target]} was {ending} in Salesforce{instead}"

    def match(
        self, keys: Iterable[SharedKey], fields: Mapping[str, Sequence[str]], keyed: bool = False
    ) -> None:
        """Look for buyers by these fields of each store: one candidate is linked, several are a verdict."""
        asked = questions({key: self.parts[key] for key in keys}, fields)
        for key, candidates in find_candidates(self._session, asked, keyed).items():
            verdict = decide(self.parts[key], candidates, self._choices.get(key))
            if isinstance(verdict, Parked):
                self.verdicts[key] = verdict
            elif verdict is not None:
                self._link(key, verdict)

    def _link(self, key: SharedKey, candidate: Candidate) -> None:
        linked, keys = adopt(self.parts[key], candidate)
        self.keys += keys
        self.parts[key] = self.adopted[key] = linked
        for record in linked.records:
            if record.name in linked.state.ids:
                self.ids[record.target] = linked.state.ids[record.name]
        chosen = ", as a person chose" if key in self._choices else ""
        self.remarks[key].append(f"linked with {candidate.object} {candidate.id}, which was there{chosen}")
        if linked.adopted:
            self.existing.add(key)

    def _note(self, fates: Mapping[Target, str | None]) -> None:
        self._fates |= fates
        self.keys += free_keys(self._session, fates)
        for target, survivor in fates.items():
            if survivor:
                self.ids[target] = survivor
            else:
                del self.ids[target]
        touched = [key for key in self.parts if self.targets([key]) & fates.keys()]
        self.moved.update(key for key in touched if self.parts[key].policy == "newest")
        self._seek([key for key in touched if any(t in fates and not fates[t] for t in self.targets([key]))])
        for key in touched:
            self.remarks[key] += sorted(self._tell(target) for target in self.targets([key]) & fates.keys())

    def _seek(self, keys: Sequence[SharedKey]) -> None:
        """Groups that lost a record: buyers may still be there; what is not found is missing from now on."""
        for key in keys:
            part = self.parts[key]
            self.parts[key] = replace(part, state=replace(part.state, ids=self.ids_of(key)))
        buyers = [key for key in keys if self.parts[key].policy == "newest"]
        self._find_accounts(buyers)
        for key in keys:
            targets = self.targets([key])
            self.existing_targets = (self.existing_targets - targets) | (targets & self.ids.keys())
            if not targets <= self.ids.keys():
                self.existing.discard(key)
        self.match([key for key in buyers if key not in self.existing], self._rules, keyed=True)

    def _find_accounts(self, keys: Iterable[SharedKey]) -> None:
        """Where only the account has gone, the contact tells which one it belongs to now."""
        contacts: dict[Target, str] = {}
        for key in keys:
            by_object = {target.object: target for target in self.targets([key])}
            account, contact = by_object.get("Account"), by_object.get("Contact")
            if account and contact and account not in self.ids and contact in self.ids:
                contacts[account] = self.ids[contact]
        rows = read_rows(self._session, "Contact", ["AccountId"], "Id", set(contacts.values()))
        now = {row["Id"]: str(row["AccountId"]) for row in rows if row["AccountId"]}
        # A contact that was restored without its account still names it.
        alive = {row["Id"] for row in read_rows(self._session, "Account", (), "Id", set(now.values()))}
        for account, contact_id in contacts.items():
            if (found := now.get(contact_id)) in alive and found is not None:
                self.ids[account] = found


def find_fates(session: Session, known: Mapping[Target, str]) -> dict[Target, str | None]:
    """Of records that are not there any more: the id of the record that each was merged into, None if deleted.

    One query per object, 100 ids and merge.
    """
    ids: dict[str, set[str]] = defaultdict(set)
    for target, found in known.items():
        ids[target.object].add(found)
    now = {name: _survivors(session, name, some) for name, some in ids.items()}
    return {
        target: survivor
        for target, found in known.items()
        if (survivor := now[target.object][found]) != found
    }


def _survivors(session: Session, object_name: str, ids: Collection[str]) -> dict[str, str | None]:
    """By id, where the record is: under the same id, under that of its survivor, or (None) nowhere."""
    fields = ("IsDeleted", "MasterRecordId") if object_name in MERGEABLE else ("IsDeleted",)
    found: dict[str, str | None] = dict.fromkeys(ids)
    sought: dict[str, str] = {each: each for each in ids}
    for _ in range(HOPS):
        rows = {
            str(row["Id"]): row
            for row in read_rows(session, object_name, fields, "Id", set(sought.values()), deleted=True)
        }
        merged: dict[str, str] = {}
        for each, place in sought.items():
            row = rows.get(place, {"IsDeleted": True})
            survivor = row.get("MasterRecordId")
            if not row["IsDeleted"]:
                found[each] = place
            elif isinstance(survivor, str) and survivor:
                merged[each] = survivor
        sought = merged
        if not sought:
            break
    return found


def free_keys(session: Session, fates: Mapping[Target, str | None]) -> list[tuple[str, str, str]]:
    """Which survivors bear no key yet, and so can take that of the record which they replace: (object, id, key)."""
    wanted: dict[str, dict[str, str]] = defaultdict(dict)
    for target, survivor in fates.items():
        if survivor is not None:
            wanted[target.object][survivor] = target.key
    return [
        (object_name, str(row["Id"]), keys[str(row["Id"])])
        for object_name, keys in wanted.items()
        for row in read_rows(session, object_name, [KEY_FIELD], "Id", keys)
        if not row[KEY_FIELD]
    ]
