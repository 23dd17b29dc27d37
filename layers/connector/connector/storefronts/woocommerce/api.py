"""Calls to one shop's REST API wc/v3: time-outs, the waits it asks for, and what its answers mean."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from itertools import islice
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from connector.errors import Deferred, NotWritten, Parked
from connector.storefronts.woocommerce.fields import read_json

CONNECT_SECONDS = 5
READ_SECONDS = 30
LONGEST_WAIT = 3600
"""Seconds. A host that asks for more is asked again after this."""

_UNKNOWN_ORDER = "woocommerce_rest_shop_order_invalid_id"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_CODE = re.compile(r"[a-z0-9_]{1,80}\Z")
_OPENING = re.compile(r"[{\[]")
_MOST_OPENINGS = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: its JSON and how many pages the listing has (None if it does not say)."""

    value: object
    pages: int | None


class Api:
    """One shop's API. Reads only, one call at a time; never leaves the shop's own host.

    `now` gives seconds since the epoch, for the waits that the shop asks for.
    """

    def __init__(
        self, store: str, url: str, key: str, secret: str, now: Callable[[], float] = time.time
    ) -> None:
        """Raises `Parked` for a URL that would send the credentials in the clear."""
        parts = urlsplit(url)
        local = parts.hostname in _LOOPBACK
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise Parked(
                "storefront_url_insecure",
                f"the url of store {store} is not https; WooCommerce takes its keys over https only",
                "Give the store's https address in stores.yaml, deploy, then retry.",
                field="url",
            )
        self._store = store
        self._base = f"{url.rstrip('/')}/wp-json/wc/v3/"
        self._session = _session(self._base, key, secret, local)
        self._now = now
        self._not_before = 0.0

    def get(self, path: str, query: Mapping[str, str | int]) -> Answer | None:
        """The answer to a GET; None for an order that the shop does not know. Raises `Deferred`, `Parked`."""
        self._respect_wait()
        try:
            response = self._session.get(
                self._base + path,
                params=query,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            # Only the kind of the error: its text holds the whole address.
            raise Deferred("storefront_unreachable", f"{self._store}: {type(error).__name__}") from None
        return self._answer(response)

    def _respect_wait(self) -> None:
        left = self._not_before - self._now()
        if left > 0:
            raise Deferred("storefront_throttled", f"{self._store} asked for a pause; {left:.0f} s are left")

    def _answer(self, response: requests.Response) -> Answer | None:
        wait = _seconds_to_wait(response.headers.get("Retry-After"), self._now())
        if wait and response.status_code in (429, 503):
            self._not_before = self._now() + wait
        value = _json(response.content.decode("utf-8-sig", "replace"))
        if response.status_code == 200 and isinstance(value, dict | list):
            return Answer(value, _count(response.headers.get("X-WP-TotalPages")))
        code = _error_code(value)
        if response.status_code == 404 and code == _UNKNOWN_ORDER:
            return None
        raise refusal(self._store, response.status_code, code)


def _session(base: str, key: str, secret: str, local: bool) -> requests.Session:
    session = requests.Session()
    # With no other adapter mounted, the session cannot be brought to call any other address.
    session.adapters.clear()
    session.mount(base, HTTPAdapter(max_retries=0))
    session.auth = (key, secret)
    session.trust_env = not local
    session.headers["User-Agent"] = "storefront-connector-for-salesforce"
    session.headers["Accept"] = "application/json"
    return session


def refusal(store: str, status: int, code: str | None) -> NotWritten:
    """What an unsuccessful answer means; `code` is WooCommerce's own, None for a body without one.

    Error JSON is WooCommerce's word and final; HTML and a bare 5xx are its host's: a firewall, an outage.
    A 401 does not tell a wrong key from a missing right (both seen on WooCommerce 11.0.1).
    """
    found = f"{store}: HTTP {status}, {code or 'no WooCommerce error code'}"
    if status == 429:
        return Deferred("storefront_throttled", found)
    if status == 401 or (status == 403 and code):
        return Parked(
            "storefront_credentials",
            f"the shop refused the key, or its user may not read orders ({found})",
            "Check the key in WooCommerce > Settings > Advanced > REST API and its user's role, then retry.",
        )
    if 300 <= status < 400:
        return Parked(
            "storefront_moved",
            f"the shop's API redirects to another address ({found})",
            "Give the shop's final address in stores.yaml (with or without www), deploy, then retry.",
            field="url",
        )
    if status == 404:
        return Parked(
            "storefront_api_missing",
            f"there is no WooCommerce REST API at this address ({found})",
            "Check the store's url, that WooCommerce is on and that permalinks are not plain, then retry.",
            field="url",
        )
    if code and (status < 500 or code.startswith("woocommerce_rest_")):
        return Parked("storefront_refused", f"the shop refused the call ({found})", "Report this message.")
    return Deferred("storefront_unreachable", found)


def _error_code(value: object) -> str | None:
    code = value.get("code") if isinstance(value, dict) else None
    return code if isinstance(code, str) and _CODE.match(code) else None


def _json(text: str) -> object:
    """The JSON in an answer, past PHP warnings that were printed before it; None if there is none."""
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        return next(_embedded(text), None)


def _embedded(text: str) -> Iterator[object]:
    decoder = json.JSONDecoder(parse_float=Decimal)
    for opening in islice(_OPENING.finditer(text), _MOST_OPENINGS):
        try:
            value, end = decoder.raw_decode(text, opening.start())
        except (ValueError, RecursionError):
            continue
        if not text[end:].strip():
            yield value


def _seconds_to_wait(header: str | None, now: float) -> float:
    """`Retry-After`, seconds or a date, as seconds from now; 0 if absent or unreadable."""
    if not header:
        return 0
    if header.strip().isdecimal():
        return min(int(header), LONGEST_WAIT)
    try:
        return min(max(parsedate_to_datetime(header).timestamp() - now, 0), LONGEST_WAIT)
    except (ValueError, OverflowError):
        return 0


def _count(header: str | None) -> int | None:
    return int(header) if header and header.isdecimal() else None
