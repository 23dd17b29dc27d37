"""The life of an invented order, version by version, with the webhooks that each step sets off."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from local.storefronts.payload import Json

Change = Callable[[Random, Json, datetime], Json]


@dataclass(frozen=True, slots=True)
class Step:
    """A version of an order and the topics that tell of it."""

    order: Json
    topics: tuple[str, ...]


def live(
    rng: Random,
    order: Json,
    placed_at: datetime,
    created: str,
    changes: Mapping[Change, Callable[[Json], tuple[str, ...]]],
    *,
    most: int = 3,
) -> list[Step]:
    """`order`, and up to `most` changes some minutes apart. `changes` gives the topics of a changed order."""
    steps, at = [Step(order, (created,))], placed_at
    choices: Sequence[Change] = tuple(changes)
    for _ in range(rng.randint(0, most)):
        at += timedelta(minutes=rng.randint(1, 120), seconds=rng.randint(0, 59))
        change = rng.choice(choices)
        order = change(rng, order, at)
        steps.append(Step(order, changes[change](order)))
    return steps
