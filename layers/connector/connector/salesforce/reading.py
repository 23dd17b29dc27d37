"""Reading facts and records from an org."""

from collections.abc import Iterable, Mapping, Sequence

from connector.errors import Deferred
from connector.salesforce.facts import FieldFact, OrgFacts
from connector.salesforce.graphs import KEY_FIELD
from connector.salesforce.session import Session

KEYS_PER_QUERY = 100
"""Keeps the query's address below Salesforce's 16,384 bytes."""

_STANDARD_PRICE_BOOK = "SELECT Id FROM Pricebook2 WHERE IsStandard = true"
_PERSON_TYPE = "SELECT Id FROM RecordType WHERE SobjectType = 'Account' AND IsPersonType = true AND IsActive = true"


def read_facts(session: Session, objects: Iterable[str]) -> OrgFacts:
    """The org's facts, in one composite call (a second one only where there are person accounts)."""
    names = sorted(set(objects))
    requests = [_get(session, f"describe_{name}", f"sobjects/{name}/describe") for name in names]
    requests.append(_get(session, "price_book", f"query?q={_STANDARD_PRICE_BOOK.replace(' ', '+')}"))
    answer = session.call("POST", "composite", {"allOrNone": False, "compositeRequest": requests})
    parts = {part["referenceId"]: part for part in _list(answer, "compositeResponse")}
    described = {name: _fields(parts[f"describe_{name}"]) for name in names}
    facts = OrgFacts(
        standard_price_book=_first_id(_list(parts["price_book"].get("body"), "records")),
        objects={name: fields for name, fields in described.items() if fields is not None},
    )
    if not facts.person_accounts:
        return facts
    person_type = _first_id(session.query(_PERSON_TYPE))
    return OrgFacts(facts.standard_price_book, person_type, facts.objects)


def read_keys(session: Session, object_name: str, parent_path: str, parent_keys: Sequence[str]) -> dict[str, list[str]]:
    """The keys of the children that Salesforce has, by their parent's key."""
    found: dict[str, list[str]] = {key: [] for key in parent_keys}
    for start in range(0, len(parent_keys), KEYS_PER_QUERY):
        keys = ", ".join(_quoted(key) for key in parent_keys[start : start + KEYS_PER_QUERY])
        fields = ", ".join(dict.fromkeys((KEY_FIELD, parent_path)))  # Salesforce refuses a field named twice
        soql = f"SELECT {fields} FROM {object_name} WHERE {parent_path} IN ({keys})"
        for row in session.query(soql):
            key, parent = row[KEY_FIELD], _walk(row, parent_path)
            if isinstance(key, str) and isinstance(parent, str):
                found[parent].append(key)
    return found


def standard_price_book(session: Session) -> str | None:
    """The id of the org's standard price book."""
    return _first_id(session.query(_STANDARD_PRICE_BOOK))


def _get(session: Session, reference: str, path: str) -> dict[str, str]:
    return {"method": "GET", "url": session.data_path + path, "referenceId": reference}


def _fields(part: Mapping[str, object]) -> dict[str, FieldFact] | None:
    status = part.get("httpStatusCode")
    if status == 404:
        return None
    if status != 200:
        raise Deferred("salesforce_unavailable", f"a describe failed with HTTP {status}")
    return {str(raw["name"]): _fact(raw) for raw in _list(part.get("body"), "fields")}


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
    )


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


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


