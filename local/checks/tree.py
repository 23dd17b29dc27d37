"""Checks what git would hand to the next person: no host names in locks, no path of one machine, no secret."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from local.checks.table import TREE

# A lock names versions and hashes; where packages come from is each machine's own affair.
HOST = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host")
# Home and working folders of one machine; /opt, /tmp and /var are Lambda's own.
MACHINE_PATH = re.compile(r"(?<![\w.$}/~-])/(?:home|root|Users|work|private/var)/[\w.-]+")
SECRET = re.compile(
    r"AKIA[0-9A-Z]{16}|shp(?:at|ss|ca|pa)_[0-9a-f]{32}|-----BEGIN (?:RSA |EC )?PRIVATE KEY-----|[cs][ks]_[0-9a-f]{40}"
)
TEXT_LIMIT = 2_000_000


def tracked(tree: Path) -> list[Path]:
    """The files that git has or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - git is on PATH
        cwd=tree, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return [tree / name for name in listed.split("\0") if name and (tree / name).is_file()]


def texts(files: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Files with their text; what is not UTF-8 is none."""
    for file in files:
        if file.stat().st_size > TEXT_LIMIT:
            continue
        content = file.read_bytes()
        if b"\0" not in content:
            yield file, content.decode("utf-8", "replace")


def matches(pattern: re.Pattern[str], file: Path, text: str, finding: str) -> list[str]:
    """Each line that matches, with its place."""
    return [
        f"{file}:{number}: {finding}: {line.strip()[:120]}"
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def is_lock(file: Path) -> bool:
    """Whether a file pins packages."""
    return file.parent.name == "requirements" and file.suffix == ".txt"


def find_all(files: Iterable[Path]) -> list[str]:
    """All findings in these files."""
    findings: list[str] = []
    for file, text in texts(files):
        if is_lock(file):
            findings += matches(HOST, file, text, "names a host")
        findings += matches(MACHINE_PATH, file, text, "is a path of one machine")
        findings += matches(SECRET, file, text, "looks like a secret")
    return findings


def main() -> int:
    """Prints the findings; returns the exit code."""
    findings = find_all(tracked(TREE))
    print("\n".join(findings))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
