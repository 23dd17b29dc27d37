"""Signatures as a test wants them."""

from local.storefronts.payload import Json


def is_forgery(wish: Json) -> bool:
    """Whether the delivery is not the vendor's own: it is not tried again and counts for nothing."""
    return bool(wish.get("bad_signature") or wish.get("secret"))


def forged(signature: str, wish: Json) -> str | None:
    """The signature, or by `wish["bad_signature"]` a wrong (True), "truncated" or "missing" one (None)."""
    wanted = wish.get("bad_signature")
    if wanted == "missing":
        return None
    if wanted == "truncated":
        return signature[:-5]
    return signature[::-1] if wanted else signature
