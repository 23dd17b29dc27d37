"""What an org's writes depend on beside its fields: price book, currencies, duplicate rules, the connector's user."""

from collections.abc import Mapping
from dataclasses import dataclass

from connector.salesforce.reading import call_composite, query_request
from connector.salesforce.session import Session

_QUERIES: Mapping[str, str] = {
    "price_book": "SELECT Id, IsActive FROM Pricebook2 WHERE IsStandard = true",
    "duplicates": "SELECT SobjectType, MasterLabel FROM DuplicateRule WHERE IsActive = true",
}
_CURRENCIES = "SELECT IsoCode FROM CurrencyType WHERE IsActive = true"
_USER = "SELECT Username, LanguageLocaleKey, Profile.Name FROM User WHERE Id = '{}'"


@dataclass(frozen=True, slots=True)
class ConnectedUser:
    """The user that the connector's token stands for. `profile` is empty where the user may not see it."""

    username: str
    language: str
    profile: str


@dataclass(frozen=True, slots=True)
class OrgState:
    """The state; None where the connector's user may not ask for it."""

    price_book_active: bool | None = None
    currencies: frozenset[str] | None = None
    """The active currencies; None too where the org has only one."""
    duplicate_rules: tuple[tuple[str, str], ...] | None = None
    """Object and name of each active rule."""
    user: ConnectedUser | None = None


def read_state(session: Session, multi_currency: bool) -> OrgState:
    """The state of the org, in two calls."""
    user_id = _user_id(session)
    queries = dict(_QUERIES)
    if multi_currency:
        queries["currencies"] = _CURRENCIES
    if user_id is not None:
        queries["user"] = _USER.format(user_id)
    parts = call_composite(session, [query_request(session, name, soql) for name, soql in queries.items()])
    rows = {name: _rows(part) for name, part in parts.items()}
    books, currencies, rules = rows["price_book"], rows.get("currencies"), rows["duplicates"]
    return OrgState(
        price_book_active=None if books is None else any(row["IsActive"] is True for row in books),
        currencies=None if currencies is None else frozenset(str(row["IsoCode"]) for row in currencies),
        duplicate_rules=None
        if rules is None
        else tuple((str(r["SobjectType"]), str(r["MasterLabel"])) for r in rules),
        user=_user(rows.get("user")),
    )


def _user_id(session: Session) -> str | None:
    """The id of the token's user: the list of resources names the identity URL, which ends with it."""
    resources = session.call("GET", "")
    identity = resources.get("identity") if isinstance(resources, dict) else None
    last = str(identity or "").rpartition("/")[2]
    return last if last.startswith("005") and last.isalnum() else None


def _rows(part: Mapping[str, object]) -> list[dict[str, object]] | None:
    body = part.get("body")
    if part.get("httpStatusCode") != 200 or not isinstance(body, dict):
        return None
    records = body.get("records")
    return records if isinstance(records, list) else None


def _user(rows: list[dict[str, object]] | None) -> ConnectedUser | None:
    if not rows:
        return None
    profile = rows[0].get("Profile")
    return ConnectedUser(
        username=str(rows[0]["Username"]),
        language=str(rows[0].get("LanguageLocaleKey") or ""),
        profile=str(profile.get("Name") or "") if isinstance(profile, dict) else "",
    )
