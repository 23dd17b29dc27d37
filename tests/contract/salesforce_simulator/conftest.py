"""One small package for all tests, a fresh org for each, and a note of the rules that each reaches."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.salesforce.bulk.sheets import Unreadable
from local.salesforce.errors import ApiError, OAuthError
from local.salesforce.lookup import MultipleMatches
from tests.contract.salesforce_simulator.driver import Client
from tests.contract.salesforce_simulator.rules import Reached
from tests.contract.salesforce_simulator.small_package import (
    write_channel,
    write_field,
    write_package,
    write_platform_event,
)

HEARD = (
    "AccountChangeEvent", "ContactChangeEvent", "LeadChangeEvent", "OrderChangeEvent", "OpportunityChangeEvent",
    "CampaignMemberChangeEvent", "Parcel__ChangeEvent",
)  # fmt: skip


NEEDS_RECORDINGS = ("test_recorded_exchanges.py", "test_recorded_describes.py")
ABOUT_ALL = "test_each_rule_is_reached_by_a_test"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks back at all tests of this folder comes after them."""
    items.sort(key=lambda item: item.name == ABOUT_ALL)


@pytest.fixture(scope="session")
def reached() -> Reached:
    return Reached()


@pytest.fixture(autouse=True)
def noted(request: pytest.FixtureRequest, reached: Reached, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes which rule each refusal comes from. Recordings may not be shipped, so they hold no rule."""
    if request.path.name in NEEDS_RECORDINGS:
        return
    for kind in (ApiError, OAuthError, Unreadable, MultipleMatches):
        plain = kind.__init__

        def noting(self, *given, plain=plain, **named):
            reached.note(request.node.nodeid)
            plain(self, *given, **named)

        monkeypatch.setattr(kind, "__init__", noting)


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_package(tmp_path_factory.mktemp("package"))


@pytest.fixture
def org(package: Path) -> Client:
    return Client(package)


@pytest.fixture(scope="session")
def loud_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small package with a channel for change events and one for a platform event."""
    root = write_package(tmp_path_factory.mktemp("loud"))
    write_channel(root, {**dict.fromkeys(HEARD, ()), "OrderChangeEvent": ("Storefront_Key__c", "PoNumber")})
    write_platform_event(root, "Refund_Wanted__e")
    write_field(
        root,
        "Refund_Wanted__e",
        "Order_Key__c",
        "<type>Text</type><length>20</length><required>true</required>",
    )
    write_field(
        root, "Refund_Wanted__e", "Amount__c", "<type>Number</type><precision>10</precision><scale>2</scale>"
    )
    return write_channel(root, {"Refund_Wanted__e": ()}, kind="event", name="Commands")


@pytest.fixture
def heard(loud_package: Path) -> Client:
    """An org whose changes are heard."""
    return Client(loud_package)
