"""One small package for all tests, and a fresh org for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.salesforce_simulator.driver import Client
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
