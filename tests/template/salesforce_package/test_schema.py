"""Every source file satisfies the Metadata API's schema, and the check can tell a broken file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.template.salesforce_package.metadata_schema import schema_errors
from tests.template.salesforce_package.package import FORCE_APP, SALESFORCE, TEMPLATES

FILES = sorted([*FORCE_APP.rglob("*"), *TEMPLATES.rglob("*")])
METADATA_FILES = [path for path in FILES if path.is_file()]
TYPES = {
    "app": "CustomApplication",
    "compactLayout": "CompactLayout",
    "eca": "ExternalClientApplication",
    "ecaGlblOauth": "ExtlClntAppGlobalOauthSettings",
    "ecaOauth": "ExtlClntAppOauthSettings",
    "ecaOauthPlcy": "ExtlClntAppOauthConfigurablePolicies",
    "eventRelay": "EventRelayConfig",
    "field": "CustomField",
    "layout": "Layout",
    "listView": "ListView",
    "namedCredential": "NamedCredential",
    "object": "CustomObject",
    "permissionset": "PermissionSet",
    "platformEventChannel": "PlatformEventChannel",
    "platformEventChannelMember": "PlatformEventChannelMember",
    "report": "Report",
    "reportFolder": "ReportFolder",
    "reportType": "ReportType",
    "tab": "CustomTab",
}

KEY = FORCE_APP / "main/default/objects/Order/fields/Storefront_Key__c.field-meta.xml"
BROKEN = {
    "unknown element": (b"<externalId>true</externalId>", b"<externalKey>true</externalKey>"),
    "unknown value": (b"<type>Text</type>", b"<type>String</type>"),
    "wrong order": (
        b"<type>Text</type>\n    <unique>true</unique>",
        b"<unique>true</unique>\n    <type>Text</type>",
    ),
    "not a number": (b"<length>255</length>", b"<length>long</length>"),
}


def test_the_package_is_found() -> None:
    assert len(METADATA_FILES) > 300


@pytest.mark.parametrize("path", METADATA_FILES, ids=lambda path: str(path.relative_to(SALESFORCE)))
def test_file_satisfies_the_metadata_schema(path: Path) -> None:
    assert schema_errors(path.read_bytes()) == []


@pytest.mark.parametrize("path", METADATA_FILES, ids=lambda path: str(path.relative_to(SALESFORCE)))
def test_suffix_tells_the_type_of_the_file(path: Path) -> None:
    """The command line tools choose the metadata type by the suffix, not by what is inside."""
    suffix = path.name.removesuffix("-meta.xml").rpartition(".")[2]
    assert path.name.endswith("-meta.xml")
    assert f"<{TYPES[suffix]} " in path.read_text()


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_file_is_refused(fault: str) -> None:
    good, bad = BROKEN[fault]
    source = KEY.read_bytes()
    assert good in source
    assert schema_errors(source.replace(good, bad))


def test_project_names_the_folders_and_a_version() -> None:
    project = json.loads((SALESFORCE / "sfdx-project.json").read_text())
    assert [each["path"] for each in project["packageDirectories"]] == ["force-app", "templates"]
    assert all((SALESFORCE / each["path"]).is_dir() for each in project["packageDirectories"])
    assert project["sourceApiVersion"] == "66.0"
