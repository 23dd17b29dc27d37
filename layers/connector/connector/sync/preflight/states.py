"""An org as a whole against the stores that write to it: price book, currencies, duplicate rules, user."""

from collections.abc import Iterator, Mapping

from connector.salesforce.facts import OrgFacts
from connector.salesforce.org_state import OrgState
from connector.settings.stores import Store
from connector.sync.preflight.findings import Finding

ADMINISTRATOR = "System Administrator"


def check_state(
    facts: OrgFacts, state: OrgState, written: frozenset[str], username: str | None
) -> Iterator[Finding]:
    """What does not depend on one store. `written` are the objects that mappings write, `username` who should act."""
    if "PricebookEntry" in written:
        yield from _check_price_book(facts, state)
    for object_name, name in state.duplicate_rules or ():
        if object_name in written:
            yield Finding(
                "warning",
                f"the duplicate rule {name!r} is active: it may refuse buyers that resemble known ones",
                "Let the rule alert instead of block, or exempt the connector's user.",
                object=object_name,
            )
    yield from _check_user(state, username)


def check_store_in_org(store: Store, facts: OrgFacts, state: OrgState) -> Iterator[Finding]:
    """What one store expects of its org."""
    if store.currency and state.currencies is not None and store.currency not in state.currencies:
        yield Finding(
            "error",
            f"the store's currency {store.currency} is not active in the org",
            "Activate it in Setup (Manage Currencies), or correct `currency` in stores.yaml.",
            field="CurrencyIsoCode",
        )
    if store.accounts == "person" and not facts.person_accounts:
        yield Finding(
            "error",
            "the store wants person accounts, and the org has none",
            "Switch them on in Salesforce, or set `accounts: business` in stores.yaml.",
            object="Account",
        )
    if store.accounts != "business" and facts.person_accounts and not facts.person_record_type:
        yield Finding(
            "error",
            "the org has person accounts, but no record type of them that the connector's user may use",
            "Give its permission set a person account record type, or set `accounts: business` in stores.yaml.",
            object="Account",
            field="RecordTypeId",
        )


def _check_price_book(facts: OrgFacts, state: OrgState) -> Iterator[Finding]:
    if facts.standard_price_book is None:
        yield Finding(
            "error",
            "the standard price book is missing or hidden: no product can get a price, and no order its items",
            "Give the connector's user access to price books; the standard one exists in every org.",
            object="Pricebook2",
        )
    elif state.price_book_active is False:
        yield Finding(
            "error",
            "the standard price book is not active: no product can get a price, and no order its items",
            "Activate it in Salesforce (Price Books, Standard Price Book, Active).",
            object="Pricebook2",
            field="IsActive",
        )


def _check_user(state: OrgState, username: str | None) -> Iterator[Finding]:
    user = state.user
    if user is None:
        yield Finding(
            "warning",
            "it cannot be seen which user the connector is",
            "See in Setup that the client app's Run As user is the integration user.",
            object="User",
        )
        return
    if username is not None and username.casefold() != user.username.casefold():
        yield Finding(
            "error",
            "the connector is logged in as another user than its secret names",
            "Forget the kept token, or correct username in the org's secret.",
            object="User",
            field="Username",
        )
    if user.profile == ADMINISTRATOR:
        yield Finding(
            "warning",
            "the connector acts as a System Administrator: it may do, and see, everything",
            "Run it as an integration user with the package's permission set (docs/salesforce-setup.md).",
            object="User",
            field="ProfileId",
        )
    if user.language and not user.language.startswith("en"):
        yield Finding(
            "warning",
            f"the connector's user has the language {user.language}: error messages come translated",
            "Set the user's language to English.",
            object="User",
            field="LanguageLocaleKey",
        )


def secret_username(secret: Mapping[str, object]) -> str | None:
    """The user that a secret names; None where the client app decides."""
    username = secret.get("username")
    return username if isinstance(username, str) and "private_key" in secret else None
