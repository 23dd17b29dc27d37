"""One small package for all tests, and a fresh org for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.salesforce_simulator.driver import Client
from tests.contract.salesforce_simulator.small_package import write_package


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_package(tmp_path_factory.mktemp("package"))


@pytest.fixture
def org(package: Path) -> Client:
    return Client(package)
