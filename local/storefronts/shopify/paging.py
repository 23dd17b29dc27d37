"""Cursor paging as the Admin API does it: at most 250 nodes, opaque cursors that hold the sort key."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graphql import GraphQLError

from local.storefronts.payload import Json

LARGEST_PAGE = 250

Key = Callable[[Json], tuple[str, int]]


def _same(node: Json) -> Json:
    return node


@dataclass(frozen=True, slots=True)
class Connection:
    """A list that is read page by page. `key` gives each node's place, so that a cursor outlives changes."""

    nodes: Sequence[Json]
    key: Key | None = None
    make: Callable[[Json], Json] = _same
    """Makes a node of the page from what is listed."""

    def page(
        self,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        *,
        reverse: bool = False,
    ) -> Json:
        """One page with edges, nodes and pageInfo."""
        size = _size(first, last)
        placed = sorted(self._placed(), key=lambda entry: entry[0], reverse=reverse)
        rest = _between(placed, after, before, reverse=reverse)
        page = rest[:size] if first is not None else rest[-size:]
        edges = [{"cursor": _cursor(place), "node": self.make(node)} for place, node in page]
        cut = len(rest) > len(page)
        return {
            "edges": edges,
            "nodes": [edge["node"] for edge in edges],
            "pageInfo": {
                "hasNextPage": cut if first is not None else before is not None,
                "hasPreviousPage": cut if first is None else after is not None,
                "startCursor": edges[0]["cursor"] if edges else None,
                "endCursor": edges[-1]["cursor"] if edges else None,
            },
        }

    def _placed(self) -> list[tuple[tuple[str, int], Json]]:
        if self.key is None:
            return [(("", index), node) for index, node in enumerate(self.nodes)]
        return [(self.key(node), node) for node in self.nodes]


def limited(nodes: Sequence[Json], first: int | None) -> list[Json]:
    """A plain list with a `first` argument."""
    if first is not None:
        _size(first, None)
    return list(nodes if first is None else nodes[:first])


def _size(first: int | None, last: int | None) -> int:
    if (first is None) == (last is None):
        raise GraphQLError("you must provide one of first or last")
    size = first if first is not None else last
    if size is None or not 0 <= size <= LARGEST_PAGE:
        raise GraphQLError(f"the limit is 0 to {LARGEST_PAGE}, not {size}")
    return size


Placed = list[tuple[tuple[str, int], Json]]


def _between(placed: Placed, after: str | None, before: str | None, *, reverse: bool) -> Placed:
    if after is not None:
        edge = _read(after)
        placed = [entry for entry in placed if (entry[0] < edge if reverse else entry[0] > edge)]
    if before is not None:
        edge = _read(before)
        placed = [entry for entry in placed if (entry[0] > edge if reverse else entry[0] < edge)]
    return placed


def _cursor(place: tuple[str, int]) -> str:
    return base64.b64encode(json.dumps({"last_id": place[1], "last_value": place[0]}).encode()).decode()


def _read(cursor: str) -> tuple[str, int]:
    try:
        found = json.loads(base64.b64decode(cursor, validate=True))
        return str(found["last_value"]), int(found["last_id"])
    except (ValueError, KeyError, TypeError):
        raise GraphQLError("Invalid cursor for current pagination sort.") from None
