"""Runs a program that ends when the stack does, however the stack ends.

    python tether.py kernel|guard STACK_PID COMMAND [ARGUMENT ...]

`kernel`, for Linux: the kernel is asked to kill the program with its parent, and the program replaces this process.
`guard`: this process stays, and kills the program when its standard input, a pipe from the stack, closes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence

SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


def tie_to_parent(parent: int) -> None:
    import ctypes

    if ctypes.CDLL(None, use_errno=True).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl refused the parent death signal")
    if os.getppid() != parent:  # it died before the kernel was asked
        raise SystemExit(1)


def guard(command: Sequence[str]) -> int:
    """Waits for the program, hands a request to end on to it, and kills it when the stack is gone."""
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda _number, _frame: program.terminate())

    def watch() -> None:
        sys.stdin.buffer.read()
        program.kill()

    threading.Thread(target=watch, daemon=True).start()
    return program.wait()


def main(arguments: Sequence[str]) -> None:
    mode, parent, command = arguments[0], int(arguments[1]), list(arguments[2:])
    if mode == "kernel":
        tie_to_parent(parent)
        os.execvpe(command[0], command, os.environ)  # noqa: S606 - the command is the stack's own
    code = guard(command)
    raise SystemExit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main(sys.argv[1:])
