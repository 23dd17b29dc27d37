"""Reading records by the values of one field; many values share a query."""

from collections.abc import Collection, Iterable, Iterator
from urllib.parse import quote

from connector.salesforce.reading import KEYS_PER_QUERY, quoted
from connector.salesforce.session import Session

VALUE_BYTES = 8_000
"""Of the values in one query, as its address holds them: Salesforce takes addresses of 16,384 bytes."""

Row = dict[str, object]
"""A record as a query gives it; a parent's fields stand in a row of their own under the relationship's name."""


def read_rows(
    session: Session,
    object_name: str,
    fields: Iterable[str],
    by: str,
    values: Collection[str],
    deleted: bool = False,
) -> Iterator[Row]:
    """All records whose field `by` has one of the values, with Id, `by` and the fields (paths too).

    Salesforce compares most texts without regard to case. `deleted` also reads the recycle bin.
    """
    selected = ", ".join(dict.fromkeys(("Id", by, *fields)))  # Salesforce refuses a field named twice
    for some in _chunks(values):
        wanted = ", ".join(quoted(value) for value in some)
        soql = f"SELECT {selected} FROM {object_name} WHERE {by} IN ({wanted})"  # noqa: S608 - values are quoted
        yield from session.query(soql, deleted=deleted)


def _chunks(values: Collection[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    size = 0
    for value in sorted(set(values)):
        own = len(quote(f"{quoted(value)}, ", safe=""))
        if chunk and (len(chunk) == KEYS_PER_QUERY or size + own > VALUE_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(value)
        size += own
    if chunk:
        yield chunk
