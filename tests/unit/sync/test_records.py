"""Claims, leases and completions on the records table."""

from dataclasses import replace

import pytest

from connector.errors import Deferred
from connector.sync.records import HISTORY_LENGTH, Applied, RecordKey, Records, RecordState, Version
from tests.fakes.aws import Tables

KEY = RecordKey("shop", "order", "1001")
V1, V2 = Version("2026-11-20T10:00", "0", "a"), Version("2026-11-20T11:00", "0", "b")


@pytest.fixture
def table():
    return Tables({"records": ("pk", "sk")})


@pytest.fixture
def invocation(table):
    """Opens the table as an invocation named `owner` that ends 60 seconds after `at`."""
    return lambda owner, at=1000.0: Records("records", owner, at + 60, lambda: at, table)


def applied(version, **fields):
    base = Applied(version, "801A", {"Order": ["shop:1001"]}, {"order": ["Name"]}, ({"at": "x"},))
    return replace(base, **fields)


def write(records, version, **fields):
    assert isinstance(records.claim(KEY, version), RecordState)
    records.complete(KEY, applied(version, **fields))


class TestClaim:
    def test_unknown_record_is_leased_with_an_empty_state(self, invocation):
        assert invocation("a").claim(KEY, V1) == RecordState()

    def test_newer_version_sees_what_the_older_left(self, invocation):
        write(invocation("a"), V1)
        state = invocation("b").claim(KEY, V2)
        assert (state.version, state.salesforce_id, state.owned) == (V1, "801A", {"Order": ["shop:1001"]})
        assert (state.filled, state.history, state.uncertain) == ({"order": ["Name"]}, ({"at": "x"},), False)

    def test_older_version_is_stale_and_the_same_is_current(self, invocation):
        write(invocation("a"), V2)
        assert invocation("b").claim(KEY, V1) == "stale"
        assert invocation("b").claim(KEY, V2) == "current"

    def test_stale_and_current_take_no_lease(self, invocation, table):
        write(invocation("a"), V2)
        invocation("b").claim(KEY, V1)
        invocation("b").claim(KEY, V2)
        (item,) = table.items["records"].values()
        assert "lease" not in item

    def test_other_content_of_the_same_moment_is_leased_for_a_second_look(self, invocation):
        write(invocation("a"), V1)
        assert invocation("b").claim(KEY, V1._replace(digest="z")).version == V1

    def test_record_under_anothers_lease_is_busy(self, invocation):
        invocation("a").claim(KEY, V1)
        for version in (V1, V2):
            with pytest.raises(Deferred) as caught:
                invocation("b", 1059).claim(KEY, version)
            assert caught.value.reason == "busy"

    def test_stale_version_under_anothers_lease_is_stale_not_busy(self, invocation):
        write(invocation("a"), V2)
        invocation("b").claim(KEY, V2._replace(moment="2026-11-21", digest="c"))
        assert invocation("c").claim(KEY, V1) == "stale"

    def test_lease_of_a_crashed_invocation_ends_and_leaves_doubt(self, invocation):
        invocation("a").claim(KEY, V1)
        assert invocation("b", 1061).claim(KEY, V1).uncertain

    def test_two_invocations_never_hold_one_record(self, invocation):
        for first, second in (("a", "b"), ("b", "a")):
            invocation(first, 5000).claim(KEY, V1)
            with pytest.raises(Deferred):
                invocation(second, 5000).claim_any(KEY)
            invocation(first, 5000).release(KEY, uncertain=False)


class TestRelease:
    def test_released_record_is_free_at_once_and_without_doubt(self, invocation):
        first = invocation("a")
        first.claim(KEY, V1)
        first.release(KEY, uncertain=False)
        assert invocation("b").claim(KEY, V1) == RecordState()

    def test_doubt_stays_until_a_write_is_complete(self, invocation):
        first = invocation("a")
        first.claim(KEY, V1)
        first.release(KEY, uncertain=True)
        second = invocation("b")
        assert second.claim(KEY, V1).uncertain
        second.complete(KEY, applied(V1))
        assert not invocation("c").claim(KEY, V2).uncertain

    def test_lost_lease_is_not_taken_from_its_new_holder(self, invocation):
        slow = invocation("a")
        slow.claim(KEY, V1)
        invocation("b", 1061).claim(KEY, V1)
        slow.release(KEY, uncertain=False)
        with pytest.raises(Deferred):
            invocation("c", 1062).claim(KEY, V1)


class TestComplete:
    def test_complete_after_a_lost_lease_changes_nothing(self, invocation, table):
        slow, fast = invocation("a"), invocation("b", 1061)
        slow.claim(KEY, V1)
        write(fast, V2)
        before = dict(table.items["records"])
        with pytest.raises(Deferred) as caught:
            slow.complete(KEY, applied(V1))
        assert (caught.value.reason, table.items["records"]) == ("busy", before)

    def test_record_without_a_salesforce_id_keeps_the_one_it_had(self, invocation):
        write(invocation("a"), V1)
        write(invocation("b"), V2, salesforce_id=None)
        assert invocation("c").claim(KEY, V2._replace(moment="2027")).salesforce_id == "801A"

    def test_history_keeps_the_last_entries(self, invocation):
        write(invocation("a"), V1, history=tuple({"n": str(n)} for n in range(30)))
        history = invocation("b").claim(KEY, V2).history
        assert [entry["n"] for entry in history] == [str(n) for n in range(30 - HISTORY_LENGTH, 30)]

    def test_gone_record_keeps_its_version_and_says_so(self, invocation):
        write(invocation("a"), V1)
        second = invocation("b")
        second.claim_any(KEY)
        second.complete_gone(KEY, ())
        state = invocation("c").claim(KEY, V2)
        assert (state.gone, state.version) == (True, V1)


class TestParkedPlace:
    def test_first_place_is_kept_until_the_record_is_written(self, invocation):
        records = invocation("a")
        assert records.note_parked(KEY, "t1#1001") == "t1#1001"
        assert records.note_parked(KEY, "t2#1001") == "t1#1001"
        state = records.claim(KEY, V1)
        assert state.parked == "t1#1001"
        records.complete(KEY, applied(V1))
        assert records.note_parked(KEY, "t3#1001") == "t3#1001"

    def test_record_that_was_only_parked_is_claimed_without_doubt(self, invocation):
        records = invocation("a")
        records.note_parked(KEY, "t1#1001")
        assert not records.claim(KEY, V1).uncertain


@pytest.mark.parametrize("verb", ["complete", "complete_gone", "release"])
def test_nobody_without_a_lease_writes(verb, invocation, table):
    records = invocation("a")
    arguments = {"complete": (KEY, applied(V1)), "complete_gone": (KEY, ()), "release": (KEY, False)}[verb]
    try:
        getattr(records, verb)(*arguments)
    except Deferred:
        assert verb != "release"
    assert table.items["records"] == {}
