"""The change channel, and the templates that need values of the merchant's own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.template.salesforce_package.package import (
    FORCE_APP,
    SALESFORCE,
    TEMPLATES,
    Source,
    known_fields,
    sources,
)

MEMBERS = sources("*.platformEventChannelMember-meta.xml")
PLACEHOLDER = re.compile(r"STOREFRONT_[A-Z_]+")
REPLACEMENTS = json.loads((SALESFORCE / "sfdx-project.json").read_text())["replacements"]


def _entity(each: Source) -> str:
    selected = each.text("selectedEntity")
    return selected.removesuffix("ChangeEvent") + ("c" if "__" in selected else "")


def test_channel_carries_no_more_entities_than_are_free_of_charge() -> None:
    """Without the add-on an org may select five entities, over all channels."""
    assert sorted(map(_entity, MEMBERS)) == [
        "CampaignMember", "Contact", "Order", "Product2", "Storefront_Stock_Level__c",
    ]  # fmt: skip


@pytest.mark.parametrize("each", MEMBERS, ids=lambda each: each.name)
def test_member_belongs_to_the_channel_and_brings_the_key(each: Source) -> None:
    [channel] = sources("*.platformEventChannel-meta.xml")
    enriched = each.texts("enrichedFields/name")
    assert each.text("eventChannel") == channel.name
    assert channel.name.endswith("__chn")
    assert "Storefront_Key__c" in enriched
    assert set(enriched) <= known_fields(_entity(each))
    assert len(enriched) <= 10
    assert each.name == f"Storefront_Sync_chn_{each.text('selectedEntity').replace('__', '_')}"


def test_change_feed_can_be_left_out() -> None:
    """Editions without change data capture deploy the rest, so nothing else may name the channel."""
    [channel] = sources("*.platformEventChannel-meta.xml")
    users = {path.parts[len(SALESFORCE.parts) + 1] for path in _files_with(channel.name)}
    assert users == {"changes", "event-relay"}


def test_relay_starts_stopped_and_uses_the_shipped_names() -> None:
    """An event relay that is created in any other state than STOP is refused."""
    relay = (TEMPLATES / "event-relay/eventRelays/Storefront_Sync_Relay.eventRelay-meta.xml").read_text()
    assert "<state>STOP</state>" in relay
    assert "<eventChannel>Storefront_Sync__chn</eventChannel>" in relay
    assert "<destinationResourceName>callout:Storefront_EventBridge</destinationResourceName>" in relay
    credentials = TEMPLATES / "event-relay/namedCredentials"
    assert (credentials / "Storefront_EventBridge.namedCredential-meta.xml").is_file()


def test_every_placeholder_is_replaced_from_the_environment_on_deployment() -> None:
    found = {
        (str(path.relative_to(SALESFORCE)), name)
        for path in TEMPLATES.rglob("*-meta.xml")
        for name in PLACEHOLDER.findall(path.read_text())
    }
    assert found == {(each["filename"], each["stringToReplace"]) for each in REPLACEMENTS}
    assert all(each["replaceWithEnv"] == each["stringToReplace"] for each in REPLACEMENTS)


def test_package_itself_holds_no_placeholder() -> None:
    assert [path for path in FORCE_APP.rglob("*.xml") if PLACEHOLDER.search(path.read_text())] == []


def test_no_secret_is_kept_in_the_source() -> None:
    """A retrieved app would bring its consumer key and secret along."""
    secrets = re.compile(r"<(consumerKey|consumerSecret|awsAccessSecret|password|certificate)>")
    assert [path.name for path in SALESFORCE.rglob("*.xml") if secrets.search(path.read_text())] == []


def _files_with(text: str) -> list[Path]:
    return [path for path in SALESFORCE.rglob("*.xml") if text in path.read_text()]
