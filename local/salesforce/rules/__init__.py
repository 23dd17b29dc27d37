"""What an org does beyond its fields: rules that span fields and records, derived values, roll-ups."""

from __future__ import annotations

from collections.abc import Callable

from local.salesforce.rules import (
    addresses,
    assets,
    campaigns,
    cases,
    currencies,
    opportunities,
    orders,
    people,
    prices,
    quotes,
)
from local.salesforce.schema import SObject
from local.salesforce.values import Row
from local.salesforce.world import Change, World

_PREPARE: dict[str, Callable[[Change], None]] = {
    "Account": people.prepare_account,
    "Contact": people.prepare_contact,
    "Lead": people.prepare_lead,
    "Individual": people.name_person,
    "Order": orders.prepare_order,
    "OrderItem": orders.prepare_item,
    "Opportunity": opportunities.prepare_opportunity,
    "OpportunityLineItem": opportunities.prepare_line,
    "Quote": quotes.prepare_quote,
    "QuoteLineItem": quotes.prepare_line,
    "Product2": prices.prepare_product,
    "Pricebook2": prices.prepare_book,
    "PricebookEntry": prices.prepare_entry,
    "Asset": assets.prepare_asset,
    "Case": cases.prepare_case,
    "CampaignMember": campaigns.prepare_member,
}
_FOLLOW: dict[str, Callable[[Change], None]] = {
    "Account": people.follow_account,
    "OrderItem": orders.follow_item,
    "Opportunity": opportunities.follow_opportunity,
    "OpportunityLineItem": opportunities.follow_line,
    "QuoteLineItem": quotes.follow_line,
    "Product2": prices.follow_product,
    "PricebookEntry": prices.follow_entry,
    "Campaign": campaigns.follow_campaign,
}
# Roll-ups of a parent that is there already when one of its lines comes back from the recycle bin.
_FOLLOW_RETURN: dict[str, Callable[[Change], None]] = {
    "OrderItem": orders.follow_returned_item,
    "OpportunityLineItem": opportunities.follow_line,
    "QuoteLineItem": quotes.follow_line,
}
_REFUSE_REMOVAL: dict[str, Callable[[World, Row], None]] = {
    "Order": orders.refuse_order_removal,
    "OrderItem": orders.refuse_item_removal,
    "Product2": prices.refuse_product_removal,
    "Pricebook2": prices.refuse_book_removal,
    "PricebookEntry": prices.refuse_entry_removal,
}
# Children whose own check does not apply when their parent goes: the parent's check has spoken for them.
_WITH_PARENT = frozenset({"OrderItem", "PricebookEntry"})


def prepare(change: Change) -> None:
    """Check and complete the row of a create or update before it is stored."""
    if change.world.switches.multi_currency:
        currencies.prepare_currency(change)
    if change.world.switches.state_country_picklists:
        addresses.prepare_addresses(change)
    rule = _PREPARE.get(change.sobject.name)
    if rule:
        rule(change)


def follow(change: Change) -> None:
    """What a stored create, update or delete does to other records."""
    rule = _FOLLOW.get(change.sobject.name)
    if rule:
        rule(change)


def follow_return(change: Change) -> None:
    """What a record that came back from the recycle bin does to other records."""
    rule = _FOLLOW_RETURN.get(change.sobject.name)
    if rule:
        rule(change)


def refuse_removal(world: World, sobject: SObject, row: Row, *, with_parent: bool = False) -> None:
    """Refuse to delete a record that others or its own state hold in place."""
    rule = _REFUSE_REMOVAL.get(sobject.name)
    if rule and not (with_parent and sobject.name in _WITH_PARENT):
        rule(world, row)
