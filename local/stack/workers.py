"""Function processes under the real Lambda runtime client, and the pool that shares them out."""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from pathlib import Path

from local.stack import processes
from local.stack.aws import CREDENTIALS
from local.stack.deployment import Function, is_settings_layer
from local.stack.names import REGION
from local.stack.processes import Child, StartupError
from local.stack.runtime_api import Invocation, Outcome, RuntimeApi

SHORTEST_TIMEOUT_S = 15  # a busy laptop is slower than Lambda
INIT_PATIENCE_S = 60
PORTABLE_RUNTIME_CLIENT = Path(__file__).with_name("portable")
# What a function may need of this machine to reach real hosts.
PASSED_ON = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTPS_PROXY", "https_proxy")


def laptop_timeout_s(function: Function) -> float:
    """A third of the template's, so that a hanging function shows soon."""
    return max(SHORTEST_TIMEOUT_S, function.timeout_s / 3)


@dataclass(frozen=True)
class Surroundings:
    """What every function process gets besides what the template declares."""

    aws_url: str
    settings: Path | None
    logs: Path
    variables: Mapping[str, str]

    def environment(self, function: Function, runtime_address: str) -> dict[str, str]:
        """Environment variables as Lambda sets them (its developer guide, 'Defined runtime variables')."""
        folders = [function.folder, *(layer for layer in function.layers if not is_settings_layer(layer))]
        if importlib.util.find_spec("runtime_client") is None:
            folders.append(PORTABLE_RUNTIME_CLIENT)
        environment = {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            **CREDENTIALS,
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "NO_PROXY": "127.0.0.1,localhost",
            "PYTHONPATH": os.pathsep.join(map(str, folders)),
            "PYTHONUNBUFFERED": "1",
            "LAMBDA_TASK_ROOT": str(function.folder),
            "_HANDLER": function.handler,
            "AWS_LAMBDA_RUNTIME_API": runtime_address,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": function.flow,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info[0]}.{sys.version_info[1]}",
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }
        if function.json_logs:
            environment["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        if function.log_level:
            environment["AWS_LAMBDA_LOG_LEVEL"] = function.log_level
        environment |= function.environment
        if self.settings and any(is_settings_layer(layer) for layer in function.layers):
            environment["CONNECTOR_SETTINGS_DIR"] = str(self.settings)
        return {**environment, **self.variables, "AWS_ENDPOINT_URL": self.aws_url}


class Worker:
    """One process of a function; it serves one invocation at a time."""

    def __init__(self, function: Function, surroundings: Surroundings) -> None:
        self.function = function
        self.api = RuntimeApi(function.arn)
        self.child: Child = processes.start(
            function.flow,
            [sys.executable, "-m", "awslambdaric", function.handler],
            surroundings.environment(function, self.api.address),
            surroundings.logs / f"{function.flow}.log",
            folder=function.folder,
        )
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        code = self.child.process.wait()
        self.api.abandon(f"Runtime.ExitError: the process ended with exit code {code}")
        self.api.ready.set()

    @property
    def alive(self) -> bool:
        return self.child.process.poll() is None and self.api.init_error is None

    def wait_ready(self) -> None:
        """Returns once the handler is loaded; raises StartupError when it cannot be."""
        if not self.api.ready.wait(INIT_PATIENCE_S) or not self.alive:
            reason = self.api.init_error or "the process ended or hangs"
            self.stop()
            raise StartupError(f"{self.function.flow} does not start: {reason}\n{self.child.last_words()}")

    def invoke(self, event: bytes) -> Outcome:
        """Runs the handler on the event; kills the process when it takes too long."""
        timeout_s = laptop_timeout_s(self.function)
        started = threading.Event()
        invocation = Invocation(str(uuid.uuid4()), event, timeout_s, started.set)
        self.api.offer(invocation)
        until = time.monotonic() + INIT_PATIENCE_S
        while not started.wait(0.05) and self.alive and time.monotonic() < until:
            pass
        if not started.is_set():
            self.stop()
            return Outcome(
                error=self.api.init_error or "Runtime.ExitError: the process ended before it began"
            )
        try:
            return invocation.outcome.result(timeout_s)
        except FutureTimeout:
            self.stop()
            return Outcome(error=f"Sandbox.Timedout: Task timed out after {timeout_s:.2f} seconds")

    def stop(self) -> None:
        self.child.kill()
        self.api.close()


class Pool:
    """The processes of one function: one at first, more while all are busy, never above the limit."""

    def __init__(self, function: Function, limit: int, surroundings: Surroundings) -> None:
        self.function = function
        self.limit = limit
        self._start: Callable[[], Worker] = lambda: Worker(function, surroundings)
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._starting = 0
        self._stopped = False
        self._changed = threading.Condition()

    def warm(self) -> None:
        """Starts the first process and waits for its handler; raises StartupError."""
        worker = self._start()
        with self._changed:
            self._all.add(worker)
        worker.wait_ready()
        self._give_back(worker)

    def invoke(self, event: bytes, patience_s: float | None = None) -> Outcome:
        """Runs the event on a free process; an error outcome when none gets free within the patience."""
        worker = self._take(patience_s)
        if worker is None:
            return Outcome(error="TooManyRequestsException: Rate exceeded")
        try:
            return worker.invoke(event)
        finally:
            self._give_back(worker)

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            workers = list(self._all)
            self._changed.notify_all()
        for worker in workers:
            worker.stop()

    def _take(self, patience_s: float | None) -> Worker | None:
        with self._changed:
            free = self._changed.wait_for(
                lambda: self._stopped or self._idle or len(self._all) + self._starting < self.limit,
                patience_s,
            )
            if not free or self._stopped:
                return None
            if self._idle:
                return self._idle.pop()
            self._starting += 1
        try:
            worker = self._start()
        finally:
            with self._changed:
                self._starting -= 1
        with self._changed:
            self._all.add(worker)
        return worker

    def _give_back(self, worker: Worker) -> None:
        with self._changed:
            if worker.alive and not self._stopped:
                self._idle.append(worker)
            else:
                self._all.discard(worker)
            self._changed.notify()
        if not worker.alive:
            worker.stop()
