"""Signatures as a test wants them."""

from local.storefronts.payload import Json


def forged(signature: str, wish: Json) -> str | None:
    """The signature, or by `wish["bad_signature"]` a wrong (True), "truncated" or "missing" one (None)."""
    wanted = wish.get("bad_signature")
    if wanted == "missing":
        return None
    if wanted == "truncated":
        return signature[:-5]
    return signature[::-1] if wanted else signature
