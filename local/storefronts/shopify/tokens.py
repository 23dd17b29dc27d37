"""Access tokens: a static one from the secret, and those of the client-credentials grant."""

import secrets
import threading
from collections.abc import Callable, Mapping

from local.storefronts.exchange import Answer, json_answer

LIFE_SECONDS = 86_399


class Tokens:
    """Which tokens the shop accepts now."""

    def __init__(self, secret: Mapping[str, object], clock: Callable[[], float]) -> None:
        self._static = secret.get("access_token")
        self._client_id = secret.get("client_id")
        keys = secret.get("client_secret")
        self._client_secrets = keys if isinstance(keys, list) else [keys]
        self._clock = clock
        self._lock = threading.Lock()
        self._granted: dict[str, float] = {}

    def accepts(self, token: str) -> bool:
        """Whether a call with this token is let in."""
        if not token:
            return False
        with self._lock:
            return token == self._static or self._granted.get(token, 0.0) > self._clock()

    def grant(self, form: Mapping[str, list[str]]) -> Answer:
        """The client-credentials grant: no refresh token, valid for a day."""
        given = {name: values[0] for name, values in form.items()}
        if given.get("grant_type") != "client_credentials":
            return _refused("unsupported_grant_type", "Only client_credentials is simulated.")
        known = self._client_id and given.get("client_id") == self._client_id
        if not known or given.get("client_secret") not in self._client_secrets:
            return _refused("invalid_client", "Client authentication failed.")
        token = f"shpca_{secrets.token_hex(16)}"
        with self._lock:
            self._granted[token] = self._clock() + LIFE_SECONDS
        scope = "read_orders,read_products,read_customers,read_locations"
        return json_answer(200, {"access_token": token, "scope": scope, "expires_in": LIFE_SECONDS})

    def expire(self) -> None:
        """All granted tokens end now; the static one never does."""
        with self._lock:
            self._granted.clear()


def _refused(code: str, description: str) -> Answer:
    return json_answer(400, {"error": code, "error_description": description})
