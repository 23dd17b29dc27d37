"""A receiver of webhooks that answers as a test wants, and shops that post to it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local.storefronts.opening import open_shop
from local.storefronts.shop import Shop

SECRETS = {
    "shopify": {
        "client_secret": ["key-new", "key-old"],
        "client_id": "app-1",
        "access_token": "shpat_static",
    },
    "woocommerce": {"webhook_secret": "s &amp; <b>", "consumer_key": "ck_1", "consumer_secret": "cs_1"},
}


@dataclass
class Received:
    """One webhook as it came in; header names are lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Inbox:
    """Where webhooks arrive. `status` answers all of them; None closes the connection without an answer."""

    url: str
    status: int | None = 200
    received: list[Received] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int, seconds: float = 10) -> None:
        """Until so many webhooks came; fails the test otherwise."""
        with self.arrived:
            done = self.arrived.wait_for(lambda: len(self.received) >= count, seconds)
        assert done, f"{len(self.received)} of {count} webhooks arrived"


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with found.arrived:
                found.received.append(Received(self.path, headers, body))
                found.arrived.notify_all()
            if found.status is None:
                return
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = Inbox(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def open_store(inbox: Inbox) -> Callable[[str], Shop]:
    def open_it(platform: str) -> Shop:
        return open_shop("acme", platform, SECRETS[platform], inbox.url, time_scale=0.00001)

    return open_it
