"""States and countries as picklists (fact sheet, 5.3)."""

from __future__ import annotations

from local.salesforce.world import Change


def prepare_addresses(change: Change) -> None:
    """Check and complete each address: code and name belong together."""
    raise NotImplementedError(change)
