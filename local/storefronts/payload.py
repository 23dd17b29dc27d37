"""What the simulated shops keep and send: JSON objects in the vendor's own shape, never changed in place."""

import hashlib
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
"""A JSON object as the vendor shapes it; its fields are the vendor's, so no type of ours describes them."""


class NotNewer(ValueError):
    """A change was dated at or before the version that it changes."""


def copied(order: Json) -> Json:
    """An independent copy, so that a change leaves the older version as it was."""
    return deepcopy(order)


def derived_id(owner: int, kind: str, index: int) -> int:
    """A stable id for a part of `owner`, above 2**53 as Shopify's may be: a detour by floats shows."""
    digest = hashlib.blake2b(f"{owner}/{kind}/{index}".encode(), digest_size=6).digest()
    return 2**53 + 2 * int.from_bytes(digest) + 1


def require_newer(at: datetime, than: datetime) -> datetime:
    """`at` in UTC without fractions; raises `NotNewer` unless it is at least a second after `than`."""
    moment = at.astimezone(UTC).replace(microsecond=0)
    if moment <= than.astimezone(UTC):
        raise NotNewer(f"a change at {moment.isoformat()} is not after the version of {than.isoformat()}")
    return moment
