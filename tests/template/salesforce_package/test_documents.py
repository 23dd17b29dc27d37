"""The documents tell what the package is."""

from __future__ import annotations

import re

import pytest

from tests.template.salesforce_package.package import (
    FORCE_APP,
    ROOT,
    SALESFORCE,
    fields,
    own_objects,
    permission_sets,
    sources,
)

MODEL = (ROOT / "docs/data-model.md").read_text()
SETUP = (ROOT / "docs/salesforce-setup.md").read_text()
RELATION = re.compile(r"^ +(\w+) [|}]o--[|o]{1,2} (\w+) : (\w+)$", re.MULTILINE)


def test_diagram_shows_exactly_the_lookups_of_the_package() -> None:
    drawn = {(child, parent, name) for child, parent, name in RELATION.findall(MODEL) if name.endswith("__c")}
    lookups = [each for each in fields() if each.text("type") == "Lookup"]
    assert drawn == {(each.object, each.text("referenceTo"), each.name) for each in lookups}


def test_diagram_shows_every_object_that_carries_a_key() -> None:
    drawn = {name for child, parent, _ in RELATION.findall(MODEL) for name in (child, parent)}
    assert drawn == {each.object for each in fields()}


def test_table_of_objects_names_every_own_object() -> None:
    table = MODEL.partition("## Objects")[2]
    assert [each.name for each in own_objects() if each.name not in table] == []


@pytest.mark.parametrize("folder", sorted(path.name for path in FORCE_APP.iterdir()))
def test_setup_tells_when_to_deploy_each_folder(folder: str) -> None:
    assert f"force-app/{folder}" in SETUP


def test_setup_names_only_folders_that_exist() -> None:
    named = set(re.findall(r"(?:force-app|templates)/[\w-]+", SETUP))
    assert all((SALESFORCE / path).is_dir() for path in named)


def test_setup_assigns_every_permission_set_of_the_integration_user() -> None:
    named = set(re.findall(r"--name (\w+)", SETUP))
    assert named == {each.name for each in permission_sets("Storefront_Connector")}


def test_setup_names_the_order_lists_and_reports_by_their_labels() -> None:
    labels = [each.text("label") for each in sources("*.listView-meta.xml") if each.object == "Order"]
    labels += [each.text("name") for each in sources("*.report-meta.xml")]
    assert [label for label in labels if label not in SETUP] == []
