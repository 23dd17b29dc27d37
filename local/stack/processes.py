"""Child processes that never outlive the stack."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

TETHER = Path(__file__).with_name("tether.py")
LOOPBACK = "127.0.0.1"

# Linux ends a tethered child when the *thread* that started it ends, so one lasting thread starts them all.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")


class StartupError(Exception):
    """A part of the stack did not start; the message says which and why."""


@dataclass(frozen=True)
class Child:
    """A running program and the file that holds what it wrote."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self, grace_s: float) -> None:
        """Asks to end, then ends."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(grace_s)
            except subprocess.TimeoutExpired:
                self.kill()
        self._close()

    def _close(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()

    def kill(self) -> None:
        """Ends the program and, where the tether stays beside it, the tether."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._close()

    def last_words(self) -> str:
        return "\n".join(self.log.read_text("utf-8", errors="replace").splitlines()[-15:])


def start(
    name: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    folder: Path | None = None,
    stdout: int | None = None,
) -> Child:
    """Starts a program tied to this process's life; it writes to `log` unless `stdout` says otherwise."""
    return _starter.submit(_start, name, command, environment, log, folder, stdout).result()


def _start(
    name: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    folder: Path | None,
    stdout: int | None,
) -> Child:
    tether = os.environ.get("LOCAL_TETHER") or ("kernel" if sys.platform == "linux" else "guard")
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [sys.executable, "-S", "-E", str(TETHER), tether, str(os.getpid()), *command],
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.PIPE,  # its end tells the tether that this process is gone
            stdout=sink if stdout is None else stdout,
            stderr=sink,
            start_new_session=True,  # so that Ctrl-C reaches the stack alone, which then stops in order
        )
    return Child(name, process, log)


def start_announced(
    name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, patience_s: float = 30
) -> tuple[Child, Mapping[str, object]]:
    """Starts a program that prints one line of JSON when it is ready, and gives that line."""
    child = start(name, command, environment, log, stdout=subprocess.PIPE)
    output = child.process.stdout
    if output is None:
        raise StartupError(f"{name} has no output to announce itself on")
    lines: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_copy_lines, args=(output, lines, log), daemon=True).start()
    try:
        first = lines.get(timeout=patience_s)
        announced = json.loads(first)
    except (queue.Empty, ValueError) as problem:
        child.kill()
        raise StartupError(f"{name} did not say that it is ready:\n{child.last_words()}") from problem
    return child, announced


def _copy_lines(output: IO[bytes], lines: queue.Queue[bytes], log: Path) -> None:
    with output, log.open("ab", buffering=0) as sink:
        lines.put(output.readline())
        for line in output:
            sink.write(line)


def wait_until(done: Callable[[], bool], child: Child, patience_s: float) -> None:
    """Returns when `done` says so; raises StartupError when the child ends or the patience does."""
    until = time.monotonic() + patience_s
    while not done():
        if child.process.poll() is not None or time.monotonic() > until:
            child.kill()
            raise StartupError(f"{child.name} did not start:\n{child.last_words()}")
        time.sleep(0.02)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) == 0
