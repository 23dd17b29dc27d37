"""Derives schema.graphql from the vendor's full Admin schema: names and types only, no prose.

    python -m local.storefronts.shopify.derive_schema FULL_SCHEMA.graphql[.gz] > schema.graphql

Kept are the types in KEPT, of their fields and arguments those whose own type is kept.
"""

import gzip
import re
import sys
from pathlib import Path

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLType,
    GraphQLUnionType,
    Undefined,
    ast_from_value,
    build_schema,
    get_named_type,
    is_specified_scalar_type,
    print_ast,
)

ROOT_FIELDS = {
    "QueryRoot": {"node", "nodes", "order", "orders", "refund", "webhookSubscriptions"},
    "Mutation": {"webhookSubscriptionCreate", "webhookSubscriptionDelete"},
}

_KEPT_NAMES = """
QueryRoot Mutation Node PageInfo MoneyV2 MoneyBag Attribute MailingAddress TaxLine Order LineItem
LineItemGroup ShippingLine DiscountAllocation DiscountApplication AutomaticDiscountApplication
DiscountCodeApplication ManualDiscountApplication ScriptDiscountApplication PricingValue
PricingPercentageValue AdditionalFee Duty CashRoundingAdjustment OrderTransaction Refund
RefundLineItem RefundShippingLine RefundDuty OrderAdjustment Fulfillment FulfillmentLineItem
FulfillmentTrackingInfo Customer CustomerEmailAddress CustomerPhoneNumber PurchasingEntity
PurchasingCompany Company CompanyContact CompanyLocation PaymentTerms PaymentSchedule Location
Product ProductVariant OrderApp ChannelInformation BusinessEntity WebhookSubscription
WebhookSubscriptionInput WebhookSubscriptionCreatePayload WebhookSubscriptionDeletePayload UserError
DisplayableError
"""

KEPT = frozenset(_KEPT_NAMES.split())
"""Connections and edges of these are kept too, and every scalar and enum that they use."""

FEW_FIELDS = {
    "Customer": {
        "id",
        "legacyResourceId",
        "firstName",
        "lastName",
        "displayName",
        "email",
        "phone",
        "tags",
        "state",
        "createdAt",
        "updatedAt",
        "locale",
        "note",
        "taxExempt",
        "verifiedEmail",
        "defaultEmailAddress",
        "defaultPhoneNumber",
        "defaultAddress",
    },
    "Product": {"id", "legacyResourceId", "title", "handle"},
    "ProductVariant": {"id", "legacyResourceId", "title", "sku"},
    "Company": {"id", "name", "externalId"},
    "CompanyContact": {"id", "title"},
    "CompanyLocation": {"id", "name", "externalId"},
    "Location": {"id", "legacyResourceId", "name"},
    "BusinessEntity": {"id", "displayName"},
    "OrderApp": {"id", "name"},
    "WebhookSubscription": {"id", "topic", "uri", "format", "createdAt", "updatedAt", "name"},
    "WebhookSubscriptionInput": {"uri", "format", "includeFields", "name"},
}
"""Types that an order only touches; their own depths belong to other entities."""

Types = dict[str, GraphQLNamedType]


def derive(source: str) -> str:
    """The subset as schema text; raises if it is not a schema of its own."""
    full = build_schema(source, assume_valid_sdl=True).type_map
    missing = KEPT - full.keys()
    if missing:
        raise SystemExit(f"the full schema has no {', '.join(sorted(missing))}")
    kept = {name: kind for name, kind in full.items() if _is_kept(name, kind)}
    composite = {
        name: lines for name, kind in sorted(kept.items()) if (lines := _write_composite(kind, kept))
    }
    leaves = _write_leaves(kept, "\n".join(composite.values()))
    text = (
        "\n\n".join(["schema {\n  query: QueryRoot\n  mutation: Mutation\n}", *composite.values(), *leaves])
        + "\n"
    )
    build_schema(text)
    return text


def _is_kept(name: str, kind: GraphQLNamedType) -> bool:
    if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
        return True
    return name in KEPT or name.removesuffix("Connection") in KEPT or name.removesuffix("Edge") in KEPT


def _write_composite(kind: GraphQLNamedType, kept: Types) -> str:
    match kind:
        case GraphQLObjectType():
            return f"type {kind.name}{_parents(kind, kept)} " + _block(_fields(kind, kept))
        case GraphQLInterfaceType():
            return f"interface {kind.name}{_parents(kind, kept)} " + _block(_fields(kind, kept))
        case GraphQLInputObjectType():
            fields = [
                f"{name}: {field.type}"
                for name, field in kind.fields.items()
                if _wanted(kind, name, field.type, kept)
            ]
            return f"input {kind.name} " + _block(fields)
        case GraphQLUnionType():
            return f"union {kind.name} = " + " | ".join(
                member.name for member in kind.types if member.name in kept
            )
    return ""


def _write_leaves(kept: Types, text: str) -> list[str]:
    used = set(re.findall(r"\w+", text))
    written = []
    for name, kind in sorted(kept.items()):
        if name in used and isinstance(kind, GraphQLEnumType):
            written.append(f"enum {name} " + _block(list(kind.values)))
        elif name in used and isinstance(kind, GraphQLScalarType) and not is_specified_scalar_type(kind):
            written.append(f"scalar {name}")
    return written


def _parents(kind: GraphQLObjectType | GraphQLInterfaceType, kept: Types) -> str:
    names = [parent.name for parent in kind.interfaces if parent.name in kept]
    return f" implements {' & '.join(names)}" if names else ""


def _fields(kind: GraphQLObjectType | GraphQLInterfaceType, kept: Types) -> list[str]:
    lines = []
    for name, field in kind.fields.items():
        if _wanted(kind, name, field.type, kept):
            arguments = [
                _argument(argument_name, argument)
                for argument_name, argument in field.args.items()
                if get_named_type(argument.type).name in kept
            ]
            lines.append(f"{name}{'(' + ', '.join(arguments) + ')' if arguments else ''}: {field.type}")
    return lines


def _argument(name: str, argument: GraphQLArgument) -> str:
    default = "" if argument.default_value is Undefined else f" = {_print_default(argument)}"
    return f"{name}: {argument.type}{default}"


def _print_default(argument: GraphQLArgument) -> str:
    node = ast_from_value(argument.default_value, argument.type)
    return print_ast(node) if node else "null"


def _wanted(owner: GraphQLNamedType, field: str, kind: GraphQLType, kept: Types) -> bool:
    chosen = ROOT_FIELDS.get(owner.name) or FEW_FIELDS.get(owner.name)
    return get_named_type(kind).name in kept and (chosen is None or field in chosen)


def _block(lines: list[str]) -> str:
    return "{\n" + "".join(f"  {line}\n" for line in lines) + "}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    sys.stdout.write(derive(raw.decode("utf-8")))
