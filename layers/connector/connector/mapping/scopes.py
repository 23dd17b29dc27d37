"""The names that one store's expressions see in one org, with all that is known of them before an order comes."""

from connector.model import Model
from connector.model.buyer import Buyer
from connector.model.scope import GONE_NAMES, NAMES, OrgView, StoreView
from connector.settings.checking import names_of
from connector.settings.shapes import (
    BOOLEAN,
    FALSE,
    NOTHING,
    TEXT,
    Shapes,
    object_with,
    shapes_of_value,
    texts,
)
from connector.settings.stores import Store


def view_store(name: str, store: Store) -> StoreView:
    """A store's settings as expressions see them."""
    return StoreView(
        name=name,
        platform=store.platform,
        timezone=store.timezone,
        currency=store.currency,
        opportunities=store.opportunities,
        guests=store.guests,
    )


def takes_person_accounts(store: Store, org: OrgView) -> bool:
    """Whether buyers become Person Accounts."""
    return org.person_accounts if store.accounts == "auto" else store.accounts == "person"


def names_for(name: str, store: Store, org: OrgView) -> dict[str, Shapes]:
    """The names of an order's expressions: settings and org are constants, and narrow what a buyer can be."""
    kinds = ("business", "person") if takes_person_accounts(store, org) else ("business",)
    buyer = {"kind": texts(kinds), "is_lead": BOOLEAN if store.guests == "lead" else FALSE}
    return names_of(NAMES) | _constants(name, store, org) | {"buyer": object_with(buyer, Buyer)}


def gone_names_for(name: str, store: Store, org: OrgView) -> dict[str, Shapes]:
    """The names of the expressions under `gone`."""
    return names_of(GONE_NAMES) | _constants(name, store, org)


def _constants(name: str, store: Store, org: OrgView) -> dict[str, Shapes]:
    shown = org.model_copy(update={"standard_price_book": None, "person_record_type": None})
    ids = {
        "standard_price_book": TEXT if org.standard_price_book else NOTHING,
        "person_record_type": TEXT if org.person_record_type else NOTHING,
    }
    view = view_store(name, store)
    return {
        "store": object_with(_values(view), StoreView),
        "org": object_with(_values(shown) | ids, OrgView),
    }


def _values(view: Model) -> dict[str, Shapes]:
    return {name: shapes_of_value(getattr(view, name)) for name in type(view).model_fields}
