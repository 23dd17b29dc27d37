"""The org's objects as the connected user sees them: standard objects, the package, and what is granted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from local.salesforce.events.channels import read_channels
from local.salesforce.package import Package, Permissions, read_package
from local.salesforce.schema import Access, Field, Schema, SObject
from local.salesforce.standard_objects import standard_objects
from local.salesforce.switches import Switches

# Objects that need no object permission: every user can read them.
_OPEN = frozenset({"User", "Profile", "RecordType", "Organization", "CurrencyType", "DuplicateRule"})


class Org:
    """All that exists in the org (`everything`) and what the connected user sees of it (`schema`)."""

    def __init__(self, root: Path, permission_set: str, switches: Switches) -> None:
        package = read_package(root, permission_set, switches)
        merged = [_with_own_fields(each, package, switches) for each in standard_objects(switches)]
        self.everything = Schema([*merged, *package.objects])
        self.permissions = package.permissions
        self.schema = Schema(_visible(self.everything, package.permissions))
        self.channels = read_channels(root, self.everything)

    def may(self, user_permission: str) -> bool:
        """Whether the user holds a permission such as `ActivateOrder`; all of them without a permission set."""
        return self.permissions is None or user_permission in self.permissions.user

    def hidden(self) -> dict[str, list[str]]:
        """Fields that exist but that the user was not granted, by object; `*` is a whole object."""
        found: dict[str, list[str]] = {}
        for each in self.everything.objects.values():
            seen = self.schema.objects.get(each.name)
            names = ["*"] if seen is None else sorted(set(each.fields) - set(seen.fields))
            if names:
                found[each.name] = names
        return found


def _with_own_fields(sobject: SObject, package: Package, switches: Switches) -> SObject:
    own = dict(package.fields.get(sobject.name, {}))
    if switches.person_accounts and sobject.name == "Account":
        own.update(_person_fields(package.fields.get("Contact", {}), own))
    return replace(sobject, fields={**sobject.fields, **own}) if own else sobject


def _person_fields(contact_fields: dict[str, Field], own: dict[str, Field]) -> dict[str, Field]:
    """A Contact's own fields appear on person accounts as `X__pc`; a key is no key there."""
    found = {}
    for name, each in contact_fields.items():
        person = name[:-3] + "__pc"
        relationship = each.relationship and each.relationship[:-3] + "__pr"
        found[person] = replace(
            each,
            name=person,
            relationship=relationship,
            children=None,
            unique=False,
            external_id=False,
            id_lookup=False,
        )
    return {name: each for name, each in found.items() if name not in own}


def _visible(everything: Schema, permissions: Permissions | None) -> Iterator[SObject]:
    for each in everything.objects.values():
        if permissions is None:
            yield each
            continue
        access = _access(each, permissions)
        if access.read:
            fields = {
                name: seen for name, x in each.fields.items() if (seen := _granted(each, x, permissions))
            }
            yield replace(each, fields=fields, access=access)


def _access(sobject: SObject, permissions: Permissions) -> Access:
    """Object permissions; a child such as OrderItem has its parent's, and whoever edits that may delete it."""
    if sobject.name in _OPEN:
        return Access()
    granted = permissions.objects.get(sobject.governed_by or sobject.name, Access(False, False, False, False))
    if sobject.governed_by:
        return Access(create=granted.update, read=granted.read, update=granted.update, delete=granted.update)
    return granted


def _granted(sobject: SObject, field: Field, permissions: Permissions) -> Field | None:
    """The field as the user sees it, or None. Field permissions of an address name the compound field."""
    if not field.permissionable or sobject.name in _OPEN:
        return field
    grants = [
        permissions.fields.get(f"{sobject.name}.{name}") for name in (field.name, field.compound) if name
    ]
    if field.name.endswith("__pc"):
        grants.append(permissions.fields.get(f"Contact.{field.name[:-4]}__c"))
    known = [each for each in grants if each is not None]
    if not known:
        return None
    if any(known):
        return field
    return replace(field, createable=False, updateable=False)
