"""What is asked of a dry run."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

MOST_ORDERS = 100
"""A Shopify order takes a call or more of its own, and the answer of a Lambda function holds 6 MB."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The last orders of a store; `show_values` shows the values of personal fields too. Raises ValueError."""

    store: str
    last: int = 20
    show_values: bool = False

    def __post_init__(self) -> None:
        if type(self.store) is not str or not self.store:
            raise ValueError("store must be the name of a store in stores.yaml")
        if type(self.last) is not int or not 1 <= self.last <= MOST_ORDERS:
            raise ValueError(f"last must be a number from 1 to {MOST_ORDERS}")
        if type(self.show_values) is not bool:
            raise ValueError("show_values must be true or false")

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Wish":
        """From the payload of an invocation; a name that is not known is refused, lest a typing error passes."""
        known = [field.name for field in fields(cls)]
        unknown = sorted(set(event) - set(known))
        if unknown or "store" not in event:
            raise ValueError(
                f"the payload must have store, and may have {' and '.join(known[1:])}; nothing else"
            )
        return cls(**event)
