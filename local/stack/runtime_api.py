"""The Lambda runtime API (2018-06-01) for one function process, as the real runtime client speaks it."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from local.framing import read_chunks
from local.stack.processes import LOOPBACK

INVOCATION = "/2018-06-01/runtime/invocation/"
INIT_ERROR = "/2018-06-01/runtime/init/error"
RESPONSE_LIMIT = 6 * 1024 * 1024  # Lambda's limit for synchronous payloads
LONGEST_BODY = 16 * RESPONSE_LIMIT  # what is read of an answer that is too large, so that its sender hears so


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended: `error` None means that the handler returned `payload`."""

    payload: bytes = b""
    error: str | None = None


@dataclass
class Invocation:
    """One event on its way through a function process."""

    request_id: str
    event: bytes
    timeout_s: float
    on_start: Callable[[], None] = lambda: None
    outcome: Future[Outcome] = field(default_factory=Future)
    _ending: threading.Lock = field(default_factory=threading.Lock)

    def end(self, outcome: Outcome) -> None:
        """Only the first end counts: a killed process may still have answered."""
        with self._ending:
            if not self.outcome.done():
                self.outcome.set_result(outcome)


class RuntimeApi:
    """Hands out one invocation at a time and takes its result."""

    def __init__(self, function_arn: str) -> None:
        self.function_arn = function_arn
        self.ready = threading.Event()  # the process has loaded its handler and asked for work
        self.init_error: str | None = None
        self._current: Invocation | None = None
        self._changed = threading.Condition()
        self._closed = False
        self._server = RuntimeApiServer(self)
        self.address = f"{LOOPBACK}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def offer(self, invocation: Invocation) -> None:
        with self._changed:
            self._current = invocation
            self._changed.notify_all()

    def next(self) -> Invocation | None:
        """Waits for work; None once the function is being stopped."""
        self.ready.set()
        with self._changed:
            self._changed.wait_for(lambda: self._current is not None or self._closed)
            return self._current

    def finish(self, request_id: str, outcome: Outcome) -> bool:
        """False for a result of an invocation that is not under way."""
        with self._changed:
            invocation = self._current
            if invocation is None or invocation.request_id != request_id:
                return False
            self._current = None
        invocation.end(outcome)
        return True

    def fail_init(self, error: str) -> None:
        self.init_error = error
        self.abandon(error)
        self.ready.set()

    def abandon(self, error: str) -> None:
        """Ends what is under way with an error, because its process can no longer answer."""
        with self._changed:
            invocation, self._current = self._current, None
        if invocation is not None:
            invocation.end(Outcome(error=error))

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        threading.Thread(target=self._shut, daemon=True).start()

    def _shut(self) -> None:
        self._server.shutdown()  # takes up to one poll interval
        self._server.server_close()


class RuntimeApiServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, api: RuntimeApi) -> None:
        super().__init__((LOOPBACK, 0), RuntimeApiHandler)
        self.api = api

    def handle_error(self, request: object, client_address: object) -> None:
        """A function process that was killed hangs up; anything else is told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as it came


class RuntimeApiHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    server: RuntimeApiServer

    def do_GET(self) -> None:
        if self.path != f"{INVOCATION}next":
            self.answer(HTTPStatus.NOT_FOUND, b"{}")
            return
        invocation = self.server.api.next()
        if invocation is None:
            self.close_connection = True
            return
        invocation.on_start()
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + invocation.timeout_s) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.server.api.function_arn,
            "Lambda-Runtime-Trace-Id": trace_header(invocation.request_id),
        }
        self.answer(HTTPStatus.OK, invocation.event, headers)

    def do_POST(self) -> None:
        body = self.read_body()
        if self.path == INIT_ERROR:
            self.server.api.fail_init(readable_error(body))
            self.answer(HTTPStatus.ACCEPTED, b'{"status":"OK"}')
            return
        request_id, _, kind = self.path.removeprefix(INVOCATION).partition("/")
        if kind == "response" and len(body) > RESPONSE_LIMIT:
            self.server.api.finish(request_id, Outcome(error="Function.ResponseSizeTooLarge"))
            self.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"{}")
            return
        outcome = Outcome(payload=body) if kind == "response" else Outcome(error=readable_error(body))
        known = kind in ("response", "error") and self.server.api.finish(request_id, outcome)
        self.answer(HTTPStatus.ACCEPTED if known else HTTPStatus.BAD_REQUEST, b'{"status":"OK"}')

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return read_chunks(self.rfile, LONGEST_BODY)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status: HTTPStatus, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """The function's own log tells what happened."""


def trace_header(request_id: str) -> str:
    """A trace that is not sampled: nobody listens to traces here."""
    digits = request_id.replace("-", "")
    return f"Root=1-{int(time.time()):08x}-{digits[:24]};Parent={digits[:16]};Sampled=0"


def readable_error(body: bytes) -> str:
    """`Type: message` of an error report; stack traces stay in the function's log."""
    try:
        report = json.loads(body)
        return f"{report['errorType']}: {report['errorMessage']}"
    except (ValueError, KeyError, TypeError):
        return "Runtime.UnknownReason"
