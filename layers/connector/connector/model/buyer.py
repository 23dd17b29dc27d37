"""Who bought an order, with the fallbacks that a CRM needs: a last name, an account, an identity for guests."""

from typing import Literal

from connector.model.base import Model
from connector.model.customer import Address
from connector.model.order import Order

GuestPolicy = Literal["account-per-email", "one-account", "lead"]

SHARED_ACCOUNT = "guests"
"""The key of the account that nameless buyers share, and all guests where the store says so."""


class Buyer(Model):
    """The buyer of an order. `key` is None only for a buyer without id, email and phone (a till sale)."""

    key: str
    """Identity within the store; `guests` for a nameless buyer."""
    reachable: bool
    """Whether the buyer has an identity of their own."""
    is_lead: bool = False
    kind: Literal["business", "person"]
    """Account with Contact, or Person Account."""
    id: str | None = None
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    fallback_name: str
    """What to call a nameless buyer in a field that must not be empty."""
    company: str | None = None
    tax_id: str | None = None
    name: str | None = None
    billing: Address | None = None
    shipping: Address | None = None
    account_key: str
    account_name: str | None = None
    account_phone: str | None = None
    account_address: Address | None = None
    """The billing address, unless the account is shared by several buyers."""
    account_customer_id: str | None = None


def buyer_of(order: Order, guests: GuestPolicy, person_accounts: bool) -> Buyer:
    """The buyer as Salesforce needs one."""
    customer = order.customer
    reachable = customer.key is not None
    shared = not reachable or (customer.guest and guests != "account-per-email")
    billing = order.billing or order.shipping
    named = next((part for part in (customer, order.billing, order.shipping) if part and part.name), None)
    company = customer.company or (billing.company if billing else None)
    name = named.name if named else None
    phone = customer.phone or order.phone or (billing.phone if billing else None)
    key = customer.key or SHARED_ACCOUNT
    return Buyer(
        key=key,
        reachable=reachable,
        is_lead=reachable and customer.guest and guests == "lead",
        kind="person" if person_accounts and not shared else "business",
        id=customer.id,
        email=customer.email,
        phone=phone,
        first_name=named.first_name if named and named.last_name else None,
        last_name=(named.last_name or named.first_name) if named else None,
        fallback_name=_local_part(customer.email) or "Unknown",
        company=company,
        tax_id=customer.tax_id,
        name=name,
        billing=billing,
        shipping=order.shipping or order.billing,
        account_key=SHARED_ACCOUNT if shared else key,
        account_name=f"Guests of {order.store}" if shared else company or name,
        account_phone=None if shared else phone,
        account_address=None if shared else billing,
        account_customer_id=None if shared else customer.id,
    )


def _local_part(email: str | None) -> str | None:
    return email.partition("@")[0] or None if email else None
