"""The simulator over HTTP/1.1 with keep-alive, on 127.0.0.1 only."""

from __future__ import annotations

import socket
import struct
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from local.framing import read_chunks
from local.salesforce.simulator import Response, Simulator

_LONGEST_BODY = 150_000_000  # a sheet for a bulk job


def serve(simulator: Simulator, port: int) -> ThreadingHTTPServer:
    """A server bound to the port (0: any free one); the caller runs `serve_forever`."""
    return _Server(("127.0.0.1", port), simulator)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: Simulator) -> None:
        super().__init__(address, _Handler)
        self.simulator = simulator


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def _handle(self) -> None:
        body = self._read_body()
        if body is None:
            self.close_connection = True
            self._send(
                Response(413, {"Content-Type": "text/plain"}, b"The body exceeds 150 MB or is not framed.")
            )
            return
        response = self.server.simulator.handle(self.command, self.path, dict(self.headers.items()), body)
        if response.seconds:
            time.sleep(response.seconds)
        if response.after == "answer":
            self._send(response)
        else:
            self._drop(response)

    def _read_body(self) -> bytes | None:
        """The body, or None when it is too large or its end can't be told."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            try:
                body = read_chunks(self.rfile, _LONGEST_BODY)
            except ValueError:
                return None
            return body if len(body) <= _LONGEST_BODY else None
        size = self.headers.get("Content-Length", "0")
        return self.rfile.read(int(size)) if size.isdigit() and int(size) <= _LONGEST_BODY else None

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    def _drop(self, response: Response) -> None:
        """End the connection without an answer; a reset is sent where the fault asks for it."""
        self.close_connection = True
        if response.after == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = do_HEAD = _handle

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: paths hold customer keys."""
