"""Who buys: customers, guests, companies and their addresses."""

import hashlib

from connector.model.base import Model


class Address(Model):
    """A postal address as the storefront gives it; HTML entities are already plain text.

    `state` and `country` are names where the storefront has names, `state_code` and `country_code` ISO codes
    (the state's without the country's prefix). Any of them may be missing.
    """

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    street: str | None = None
    """All street lines, joined by a line feed."""
    city: str | None = None
    state: str | None = None
    state_code: str | None = None
    postal_code: str | None = None
    country: str | None = None
    country_code: str | None = None
    phone: str | None = None

    @property
    def name(self) -> str | None:
        """First and last name, or None when both are missing."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or None


class Customer(Model):
    """The buyer of an order: registered (`id`) or a guest (no `id`)."""

    id: str | None = None
    email: str | None = None
    """Trimmed and in lower case."""
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    tax_id: str | None = None
    accepts_marketing: bool | None = None
    tags: tuple[str, ...] = ()
    note: str | None = None
    url: str | None = None
    """Deep link to the customer in the storefront's back office."""

    @property
    def guest(self) -> bool:
        """Whether the buyer has no account in the storefront."""
        return self.id is None

    @property
    def key(self) -> str | None:
        """The identity within the store: the customer id, else a digest of email or phone; None if nameless.

        A digest, because keys stand in logs and error texts and an address must not.
        """
        if self.id:
            return self.id
        contact = self.email or self.phone
        if not contact:
            return None
        return "guest-" + hashlib.sha256(contact.encode("utf-8", "replace")).hexdigest()[:24]

    @property
    def name(self) -> str | None:
        """First and last name, or None when both are missing."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or None
