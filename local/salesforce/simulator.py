"""The simulator: one org behind `handle(method, path, headers, body)`."""

from __future__ import annotations

import gzip
import re
import secrets
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.salesforce.api import Api, versions
from local.salesforce.bulk.api import advance
from local.salesforce.bulk.jobs import Jobs
from local.salesforce.control import answer_control
from local.salesforce.errors import ApiError, OAuthError, json_error, method_not_allowed, resource_not_found
from local.salesforce.events.envelopes import EventLog, Logged
from local.salesforce.events.feed import Feed
from local.salesforce.events.relay import Relay
from local.salesforce.faults import Fault, Faults
from local.salesforce.oauth import Sessions, read_credentials
from local.salesforce.persistence import load, save
from local.salesforce.querying import Cursors
from local.salesforce.removal import KEPT, empty_bin
from local.salesforce.store import Store
from local.salesforce.switches import Switches
from local.salesforce.usage import Usage
from local.salesforce.visibility import Org
from local.salesforce.wire import Answer, Request, read_json, read_query, write_json
from local.salesforce.world import USER_ID, Actor, Call, World, standing_rows

PACKAGE = Path(__file__).parents[2] / "salesforce"
PERMISSION_SET = "Storefront_Connector"
_LONGEST_HEAD = 16_384  # bytes of a request's target and headers
_DATA = re.compile(r"/services/data/(v[^/]+)(?:/(.*))?\Z")
_UNAVAILABLE = (
    b"<html><head><title>Unavailable</title></head><body><h1>503 Service Unavailable</h1></body></html>"
)
_JSON = {"Content-Type": "application/json;charset=UTF-8"}


