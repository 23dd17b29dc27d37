"""One laptop stack for all flow tests of a session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack.running import RunningStack, running_stack

SETTINGS = Path(__file__).parent / "settings"


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """The whole deployment with its simulators, on tests/flows/settings where that exists."""
    arguments = ["--settings", str(SETTINGS)] if SETTINGS.is_dir() else []
    with running_stack(arguments) as running:
        yield running
