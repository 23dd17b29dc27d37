"""One org's authenticated session: token, one renewal on 401, time-outs, usage of the API allowance.

The token is fetched by our own few lines and handed to simple-salesforce as an existing session: the library's own
login builds salesforce.com addresses only, does not share tokens between containers, and recurses without end when a
renewed session is refused (its issue 804).
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession

from connector.errors import Deferred, Failed, NotWritten, Parked
from connector.salesforce.errors import Refusal, classify, to_outcome

CLIENT = "storefront_connector"
"""Stands in the origin of change events that our writes cause, so that they can be told from people's."""

CONNECT_SECONDS = 5.0
READ_SECONDS = 25.0


@dataclass(frozen=True, slots=True)
class Usage:
    """The org's API requests of the last 24 hours, as the last answer said."""

    used: int
    allowed: int


class TokenStore(Protocol):
    """Where all containers share one token per org."""

    def read_token(self, org: str) -> str | None:
        """The newest known token."""

    def write_token(self, org: str, token: str, replaces: str | None) -> None:
        """Keep a token, unless another container already replaced `replaces`."""


class Uncertain(Deferred):
    """The call's outcome is not known: it may have been done. Repeat the same upsert."""


class Session:
    """Calls to one org, below /services/data/vXX.X/."""

    def __init__(
        self,
        org: str,
        host: str,
        api_version: str,
        secret: Callable[[], Mapping[str, object]],
        tokens: TokenStore,
        time_left: Callable[[], float] = lambda: 60.0,
        now: Callable[[], float] = time.time,
        allow_duplicates: bool = True,
    ) -> None:
        self.org = org
        self.write_headers = {"Sforce-Duplicate-Rule-Header": f"allowSave={str(allow_duplicates).lower()}"}
        """Sent with every write: whether to save beside a duplicate rule that only alerts."""
        self.usage: Usage | None = None
        self.calls = 0
        self._host = host.rstrip("/")
        self._version = api_version
        self._secret = secret
        self._tokens = tokens
        self._time_left = time_left
        self._now = now
        self._http = _http_session()
        self._token: str | None = None
        self._salesforce: Salesforce | None = None

    @property
    def data_path(self) -> str:
        """The path of the data API, as sub-requests name it."""
        return f"/services/data/v{self._version}/"

    def call(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> object:
        """The parsed answer of one call (None for 204). Raises `Deferred`, `Uncertain` or `Parked`.

        A 401 renews the token once and repeats once. Nothing else is repeated here.
        """
        data = None if body is None else json.dumps(body)
        salesforce = self._connect()
        try:
            return self._send(salesforce, method, path, data, headers)
        except SalesforceExpiredSession:
            salesforce = self._connect(refused=self._token)
        try:
            return self._send(salesforce, method, path, data, headers)
        except SalesforceExpiredSession:
            raise Deferred("salesforce_unavailable", "a fresh token was refused") from None

    def query(self, soql: str, deleted: bool = False) -> list[dict[str, object]]:
        """All rows of a query, past every page; with those in the recycle bin on request."""
        path = f"{'queryAll' if deleted else 'query'}?q={quote(soql, safe='')}"
        rows: list[dict[str, object]] = []
        while path:
            page = self.call("GET", path)
            if not isinstance(page, dict):
                raise Failed("Salesforce answered a query with another shape")
            rows += page["records"]
            path = str(page.get("nextRecordsUrl") or "").removeprefix(self.data_path)
        return rows

    def _connect(self, refused: str | None = None) -> Salesforce:
        if self._salesforce is None or refused is not None:
            token = self._tokens.read_token(self.org)
            if token is None or token == refused:
                fresh = self._fetch_token()
                self._tokens.write_token(self.org, fresh, replaces=token)
                token = fresh
            self._token = token
            self._salesforce = Salesforce(
                instance_url=self._host,
                session_id=token,
                version=self._version,
                session=self._http,
                object_pairs_hook=dict,
            )
            # The library always builds https addresses; on the laptop the host speaks plain HTTP.
            self._salesforce.base_url = f"{self._host}/services/data/v{self._version}/"
            self._salesforce.headers["Sforce-Call-Options"] = f"client={CLIENT}"
        return self._salesforce

    def _send(
        self,
        salesforce: Salesforce,
        method: str,
        path: str,
        data: str | None,
        headers: Mapping[str, str] | None,
    ) -> object:
        self.calls += 1
        timeout = (CONNECT_SECONDS, min(READ_SECONDS, max(1.0, (self._time_left() - 5) / 2)))
        try:
            return salesforce.restful(
                path, method=method, data=data, headers=headers or {}, timeout=timeout, allow_redirects=False
            )
        except SalesforceExpiredSession:
            raise
        except SalesforceError as error:
            raise _problem(error.status, error.content) from None
        except requests.ConnectTimeout:
            raise Deferred("salesforce_unavailable", "no connection within the time-out") from None
        except (requests.RequestException, ValueError) as error:
            raise Uncertain("salesforce_unavailable", f"no usable answer ({type(error).__name__})") from None
        finally:
            self._note_usage(salesforce)

    def _note_usage(self, salesforce: Salesforce) -> None:
        usage = salesforce.api_usage.get("api-usage")
        if usage is not None:
            self.usage = Usage(int(usage.used), int(usage.total))

    def _fetch_token(self) -> str:
        secret = self._secret()
        form = _token_form(secret, self._host, self._now())
        try:
            answer = self._http.post(
                f"{self._host}/services/oauth2/token",
                data=form,
                timeout=(CONNECT_SECONDS, 10),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Deferred("salesforce_unavailable", f"no token ({type(error).__name__})") from None
        if answer.status_code >= 500 or answer.status_code == 429:
            raise Deferred("salesforce_unavailable", f"no token (HTTP {answer.status_code})")
        content = _json(answer)
        token = content.get("access_token") if isinstance(content, dict) else None
        if answer.status_code != 200 or not isinstance(token, str):
            raise Parked("salesforce_login", _login_problem(content, answer.status_code), _LOGIN_STEP)
        return token


_LOGIN_STEP = (
    "Check client id and secret (or user and key) in the org's secret, that the app has the client-credentials flow "
    "switched on with a Run As user, and that `host` is the org's My Domain; then retry."
)


def _http_session() -> requests.Session:
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=0, pool_maxsize=4))
    session.mount("http://", HTTPAdapter(max_retries=0, pool_maxsize=4))
    session.trust_env = False
    return session


