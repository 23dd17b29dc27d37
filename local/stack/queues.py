"""SQS event source mappings: one collector a queue gathers batches and hands them to the function."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import BotoCoreError, ClientError

from local.stack.aws import Aws, Message
from local.stack.deployment import QueueMapping
from local.stack.queue_events import BATCH_LIMIT, failed_ids, record_size, to_event
from local.stack.workers import Pool

POLL_S = 1  # short, so that the stack stops soon; Lambda polls for 20 seconds


class Collector:
    """Polls one queue for one function until `stop`."""

    def __init__(self, mapping: QueueMapping, url: str, pool: Pool, aws: Aws, time_scale: float) -> None:
        self.mapping = mapping
        self.url = url
        self.pool = pool
        self.aws = aws
        self.retry_s = max(1, round(mapping.visibility_s * time_scale))
        concurrency = mapping.maximum_concurrency or pool.limit
        self._free = threading.Semaphore(concurrency)
        self._deliveries = ThreadPoolExecutor(concurrency, thread_name_prefix=mapping.queue_name)
        self._stopping = threading.Event()
        self._left_over: list[Message] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the polling; batches under way end with their function."""
        self._stopping.set()

    def join(self) -> None:
        """Waits until every message is deleted or visible again."""
        self._thread.join(POLL_S + 1)
        self._deliveries.shutdown(wait=True)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self._free.acquire(timeout=0.2):
                continue
            try:
                batch = self._gather()
            except (BotoCoreError, ClientError) as problem:
                self._free.release()
                print(f"{self.mapping.queue_name}: cannot be polled: {problem}", file=sys.stderr)
                self._stopping.wait(1)
                continue
            if batch:
                self._deliveries.submit(self._deliver, batch)
            else:
                self._free.release()
        self.aws.hide(self.url, self._left_over, 0)

    def _gather(self) -> list[Message]:
        """Up to BatchSize messages of at most 6 MB: those of one window, which begins with the first."""
        waiting, self._left_over = self._left_over, []
        batch: list[Message] = []
        size = self._admit(batch, waiting or self.aws.receive(self.url, self.mapping.batch_size, POLL_S), 0)
        until = time.monotonic() + self.mapping.window_s
        while batch and len(batch) < self.mapping.batch_size and not self._left_over:
            rest_s = until - time.monotonic()
            if rest_s <= 0 or self._stopping.is_set():
                break
            room = self.mapping.batch_size - len(batch)
            received = self.aws.receive(self.url, room, min(POLL_S, int(rest_s)))
            size = self._admit(batch, received, size)
            if not received and rest_s < POLL_S:
                self._stopping.wait(min(rest_s, 0.05))
        return batch

    def _admit(self, batch: list[Message], received: Sequence[Message], size: int) -> int:
        """Adds what still fits and keeps the rest for the next batch; gives the batch's size in bytes."""
        for message in received:
            size += record_size(message, self.mapping.queue_arn)
            (self._left_over if batch and size > BATCH_LIMIT else batch).append(message)
        return size

    def _deliver(self, batch: Sequence[Message]) -> None:
        try:
            outcome = self.pool.invoke(to_event(batch, self.mapping.queue_arn))
            if outcome.error is not None and not self._stopping.is_set():
                print(f"{self.mapping.function}: {outcome.error}", file=sys.stderr)
            failed = failed_ids(self.mapping, outcome, frozenset(message.id for message in batch))
            self.aws.delete(self.url, [message for message in batch if message.id not in failed])
            retry_s = 0 if self._stopping.is_set() else self.retry_s
            self.aws.hide(self.url, [message for message in batch if message.id in failed], retry_s)
        except (BotoCoreError, ClientError) as problem:
            print(f"{self.mapping.queue_name}: messages stay hidden: {problem}", file=sys.stderr)
        finally:
            self._free.release()
