"""Small values of the Admin API: money bags, times, addresses, global ids."""

from datetime import UTC, datetime
from decimal import Decimal

from local.storefronts.payload import Json

_ADDRESS = {
    "firstName": "first_name",
    "lastName": "last_name",
    "name": "name",
    "company": "company",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "province": "province",
    "provinceCode": "province_code",
    "zip": "zip",
    "country": "country",
    "countryCode": "country_code",
    "countryCodeV2": "country_code",
    "phone": "phone",
    "latitude": "latitude",
    "longitude": "longitude",
}


def gid(kind: str, record: Json) -> str:
    """A record's global id; its plain id may have been rounded on the way here, the global one not."""
    known = record.get("admin_graphql_api_id")
    return str(known) if known else f"gid://shopify/{kind}/{record['id']}"


def number_of(global_id: str) -> str:
    """The number in a global id."""
    return global_id.rpartition("/")[2].partition("?")[0]


def amount_text(text: object) -> str:
    """A decimal as GraphQL writes it: without trailing zeros, but with one decimal at least ("39.9", "5.0")."""
    plain = format(Decimal(str(text)).normalize(), "f")
    return plain if "." in plain else f"{plain}.0"


def bag(record: Json, field: str, order: Json) -> Json | None:
    """The money bag of a field, from its set or, where there is none, its text; None if there is neither."""
    found = record.get(f"{field}_set")
    if found is None and record.get(field) is None:
        return None
    if found is None:
        money = _money(record[field], order["currency"])
        return {"shopMoney": money, "presentmentMoney": money}
    return bag_of(found)


def bag_of(found: Json) -> Json:
    """A money bag from a `*_set`."""
    return {
        side: _money(found[source]["amount"], found[source]["currency_code"])
        for side, source in (("shopMoney", "shop_money"), ("presentmentMoney", "presentment_money"))
    }


def set_bag(record: Json, field: str) -> Json | None:
    """The money bag of a field that is a set itself."""
    return bag_of(record[field]) if record.get(field) else None


def nothing(order: Json) -> Json:
    """A money bag of zero."""
    return {
        "shopMoney": _money(0, order["currency"]),
        "presentmentMoney": _money(0, order["presentment_currency"]),
    }


def utc(text: str | None) -> str | None:
    """A time in UTC, as GraphQL writes it."""
    if not text:
        return None
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def address(record: Json | None) -> Json | None:
    """A mailing address."""
    if record is None:
        return None
    return {name: record.get(source) for name, source in _ADDRESS.items()}


def taxes(record: Json, order: Json) -> list[Json]:
    """Tax lines; the percentage is the rate times 100."""
    return [
        {
            "title": tax["title"],
            "rate": tax.get("rate"),
            "ratePercentage": float(Decimal(str(tax["rate"])) * 100) if tax.get("rate") is not None else None,
            "source": None,
            "channelLiable": tax.get("channel_liable"),
            "priceSet": bag(tax, "price", order),
        }
        for tax in record.get("tax_lines") or []
    ]


def _money(amount: object, currency: str) -> Json:
    return {"amount": amount_text(amount), "currencyCode": currency}
