"""The HTTP API of the deployment on 127.0.0.1."""

from __future__ import annotations

import json
import sys
import threading
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from local.framing import read_chunks
from local.stack.api_events import Answer, Request, from_result, match, refusal, to_event
from local.stack.deployment import ApiRoute
from local.stack.processes import LOOPBACK
from local.stack.workers import Pool

BODY_LIMIT = 10 * 1024 * 1024  # HTTP API quota
EVENT_LIMIT = 6 * 1024 * 1024  # Lambda quota for synchronous invocations
INTEGRATION_TIMEOUT_S = 30  # HTTP API quota
DRAIN_LIMIT = 64 * 1024 * 1024  # what is read of a refused body, so that its sender sees the answer


class Gateway(ThreadingHTTPServer):
    """Answers on its port until `close`."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, port: int, routes: Sequence[ApiRoute], pools: Mapping[str, Pool]) -> None:
        super().__init__((LOOPBACK, port), GatewayHandler)
        self.routes = routes
        self.pools = pools
        self.url = f"http://{LOOPBACK}:{self.server_address[1]}"

    def open(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that hung up is no matter of ours; anything else is told."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as it came

    def route(self, request: Request) -> Answer:
        """Invokes the function behind the request's route."""
        found = match(self.routes, request.method, request.path)
        if found is None:
            return refusal(404, "Not Found")
        if len(request.body) > BODY_LIMIT:
            return refusal(413, "Request Entity Too Large")
        route, parameters = found
        event = json.dumps(to_event(request, route, parameters), ensure_ascii=False).encode()
        if len(event) > EVENT_LIMIT:
            return refusal(413, "Request Entity Too Large")
        return self.invoke(self.pools[route.function], event)

    def invoke(self, pool: Pool, event: bytes) -> Answer:
        outcome = pool.invoke(event, INTEGRATION_TIMEOUT_S)
        if outcome.error is None:
            return from_result(outcome.payload)
        if outcome.error.startswith("Sandbox.Timedout"):
            return refusal(504, "Gateway Timeout")
        if outcome.error.startswith("TooManyRequestsException"):
            return refusal(503, "Service Unavailable")
        return refusal(500, "Internal Server Error")


class GatewayHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    timeout = 75
    server: Gateway

    def handle_any(self) -> None:
        try:
            body = self.read_body()
        except ValueError:
            self.answer(refusal(400, "Bad Request"))
            return
        request = Request(
            method=self.command,
            target=self.path,
            headers=list(self.headers.items()),
            body=body,
            source_ip=str(self.client_address[0]),
            received_at=datetime.now(UTC),
            request_id=uuid.uuid4().hex,
        )
        self.answer(self.server.route(request))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any

    def read_body(self) -> bytes:
        """The body, or just more than the limit of one that is too large; raises ValueError on bad framing."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            body = read_chunks(self.rfile, BODY_LIMIT)
            self.close_connection = self.close_connection or len(body) > BODY_LIMIT
            return body
        length = int(self.headers.get("Content-Length", 0))
        if length < 0:
            raise ValueError("a negative length")
        body = self.rfile.read(min(length, BODY_LIMIT + 1))
        self.drain(length - len(body))
        return body

    def drain(self, rest: int) -> None:
        if rest > 0:
            self.close_connection = True
        for _ in range(min(rest, DRAIN_LIMIT) // 65536 + 1 if rest > 0 else 0):
            self.rfile.read(min(rest, 65536))
            rest -= 65536

    def answer(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """The function's own log tells what happened."""
