"""Would-be duplicates: who in Salesforce already has the email or the name of a buyer that would be created.

Emails are the same after trimming and lowering, names also after joining runs of blanks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from connector.mapping.plans import Record, Target
from connector.salesforce.facts import OrgFacts
from connector.salesforce.rows import Row, read_rows
from connector.salesforce.session import Session
from connector.sync.preview.report import Candidate

Same = Literal["email", "name"]


@dataclass(frozen=True, slots=True)
class Search:
    """One place to look: rows of an object whose field is compared with what buyers have."""

    same: Same
    object: str
    field: str


_EMAILS: Mapping[str, str] = {"Contact": "Email", "Lead": "Email", "Account": "PersonEmail"}
"""Where a record that would be created has its email, by its object."""


def find_candidates(
    session: Session, facts: OrgFacts, created: Sequence[Record]
) -> dict[Target, tuple[Candidate, ...]]:
    """The candidates for each record that would be created: one query per place to look and 100 values."""
    found: dict[Target, list[Candidate]] = defaultdict(list)
    for search in _searches(facts):
        wanted = _wanted(search.same, created)
        fields = ["IsPersonAccount"] if facts.person_accounts else []
        rows = read_rows(session, search.object, fields, search.field, wanted) if wanted else ()
        for target, candidate in match(search, wanted, rows):
            found[target].append(candidate)
    return {target: tuple(dict.fromkeys(candidates)) for target, candidates in found.items()}


def match(
    search: Search, wanted: Mapping[str, Sequence[Target]], rows: Iterable[Row]
) -> Iterator[tuple[Target, Candidate]]:
    """Which rows are candidates for which record; `wanted` has the normalised value of each."""
    for row in rows:
        is_person = bool(row.get("IsPersonAccount"))
        # A person account is a Contact too, and its name is a person's: it is found as an Account by its email.
        if is_person and search.field != "PersonEmail":
            continue
        for target in wanted.get(normal(row.get(search.field)), ()):
            yield target, Candidate(search.object, str(row["Id"]), search.same)


def normal(value: object) -> str:
    """A text for comparing."""
    return " ".join(str(value or "").split()).lower()


def _searches(facts: OrgFacts) -> Iterator[Search]:
    places = [Search("email", "Contact", "Email"), Search("name", "Account", "Name")]
    if facts.person_accounts:
        places.append(Search("email", "Account", "PersonEmail"))
    for search in places:
        if (search.object in facts.objects or not facts.objects) and facts.has(search.object, search.field):
            yield search


def _wanted(same: Same, created: Sequence[Record]) -> dict[str, list[Target]]:
    wanted: dict[str, list[Target]] = defaultdict(list)
    for record in created:
        name = _EMAILS.get(record.target.object) if same == "email" else _name_field(record)
        value = normal(record.fields.get(name)) if name else ""
        if value and record.target not in wanted[value]:
            wanted[value].append(record.target)
    return {value: targets for value, targets in wanted.items() if targets}


def _name_field(record: Record) -> str | None:
    return "Name" if record.target.object == "Account" else None
