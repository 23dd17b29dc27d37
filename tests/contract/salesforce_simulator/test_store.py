"""The undo log: whatever happens inside a failed transaction leaves no trace, in rows or indexes."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.salesforce.schema import Field, Schema, SObject
from local.salesforce.store import Store

KEY = Field("Key", "string", length=20, unique=True, external_id=True)
SCHEMA = Schema([SObject("Thing", "a00", "Thing", "Things", {"Key": KEY})])
WRITES = st.lists(
    st.tuples(st.sampled_from("abc"), st.none() | st.sampled_from("xyz"), st.booleans()), max_size=12
)


def _store():
    store = Store()
    store.use(SCHEMA)
    return store


def _write(store, writes):
    for record_id, key, deleted in writes:
        row = {"Id": record_id, "IsDeleted": deleted}
        store.put("Thing", row if key is None else {**row, "Key": key})


def _write_and_fail(store, first, second=()):
    with store.atomic():
        _write(store, first)
        with store.atomic():
            _write(store, second)
        raise RuntimeError


def _state(store):
    found = {key: sorted(row["Id"] for row in store.having("Thing", KEY, key)) for key in "xyz"}
    return copy.deepcopy(store.export()), found


@given(WRITES, WRITES, WRITES)
def test_a_failed_transaction_leaves_rows_and_indexes_as_they_were(first, second, third):
    """What happens in a failed transaction leaves no trace, in rows or indexes. [ours]"""
    store = _store()
    with store.atomic():
        _write(store, first)
    before = _state(store)
    with pytest.raises(RuntimeError):
        _write_and_fail(store, second, third)
    assert _state(store) == before


@given(WRITES, WRITES)
def test_a_failed_inner_transaction_undoes_only_itself(outer, inner):
    """A failed inner transaction undoes itself and nothing else. [ours]"""
    store, plain = _store(), _store()
    with plain.atomic():
        _write(plain, outer)
    with store.atomic():
        _write(store, outer)
        with pytest.raises(RuntimeError):
            _write_and_fail(store, inner)
    assert _state(store) == _state(plain)


@given(WRITES)
def test_the_index_finds_exactly_the_live_rows(writes):
    """An index finds exactly the rows that are not deleted. [ours]"""
    store = _store()
    with store.atomic():
        _write(store, writes)
    for key in "xyz":
        expected = sorted(row["Id"] for row in store.rows("Thing") if row.get("Key") == key)
        assert sorted(row["Id"] for row in store.having("Thing", KEY, key)) == expected
