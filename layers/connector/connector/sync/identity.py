"""Who is who: is a buyer whom the connector does not know yet already in Salesforce?

Before the first write of a buyer, people's own contacts (or person accounts) are asked for by email, and accounts by
company or tax id, as the store's `match` says; compared exactly after trimming and without regard to case. One match
is adopted: our key is written on it and nothing else, so nothing that people entered is touched. Several are for a
person to choose between. Where known records went that people merged or deleted later: `connector.sync.whereabouts`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from connector.errors import Parked
from connector.mapping.plans import Record
from connector.salesforce.graphs import KEY_FIELD
from connector.salesforce.rows import Row, read_rows
from connector.salesforce.session import Session
from connector.sync.shared import Merged, SharedKey

NOT_ONE_PERSON = frozenset({"Name", "Storefront_Customer_Id__c"})
"""Names are shared, and each store counts its customers from one."""

UPDATES_PER_CALL = 200

DUPLICATE_FIELDS = ("Email", "PersonEmail", "Name")
"""What a buyer whom a duplicate rule refused is looked for by, strongest first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record in Salesforce that may be the buyer."""

    object: str
    id: str
    key: str | None
    account_id: str | None = None
    account_key: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """How one unknown buyer may be found: by which field of which object, and which record of the mapping it is."""

    key: SharedKey
    record: Record
    field: str
    value: str


def questions(merged: Mapping[SharedKey, Merged], fields: Mapping[str, Sequence[str]]) -> list[Question]:
    """What to ask for buyers that Salesforce may know; `fields` are each store's, strongest first."""
    return [
        Question(key, record, name, value)
        for key, part in merged.items()
        if part.policy == "newest"
        for name in fields.get(key.store, ())
        for record in part.records
        if record.target.object != "Lead" and (name != "Name" or record.target.object == "Account")
        if isinstance(value := record.fields.get(name), str) and value
    ]


def matching_fields(match: Sequence[str], tax_id_field: str | None) -> tuple[str, ...]:
    """The fields that a store's `match` compares, strongest first."""
    by_rule = {
        "tax-id": (tax_id_field or "",),
        "customer-id": ("Storefront_Customer_Id__c",),
        "email": ("Email", "PersonEmail"),
        "company": ("Name",),
    }
    return tuple(name for rule, names in by_rule.items() if rule in match for name in names)


def find_candidates(
    session: Session, asked: Sequence[Question], keyed: bool = False
) -> dict[SharedKey, list[Candidate]]:
    """Who in Salesforce answers each question: one query per field and 100 values; a stronger field settles it.

    A record that bears a key of ours, but not this buyer's, is another customer, whom their store keeps; with `keyed`
    it counts all the same where the field tells one person from all others.
    """
    groups: dict[tuple[str, str], list[Question]] = defaultdict(list)
    for question in asked:
        groups[question.field, question.record.target.object].append(question)
    found: dict[SharedKey, list[Candidate]] = defaultdict(list)
    for (field, object_name), group in groups.items():
        wanted: dict[str, list[Question]] = defaultdict(list)
        for question in group:
            if question.key not in found:
                wanted[normal(question.value)].append(question)
        for row in _rows(session, object_name, field, [q.value for some in wanted.values() for q in some]):
            for question in wanted.get(normal(str(row[field])), ()):
                other = row[KEY_FIELD] not in (None, question.record.target.key)
                if not other or (keyed and field not in NOT_ONE_PERSON):
                    found[question.key].append(_candidate(object_name, row))
    return dict(found)


def _rows(session: Session, object_name: str, field: str, values: Sequence[str]) -> Iterable[Row]:
    account = ("AccountId", f"Account.{KEY_FIELD}") if object_name == "Contact" else ()
    return read_rows(session, object_name, (KEY_FIELD, *account), field, values) if values else ()


def _candidate(object_name: str, row: Row) -> Candidate:
    account = row.get("Account")
    account_key = account.get(KEY_FIELD) if isinstance(account, dict) else None
    return Candidate(
        object_name, str(row["Id"]), _text(row[KEY_FIELD]), _text(row.get("AccountId")), _text(account_key)
    )


def decide(part: Merged, candidates: Sequence[Candidate], choice: str | None) -> Candidate | Parked | None:
    """The one to link, None to upsert a record of our own, or `Parked` with the candidates for a person to choose."""
    chosen = next((one for one in candidates if choice and one.id[:15] == choice[:15]), None)
    ours = {record.target.key for record in part.records}
    if any(one.key in ours for one in candidates):
        return None  # made by an attempt whose note was lost: the upsert by key finds it, and all fields are sent
    if chosen or len(candidates) < 2:
        return chosen or next(iter(candidates), None)
    ids = ", ".join(sorted(one.id for one in candidates))
    return Parked(
        "ambiguous_customer",
        f"{len(candidates)} {candidates[0].object} records in Salesforce may be this buyer: {ids}",
        "Merge them in Salesforce and retry; or retry with the right one as the change's "
        f'`choice`: {{"{part.key.entity}": "{candidates[0].id}"}} (docs/runbook.md).',
        f"{candidates[0].object}.Email" if candidates[0].object == "Contact" else candidates[0].object,
    )


def adopt(part: Merged, candidate: Candidate) -> tuple[Merged, list[tuple[str, str, str]]]:
    """The shared record linked to a candidate, and the keys to write: (object, id, key).

    Records of the group that the candidate does not bring (its account is the shared guests' one) stay to be created.
    """
    ids: dict[str, str] = {}
    keys: list[tuple[str, str, str]] = []
    own = {record.target.key for record in part.records if record.target.object == candidate.object}
    for record in part.records:
        if record.target.object == candidate.object:
            ids[record.name] = candidate.id
            keys += [] if candidate.key else [(candidate.object, candidate.id, record.target.key)]
        elif record.target.object == "Account" and candidate.account_id and record.target.key in own:
            ids[record.name] = candidate.account_id
            keys += [] if candidate.account_key else [("Account", candidate.account_id, record.target.key)]
    state = replace(part.state, ids={**part.state.ids, **ids})
    linked = frozenset(record.target for record in part.records if record.name in ids)
    whole = len(linked) == len(part.records)
    return replace(part, state=state, linked=linked, changed=frozenset() if whole else part.changed), keys


def write_keys(session: Session, keys: Iterable[tuple[str, str, str]]) -> list[str]:
    """Write our key on adopted records; returns the ids that refused it (they are linked by id all the same)."""
    records = [
        {"attributes": {"type": name}, "Id": found, KEY_FIELD: key} for name, found, key in sorted(set(keys))
    ]
    refused: list[str] = []
    for start in range(0, len(records), UPDATES_PER_CALL):
        some = records[start : start + UPDATES_PER_CALL]
        answer = session.call("PATCH", "composite/sobjects", {"allOrNone": False, "records": some})
        results = answer if isinstance(answer, list) else []
        refused += [
            str(record["Id"])
            for record, result in zip(some, results, strict=False)
            if not result.get("success")
        ]
    return refused


def normal(text: str) -> str:
    """How two texts are compared: trimmed, inner blanks as one, without regard to case."""
    return " ".join(text.split()).casefold()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
