"""Keeping the org's rows in a file between runs."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from local.salesforce.store import Store
from local.salesforce.wire import write_json


def save(store: Store, path: Path) -> None:
    """Write all rows and number series; the file is whole at any moment."""
    partial = path.with_suffix(path.suffix + ".partial")
    partial.parent.mkdir(parents=True, exist_ok=True)
    rows = {name: [_exact(row) for row in table] for name, table in store.export().items()}
    partial.write_bytes(write_json({"counters": store.counters, "rows": rows}))
    partial.replace(path)


def _exact(row: dict[str, str | bool | Decimal]) -> dict[str, object]:
    """Numbers as text in a list, so that no digit is lost and none is taken for text."""
    return {name: [str(value)] if isinstance(value, Decimal) else value for name, value in row.items()}


def load(store: Store, path: Path) -> bool:
    """Read what `save` wrote; False when there is no file. Rows of objects that are gone are left out."""
    if not path.exists():
        return False
    read = json.loads(path.read_bytes())
    store.counters.update(read["counters"])
    for name, rows in read["rows"].items():
        if store.knows(name):
            store.load(name, [{key: _value(value) for key, value in row.items()} for row in rows])
    return True


def _value(value: object) -> str | bool | Decimal:
    if isinstance(value, list):
        return Decimal(str(value[0]))
    return value if isinstance(value, bool) else str(value)
