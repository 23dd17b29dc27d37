"""The Salesforce side of the product, read from its SFDX source: own objects and fields, and permissions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import parse

from local.salesforce.schema import Access, Field, SObject, system_fields
from local.salesforce.standard_objects import currency_field
from local.salesforce.switches import Switches

_NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
_TYPES = {
    "Text": "string", "LongTextArea": "textarea", "TextArea": "textarea", "Html": "textarea", "Checkbox": "boolean",
    "Currency": "currency", "Number": "double", "Percent": "percent", "Date": "date", "DateTime": "datetime",
    "Email": "email", "Phone": "phone", "Url": "url", "Picklist": "picklist", "MultiselectPicklist": "multipicklist",
    "Lookup": "reference", "MasterDetail": "reference", "AutoNumber": "string", "EncryptedText": "string",
}  # fmt: skip
_LENGTHS = {"email": 80, "phone": 40, "url": 255, "textarea": 255, "picklist": 255, "multipicklist": 4099}
_ON_DELETE = {"Cascade": "cascade", "Restrict": "restrict", "SetNull": "clear"}


@dataclass(frozen=True)
class Permissions:
    """What the permission sets of the connected user grant; `granted` maps `Object.Field` to editable."""

    objects: dict[str, Access] = field(default_factory=dict)
    fields: dict[str, bool] = field(default_factory=dict)
    user: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Package:
    """Own objects, own fields of any object, and permissions (None when the source has no permission set)."""

    objects: tuple[SObject, ...] = ()
    fields: dict[str, dict[str, Field]] = field(default_factory=dict)
    permissions: Permissions | None = None


def _root(path: Path) -> Element:
    root = parse(path).getroot()
    if root is None:
        raise ValueError(f"{path} has no root element")
    return root


def read_package(root: Path, permission_set: str, switches: Switches) -> Package:
    """Read every object, field and permission set below `root`; an absent folder is an empty package.

    The user is assigned each permission set whose name starts with `permission_set`.
    """
    fields: dict[str, dict[str, Field]] = {}
    for path in sorted(root.glob("**/objects/*/fields/*.field-meta.xml")):
        each = read_field(_root(path))
        fields.setdefault(path.parent.parent.name, {})[each.name] = each
    objects = [
        _own_object(path.parent.name, _root(path), fields.pop(path.parent.name, {}), switches)
        for path in sorted(root.glob("**/objects/*__c/*.object-meta.xml"))
    ]
    sets = (
        sorted(root.glob(f"**/permissionsets/{permission_set}*.permissionset-meta.xml"))
        if permission_set
        else []
    )
    granted = _permissions(_root(path) for path in sets) if sets else None
    return Package(tuple(_numbered(objects)), fields, granted)


def _numbered(objects: Iterable[SObject]) -> Iterator[SObject]:
    for number, each in enumerate(sorted(objects, key=lambda x: x.name)):
        yield replace(each, prefix=f"a{number:02d}")


def _own_object(name: str, root: Element, fields: dict[str, Field], switches: Switches) -> SObject:
    own = {each.name: each for each in system_fields()}
    own["Name"] = _name_field(root)
    controlled = any(each.on_delete == "cascade" and each.required for each in fields.values())
    if not controlled:
        own["OwnerId"] = Field(
            "OwnerId", "reference", "Owner ID", 18, nillable=False, permissionable=False, defaulted=True,
            reference_to=("Group", "User"), relationship="Owner",
        )  # fmt: skip
    if switches.multi_currency:
        own["CurrencyIsoCode"] = currency_field(name, switches)
    own.update(fields)
    return SObject(name, "", _text(root, "label"), _text(root, "pluralLabel"), own, custom=True)


def _name_field(root: Element) -> Field:
    node = root.find(f"{_NAMESPACE}nameField")
    label = _text(node, "label") or "Name"
    if node is not None and _text(node, "type") == "AutoNumber":
        return Field(
            "Name", "string", label, 80, nillable=False, createable=False, updateable=False, permissionable=False,
            id_lookup=True, auto_number=_text(node, "displayFormat") or "{0}",
        )  # fmt: skip
    return Field("Name", "string", label, 80, permissionable=False, id_lookup=True)


def read_field(root: Element) -> Field:
    """One custom field from its `field-meta.xml`."""
    name, declared = _text(root, "fullName"), _text(root, "type")
    kind = _TYPES[declared]
    formula = bool(_text(root, "formula"))
    master = declared == "MasterDetail"
    required = _flag(root, "required") or master
    writable = not formula and declared != "AutoNumber"
    relationship = f"{name[:-3]}__r" if kind == "reference" else None
    children = _text(root, "relationshipName")
    scale = int(_text(root, "scale") or 0)
    return Field(
        name, kind, _text(root, "label"),
        length=_field_length(root, kind), precision=int(_text(root, "precision") or 0), scale=scale,
        nillable=not required and kind != "boolean", createable=writable,
        updateable=writable and (not master or _flag(root, "reparentableMasterDetail")),
        permissionable=not required, required=required,
        default=_default(root, kind), defaulted=_default(root, kind) is not None,
        reference_to=tuple(_texts(root, "referenceTo")), relationship=relationship,
        children=f"{children}__r" if children else None,
        on_delete="cascade" if master else _ON_DELETE[_text(root, "deleteConstraint") or "SetNull"],
        values=tuple(_values(root)), restricted=_text_of(root, "valueSet/restricted") == "true",
        unique=_flag(root, "unique"), case_sensitive=_flag(root, "caseSensitive"),
        external_id=_flag(root, "externalId"), id_lookup=_flag(root, "externalId"), custom=True,
        auto_number=(_text(root, "displayFormat") or "{0}") if declared == "AutoNumber" else None,
    )  # fmt: skip


def _field_length(root: Element, kind: str) -> int:
    if kind == "reference":
        return 18
    return int(_text(root, "length") or _LENGTHS.get(kind, 0))


def _default(root: Element, kind: str) -> str | bool | None:
    if kind == "boolean":
        return _text(root, "defaultValue") == "true"
    for value in root.findall(f"{_NAMESPACE}valueSet/{_NAMESPACE}valueSetDefinition/{_NAMESPACE}value"):
        if _flag(value, "default"):
            return _text(value, "fullName")
    return None


def _values(root: Element) -> Iterator[str]:
    for value in root.findall(f"{_NAMESPACE}valueSet/{_NAMESPACE}valueSetDefinition/{_NAMESPACE}value"):
        yield _text(value, "fullName")


def _permissions(roots: Iterable[Element]) -> Permissions:
    objects: dict[str, Access] = {}
    fields: dict[str, bool] = {}
    user: set[str] = set()
    for root in roots:
        for node in root.findall(f"{_NAMESPACE}objectPermissions"):
            flags = (_flag(node, name) for name in ("allowCreate", "allowRead", "allowEdit", "allowDelete"))
            objects[_text(node, "object")] = Access(*flags)
        for node in root.findall(f"{_NAMESPACE}fieldPermissions"):
            if _flag(node, "readable"):
                name = _text(node, "field")
                fields[name] = fields.get(name, False) or _flag(node, "editable")
        for node in root.findall(f"{_NAMESPACE}userPermissions"):
            if _flag(node, "enabled"):
                user.add(_text(node, "name"))
    return Permissions(objects, fields, frozenset(user))


def _text(node: Element | None, name: str) -> str:
    return "" if node is None else (node.findtext(f"{_NAMESPACE}{name}") or "").strip()


def _text_of(node: Element, path: str) -> str:
    return (node.findtext("/".join(f"{_NAMESPACE}{part}" for part in path.split("/"))) or "").strip()


def _texts(node: Element, name: str) -> list[str]:
    return [(each.text or "").strip() for each in node.findall(f"{_NAMESPACE}{name}")]


def _flag(node: Element, name: str) -> bool:
    return _text(node, name) == "true"
