"""Everything that one org is: its objects, its rows, its settings and its clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from local.salesforce.faults import Faults
from local.salesforce.ids import make_id
from local.salesforce.schema import SObject
from local.salesforce.store import Store
from local.salesforce.switches import Switches
from local.salesforce.values import Row, Value, show_datetime
from local.salesforce.visibility import Org

ORGANIZATION_ID = make_id("00D", 1)
USER_ID = make_id("005", 1)
ADMINISTRATOR_ID = make_id("005", 2)
STANDARD_PRICE_BOOK_ID = make_id("01s", 1)
BUSINESS_RECORD_TYPE_ID = make_id("012", 1)
PERSON_RECORD_TYPE_ID = make_id("012", 2)
PROFILE_ID = make_id("00e", 1)
ADMINISTRATOR_PROFILE_ID = make_id("00e", 2)


@dataclass(frozen=True)
class Actor:
    """Who writes and by which door; `origin` is what change events will call the door."""

    user: str = USER_ID
    origin: str = ""
    administrator: bool = False


# A person at the screen: how changes made in the user interface call themselves.
ADMINISTRATOR = Actor(ADMINISTRATOR_ID, "com/salesforce/api/soap/66.0;client=SfdcInternalAPI/", True)


@dataclass
class World:
    """The state of the simulated org, changed only under the simulator's lock."""

    org: Org
    store: Store
    switches: Switches
    faults: Faults
    clock: Callable[[], datetime]
    actor: Actor = Actor()

    @contextmanager
    def acting(self, actor: Actor) -> Iterator[None]:
        """Let someone else be the one who writes."""
        before, self.actor = self.actor, actor
        try:
            yield
        finally:
            self.actor = before

    def may(self, user_permission: str) -> bool:
        """Whether the one who writes holds a permission such as `ActivateOrder`; administrators hold all."""
        return self.actor.administrator or self.org.may(user_permission)

    def now(self) -> str:
        """The present time as the API shows it, in whole seconds."""
        return show_datetime(self.clock())


@dataclass(frozen=True)
class Call:
    """What one HTTP request says about all its writes."""

    version: str = "v66.0"
    path: str = ""
    allow_duplicates: bool = False


@dataclass
class Change:
    """One write on its way: the object, the row before it (None: a create), the row to be, the fields given."""

    world: World
    call: Call
    sobject: SObject
    before: Row | None
    row: Row
    given: set[str] = field(default_factory=set)

    @property
    def creating(self) -> bool:
        """Whether this is a new record."""
        return self.before is None

    def changed(self, name: str) -> bool:
        """Whether the write gives this field another value than it had."""
        return (self.before or {}).get(name) != self.row.get(name)

    def parent(self, name: str) -> Row | None:
        """The live row that a reference field of the row to be points to."""
        field = (
            self.sobject.fields.get(name) or self.world.org.everything.objects[self.sobject.name].fields[name]
        )
        return linked(self.world, field.reference_to, self.row.get(name))


def linked(world: World, targets: tuple[str, ...], record_id: Value | None) -> Row | None:
    """The live row of an id among these objects."""
    if not isinstance(record_id, str):
        return None
    sobject = world.org.everything.of_id(record_id)
    if sobject is None or sobject.name not in targets:
        return None
    return world.store.live(sobject.name, record_id)


def standing_rows(switches: Switches, now: str) -> list[tuple[str, Row]]:
    """The records that every org has from its start: user, organization, standard price book, record types."""
    base: Row = {
        "IsDeleted": False, "CreatedDate": now, "CreatedById": USER_ID, "LastModifiedDate": now,
        "LastModifiedById": USER_ID, "SystemModstamp": now,
    }  # fmt: skip
    organization: Row = {
        "Id": ORGANIZATION_ID, "Name": "Simulated Org", "OrganizationType": "Developer Edition", "IsSandbox": False,
        "InstanceName": "SIM1", "TimeZoneSidKey": "Europe/Paris", "LanguageLocaleKey": "en_US",
        "DefaultLocaleSidKey": "en_US",
    }  # fmt: skip
    book: Row = {
        "Id": STANDARD_PRICE_BOOK_ID,
        "Name": "Standard Price Book",
        "IsActive": True,
        "IsStandard": True,
    }
    rows = [*_people(), ("Organization", organization), ("Pricebook2", book)]
    rows += [("DuplicateRule", each) for each in _duplicate_rules(switches)]
    if switches.person_accounts:
        rows += [("RecordType", each) for each in _account_record_types()]
    if switches.multi_currency:
        rows += [("CurrencyType", each) for each in _currencies(switches)]
        book["CurrencyIsoCode"] = switches.corporate_currency
    return [(name, {**base, **row}) for name, row in rows]


def _people() -> list[tuple[str, Row]]:
    """The connected user, who may only use the API, and an administrator, who is every person at the screen."""
    user: Row = {
        "Id": USER_ID, "Username": "integration@storefront.example", "LastName": "Integration",
        "FirstName": "Storefront",
        "Name": "Storefront Integration", "Email": "integration@storefront.example", "IsActive": True,
        "UserType": "Standard", "ProfileId": PROFILE_ID,
        "TimeZoneSidKey": "Europe/Paris", "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US",
    }  # fmt: skip
    administrator: Row = {
        **user, "Id": ADMINISTRATOR_ID, "Username": "administrator@storefront.example", "FirstName": "Ada",
        "LastName": "Administrator", "Name": "Ada Administrator", "Email": "administrator@storefront.example",
        "ProfileId": ADMINISTRATOR_PROFILE_ID,
    }  # fmt: skip
    profiles: list[Row] = [
        {"Id": PROFILE_ID, "Name": "Minimum Access - API Only Integrations", "UserType": "Standard"},
        {"Id": ADMINISTRATOR_PROFILE_ID, "Name": "System Administrator", "UserType": "Standard"},
    ]
    return [("User", user), ("User", administrator), *(("Profile", each) for each in profiles)]


def _account_record_types() -> list[Row]:
    return [
        {"Id": BUSINESS_RECORD_TYPE_ID, "Name": "Business Account", "DeveloperName": "Business_Account",
         "SobjectType": "Account", "IsActive": True, "IsPersonType": False},
        {"Id": PERSON_RECORD_TYPE_ID, "Name": "Person Account", "DeveloperName": "PersonAccount",
         "SobjectType": "Account", "IsActive": True, "IsPersonType": True},
    ]  # fmt: skip


def _duplicate_rules(switches: Switches) -> list[Row]:
    return [
        {"Id": make_id("0Bm", number), "SobjectType": rule.object, "IsActive": True,
         "DeveloperName": f"{rule.object}_{number}", "MasterLabel": f"{rule.object} rule {number}"}
        for number, rule in enumerate(switches.duplicate_rules, 1)
    ]  # fmt: skip


def _currencies(switches: Switches) -> list[Row]:
    return [
        {"Id": make_id("01L", number), "IsoCode": code, "ConversionRate": Decimal(1), "IsActive": True,
         "DecimalPlaces": Decimal(0 if code in {"JPY", "KRW"} else 2),
         "IsCorporate": code == switches.corporate_currency}
        for number, code in enumerate(switches.currencies, 1)
    ]  # fmt: skip
