"""One market for each test."""

import pytest

from tests.unit.preview.market import SECRETS, market_of
from tests.world import World


@pytest.fixture
def market(monkeypatch, tmp_path):
    secrets = {f"connector/stores/{name}": secret for name, secret in SECRETS.items()}
    with market_of(World(monkeypatch, tmp_path, secrets=secrets)) as found:
        yield found
