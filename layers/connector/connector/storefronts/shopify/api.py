"""Calls to one shop's Admin GraphQL API: token, pace, and what each kind of refusal means.

Nothing is sent twice but a call whose token was refused: what Shopify turned away goes back to its queue.
Messages name statuses and Shopify's error codes, never tokens or the data of an answer.
"""

import json
import time
from collections.abc import Callable, Mapping
from decimal import Decimal

import requests

from connector.errors import Deferred, Failed, NotWritten, Parked
from connector.storefronts.base import Unsupported

API_VERSION = "2026-10"
TIMEOUTS = (3.05, 20.0)
"""Seconds to connect, and between two bytes of the answer."""
MAX_WAIT = 5.0
"""Seconds to wait for the shop's points before the work goes back to its queue."""
_TOKEN_MARGIN = 300.0
_DEFAULT_PAUSE = 2.0
_LONGEST_PAUSE = 3600.0

_STATUS_STEPS = {
    401: (
        "credentials_refused",
        "Put a valid access_token (or client_id and client_secret) into its secret.",
    ),
    402: ("shop_frozen", "Settle the shop's Shopify invoice, then retry."),
    403: (
        "credentials_refused",
        "Grant the app read_orders, read_products, read_customers and read_locations.",
    ),
    404: ("shop_not_found", "Check that the store's url is its permanent *.myshopify.com address."),
    423: ("shop_frozen", "Ask Shopify's support to unlock the shop, then retry."),
}
_CODE_STEPS = {
    "ACCESS_DENIED": _STATUS_STEPS[403],
    "SHOP_INACTIVE": ("shop_frozen", "Activate the shop in Shopify, then retry."),
}


class Pace:
    """When the next call may go out: Shopify's bucket of points, and its explicit requests to wait."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._ready_at = 0.0

    def wait(self) -> None:
        """Wait until the bucket holds enough; raises `Deferred` if that takes longer than MAX_WAIT."""
        seconds = self._ready_at - self._clock()
        if seconds > MAX_WAIT:
            raise Deferred("storefront_throttled", f"the shop asks for {seconds:.0f} s of rest")
        if seconds > 0:
            self._sleep(seconds)

    def rest(self, seconds: float) -> None:
        """No call for that long."""
        self._ready_at = max(self._ready_at, self._clock() + seconds)

    def note_cost(self, extensions: object) -> None:
        """Rest until another call of the same cost is affordable, from the answer's `extensions.cost`."""
        cost = extensions.get("cost") if isinstance(extensions, dict) else None
        bucket = cost.get("throttleStatus") if isinstance(cost, dict) else None
        if isinstance(cost, dict) and isinstance(bucket, dict):
            missing = _plain(cost.get("requestedQueryCost")) - _plain(bucket.get("currentlyAvailable"))
            self.rest(max(missing, 0.0) / max(_plain(bucket.get("restoreRate")), 1.0))


class Token:
    """The access token of a shop: a pasted one, or one by the client-credentials grant, kept till it ends."""

    def __init__(self, secret: Mapping[str, object], clock: Callable[[], float]) -> None:
        self._static = _text(secret.get("access_token"))
        self._client_id = _text(secret.get("client_id"))
        keys = secret.get("client_secret")
        self._client_secret = _text(keys[0] if isinstance(keys, list) and keys else keys)
        self._clock = clock
        self._granted = ""
        self._ends_at = 0.0

    @property
    def renewable(self) -> bool:
        """Whether a refused token can be replaced."""
        return not self._static and bool(self._client_id)

    @property
    def current(self) -> str:
        """The token to send; empty if one has to be asked for."""
        return self._static or (self._granted if self._clock() < self._ends_at else "")

    @property
    def request(self) -> dict[str, str]:
        """The form that asks for a token. Raises `Unsupported` if the secret holds no credentials."""
        if not self.renewable or not self._client_secret:
            raise Unsupported("the store's secret holds neither access_token nor client_id and client_secret")
        return {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }

    def keep(self, answer: Mapping[str, object]) -> str:
        """Take the token out of the grant's answer; raises `Parked` if there is none."""
        self._granted = _text(answer.get("access_token"))
        self._ends_at = self._clock() + _plain(answer.get("expires_in")) - _TOKEN_MARGIN
        if not self._granted:
            raise _refused(401)
        return self._granted


