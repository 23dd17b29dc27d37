"""What the connector noted before, read without leaving a trace."""

import pytest

from connector.salesforce.facts import OrgFacts
from connector.salesforce.session import Usage
from connector.sync.cursors import Cursors
from connector.sync.preview.cursors import ReadOnlyCursors
from connector.sync.records import Applied, RecordKey, Records, RecordState, Version, read_states
from tests.fakes.aws import Tables

KEYS = [RecordKey("shop", "order", str(number)) for number in range(150)]


class Slow(Tables):
    """Answers only some keys of a batch at a time, as DynamoDB may."""

    def batch_get_item(self, *, RequestItems):
        ((table, wanted),) = RequestItems.items()
        first, rest = wanted["Keys"][:40], wanted["Keys"][40:]
        answer = super().batch_get_item(RequestItems={table: {**wanted, "Keys": first}})
        return {**answer, "UnprocessedKeys": {table: {**wanted, "Keys": rest}} if rest else {}}


@pytest.mark.parametrize("kind", [Tables, Slow])
def test_states_of_many_records_come_whole(kind):
    tables = kind({"records": ("pk", "sk")})
    records = Records("records", "me", 2_000.0, lambda: 1_000.0, tables)
    version = Version("2026-11-20", "1", "d")
    written = KEYS[::50]
    for key in written:
        records.claim(key, version)
        records.complete(key, Applied(version, f"801{key.id}", {"Order": [key.id]}, {}, ()))
    before = {table: dict(items) for table, items in tables.items.items()}
    states = read_states("records", KEYS, tables)
    assert {key for key, state in states.items() if state.version == version} == set(written)
    assert {key for key, state in states.items() if state == RecordState()} == set(KEYS) - set(written)
    assert states[KEYS[50]].salesforce_id == "80150"
    assert tables.items == before


def test_a_fetched_token_is_kept_from_the_others_and_used():
    tables = Tables({"cursors": ("pk",)})
    shared = Cursors("cursors", lambda: 1_000.0, tables)
    shared.write_token("main", "old", replaces=None)
    ours = ReadOnlyCursors("cursors", lambda: 1_000.0, tables)
    assert ours.read_token("main") == "old"
    ours.write_token("main", "new", replaces="old")
    assert (ours.read_token("main"), shared.read_token("main")) == ("new", "old")


def test_nothing_else_is_written_either():
    tables = Tables({"cursors": ("pk",)})
    ours = ReadOnlyCursors("cursors", lambda: 1_000.0, tables)
    ours.write_facts("main", OrgFacts())
    ours.write_findings("main", [])
    ours.note_usage("main", Usage(1, 2))
    ours.pause("main", 60)
    assert tables.items == {"cursors": {}}
