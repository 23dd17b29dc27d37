"""Who buys: the customer, contact and address parts of an order."""

from random import Random

from local.storefronts.catalogue import PEOPLE, Person, Place, Region
from local.storefronts.payload import Json, derived_id
from local.storefronts.shopify.traits import Traits


def buyer_fields(rng: Random, order_id: int, region: Region, traits: Traits) -> Json:
    """Customer, e-mail, phone, company and addresses as the traits want them."""
    person, place = rng.choice(PEOPLE), rng.choice(region.places)
    if traits.buyer == "anonymous":
        return _fields(None, "", None, None, None)
    billing = address(person, place, region)
    shipping = billing if traits.shipping else None
    company = _company(order_id) if traits.company else None
    if traits.buyer == "guest":
        return _fields(None, person.email, billing, shipping, company)
    return _fields(customer(person, region, place, traits.currency), person.email, billing, shipping, company)


def address(person: Person, place: Place, region: Region) -> Json:
    """An address of an order."""
    return {
        "first_name": person.first_name,
        "address1": place.street,
        "phone": region.phone,
        "city": place.city,
        "zip": place.postcode,
        "province": place.province,
        "country": region.country,
        "last_name": person.last_name,
        "address2": None,
        "company": person.company,
        "latitude": None,
        "longitude": None,
        "name": f"{person.first_name} {person.last_name}".strip(),
        "country_code": region.code,
        "province_code": place.province_code,
    }


def customer(person: Person, region: Region, place: Place, currency: str) -> Json:
    """A registered customer; recent webhooks carry neither tags nor consent."""
    identity = derived_id(person.id, "customer", 0)
    address_id = derived_id(person.id, "address", 0)
    home = address(person, place, region)
    return {
        "id": identity,
        "created_at": "2026-01-15T10:00:00-05:00",
        "updated_at": "2026-10-01T10:00:00-05:00",
        "first_name": person.first_name,
        "last_name": person.last_name,
        "state": "enabled",
        "note": None,
        "verified_email": True,
        "multipass_identifier": None,
        "tax_exempt": False,
        "email": person.email,
        "phone": None,
        "currency": currency,
        "tax_exemptions": [],
        "admin_graphql_api_id": f"gid://shopify/Customer/{identity}",
        "default_address": home
        | {"id": address_id, "customer_id": identity, "country_name": region.country, "default": True},
    }


def _company(order_id: int) -> Json:
    return {
        "id": derived_id(order_id, "company", 0),
        "location_id": derived_id(order_id, "company location", 0),
    }


def _fields(
    customer: Json | None, email: str, billing: Json | None, shipping: Json | None, company: Json | None
) -> Json:
    return {
        "billing_address": billing,
        "company": company,
        "contact_email": email or None,
        "customer": customer,
        "email": email,
        "phone": None,
        "shipping_address": shipping,
    }