@dataclass(frozen=True)
class Response:
    """An HTTP answer.

    `after` says how it leaves: `answer`; `hang`, which is never, after `seconds`; `reset`, which tears the connection.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    after: str = "answer"
    seconds: float = 0.0


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Simulator:
    """A Salesforce org. Thread-safe: one call at a time changes its state."""

    def __init__(
        self,
        credentials: Iterable[Mapping[str, object]] = (),
        *,
        package: Path = PACKAGE,
        permission_set: str = PERMISSION_SET,
        switches: Switches | None = None,
        clock: Callable[[], datetime] = _utc_now,
        secret: Callable[[], str] = lambda: secrets.token_urlsafe(48),
        data: Path | None = None,
    ) -> None:
        self._package, self._permission_set, self._data = package, permission_set, data
        self._lock = threading.RLock()
        chosen = switches or Switches()
        org = Org(package, permission_set, chosen)
        self.world = World(org, Store(), chosen, Faults(), clock)
        self.world.store.use(org.everything)
        self.events, self.jobs = EventLog(), Jobs()
        self.feed, self.relay = Feed(self.world, self.events), Relay(self.events)
        self.usage = Usage()
        self._cursors = Cursors()
        self._sessions = Sessions(read_credentials(credentials), secret)
        self._api = Api(self.world, self.usage, self._cursors, self.jobs)
        self._next_emptying = clock()
        self._saved: tuple[int, list[tuple[str, str, int]]] | None = None
        if data is not None:
            kept = load(self.world.store, data)
            self.events.load(kept.get("events", []))
            self.jobs.load(kept.get("jobs", []))
        self._add_standing_rows()
        self.world.store.committed = self.feed.publish

    def _add_standing_rows(self) -> None:
        with self.world.store.atomic():
            for name, row in standing_rows(self.world.switches, self.world.now()):
                if name == "DuplicateRule" or self.world.store.get(name, str(row["Id"])) is None:
                    self.world.store.put(name, row)
        for prefix_owner in ("User", "Organization", "Pricebook2"):
            # The first numbers of these series are taken by standing rows.
            self.world.store.counters[prefix_owner] = max(self.world.store.counters.get(prefix_owner, 0), 2)

    def change_switches(self, wanted: Mapping[str, object]) -> None:
        """Change the org's settings; ValueError says what is wrong. Rows stay."""
        with self._lock:
            switches = self.world.switches.changed(wanted)
            org = Org(self._package, self._permission_set, switches)
            self.world.switches, self.world.org = switches, org
            self.world.store.use(org.everything)
            with self.world.store.atomic():
                for rule in self.world.store.rows("DuplicateRule"):
                    self.world.store.put("DuplicateRule", {**rule, "IsActive": False})
                self._add_standing_rows()

    def reset(self, *, calls_only: bool = False) -> None:
        """Forget rows, events, jobs, counts and faults, or the counts only; the rest stays."""
        with self._lock:
            self.usage.reset()
            if not calls_only:
                self.world.store.clear()
                self.world.faults.clear()
                self.events.clear()
                self.jobs.clear()
                self.feed.gaps.clear()
                self._add_standing_rows()

    def save(self) -> None:
        """Write the rows to the data file if they changed since the last time."""
        with self._lock:
            if self._data is not None and self._saved != self._state():
                save(
                    self.world.store, self._data, {"events": self.events.export(), "jobs": self.jobs.export()}
                )
                self._saved = self._state()

    def _state(self) -> tuple[int, list[tuple[str, str, int]]]:
        """Differs after every change that a file has to keep."""
        return self.world.store.revision, [each.progress for each in self.jobs.jobs.values()]

    def work(self) -> None:
        """What the org does between calls: one step of each bulk job, and events to the relay's URL."""
        with self._lock:
            advance(self.world, self.jobs)
        self.deliver()

    def deliver(self) -> None:
        """Hand the relay's waiting events over until one is not taken; the org is not held up meanwhile."""
        while (event := self._due()) is not None:
            if not self.relay.attempt(event):
                return
            with self._lock:
                self.relay.note_delivered(event)

    def _empty_bin(self) -> None:
        """What has been in the recycle bin for too long leaves it; looked at once an hour."""
        now = self.world.clock()
        if now >= self._next_emptying:
            self._next_emptying = now + timedelta(hours=1)
            empty_bin(self.world, now - KEPT)

    def _due(self) -> Logged | None:
        with self._lock:
            return self.relay.due()

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """Answer one HTTP request; `path` is the request target with its query string."""
        query_text = path.partition("?")[2]
        lower = {name.lower(): value for name, value in headers.items()}
        query = read_query(query_text)
        method = query.pop("_HttpMethod", method).upper()
        with self._lock:
            self._empty_bin()
            try:
                return self._route(method, path, query, lower, _unpacked(lower, body))
            except RecursionError:
                nested = json_error("The request body is nested too deeply")
                answer = Answer(nested.status, nested.body(), self._usage_header())
            except OAuthError as error:
                answer = Answer(error.status, {"error": error.error, "error_description": error.description})
            except ApiError as error:
                answer = Answer(
                    error.status, error.body(), self._usage_header() if error.status != 401 else {}
                )
            return _response(answer)

    def _route(
        self, method: str, target: str, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Response:
        path = target.partition("?")[0]
        if path.startswith("/_"):
            return _response(answer_control(self, method, path, query, body))
        if len(target) + sum(len(name) + len(value) + 4 for name, value in headers.items()) > _LONGEST_HEAD:
            return Response(414, {"Content-Type": "text/html"}, b"<h1>414 URI Too Long</h1>")
        self.usage.count(method, path)
        fault = self.world.faults.take(path)
        early = self._before(fault, headers)
        if early is not None:
            return early
        return _after(fault, self._service(method, path, query, headers, body))

    def _service(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Response:
        if path.startswith("/services/oauth2/"):
            return _response(self._oauth(method, path.rstrip("/"), query, headers, body))
        if path.rstrip("/") == "/services/data":
            return _response(Answer(200, versions()))
        match = _DATA.match(path)
        if match is None:
            raise resource_not_found()
        self._authenticate(headers)
        self.usage.spend(self.world.switches.api_daily_maximum)
        parts = tuple(part for part in (match[2] or "").split("/") if part)
        # The body of a PUT is a sheet of a bulk job.
        parsed = read_json(body) if method not in {"GET", "PUT"} else None
        request = Request(method, match[1], parts, query, headers, parsed, body)
        if parts[:1] == ("jobs",):
            advance(self.world, self.jobs)
        with self.world.acting(Actor(USER_ID, _origin(headers, match[1]))), self.world.store.transaction():
            answer = self._api.answer(_call(path, headers, match[1]), request)
        # The answer to an upload does not tell the usage.
        usage = self._usage_header() if method != "PUT" else {}
        return _response(Answer(answer.status, answer.body, {**answer.headers, **usage}))

    def _usage_header(self) -> dict[str, str]:
        return {"Sforce-Limit-Info": f"api-usage={self.usage.used}/{self.world.switches.api_daily_maximum}"}

    def _oauth(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Answer:
        name = path.rsplit("/", 1)[-1]
        if name == "revoke":
            return self._sessions.answer_revoke(body, query)
        if method != "POST":
            raise method_not_allowed(method, "POST")
        now = self.world.clock()
        if name == "token":
            scheme = headers.get("x-forwarded-proto", "http")
            host = f"{scheme}://{headers.get('host', '127.0.0.1')}"
            return self._sessions.answer_token(headers, body, host, now, self.world.switches.token_life)
        if name == "introspect":
            return self._sessions.answer_introspect(headers, body, now)
        raise resource_not_found()

    def _authenticate(self, headers: Mapping[str, str]) -> None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        life = self.world.switches.token_life
        if scheme not in {"Bearer", "OAuth"} or not self._sessions.valid(token, self.world.clock(), life):
            raise _expired()

    def _before(self, fault: Fault | None, headers: Mapping[str, str]) -> Response | None:
        """What a fault does before the request is looked at; None lets it through."""
        if fault is None or fault.fault in {"timeout_after_commit", "reset_after_commit", "slow"}:
            return None
        if fault.fault == "unavailable_html":
            return Response(503, {"Content-Type": "text/html;charset=UTF-8"}, _UNAVAILABLE)
        if fault.fault == "timeout_before":
            return Response(504, after="hang", seconds=fault.seconds)
        if fault.fault == "connection_reset":
            return Response(504, after="reset")
        if fault.fault == "expired_token":
            self._sessions.revoke(headers.get("authorization", "").partition(" ")[2])
            raise _expired()
        if fault.fault == "limit_exceeded":
            raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        if fault.fault == "concurrent_limit":
            message = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
            raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", message)
        raise ApiError(fault.status, fault.error_code, fault.message)


def _expired() -> ApiError:
    return ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")


def _after(fault: Fault | None, response: Response) -> Response:
    """What a fault does to an answer after the commit."""
    if fault is not None and fault.fault == "timeout_after_commit":
        return Response(504, after="hang", seconds=fault.seconds)
    if fault is not None and fault.fault == "reset_after_commit":
        return Response(504, after="reset")
    if fault is not None and fault.fault == "slow":
        return Response(response.status, response.headers, response.body, seconds=fault.seconds)
    return response


def _call(path: str, headers: Mapping[str, str], version: str) -> Call:
    wanted = headers.get("sforce-duplicate-rule-header", "").replace(" ", "").lower()
    return Call(version, path, "allowsave=true" in re.split(r"[;,]", wanted))


def _origin(headers: Mapping[str, str], version: str) -> str:
    """How change events will call the client; without a client id in the call options they name only the API."""
    origin = f"com/salesforce/api/rest/{version.removeprefix('v')}"
    client = re.search(r"(?:^|[,;\s])client\s*=\s*([^,;\s]+)", headers.get("sforce-call-options", ""))
    return f"{origin};client={client[1]}" if client else origin


def _unpacked(headers: Mapping[str, str], body: bytes) -> bytes:
    if headers.get("content-encoding", "").lower() != "gzip":
        return body
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        raise json_error("The request body is not valid gzip") from None


def _response(answer: Answer) -> Response:
    headers = {**answer.headers}
    if answer.status == 401:
        headers["WWW-Authenticate"] = "Token"
    if answer.body is None:
        return Response(answer.status, headers)
    if isinstance(answer.body, bytes):
        return Response(answer.status, headers, answer.body)
    return Response(answer.status, {**headers, **_JSON}, write_json(answer.body))
