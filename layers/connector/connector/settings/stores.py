"""The shape of layers/settings/stores.yaml: Salesforce orgs and stores, with a default for all that can have one."""

from collections.abc import Callable
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator


class Misplaced(ValueError):
    """A mistake found by looking at several settings together; `place` leads to the one that is wrong."""

    def __init__(self, place: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.place = place


class Section(BaseModel):
    """A part of the settings; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _https(url: str) -> str:
    if url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        return url.rstrip("/")
    raise ValueError("must start with https:// (http is for 127.0.0.1 only)")


def _store_url(url: str) -> str:
    return url if url == "simulator" else _https(url)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("must be a time zone's name such as Europe/Paris")
    return name


def _below(prefix: str) -> Callable[[str, ValidationInfo], str]:
    """In a deployment the functions' roles read secrets under two prefixes only; a laptop has no roles."""

    def check(name: str, info: ValidationInfo) -> str:
        deployed = bool(info.context and info.context.get("deployed"))
        if deployed and not name.startswith(prefix):
            raise ValueError(f"must begin with {prefix}, or the functions may not read it")
        return name

    return check


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
SecretName = Annotated[str, Field(pattern=r"^[A-Za-z0-9/_+=.@-]{1,255}$")]
OrgSecret = Annotated[SecretName, AfterValidator(_below("connector/salesforce/"))]
StoreSecret = Annotated[SecretName, AfterValidator(_below("connector/stores/"))]


class SalesforceOrg(Section):
    """One Salesforce org. `host` is its My Domain address; the secret holds client_id and client_secret or a key."""

    host: Annotated[str, AfterValidator(_https)]
    api_version: Annotated[str, Field(pattern=r"^[3-9]\d\.0$")] = "66.0"
    secret: OrgSecret
    duplicates: Literal["allow", "match", "park"] = "allow"
    """What to do when a duplicate rule finds a match for a new buyer.

    `allow` saves beside a rule that only alerts; `match` never does; `park` leaves it to people. With `allow` and
    `match` a refusal is answered by looking for the one record with the same email or name, which is then linked.
    """


class Masters(Section):
    """Who has the last word about each entity."""

    orders: Literal["storefront"] = "storefront"
    customers: Literal["storefront", "salesforce", "both"] = "storefront"
    products: Literal["storefront", "salesforce"] = "salesforce"
    prices: Literal["storefront", "salesforce"] = "salesforce"
    stock: Literal["storefront", "salesforce", "both"] = "salesforce"


class Store(Section):
    """One store. A store that names only platform, url, salesforce and secret works."""

    platform: Literal["shopify", "woocommerce"]
    url: Annotated[str, AfterValidator(_store_url)]
    """The shop's own address (Shopify: the permanent myshopify.com one); `simulator` on the laptop."""
    salesforce: str
    secret: StoreSecret
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """The shop's currency: preflight sees whether the org has it. An order's own currency counts for the order."""
    amounts: Literal["net", "gross"] = "net"
    """How lines reach Salesforce: net (tax is its own line) or gross."""
    masters: Masters = Masters()
    guests: Literal["account-per-email", "one-account", "lead"] = "account-per-email"
    accounts: Literal["auto", "business", "person"] = "auto"
    """Account with Contact, or Person Account; auto takes person accounts where the org has them."""
    match: tuple[Literal["tax-id", "customer-id", "email", "company"], ...] = ("email",)
    """How a buyer who is new to the connector is looked for among people's own records before the first write.

    One more Salesforce call for a batch with new buyers, unless the org had no records but ours; `[]` switches it off.
    """
    tax_id_field: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")] | None = None
    """The Account field that `match: [tax-id]` compares; map it too: `Tax_Number__c: buyer.tax_id`."""
    opportunities: bool = False
    """Also write an Opportunity with its lines for each order."""
    test_orders: Literal["park", "import"] = "park"
    residuals: Literal["keep", "park"] = "keep"
    """What to do when the parts of an order do not add up to its total."""
    paused: bool = False

    @model_validator(mode="after")
    def _tax_id_has_a_field(self) -> "Store":
        if "tax-id" in self.match and self.tax_id_field is None:
            raise Misplaced(("match",), "tax-id needs tax_id_field, the Account field that holds it")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The store's time zone."""
        return ZoneInfo(self.timezone)


class Stores(Section):
    """The whole of stores.yaml."""

    salesforce: dict[Name, SalesforceOrg]
    stores: dict[Name, Store]

    @model_validator(mode="after")
    def _orgs_exist(self) -> "Stores":
        for name, store in self.stores.items():
            if store.salesforce not in self.salesforce:
                known = ", ".join(sorted(self.salesforce)) or "none"
                raise Misplaced(("stores", name, "salesforce"), f"no such org; known: {known}")
        return self
