"""Deterministic interleaving of workers: every external call waits until the schedule grants it.

A schedule is drawn from a seeded random generator, so a failing one is found again by its seed.
"""

import threading

import requests
from botocore.exceptions import ClientError

from tests.world import Crash


class Turnstile:
    """Runs workers (functions) in threads and lets one external call happen at a time, in an order that `rng` draws."""

    def __init__(self, world, rng, crash=0.0, fault=0.0):
        self._world, self._rng, self._crash, self._fault = world, rng, crash, fault
        self._condition = threading.Condition()
        self._waiting, self._granted, self._alive = {}, {}, set()
        self.calls = 0

    def run(self, workers):
        """Run all workers to their end; crashed ones just stop. Other exceptions are raised here."""
        self._problems = []
        threads = [threading.Thread(target=self._work, args=(i, w)) for i, w in enumerate(workers)]
        self._alive = set(range(len(threads)))
        self._world.gate = self._gate
        for thread in threads:
            thread.start()
        while self._grant():
            pass
        for thread in threads:
            thread.join()
        self._world.gate = lambda name, call: call()
        if self._problems:
            raise self._problems[0]

    def _work(self, index, worker):
        threading.current_thread().worker = index
        try:
            worker()
        except Crash:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again by `run`
            self._problems.append(error)
        finally:
            with self._condition:
                self._alive.discard(index)
                self._condition.notify_all()

    def _gate(self, name, call):
        index = threading.current_thread().worker
        with self._condition:
            self._waiting[index] = name
            self._condition.notify_all()
            self._condition.wait_for(lambda: index in self._granted)
            verdict = self._granted.pop(index)
        if verdict == "crash before":
            raise Crash(name)
        if verdict == "fault before":
            raise _fault(name)
        result = call()
        if verdict == "crash after":
            raise Crash(name)
        if verdict == "fault after":
            raise _fault(name)
        return result

    def _grant(self):
        with self._condition:
            self._condition.wait_for(lambda: not self._alive or set(self._waiting) == self._alive)
            if not self._alive:
                return False
            index = self._rng.choice(sorted(self._waiting))
            name = self._waiting.pop(index)
            self.calls += 1
            self._granted[index] = self._verdict(name)
            self._condition.notify_all()
            self._condition.wait_for(lambda: index in self._waiting or index not in self._alive)
            return True

    def _verdict(self, name):
        draw = self._rng.random()
        if draw < self._crash:
            return self._rng.choice(("crash before", "crash after"))
        if draw < self._crash + self._fault:
            return self._rng.choice(("fault before", "fault after"))
        return "go"


def _fault(name):
    """Salesforce times out; an AWS service throttles."""
    if name.startswith("salesforce"):
        return requests.ReadTimeout("no answer in time")
    return ClientError({"Error": {"Code": "ThrottlingException"}}, name)
