"""Assets: what a customer owns."""

from __future__ import annotations

from local.salesforce.errors import integrity
from local.salesforce.world import Change


def prepare_asset(change: Change) -> None:
    """An asset belongs to an account, a contact or both."""
    if not {"AccountId", "ContactId"} & set(change.row):
        raise integrity("Every asset needs an account, a contact, or both.", "AccountId", "ContactId")
