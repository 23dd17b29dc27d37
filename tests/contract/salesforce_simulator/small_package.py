"""A small Salesforce source tree, written where a test wants it."""

from __future__ import annotations

from pathlib import Path

_OPEN = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
KEYED = (
    "Account", "Contact", "Lead", "Opportunity", "OpportunityLineItem", "Order", "OrderItem", "Product2",
    "Pricebook2", "PricebookEntry", "Case", "Campaign", "CampaignMember", "Quote", "Asset", "Parcel__c",
)  # fmt: skip
_KEY = (
    "<type>Text</type><length>255</length><unique>true</unique><caseSensitive>true</caseSensitive>"
    "<externalId>true</externalId>"
)
_COLOURS = "".join(
    f"<value><fullName>{each}</fullName><default>{str(each == 'red').lower()}</default></value>"
    for each in ("red", "blue")
)


def write_package(root: Path) -> Path:
    """Keys on standard objects, and one own object with a field of each kind that rules look at."""
    for name in KEYED:
        write_field(root, name, "Storefront_Key__c", _KEY)
    write_object(root, "Parcel__c")
    write_object(
        root,
        "Label__c",
        name_field="<displayFormat>LAB-{0000}</displayFormat><label>No.</label><type>AutoNumber</type>",
    )
    write_field(
        root,
        "Parcel__c",
        "Colour__c",
        f"<type>Picklist</type><valueSet><restricted>true</restricted><valueSetDefinition><sorted>false</sorted>{_COLOURS}</valueSetDefinition></valueSet>",
    )
    write_field(root, "Parcel__c", "Weight__c", "<type>Number</type><precision>6</precision><scale>2</scale>")
    write_field(root, "Parcel__c", "Insured__c", "<type>Checkbox</type><defaultValue>true</defaultValue>")
    write_field(root, "Parcel__c", "Sent__c", "<type>DateTime</type>")
    write_field(root, "Parcel__c", "Due__c", "<type>Date</type>")
    write_field(
        root,
        "Parcel__c",
        "Notes__c",
        "<type>LongTextArea</type><length>1000</length><visibleLines>3</visibleLines>",
    )
    write_field(
        root, "Parcel__c", "Carrier__c", "<type>Text</type><length>20</length><required>true</required>"
    )
    write_field(root, "Parcel__c", "Receiver__c", "<type>Email</type>")
    write_field(
        root,
        "Parcel__c",
        "Nickname__c",
        "<type>Text</type><length>20</length><unique>true</unique><caseSensitive>false</caseSensitive>",
    )
    write_field(
        root, "Parcel__c", "Batch__c", "<type>Text</type><length>20</length><externalId>true</externalId>"
    )
    write_field(
        root,
        "Parcel__c",
        "Order__c",
        "<type>Lookup</type><deleteConstraint>SetNull</deleteConstraint><referenceTo>Order</referenceTo><relationshipName>Parcels</relationshipName>",
    )
    write_field(
        root,
        "Label__c",
        "Parcel__c",
        "<type>MasterDetail</type><referenceTo>Parcel__c</referenceTo><relationshipName>Labels</relationshipName>",
    )
    return root


def write_channel(
    root: Path, members: dict[str, tuple[str, ...]], kind: str = "data", name: str = "Sync"
) -> Path:
    """A channel that selects events, each with the fields that enrich it."""
    _write(
        root / "platformEventChannels" / f"{name}__chn.platformEventChannel-meta.xml",
        f"<PlatformEventChannel {_NAMESPACE}><channelType>{kind}</channelType><label>{name}</label>"
        "</PlatformEventChannel>",
    )
    for event, fields in members.items():
        enriched = "".join(f"<enrichedFields><name>{each}</name></enrichedFields>" for each in fields)
        _write(
            root / "platformEventChannelMembers" / f"{name}_{event}.platformEventChannelMember-meta.xml",
            f"<PlatformEventChannelMember {_NAMESPACE}>{enriched}<eventChannel>{name}__chn</eventChannel>"
            f"<selectedEntity>{event}</selectedEntity></PlatformEventChannelMember>",
        )
    return root


def write_platform_event(root: Path, name: str, behaviour: str = "PublishAfterCommit") -> None:
    label = name.removesuffix("__e")
    _write(
        root / "objects" / name / f"{name}.object-meta.xml",
        f"<CustomObject {_NAMESPACE}><eventType>HighVolume</eventType><label>{label}</label>"
        f"<pluralLabel>{label}s</pluralLabel><publishBehavior>{behaviour}</publishBehavior></CustomObject>",
    )


def write_object(root: Path, name: str, name_field: str = "<label>Name</label><type>Text</type>") -> None:
    label = name.removesuffix("__c")
    _write(
        root / "objects" / name / f"{name}.object-meta.xml",
        f"<CustomObject {_NAMESPACE}><label>{label}</label><nameField>{name_field}</nameField>"
        f"<pluralLabel>{label}s</pluralLabel></CustomObject>",
    )


def write_field(root: Path, object_name: str, name: str, rest: str) -> None:
    label = name.removesuffix("__c").replace("_", " ")
    _write(
        root / "objects" / object_name / "fields" / f"{name}.field-meta.xml",
        f"<CustomField {_NAMESPACE}><fullName>{name}</fullName><label>{label}</label>{rest}</CustomField>",
    )


def write_permission_set(
    root: Path, name: str, objects: dict[str, str], fields: dict[str, bool], user: tuple[str, ...] = ()
) -> None:
    """Objects with the letters of their rights (c, r, u, d), fields with editable or not, user permissions."""
    parts = [
        f"<fieldPermissions><editable>{str(editable).lower()}</editable><field>{each}</field><readable>true</readable></fieldPermissions>"
        for each, editable in fields.items()
    ]
    for each, rights in objects.items():
        flags = {"allowCreate": "c", "allowDelete": "d", "allowEdit": "u", "allowRead": "r"}
        inner = "".join(f"<{flag}>{str(letter in rights).lower()}</{flag}>" for flag, letter in flags.items())
        parts.append(f"<objectPermissions>{inner}<object>{each}</object></objectPermissions>")
    parts += [
        f"<userPermissions><enabled>true</enabled><name>{each}</name></userPermissions>" for each in user
    ]
    _write(
        root / "permissionsets" / f"{name}.permissionset-meta.xml",
        f"<PermissionSet {_NAMESPACE}>{''.join(parts)}</PermissionSet>",
    )


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_OPEN + content, "utf-8")
