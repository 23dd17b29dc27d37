"""Shared records: merging is a join, and changes to one are made by one invocation at a time."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import Deferred
from connector.mapping.plans import Record, Shared, Target
from connector.sync.shared import SharedKey, SharedRecords, SharedState, merge
from tests.fakes.aws import Tables

KEY = SharedKey("shop", "customer", "77")
MOMENTS = ["2026-01|1|a", "2026-01|1|b", "2026-01|2|a", "2026-02|1|a"]


def contribution(as_of, values, policy="newest"):
    record = Record("account", Target("Account", "shop:77"), values, {}, {})
    return Shared("customer", "77", policy, as_of, (record,))


CONTRIBUTIONS = st.builds(
    contribution,
    st.sampled_from(MOMENTS),
    st.dictionaries(
        st.sampled_from(["Name", "Phone", "City"]), st.sampled_from([None, "x", "y", "z", ""]), max_size=3
    ),
)


def apply(groups):
    """Merge groups of contributions one after the other, as batches would; returns stamps and Salesforce's row."""
    state, row = SharedState(), {}
    for group in groups:
        merged = merge(KEY, group, state)
        (record,) = merged.records or (None,)
        sent = set(record.fields) if not state.known else merged.fields_to_send(record)
        row |= {name: value for name, value in record.fields.items() if name in sent and value is not None}
        state = SharedState(True, dict(merged.stamps), "raw")
    return state.stamps, row


class TestJoin:
    @given(st.lists(CONTRIBUTIONS, min_size=1, max_size=5), st.data())
    def test_any_grouping_and_sequence_ends_in_the_same_row(self, contributions, data):
        shuffled = data.draw(st.permutations(contributions))
        cuts = sorted(
            data.draw(st.sets(st.integers(1, len(contributions)), max_size=3)) | {0, len(contributions)}
        )
        groups = [shuffled[a:b] for a, b in pairwise(cuts)]
        assert apply(groups) == apply([contributions])

    @given(st.lists(CONTRIBUTIONS, min_size=1, max_size=5))
    def test_repeating_a_contribution_changes_nothing(self, contributions):
        assert apply([contributions, contributions[:2], contributions]) == apply([contributions])

    @given(st.lists(CONTRIBUTIONS, min_size=1, max_size=4))
    def test_repetition_asks_for_no_call(self, contributions):
        first = merge(KEY, contributions, SharedState())
        again = merge(KEY, contributions, SharedState(True, first.stamps, "raw"))
        assert not again.needs_write
        assert not again.needs_note

    def test_newest_value_of_each_field_wins(self):
        old = contribution("2026-01", {"Name": "Old", "Phone": "+1"})
        new = contribution("2026-02", {"Name": "New", "Phone": None})
        assert apply([[new, old]])[1] == {"Name": "New", "Phone": "+1"}

    def test_same_value_of_a_newer_order_moves_the_stamp_without_a_call(self):
        merged = merge(KEY, [contribution("2026-01", {"Name": "A"})], SharedState())
        again = merge(KEY, [contribution("2026-02", {"Name": "A"})], SharedState(True, merged.stamps, "raw"))
        assert (again.needs_write, again.needs_note) == (False, True)

    def test_records_made_once_take_the_first_order_and_are_never_changed(self):
        first, second = (contribution(moment, {"Name": moment}, "once") for moment in ("2026-01", "2026-02"))
        merged = merge(KEY, [second, first], SharedState())
        assert (merged.records[0].fields["Name"], merged.needs_write) == ("2026-01", True)
        assert not merge(KEY, [second], SharedState(known=True)).needs_write


@pytest.fixture
def table():
    return Tables({"records": ("pk", "sk")})


@pytest.fixture
def invocation(table):
    return lambda owner, at=1000.0: SharedRecords("records", owner, at + 60, lambda: at, table)


def merged_now(records, as_of="2026-01", name="A"):
    return merge(KEY, [contribution(as_of, {"Name": name})], records.read([KEY])[KEY])


class TestLeases:
    def test_written_record_is_known_to_the_next(self, invocation):
        first = invocation("a")
        merged = merged_now(first)
        first.claim(merged)
        first.complete(merged)
        state = invocation("b").read([KEY])[KEY]
        assert (state.known, state.stamps) == (True, merged.stamps)

    def test_only_one_of_two_that_read_the_same_may_write(self, invocation):
        a, b = invocation("a"), invocation("b")
        first, second = merged_now(a), merged_now(b, "2026-02", "B")
        a.claim(first)
        with pytest.raises(Deferred):
            b.claim(second)
        a.complete(first)
        with pytest.raises(Deferred):
            b.claim(second)
        b.claim(merged_now(b, "2026-02", "B"))

    def test_note_loses_against_a_writer(self, invocation):
        a, b = invocation("a"), invocation("b")
        before = merged_now(a)
        a.claim(before)
        a.complete(before)
        moved, changed = merged_now(b, "2026-02"), merged_now(a, "2026-03", "C")
        a.claim(changed)
        with pytest.raises(Deferred):
            b.note(moved)

    def test_crashed_lease_ends_by_itself(self, invocation):
        a, b = invocation("a"), invocation("b", 1061)
        a.claim(merged_now(a))
        b.claim(merged_now(b))

    def test_released_lease_is_free_and_anothers_is_untouched(self, invocation):
        a, b = invocation("a"), invocation("b")
        merged = merged_now(a)
        a.claim(merged)
        b.release(merged)
        with pytest.raises(Deferred):
            b.claim(merged)
        a.release(merged)
        b.claim(merged)

    def test_complete_after_a_lost_lease_is_refused(self, invocation):
        a, b = invocation("a"), invocation("b", 1061)
        merged = merged_now(a)
        a.claim(merged)
        b.claim(merged_now(b))
        with pytest.raises(Deferred):
            a.complete(merged)

    @pytest.mark.parametrize("count", [1, 25, 26, 101, 250])
    def test_any_number_of_records_is_marked_and_read(self, count, invocation):
        keys = [SharedKey("shop", "product", str(n)) for n in range(count)]
        invocation("a").mark_known(keys)
        states = invocation("b").read([*keys, KEY])
        assert [states[key].known for key in (*keys, KEY)] == [True] * count + [False]

    def test_rest_that_dynamodb_did_not_take_is_sent_again(self, invocation, table):
        keys = [SharedKey("shop", "product", str(n)) for n in range(30)]
        whole = table.batch_write_item

        def half(*, RequestItems):
            requests = RequestItems["records"]
            whole(RequestItems={"records": requests[:10]})
            return {"UnprocessedItems": {"records": requests[10:]} if requests[10:] else {}}

        table.batch_write_item = half
        invocation("a").mark_known(keys)
        assert all(state.known for state in invocation("b").read(keys).values())


def test_stamps_of_unlike_names_do_not_meet():
    contact = Record("contact", Target("Contact", "shop:77"), {"Name": "C"}, {}, {})
    part = contribution("2026-01", {"Name": "A"})
    both = replace(part, records=(*part.records, contact))
    merged = merge(KEY, [both], SharedState())
    assert [record.fields["Name"] for record in merged.records] == ["A", "C"]
