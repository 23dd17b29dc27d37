"""What Salesforce holds of the records that would be written: one query per object and 100 keys."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from connector.errors import Parked
from connector.mapping.plans import Record, Target
from connector.salesforce.facts import OrgFacts
from connector.salesforce.graphs import KEY_FIELD
from connector.salesforce.rows import Row, read_rows
from connector.salesforce.session import Session
from connector.sync.drafting import relationship


def look_up(
    session: Session,
    facts: OrgFacts,
    records: Iterable[Record],
    others: Iterable[Target],
    ids: Mapping[Target, str],
) -> dict[Target, Row]:
    """The rows of the records, with the fields that these write, and of other targets.

    A record of which the id is known is that one, whatever key it bears.
    """
    fields: dict[str, set[str]] = defaultdict(set)
    keys: dict[str, set[str]] = defaultdict(set)
    for record in records:
        keys[record.target.object].add(record.target.key)
        fields[record.target.object].update(_fields(record, facts))
    for target in others:
        keys[target.object].add(target.key)
    refuse_unknown_objects(keys, facts)
    found = {
        Target(name, str(row[KEY_FIELD])): row
        for name, wanted in keys.items()
        for row in read_rows(session, name, sorted(fields[name]), KEY_FIELD, wanted)
    }
    elsewhere: dict[str, dict[str, Target]] = defaultdict(dict)
    for target, known in ids.items():
        if found.get(target, {}).get("Id") != known:
            found.pop(target, None)
            elsewhere[target.object][known] = target
    for name, targets in elsewhere.items():
        for row in read_rows(session, name, sorted(fields[name]), "Id", targets):
            found[targets[str(row["Id"])]] = row
    return found


def refuse_unknown_objects(names: Iterable[str], facts: OrgFacts) -> None:
    """Raises Parked for an object that the org lacks, or hides from the connector's user."""
    unknown = sorted(name for name in names if facts.objects and name not in facts.objects)
    if unknown:
        raise Parked(
            "unknown_object",
            f"Salesforce has no object {', '.join(unknown)}, or hides it from the connector's user",
            "Run the preflight: it names what is missing.",
        )


def _fields(record: Record, facts: OrgFacts) -> Iterable[str]:
    for name in {**record.fields, **record.defaults}:
        if facts.has(record.target.object, name):
            yield name
    for name in record.links:
        yield name
        yield f"{relationship(name)}.{KEY_FIELD}"
