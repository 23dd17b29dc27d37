"""Describes: what objects and fields there are, in the shape that Salesforce gives."""

from __future__ import annotations

from local.salesforce.schema import NUMBER_TYPES, TEXT_TYPES, Field, SObject
from local.salesforce.visibility import Org

SOAP_TYPES = {
    "id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int", "double": "xsd:double",
    "currency": "xsd:double", "percent": "xsd:double", "date": "xsd:date", "datetime": "xsd:dateTime",
    "address": "urn:address",
}  # fmt: skip
_DIGITS = 8  # of whole numbers
_STAMPS = frozenset(
    {"Id", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp"}
)
_MASTER = {
    "active": True, "available": True, "defaultRecordTypeMapping": True, "developerName": "Master", "master": True,
    "name": "Master", "recordTypeId": "012000000000000AAA",
}  # fmt: skip


def describe_global(org: Org, version: str) -> dict[str, object]:
    """`GET /sobjects`."""
    sobjects = [summary(each, version) for _, each in sorted(org.schema.objects.items())]
    return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": sobjects}


def summary(sobject: SObject, version: str) -> dict[str, object]:
    """The object-level part of a describe."""
    base = f"/services/data/{version}/sobjects/{sobject.name}"
    can = {
        name: name in sobject.allows and getattr(sobject.access, name)
        for name in ("create", "update", "delete")
    }
    writable, stored = bool(sobject.allows), not sobject.is_event
    return {
        "activateable": False, "associateEntityType": None, "associateParentEntity": None,
        "createable": can["create"], "custom": sobject.custom, "customSetting": False, "deepCloneable": False,
        "deletable": can["delete"], "deprecatedAndHidden": False, "feedEnabled": False, "hasSubtypes": False,
        "isInterface": False, "isSubtype": False, "keyPrefix": sobject.prefix, "label": sobject.label,
        "labelPlural": sobject.plural, "layoutable": writable, "mergeable": sobject.mergeable,
        "mruEnabled": writable, "name": sobject.name, "queryable": stored, "replicateable": writable and stored,
        "retrieveable": stored, "searchable": writable and stored, "triggerable": writable,
        "undeletable": can["delete"], "updateable": can["update"],
        "urls": {"describe": f"{base}/describe", "rowTemplate": base + "/{ID}", "sobject": base},
    }  # fmt: skip


def describe(org: Org, sobject: SObject, version: str) -> dict[str, object]:
    """`GET /sobjects/{object}/describe`."""
    return {
        **summary(sobject, version),
        "actionOverrides": [], "compactLayoutable": True, "defaultImplementation": None, "extendedBy": None,
        "extendsInterfaces": None, "implementedBy": None, "implementsInterfaces": None, "listviewable": None,
        "lookupLayoutable": None, "namedLayoutInfos": [], "networkScopeFieldName": None,
        "searchLayoutable": True, "sobjectDescribeOption": "FULL", "supportedScopes": [],
        "recordTypeInfos": [_MASTER],
        "childRelationships": _children(org, sobject),
        "fields": [_field(sobject, each) for each in sobject.fields.values()],
    }  # fmt: skip


def _children(org: Org, sobject: SObject) -> list[dict[str, object]]:
    return [
        {
            "cascadeDelete": link.field.on_delete == "cascade", "childSObject": link.child,
            "deprecatedAndHidden": False, "field": link.field.name, "junctionIdListNames": [],
            "junctionReferenceTo": [], "relationshipName": link.field.children,
            "restrictedDelete": link.field.on_delete == "restrict",
        }
        for link in org.schema.children(sobject.name)
    ]  # fmt: skip


def _field(sobject: SObject, field: Field) -> dict[str, object]:
    text, number = field.type in TEXT_TYPES, field.type in NUMBER_TYPES
    return {
        "aggregatable": field.aggregatable, "aiPredictionField": False, "autoNumber": bool(field.auto_number),
        "byteLength": field.length * 3 if text else field.length, "calculated": False, "calculatedFormula": None,
        "cascadeDelete": field.on_delete == "cascade", "caseSensitive": field.case_sensitive,
        "compoundFieldName": field.compound, "controllerName": None, "createable": field.createable,
        "custom": field.custom, "defaultValue": _default(field), "defaultValueFormula": None,
        "defaultedOnCreate": _filled_anyway(field),
        "dependentPicklist": False, "deprecatedAndHidden": False,
        "digits": _DIGITS if field.type == "int" else 0,
        "displayLocationInDecimal": False, "encrypted": False, "externalId": field.external_id, "extraTypeInfo": None,
        "filterable": field.filterable, "filteredLookupInfo": None, "formulaTreatNullNumberAsZero": False,
        "groupable": field.groupable, "highScaleNumber": False, "htmlFormatted": False,
        "idLookup": field.id_lookup, "inlineHelpText": None, "label": field.label, "length": field.length,
        "mask": None, "maskType": None, "name": field.name, "nameField": field.name == sobject.name_field,
        "namePointing": len(field.reference_to) > 1, "nillable": field.nillable,
        "permissionable": field.permissionable,
        "picklistValues": [
            {"active": True, "defaultValue": value == field.default, "label": value, "validFor": None, "value": value}
            for value in field.values
        ],
        "polymorphicForeignKey": len(field.reference_to) > 1, "precision": field.precision if number else 0,
        "queryByDistance": field.type == "address", "referenceTargetField": None,
        "referenceTo": list(field.reference_to), "relationshipName": field.relationship, "relationshipOrder": None,
        "restrictedDelete": field.on_delete == "restrict", "restrictedPicklist": field.restricted,
        "scale": field.scale, "searchPrefilterable": field.type == "reference",
        "soapType": SOAP_TYPES.get(field.type, "xsd:string"), "sortable": field.filterable, "type": field.type,
        "unique": field.unique, "updateable": field.updateable, "writeRequiresMasterRead": False,
    }  # fmt: skip


def _filled_anyway(field: Field) -> bool:
    return field.defaulted or field.name in _STAMPS or (field.type == "boolean" and not field.nillable)


def _default(field: Field) -> object:
    if field.default is None and field.type == "boolean":
        return False
    return field.default
