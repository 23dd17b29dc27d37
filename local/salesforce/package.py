"""The Salesforce side of the product, read from its SFDX source: own objects and fields, and permissions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree.ElementTree import Element

from local.salesforce.metadata import flag, read_root, text, texts, within
from local.salesforce.schema import Access, Field, SObject, system_fields
from local.salesforce.standard_objects import currency_field
from local.salesforce.switches import Switches

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


def read_package(root: Path, permission_set: str, switches: Switches) -> Package:
    """Read every object, field and permission set below `root`; an absent folder is an empty package.

    The user is assigned each permission set whose name starts with `permission_set`.
    """
    fields: dict[str, dict[str, Field]] = {}
    for path in sorted(root.glob("**/objects/*/fields/*.field-meta.xml")):
        each = read_field(read_root(path))
        fields.setdefault(path.parent.parent.name, {})[each.name] = each
    objects = [
        _own_object(path.parent.name, read_root(path), fields.pop(path.parent.name, {}), switches)
        for path in sorted(root.glob("**/objects/*__c/*.object-meta.xml"))
    ]
    events = [
        platform_event(path.parent.name, read_root(path), fields.pop(path.parent.name, {}))
        for path in sorted(root.glob("**/objects/*__e/*.object-meta.xml"))
    ]
    sets = (
        sorted(root.glob(f"**/permissionsets/{permission_set}*.permissionset-meta.xml"))
        if permission_set
        else []
    )
    granted = _permissions(read_root(path) for path in sets) if sets else None
    return Package((*_numbered(objects, "a"), *_numbered(events, "e")), fields, granted)


def _numbered(objects: Iterable[SObject], letter: str) -> Iterator[SObject]:
    for number, each in enumerate(sorted(objects, key=lambda x: x.name)):
        yield replace(each, prefix=f"{letter}{number:02d}")


def platform_event(name: str, root: Element, fields: dict[str, Field]) -> SObject:
    """A platform event: it can only be published, and field permissions do not apply to it."""
    if text(root, "publishBehavior") == "PublishImmediately":
        raise ValueError(f"{name}: the simulator knows only events that are published after the commit")
    own = {each.name: each for each in system_fields() if each.name in {"CreatedDate", "CreatedById"}}
    own.update({each: replace(field, permissionable=False) for each, field in fields.items()})
    return SObject(
        name, "", text(root, "label"), text(root, "pluralLabel"), own,
        name_field=None, custom=True, is_event=True, allows=frozenset({"create"}),
    )  # fmt: skip


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
    return SObject(name, "", text(root, "label"), text(root, "pluralLabel"), own, custom=True)


def _name_field(root: Element) -> Field:
    node = next(iter(within(root, "nameField")), None)
    label = text(node, "label") or "Name"
    if node is not None and text(node, "type") == "AutoNumber":
        return Field(
            "Name", "string", label, 80, nillable=False, createable=False, updateable=False, permissionable=False,
            id_lookup=True, auto_number=text(node, "displayFormat") or "{0}",
        )  # fmt: skip
    return Field("Name", "string", label, 80, permissionable=False, id_lookup=True)


def read_field(root: Element) -> Field:
    """One custom field from its `field-meta.xml`."""
    name, declared = text(root, "fullName"), text(root, "type")
    kind = _TYPES[declared]
    formula = bool(text(root, "formula"))
    master = declared == "MasterDetail"
    required = flag(root, "required") or master
    writable = not formula and declared != "AutoNumber"
    relationship = f"{name[:-3]}__r" if kind == "reference" else None
    children = text(root, "relationshipName")
    scale = int(text(root, "scale") or 0)
    return Field(
        name, kind, text(root, "label"),
        length=_field_length(root, kind), precision=int(text(root, "precision") or 0), scale=scale,
        nillable=not required and kind != "boolean", createable=writable,
        updateable=writable and (not master or flag(root, "reparentableMasterDetail")),
        permissionable=not required, required=required,
        default=_default(root, kind), defaulted=_default(root, kind) is not None,
        reference_to=tuple(texts(root, "referenceTo")), relationship=relationship,
        children=f"{children}__r" if children else None,
        on_delete="cascade" if master else _ON_DELETE[text(root, "deleteConstraint") or "SetNull"],
        values=tuple(_values(root)), restricted=text(root, "valueSet/restricted") == "true",
        unique=flag(root, "unique"), case_sensitive=flag(root, "caseSensitive"),
        external_id=flag(root, "externalId"), id_lookup=flag(root, "externalId"), custom=True,
        auto_number=(text(root, "displayFormat") or "{0}") if declared == "AutoNumber" else None,
    )  # fmt: skip


def _field_length(root: Element, kind: str) -> int:
    if kind == "reference":
        return 18
    return int(text(root, "length") or _LENGTHS.get(kind, 0))


def _default(root: Element, kind: str) -> str | bool | None:
    if kind == "boolean":
        return text(root, "defaultValue") == "true"
    for value in within(root, "valueSet/valueSetDefinition/value"):
        if flag(value, "default"):
            return text(value, "fullName")
    return None


def _values(root: Element) -> Iterator[str]:
    for value in within(root, "valueSet/valueSetDefinition/value"):
        yield text(value, "fullName")


def _permissions(roots: Iterable[Element]) -> Permissions:
    objects: dict[str, Access] = {}
    fields: dict[str, bool] = {}
    user: set[str] = set()
    for root in roots:
        for node in within(root, "objectPermissions"):
            flags = (flag(node, name) for name in ("allowCreate", "allowRead", "allowEdit", "allowDelete"))
            objects[text(node, "object")] = Access(*flags)
        for node in within(root, "fieldPermissions"):
            if flag(node, "readable"):
                name = text(node, "field")
                fields[name] = fields.get(name, False) or flag(node, "editable")
        for node in within(root, "userPermissions"):
            if flag(node, "enabled"):
                user.add(text(node, "name"))
    return Permissions(objects, fields, frozenset(user))
