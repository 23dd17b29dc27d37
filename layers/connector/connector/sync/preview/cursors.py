"""The cursors table for somebody who may only read it."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connector.salesforce.facts import OrgFacts
from connector.salesforce.session import Usage
from connector.sync.cursors import Cursors


class ReadOnlyCursors(Cursors):
    """What the table says. A token that had to be fetched is kept in memory; nothing else is kept."""

    def __init__(self, table: str, now: Callable[[], float] = time.time, client: Any = None) -> None:
        super().__init__(table, now, client)
        self._tokens: dict[str, str] = {}

    def read_token(self, org: str) -> str | None:
        """Our own token, else the one that all containers share."""
        return self._tokens.get(org) or super().read_token(org)

    def write_token(self, org: str, token: str, replaces: str | None) -> None:
        """Keep a token for ourselves."""
        self._tokens[org] = token

    def write_facts(self, org: str, facts: OrgFacts) -> None:
        """Facts stay with who asked for them."""

    def pause(self, org: str, seconds: float) -> None:
        """Only a flow pauses an org."""

    def note_usage(self, org: str, usage: Usage) -> None:
        """Only flows tell of the allowance."""

    def write_findings(self, org: str, findings: Sequence[Mapping[str, str]]) -> None:
        """Only the preflight finds anything."""
