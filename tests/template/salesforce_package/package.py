"""The Salesforce package as the tests see it: its source files, fields, objects and permission sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element, parse

ROOT = Path(__file__).resolve().parents[3]
SALESFORCE = ROOT / "salesforce"
FORCE_APP = SALESFORCE / "force-app"
TEMPLATES = SALESFORCE / "templates"
NS = {"m": "http://soap.sforce.com/2006/04/metadata"}

# Standard fields that our list views, layouts and reports show. The schema knows no names of fields, so a
# typing error would come to light only in an org.
STANDARD_FIELDS = {
    "Order": {"OrderNumber", "AccountId", "EffectiveDate", "Status", "TotalAmount"},
    "Opportunity": {"Name", "AccountId", "Amount", "StageName"},
    "CampaignMember": {"CampaignId", "ContactId", "LeadId"},
}
ON_EVERY_OBJECT = {"Name", "OwnerId", "CreatedById", "LastModifiedById"}
# List views name standard columns otherwise than the API does.
ORDER_COLUMNS = {
    "ORDERS.ORDER_NUMBER", "ORDERS.EFFECTIVE_DATE", "ORDERS.STATUS", "ORDERS.TOTAL_AMOUNT",
    "SALES.ACCOUNT.NAME",
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One metadata file, parsed."""

    path: Path
    root: Element

    @property
    def name(self) -> str:
        """The component's name: the file's, without its suffix."""
        return self.path.name.split(".")[0]

    @property
    def object(self) -> str:
        """The object whose folder the file lies in."""
        return self.path.parent.parent.name

    def text(self, tag: str) -> str:
        return self.root.findtext(f"m:{tag}", "", NS)

    def texts(self, path: str) -> list[str]:
        steps = "/".join(f"m:{step}" for step in path.split("/"))
        return [each.text or "" for each in self.root.findall(steps, NS)]


@cache
def sources(pattern: str) -> tuple[Source, ...]:
    """Every file of the package whose name fits, sorted by path."""
    return tuple(Source(path, parse(path).getroot()) for path in sorted(FORCE_APP.rglob(pattern)))


def fields() -> tuple[Source, ...]:
    return sources("*.field-meta.xml")


def own_objects() -> tuple[Source, ...]:
    return sources("*.object-meta.xml")


@cache
def fields_of() -> dict[str, set[str]]:
    """Object -> names of the package's fields on it."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in fields():
        found[each.object].add(each.name)
    return dict(found)


def known_fields(sobject: str) -> set[str]:
    """Names that a page, list or report of an object may show."""
    return fields_of().get(sobject, set()) | STANDARD_FIELDS.get(sobject, set()) | ON_EVERY_OBJECT


def permission_sets(prefix: str) -> tuple[Source, ...]:
    return sources(f"{prefix}*.permissionset-meta.xml")


def granted_fields(prefix: str) -> dict[str, tuple[bool, bool]]:
    """`Object.Field` -> (readable, editable), over all permission sets whose name starts with `prefix`."""
    return {
        each.findtext("m:field", "", NS): (_true(each, "readable"), _true(each, "editable"))
        for one in permission_sets(prefix)
        for each in one.root.findall("m:fieldPermissions", NS)
    }


def granted_objects(prefix: str) -> dict[str, set[str]]:
    """Object -> what is allowed (`allowCreate`, ..., `viewAllRecords`)."""
    return {
        each.findtext("m:object", "", NS): set(_true_children(each))
        for one in permission_sets(prefix)
        for each in one.root.findall("m:objectPermissions", NS)
    }


def _true(node: Element, tag: str) -> bool:
    return node.findtext(f"m:{tag}", "", NS) == "true"


def _true_children(node: Element) -> Iterator[str]:
    return (child.tag.partition("}")[2] for child in node if child.text == "true")
