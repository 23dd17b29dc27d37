"""The rows, their indexes and an undo log that makes any group of changes atomic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from local.salesforce.schema import Field, Schema
from local.salesforce.values import Row, Value


@dataclass(frozen=True)
class Written:
    """One write: the row before and after it (None: there was none), and the number of its transaction."""

    transaction: int
    object: str
    id: str
    before: Row | None
    after: Row | None


class Store:
    """Rows by object and id. A row is never changed in place: a write replaces it."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, Row]] = {}
        self._fields: dict[str, tuple[Field, ...]] = {}
        self._indexes: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
        self._log: list[Written] = []
        self._depth = 0
        self._transaction = 0
        self.committed: Callable[[list[Written]], None] = lambda _: None
        self.counters: dict[str, int] = {}
        self.revision = 0

    def use(self, schema: Schema) -> None:
        """Index the rows for these objects; called again when the org's objects change."""
        self._fields = {name: each.keys for name, each in schema.objects.items()}
        self._indexes = {}
        for name in schema.objects:
            for row in self._tables.setdefault(name, {}).values():
                self._index(name, row)

    def knows(self, object_name: str) -> bool:
        """Whether the org has this object."""
        return object_name in self._fields

    def get(self, object_name: str, record_id: str) -> Row | None:
        """The row of this id, deleted or not."""
        return self._tables[object_name].get(record_id)

    def live(self, object_name: str, record_id: str) -> Row | None:
        """The row of this id unless it is deleted."""
        row = self._tables[object_name].get(record_id)
        return None if row is None or row.get("IsDeleted") else row

    def rows(self, object_name: str, *, deleted: bool = False) -> list[Row]:
        """All rows of an object in the order of their creation; with those in the recycle bin on request."""
        found = self._tables[object_name].values()
        return list(found) if deleted else [row for row in found if not row.get("IsDeleted")]

    def having(self, object_name: str, field: Field, value: Value) -> list[Row]:
        """The live rows with this value in an indexed field."""
        ids = self._indexes.get((object_name, field.name), {}).get(field.key(str(value)), {})
        table = self._tables[object_name]
        return [table[each] for each in ids]

    def count(self, object_name: str) -> int:
        """How many live rows an object has."""
        return len(self.rows(object_name))

    def next_number(self, series: str) -> int:
        """The next number of a series, such as an object's ids. Never given twice, not even after a rollback."""
        self.counters[series] = self.counters.get(series, 0) + 1
        return self.counters[series]

    def put(self, object_name: str, row: Row) -> None:
        """Insert the row or replace the one with its id."""
        self._set(object_name, str(row["Id"]), row)

    def _set(self, object_name: str, record_id: str, row: Row | None) -> None:
        table = self._tables[object_name]
        before = table.get(record_id)
        self._log.append(Written(self._transaction, object_name, record_id, before, row))
        self._replace(object_name, record_id, before, row)

    def _replace(self, object_name: str, record_id: str, before: Row | None, after: Row | None) -> None:
        if before is not None:
            self._unindex(object_name, before)
        if after is None:
            del self._tables[object_name][record_id]
        else:
            self._tables[object_name][record_id] = after
            self._index(object_name, after)

    def _index(self, object_name: str, row: Row) -> None:
        if row.get("IsDeleted"):
            return
        for field in self._fields[object_name]:
            value = row.get(field.name)
            if value is not None:
                index = self._indexes.setdefault((object_name, field.name), {})
                index.setdefault(field.key(str(value)), {})[str(row["Id"])] = None

    def _unindex(self, object_name: str, row: Row) -> None:
        for field in self._fields[object_name]:
            value = row.get(field.name)
            if value is not None:
                index = self._indexes.get((object_name, field.name), {})
                key = field.key(str(value))
                index.get(key, {}).pop(str(row["Id"]), None)
                if not index.get(key, True):
                    del index[key]

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All writes within happen or, when the block raises, none. May be nested."""
        mark = len(self._log)
        self._depth += 1
        try:
            yield
        except BaseException:
            while len(self._log) > mark:
                undone = self._log.pop()
                self._replace(undone.object, undone.id, undone.after, undone.before)
            raise
        finally:
            self._depth -= 1
            if self._depth == 0 and self._log:
                written, self._log = self._log, []
                self.revision += len(written)
                self.committed(written)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """`atomic` as a transaction of its own, which is how change events group what was written."""
        outer, self._transaction = self._transaction, self.next_number("transaction")
        try:
            with self.atomic():
                yield
        finally:
            self._transaction = outer

    def forget(self, object_name: str, record_ids: Iterable[str]) -> None:
        """Remove deleted rows for good, which no event tells of."""
        for each in record_ids:
            del self._tables[object_name][each]
            self.revision += 1

    def clear(self) -> None:
        """Forget all rows. Number series go on, so that an id never names two records."""
        self._indexes.clear()
        self._log.clear()
        for table in self._tables.values():
            table.clear()
        self.revision += 1

    def export(self) -> dict[str, list[Row]]:
        """All rows by object, for keeping them in a file."""
        return {name: list(table.values()) for name, table in self._tables.items() if table}

    def load(self, object_name: str, rows: Iterable[Row]) -> None:
        """Take rows from a file."""
        for row in rows:
            self._replace(object_name, str(row["Id"]), self._tables[object_name].get(str(row["Id"])), row)
