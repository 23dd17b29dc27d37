"""Whether a secret is there and has the parts that its user needs. Never shows a value."""

from collections.abc import Callable, Iterator, Mapping

from connector.errors import Parked
from connector.settings.stores import SalesforceOrg, Store
from connector.sync.preflight.findings import Finding

ReadSecret = Callable[[str], Mapping[str, object]]
"""A secret's content by its name; raises `Parked` if there is none, or it is no JSON object."""

_SIGNING: Mapping[str, str] = {"shopify": "client_secret", "woocommerce": "webhook_secret"}
"""What verifies a platform's webhooks: a text, or a list of texts while it is being changed."""

_READING: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "shopify": (("access_token",), ("client_id", "client_secret")),
    "woocommerce": (("consumer_key", "consumer_secret"),),
}
"""What a platform's API takes: any of these groups."""


def check_org_secret(org: SalesforceOrg, read: ReadSecret) -> Iterator[Finding]:
    """The secret of an org: client id with client secret, or with user name and private key."""
    content = _open(org.secret, read)
    if isinstance(content, Finding):
        yield content
    elif not _has(content, "client_id") or not (
        _has(content, "client_secret") or (_has(content, "username") and _has(content, "private_key"))
    ):
        yield Finding(
            "error",
            f"the secret {org.secret} lacks parts of the login",
            "Give it client_id and client_secret, or client_id, username and private_key.",
        )


def check_store_secret(store: Store, read: ReadSecret) -> Iterator[Finding]:
    """The secret of a store: what verifies its webhooks, and what its API takes."""
    content = _open(store.secret, read)
    if isinstance(content, Finding):
        yield content
        return
    signing, reading = _SIGNING[store.platform], _READING[store.platform]
    if not _has(content, signing):
        yield Finding(
            "error",
            f"the secret {store.secret} has no {signing}: every webhook is refused",
            f"Give it {signing}, as the storefront shows it.",
        )
    if not any(all(_has(content, name) for name in group) for group in reading):
        wanted = ", or ".join(" and ".join(group) for group in reading)
        yield Finding(
            "warning",
            f"the secret {store.secret} has no credentials for the storefront's API: nothing can be read again",
            f"Give it {wanted}.",
        )


def _open(name: str, read: ReadSecret) -> Mapping[str, object] | Finding:
    try:
        return read(name)
    except Parked as problem:
        return Finding("error", problem.message, problem.next_step)


def _has(content: Mapping[str, object], name: str) -> bool:
    value = content.get(name)
    values = value if isinstance(value, list) and value else [value]
    return all(isinstance(part, str) and part.strip() for part in values)
