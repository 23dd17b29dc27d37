"""Keeping the org's rows in a file between runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from local.salesforce.store import Store
from local.salesforce.wire import write_json


def save(store: Store, path: Path, more: Mapping[str, object]) -> None:
    """Write all rows and number series, and `more` beside them; the file is whole at any moment."""
    partial = path.with_suffix(path.suffix + ".partial")
    partial.parent.mkdir(parents=True, exist_ok=True)
    rows = {name: [_exact(row) for row in table] for name, table in store.export().items()}
    partial.write_bytes(write_json({**more, "counters": store.counters, "rows": rows}))
    partial.replace(path)


def _exact(row: dict[str, str | bool | Decimal]) -> dict[str, object]:
    """Numbers as text in a list, so that no digit is lost and none is taken for text."""
    return {name: [str(value)] if isinstance(value, Decimal) else value for name, value in row.items()}


def load(store: Store, path: Path) -> dict[str, list[dict[str, object]]]:
    """Read what `save` wrote and return what was beside the rows. Rows of objects that are gone are left out."""
    if not path.exists():
        return {}
    read = json.loads(path.read_bytes())
    store.counters.update(read["counters"])
    for name, rows in read["rows"].items():
        if store.knows(name):
            store.load(name, [{key: _value(value) for key, value in row.items()} for row in rows])
    return {name: value for name, value in read.items() if name not in {"counters", "rows"}}


def _value(value: object) -> str | bool | Decimal:
    if isinstance(value, list):
        return Decimal(str(value[0]))
    return value if isinstance(value, bool) else str(value)