class Api:
    """One shop. `url` is its base address; nothing else is ever called, and redirects are not followed."""

    def __init__(
        self,
        url: str,
        secret: Mapping[str, object],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = url
        self._token = Token(secret, clock)
        self._pace = Pace(clock, sleep)
        self._session = requests.Session()
        # A proxy or netrc of the surroundings must not see or replace the shop's token.
        self._session.trust_env = False

    def ask(self, document: str, variables: Mapping[str, object]) -> dict[str, object]:
        """The `data` of a GraphQL answer. Raises `Deferred`, `Parked`, or `Failed` for a wrong document."""
        token = self._token.current or self._renewed()
        answer = self._post(document, variables, token)
        if answer.status_code == 401 and self._token.renewable:
            answer = self._post(document, variables, self._renewed())
        body = self._read(answer)
        self._pace.note_cost(body.get("extensions"))
        _check_errors(body.get("errors"))
        data = body.get("data")
        if not isinstance(data, dict):
            raise Deferred("storefront_unreachable", "the shop's answer holds no data")
        return data

    def _post(self, document: str, variables: Mapping[str, object], token: str) -> requests.Response:
        body = json.dumps({"query": document, "variables": variables}).encode()
        headers = {"Content-Type": "application/json", "X-Shopify-Access-Token": token}
        return self._send(f"/admin/api/{API_VERSION}/graphql.json", body, headers)

    def _renewed(self) -> str:
        answer = self._send("/admin/oauth/access_token", self._token.request, {})
        if answer.status_code == 400:
            # OAuth's status for a client that is unknown, wrong, or not installed in this shop.
            raise _refused(401)
        return self._token.keep(self._read(answer))

    def _send(self, path: str, body: bytes | dict[str, str], headers: dict[str, str]) -> requests.Response:
        self._pace.wait()
        try:
            return self._session.post(
                self._url + path, data=body, headers=headers, timeout=TIMEOUTS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise Deferred("storefront_unreachable", type(error).__name__) from None

    def _read(self, answer: requests.Response) -> dict[str, object]:
        if answer.status_code in (429, 430):
            self._pace.rest(_retry_after(answer))
        if answer.status_code != 200:
            raise _refused(answer.status_code)
        try:
            body = json.loads(answer.content, parse_float=Decimal)
        except ValueError:
            raise Deferred(
                "storefront_unreachable", "the shop answered with something else than JSON"
            ) from None
        if type(body) is not dict:
            raise Deferred("storefront_unreachable", "the shop's answer is no JSON object")
        return body


def _refused(status: int) -> NotWritten:
    if status in (429, 430):
        return Deferred("storefront_throttled", f"the shop answered {status}")
    if status in _STATUS_STEPS:
        reason, step = _STATUS_STEPS[status]
        return Parked(reason, f"the shop answered {status}", step)
    if status >= 500:
        return Deferred("storefront_unreachable", f"the shop answered {status}")
    if 300 <= status < 400:
        reason, step = _STATUS_STEPS[404]
        return Parked(reason, f"the shop answered {status}, a redirect", step)
    return Failed(f"the shop answered {status}")


def _check_errors(errors: object) -> None:
    """Raise for GraphQL errors, which come with status 200."""
    if not errors:
        return
    codes = [_code(error) for error in errors] if isinstance(errors, list) else []
    if "THROTTLED" in codes:
        raise Deferred("storefront_throttled", "the shop's points are used up")
    for code in codes:
        if code in _CODE_STEPS:
            reason, step = _CODE_STEPS[code]
            raise Parked(reason, f"the shop answered {code}", step)
    if "INTERNAL_SERVER_ERROR" in codes:
        raise Deferred("storefront_unreachable", "the shop answered INTERNAL_SERVER_ERROR")
    raise Failed(f"the shop refused the query: {', '.join(codes) or 'no code'}")


def _code(error: object) -> str:
    extensions = error.get("extensions") if isinstance(error, dict) else None
    return _text(extensions.get("code") if isinstance(extensions, dict) else None) or "no code"


def _retry_after(answer: requests.Response) -> float:
    given = answer.headers.get("Retry-After", "")
    return min(float(given), _LONGEST_PAUSE) if given.isdecimal() else _DEFAULT_PAUSE


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _plain(value: object) -> float:
    return float(value) if isinstance(value, int | float | Decimal) else 0.0
