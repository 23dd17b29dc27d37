"""The token endpoint: client credentials and JWT bearer."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from local.salesforce.errors import OAuthError
from local.salesforce.rsa import PublicKey, public_key
from local.salesforce.wire import Answer, read_query
from local.salesforce.world import ORGANIZATION_ID, USER_ID

_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LONGEST_JWT = 300
# The generic hosts, and any My Domain: behind another host name this org still is the one that was meant.
_AUDIENCE = re.compile(r"https://(login|test|[a-z0-9-]+(--[a-z0-9]+\.sandbox)?\.my)\.salesforce\.com\Z")


@dataclass(frozen=True)
class Credential:
    """One app: with a secret (client credentials), or with a user and a key (JWT bearer)."""

    client_id: str
    client_secret: str = ""
    username: str = ""
    key: PublicKey | None = None


def read_credentials(given: Iterable[Mapping[str, object]]) -> list[Credential]:
    """Credentials as the connector's secrets hold them; ValueError if malformed.

    Of a private key only the public half is kept.
    """
    found = []
    for each in given:
        texts = {name: value for name, value in each.items() if isinstance(value, str)}
        if not texts.get("client_id") or not (texts.get("client_secret") or texts.get("username")):
            raise ValueError(
                "a credential needs client_id and client_secret, or client_id, username and a key"
            )
        pem = texts.get("public_key") or texts.get("private_key")
        found.append(
            Credential(
                texts["client_id"], texts.get("client_secret", ""), texts.get("username", ""),
                public_key(pem) if pem else None,
            )
        )  # fmt: skip
    return found


class Sessions:
    """Access tokens and when they end. A token's life starts again with each use."""

    def __init__(self, credentials: list[Credential], secret: Callable[[], str]) -> None:
        self._credentials = credentials
        self._secret = secret
        self._ends: dict[str, float] = {}

    def valid(self, token: str, now: datetime, life: int) -> bool:
        """Whether the token is live; if so it lives on."""
        if self._ends.get(token, 0) <= now.timestamp():
            self._ends.pop(token, None)
            return False
        self._ends[token] = now.timestamp() + life
        return True

    def revoke(self, token: str) -> bool:
        """End a token; False when there is none."""
        return self._ends.pop(token, None) is not None

    def revoke_all(self) -> None:
        """End all tokens."""
        self._ends.clear()

    def answer_token(
        self, headers: Mapping[str, str], body: bytes, host: str, now: datetime, life: int
    ) -> Answer:
        """`POST /services/oauth2/token`."""
        form = read_query(body.decode("utf-8", "replace"))
        grant = form.get("grant_type", "")
        if grant == "client_credentials":
            self._check_secret(*_client(headers, form))
        elif grant == _JWT:
            self._check_jwt(form.get("assertion", ""), host, now)
        else:
            raise OAuthError(400, "unsupported_grant_type", "grant type not supported")
        return self._granted(host, now, life)

    def _check_secret(self, client_id: str, client_secret: str) -> None:
        known = [each for each in self._credentials if each.client_id == client_id and each.client_secret]
        if not known:
            raise OAuthError(400, "invalid_client_id", "client identifier invalid")
        if client_secret not in {each.client_secret for each in known}:
            raise OAuthError(400, "invalid_client", "invalid client credentials")

    def _check_jwt(self, assertion: str, host: str, now: datetime) -> None:
        signed, claims, signature = _jwt_parts(assertion)
        issued = [each for each in self._credentials if each.client_id == claims.get("iss") and each.username]
        if not issued:
            raise OAuthError(400, "invalid_client_id", "client identifier invalid")
        app = next((each for each in issued if each.username == claims.get("sub")), None)
        if app is None:
            raise OAuthError(400, "invalid_grant", "user hasn't approved this consumer")
        audience = str(claims.get("aud", "")).rstrip("/")
        if audience != host and not _AUDIENCE.match(audience):
            raise OAuthError(400, "invalid_grant", "audience is invalid")
        expiry = claims.get("exp")
        if isinstance(expiry, bool) or not isinstance(expiry, (int, float)):
            raise OAuthError(400, "invalid_grant", "invalid assertion")
        if not 0 < expiry - now.timestamp() <= _LONGEST_JWT:
            raise OAuthError(400, "invalid_grant", "expired authorization code or assertion")
        if app.key is not None and not app.key.verifies(signed, signature):
            raise OAuthError(400, "invalid_grant", "invalid assertion")

    def _granted(self, host: str, now: datetime, life: int) -> Answer:
        token = f"{ORGANIZATION_ID[:15]}!{self._secret()}"
        self._ends[token] = now.timestamp() + life
        body = {
            "access_token": token, "signature": self._secret(), "token_format": "opaque", "instance_url": host,
            "id": f"{host}/id/{ORGANIZATION_ID}/{USER_ID}", "token_type": "Bearer",
            "issued_at": str(int(now.timestamp() * 1000)), "scope": "api", "api_instance_url": host,
        }  # fmt: skip
        return Answer(200, body)

    def answer_revoke(self, body: bytes, query: Mapping[str, str]) -> Answer:
        """`/services/oauth2/revoke`."""
        token = read_query(body.decode("utf-8", "replace")).get("token") or query.get("token", "")
        if not self.revoke(token):
            raise OAuthError(400, "invalid_token", "invalid token")
        return Answer(200)

    def answer_introspect(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Answer:
        """`POST /services/oauth2/introspect`."""
        form = read_query(body.decode("utf-8", "replace"))
        self._check_secret(*_client(headers, form))
        end = self._ends.get(form.get("token", ""), 0)
        if end <= now.timestamp():
            return Answer(200, {"active": False})
        client_id = _client(headers, form)[0]
        return Answer(
            200,
            {
                "active": True,
                "scope": "api",
                "client_id": client_id,
                "exp": int(end),
                "token_type": "access_token",
            },
        )


def _client(headers: Mapping[str, str], form: Mapping[str, str]) -> tuple[str, str]:
    """Id and secret from the form or from HTTP Basic."""
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthError(400, "invalid_client", "invalid client credentials") from None
    return client_id, secret


def _jwt_parts(assertion: str) -> tuple[bytes, Mapping[str, object], bytes]:
    """The signed part, the claims and the signature of a JWT that names RS256."""
    parts = assertion.split(".")
    try:
        head, claims, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts)
        header, read = json.loads(head), json.loads(claims)
    except ValueError:
        raise OAuthError(400, "invalid_grant", "invalid assertion") from None
    if not isinstance(header, dict) or header.get("alg") != "RS256" or not isinstance(read, dict):
        raise OAuthError(400, "invalid_grant", "invalid assertion")
    return f"{parts[0]}.{parts[1]}".encode(), read, signature
