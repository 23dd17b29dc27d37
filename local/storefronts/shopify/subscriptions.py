"""Who wants which webhooks, and what becomes of those who do not answer.

A delivery is tried again 8 times within 4 hours with growing pauses; a subscription whose deliveries failed 8 times
in a row is deleted, and with it what was still waiting (reference, delivery contract).
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from local.storefronts.courier import Attempt, Courier, Message
from local.storefronts.payload import Json

RETRIES = 8
FAILURES_TO_REMOVAL = 8
_WITHIN_SECONDS = 4 * 3600
_FIRST_PAUSE = _WITHIN_SECONDS / (2**RETRIES - 1)


@dataclass(slots=True)
class Subscription:
    """One topic posted to one address."""

    id: int
    topic: str
    url: str
    created_at: datetime
    failures: int = field(default=0)


def pause_before(retry: int) -> float:
    """Seconds before the first, second, ... retry; all eight together take four hours."""
    return float(_FIRST_PAUSE * 2 ** (retry - 1))


class Subscriptions:
    """The shop's subscriptions and the deliveries that wait for their next attempt."""

    def __init__(
        self, courier: Courier, time_scale: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._courier = courier
        self._time_scale = time_scale
        self._clock = clock
        self._changed = threading.Condition()
        self._ids = itertools.count(1_000_001)
        self._order = itertools.count()
        self._subscriptions: dict[int, Subscription] = {}
        self._waiting: list[tuple[float, int, int, Message, int]] = []
        self._worker: threading.Thread | None = None

    def add(self, topic: str, url: str, at: datetime) -> Subscription:
        """Subscribe; raises `ValueError` if this address already has the topic."""
        with self._changed:
            if any(known.topic == topic and known.url == url for known in self._subscriptions.values()):
                raise ValueError("Address for this topic has already been taken")
            made = Subscription(next(self._ids), topic, url, at)
            self._subscriptions[made.id] = made
            return made

    def remove(self, subscription_id: int) -> bool:
        """Unsubscribe; false if there is no such subscription."""
        with self._changed:
            return self._subscriptions.pop(subscription_id, None) is not None

    def all(self) -> list[Subscription]:
        """All subscriptions, oldest first."""
        with self._changed:
            return list(self._subscriptions.values())

    def to(self, topic: str) -> list[Subscription]:
        """Those who want a topic."""
        return [subscription for subscription in self.all() if subscription.topic == topic]

    def clear(self) -> None:
        """No subscriptions and nothing waiting."""
        with self._changed:
            self._subscriptions.clear()
            self._waiting.clear()

    def send(self, subscription: Subscription, message: Message) -> Attempt:
        """The first attempt, now; the retries follow by themselves."""
        return self._attempt(subscription.id, message, 1)

    def waiting(self) -> list[Json]:
        """What waits for its next attempt."""
        with self._changed:
            return [{"topic": entry[3].topic, "attempt": entry[4]} for entry in self._waiting]

    def _attempt(self, subscription_id: int, message: Message, number: int) -> Attempt:
        done = self._courier.post(message, number)
        succeeded = done.status is not None and 200 <= done.status < 300
        with self._changed:
            self._note(subscription_id, message, number, succeeded=succeeded)
        return done

    def _note(self, subscription_id: int, message: Message, number: int, *, succeeded: bool) -> None:
        subscription = self._subscriptions.get(subscription_id)
        if subscription is None:
            return
        subscription.failures = 0 if succeeded else subscription.failures + 1
        if subscription.failures >= FAILURES_TO_REMOVAL:
            del self._subscriptions[subscription_id]
        elif not succeeded and number <= RETRIES:
            due = self._clock() + pause_before(number) * self._time_scale
            heapq.heappush(self._waiting, (due, next(self._order), subscription_id, message, number + 1))
            self._wake()

    def _wake(self) -> None:
        if self._worker is None:
            self._worker = threading.Thread(target=self._retry_for_ever, name="retries", daemon=True)
            self._worker.start()
        self._changed.notify_all()

    def _retry_for_ever(self) -> None:
        while True:
            with self._changed:
                while not self._waiting or self._waiting[0][0] > self._clock():
                    self._changed.wait(self._waiting[0][0] - self._clock() if self._waiting else None)
                _, _, subscription_id, message, number = heapq.heappop(self._waiting)
                wanted = subscription_id in self._subscriptions
            if wanted:
                self._attempt(subscription_id, message, number)
