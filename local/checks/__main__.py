"""Runs the checks: python -m local.checks [NAME ...]; all of them without a name."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from local.checks.table import CHECKS, SURROUNDINGS, TREE


def say(message: str) -> None:
    """One line of progress."""
    print(message, file=sys.stderr, flush=True)


def passes(name: str, command: Sequence[str]) -> bool:
    """Runs one check; its output is shown only if it fails."""
    started = time.monotonic()
    say(f"check: {name} ...")
    try:
        ended = subprocess.run(
            command, cwd=TREE, env={**os.environ, **SURROUNDINGS}, check=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    except FileNotFoundError as error:
        say(f"check: {name} FAILED: {error.filename} is not installed; run it as ./dev check")
        return False
    verdict = "FAILED" if ended.returncode else "passed"
    if ended.returncode or "!!!!" in ended.stdout:  # the build's loud notices are shown even when it succeeds
        say(ended.stdout)
    say(f"check: {name} {verdict} ({time.monotonic() - started:.0f} s)")
    return ended.returncode == 0


def main(names: list[str]) -> int:
    """Runs the named checks, all of them even when one fails; returns the exit code."""
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        say(f"check: no check {unknown[0]!r}; there are: {', '.join(CHECKS)}")
        return 2
    failed = [name for name in names or CHECKS if not passes(name, CHECKS[name])]
    say(f"check: failed: {', '.join(failed)}" if failed else "check: all passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