def _token_form(secret: Mapping[str, object], host: str, now: float) -> dict[str, str]:
    needed = (
        ("client_id", "username", "private_key")
        if "private_key" in secret
        else ("client_id", "client_secret")
    )
    missing = [name for name in needed if not secret.get(name)]
    if missing:
        raise Parked("salesforce_login", f"the org's secret lacks {', '.join(missing)}", _LOGIN_STEP)
    client_id = str(secret["client_id"])
    if "private_key" not in secret:
        return {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": str(secret["client_secret"]),
        }
    return {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": _assertion(client_id, str(secret["username"]), str(secret["private_key"]), host, now),
    }


def _assertion(client_id: str, username: str, private_key: str, host: str, now: float) -> str:
    import jwt

    parts = urlsplit(host)
    claims = {
        "iss": client_id,
        "sub": username,
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(now) + 180,
    }
    try:
        return jwt.encode(claims, private_key, algorithm="RS256")
    except (jwt.PyJWTError, ValueError):
        raise Parked(
            "salesforce_login", "the private_key of the org's secret is no RSA key in PEM", _LOGIN_STEP
        ) from None


def _login_problem(content: object, status: int) -> str:
    error = content.get("error") if isinstance(content, dict) else None
    return f"Salesforce refused the connector's login: {error or f'HTTP {status}'}"


def _problem(status: int, content: object) -> NotWritten:
    refusal = _refusal(content, status)
    if refusal is None:
        # HTML from the edge, an empty 5xx, a redirect to a login page: the call may or may not have been done.
        return Uncertain("salesforce_unavailable", f"HTTP {status} without a Salesforce error")
    if classify(refusal) in ("transient", "unknown") and status >= 500:
        return Uncertain("salesforce_unavailable", f"{refusal.code} (HTTP {status})")
    return to_outcome(refusal)


def _json(answer: requests.Response) -> object:
    try:
        return json.loads(answer.content)
    except ValueError:
        return None


def _refusal(content: object, status: int) -> Refusal | None:
    first = content[0] if isinstance(content, list) and content else content
    if not isinstance(first, dict) or not isinstance(code := first.get("errorCode"), str):
        return None
    fields = first.get("fields")
    return Refusal(
        code, str(first.get("message", "")), tuple(fields) if isinstance(fields, list) else (), status
    )
