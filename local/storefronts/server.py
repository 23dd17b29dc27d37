"""Serving a simulated shop over HTTP/1.1 on 127.0.0.1."""

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from local.storefronts import control
from local.storefronts.exchange import Answer, Dropped, Request
from local.storefronts.shop import Shop

LARGEST_BODY = 50_000_000


class ShopServer(ThreadingHTTPServer):
    """A shop at a port; 0 lets the system choose one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, shop: Shop, port: int) -> None:
        self.shop = shop
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        """Where the shop is."""
        return f"http://127.0.0.1:{self.server_address[1]}"


def serve(shop: Shop, port: int = 0) -> ShopServer:
    """A bound server; call `serve_forever`, `shutdown` and `server_close` on it."""
    return ShopServer(shop, port)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ShopServer

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _respond(self) -> None:
        try:
            answer = self._answer()
        except Dropped:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _respond

    def _answer(self) -> Answer:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            return Answer(413, b"")
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, unquote(parts.path), parts.query, headers, self.rfile.read(length))
        if request.path.startswith("/_"):
            return control.handle(self.server.shop, request)
        return self.server.shop.answer(request)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the call counts tell what is needed, and stdout belongs to the ready line."""
