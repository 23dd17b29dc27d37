"""A small deployment with one of each trigger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack.running import RunningStack, running_stack

TEMPLATE = Path(__file__).parent / "tiny" / "template.yaml"


@pytest.fixture(scope="session")
def tiny() -> Iterator[RunningStack]:
    with running_stack(["--template", str(TEMPLATE)]) as running:
        yield running
