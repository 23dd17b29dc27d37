"""Secrets are read seldom, and renewed soon enough."""

import pytest

from connector.errors import Parked
from connector.sync.secrets import CACHE_SECONDS, EARLY_SECONDS, Secrets
from tests.fakes.aws import Vault


class Counting(Vault):
    reads = 0

    def get_secret_value(self, *, SecretId):
        self.reads += 1
        return super().get_secret_value(SecretId=SecretId)


@pytest.fixture
def vault():
    return Counting({"connector/a": {"key": "1"}})


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def secrets(vault, clock):
    return Secrets(lambda: vault, lambda: clock[0])


def test_secret_is_read_once_within_its_time(secrets, vault, clock):
    for clock[0] in (0.0, 1.0, CACHE_SECONDS - 1):
        assert secrets.read("connector/a") == {"key": "1"}
    assert vault.reads == 1


def test_rotation_is_noticed_after_that(secrets, vault, clock):
    secrets.read("connector/a")
    vault.secrets["connector/a"] = {"key": "2"}
    clock[0] = CACHE_SECONDS + 1
    assert secrets.read("connector/a") == {"key": "2"}


def test_renewal_reads_early_but_not_at_every_forgery(secrets, vault, clock):
    secrets.read("connector/a")
    vault.secrets["connector/a"] = {"key": "2"}
    clock[0] = EARLY_SECONDS - 1
    assert secrets.renew("connector/a") is None
    clock[0] = EARLY_SECONDS + 1
    assert secrets.renew("connector/a") == {"key": "2"}
    assert secrets.renew("connector/a") is None
    assert (secrets.read("connector/a"), vault.reads) == ({"key": "2"}, 2)


def test_missing_secret_is_parked_each_time_and_never_remembered(secrets, vault):
    with pytest.raises(Parked, match="no secret connector/b"):
        secrets.read("connector/b")
    vault.secrets["connector/b"] = {"key": "3"}
    assert secrets.read("connector/b") == {"key": "3"}
