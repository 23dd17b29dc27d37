"""Reading facts and records from an org."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from connector.errors import Deferred
from connector.salesforce.facts import FieldFact, OrgFacts, Rights
from connector.salesforce.graphs import KEY_FIELD
from connector.salesforce.session import Session

KEYS_PER_QUERY = 100
"""Keeps the query's address below Salesforce's 16,384 bytes."""

DESCRIBES_PER_CALL = 23
"""A composite call takes 25 sub-requests, and two of them ask for the price book and for people's own contacts."""

_STANDARD_PRICE_BOOK = "SELECT Id FROM Pricebook2 WHERE IsStandard = true"
_STRANGERS = "SELECT Id FROM Contact WHERE Storefront_Key__c = null AND Email != null LIMIT 1"
_PERSON_TYPE = (
    "SELECT Id FROM RecordType WHERE SobjectType = 'Account' AND IsPersonType = true AND IsActive = true"
)


_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r"}


def read_facts(session: Session, objects: Iterable[str]) -> OrgFacts:
    """The org's facts, in one composite call for 23 objects (another one only where there are person accounts)."""
    names = sorted(set(objects))
    parts: dict[str, dict[str, object]] = {}
    for start in range(0, max(len(names), 1), DESCRIBES_PER_CALL):
        requests = [_describe(session, name) for name in names[start : start + DESCRIBES_PER_CALL]]
        if start == 0:
            requests.append(query_request(session, "price_book", _STANDARD_PRICE_BOOK))
            requests.append(query_request(session, "strangers", _STRANGERS))
        parts |= call_composite(session, requests)
    described = {name: body for name in names if (body := _description(parts[f"describe_{name}"]))}
    facts = OrgFacts(
        standard_price_book=_first_id(_list(parts["price_book"].get("body"), "records")),
        strangers=parts["strangers"].get("httpStatusCode") != 200
        or bool(_list(parts["strangers"].get("body"), "records")),
        objects={name: _facts(body) for name, body in described.items()},
        rights={
            name: Rights(bool(d.get("createable")), bool(d.get("updateable")))
            for name, d in described.items()
        },
    )
    if not facts.person_accounts:
        return facts
    return replace(facts, person_record_type=_first_id(session.query(_PERSON_TYPE)))


def read_keys(
    session: Session, object_name: str, parent_path: str, parent_keys: Sequence[str]
) -> dict[str, list[str]]:
    """The keys of the children that Salesforce has, by their parent's key."""
    found: dict[str, list[str]] = {key: [] for key in parent_keys}
    for start in range(0, len(parent_keys), KEYS_PER_QUERY):
        keys = ", ".join(quoted(key) for key in parent_keys[start : start + KEYS_PER_QUERY])
        fields = ", ".join(dict.fromkeys((KEY_FIELD, parent_path)))  # Salesforce refuses a field named twice
        soql = f"SELECT {fields} FROM {object_name} WHERE {parent_path} IN ({keys})"  # noqa: S608 - keys are quoted
        for row in session.query(soql):
            key, parent = row[KEY_FIELD], _walk(row, parent_path)
            if isinstance(key, str) and isinstance(parent, str):
                found[parent].append(key)
    return found


def standard_price_book(session: Session) -> str | None:
    """The id of the org's standard price book."""
    return _first_id(session.query(_STANDARD_PRICE_BOOK))


def call_composite(session: Session, requests: Sequence[Mapping[str, str]]) -> dict[str, dict[str, object]]:
    """The answers of independent sub-requests, by their reference; each has `httpStatusCode` and `body`."""
    answer = session.call("POST", "composite", {"allOrNone": False, "compositeRequest": requests})
    return {str(part["referenceId"]): part for part in _list(answer, "compositeResponse")}


def query_request(session: Session, reference: str, soql: str) -> dict[str, str]:
    """A query as a sub-request of `call_composite`, which takes five of them."""
    return {
        "method": "GET",
        "url": f"{session.data_path}query?q={quote(soql, safe='')}",
        "referenceId": reference,
    }


def _describe(session: Session, name: str) -> dict[str, str]:
    url = f"{session.data_path}sobjects/{name}/describe"
    return {"method": "GET", "url": url, "referenceId": f"describe_{name}"}


def _description(part: Mapping[str, object]) -> dict[str, object] | None:
    """The describe of an object; None where the org has none of that name, or hides it from the user."""
    status, body = part.get("httpStatusCode"), part.get("body")
    if status == 404:
        return None
    if status != 200 or not isinstance(body, dict):
        raise Deferred("salesforce_unavailable", f"a describe failed with HTTP {status}")
    return body


def _facts(description: Mapping[str, object]) -> dict[str, FieldFact]:
    return {str(raw["name"]): _fact(raw) for raw in _list(description, "fields")}


def _fact(raw: Mapping[str, object]) -> FieldFact:
    kind, length, scale = str(raw["type"]), raw.get("length"), raw.get("scale")
    text = isinstance(length, int) and length > 0 and kind not in ("boolean", "date", "datetime")
    number = kind in ("currency", "double", "percent", "int") and isinstance(scale, int)
    return FieldFact(
        type=kind,
        length=length if text and isinstance(length, int) else None,
        scale=scale if number and isinstance(scale, int) else None,
        createable=bool(raw.get("createable")),
        updateable=bool(raw.get("updateable")),
        nillable=bool(raw.get("nillable", True)),
        defaulted=bool(raw.get("defaultedOnCreate")),
        key=bool(raw.get("externalId")),
        values=_values(raw) if raw.get("restrictedPicklist") else None,
    )


def _values(raw: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(entry["value"]) for entry in _list(raw, "picklistValues") if entry.get("active"))


def _list(content: object, name: str) -> list[dict[str, object]]:
    rows = content.get(name) if isinstance(content, dict) else None
    return rows if isinstance(rows, list) else []


def _first_id(rows: Sequence[Mapping[str, object]]) -> str | None:
    return str(rows[0]["Id"]) if rows else None


def _walk(row: Mapping[str, object], path: str) -> object:
    value: object = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def quoted(text: str) -> str:
    """A text as a literal of SOQL, in which a line break must be escaped too."""
    for char, escaped in _ESCAPES.items():
        text = text.replace(char, escaped)
    return f"'{text}'"
