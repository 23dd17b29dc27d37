"""Event Relay's delivery to a URL."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.contract.salesforce_simulator.test_server import Running


class Receiver:
    """Takes events over HTTP; answers the next calls with the statuses given."""

    def __init__(self, *statuses: int):
        self.names: list[str] = []
        self.statuses = list(statuses)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                if status == 200:
                    receiver.names.append(body["detail"]["payload"]["Name"]["LastName"])
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver():
    started = Receiver()
    yield started
    started.stop()


def relay(org, **members):
    return org.control("POST", "/_relay", members)


def contact(org, name):
    org.create("Contact", LastName=name)
    org.simulator.work()


def test_events_arrive_in_their_order(heard, receiver):
    """A relay hands events over in the order of their replay ids. [assumed]"""
    relay(heard, url=receiver.url)
    for name in "abc":
        contact(heard, name)
    assert receiver.names == ["a", "b", "c"]
    assert heard.control("GET", "/_relay").body["waiting"] == 0


def test_an_event_that_was_not_taken_is_delivered_again(heard, receiver):
    """Events are delivered at least once. That none overtakes another is assumed. [documented]"""
    receiver.statuses = [503, 500]
    relay(heard, url=receiver.url)
    contact(heard, "a")
    assert heard.control("GET", "/_relay").body["error"] == "HTTP 503"
    contact(heard, "b")
    assert receiver.names == []
    heard.simulator.work()
    assert receiver.names == ["a", "b"]
    assert heard.control("GET", "/_relay").body["error"] == ""


def test_a_receiver_that_is_away_is_waited_for(heard):
    """A relay that finds nobody keeps its position and says why in its feedback.
    [documented: Object Reference, EventRelayFeedback]
    """
    gone = Receiver()
    gone.stop()
    relay(heard, url=gone.url)
    contact(heard, "a")
    status = heard.control("GET", "/_relay").body
    assert (status["waiting"], status["error"].split(":")[0]) == (1, "ConnectionRefusedError")


def test_pause_keeps_the_position_and_stop_does_not(heard, receiver):
    """After PAUSE nothing is lost; after STOP a relay starts with new events (LATEST) or all kept
    (EARLIEST). [documented: Metadata API Developer Guide, EventRelayConfig]
    """
    relay(heard, url=receiver.url)
    relay(heard, state="PAUSE")
    contact(heard, "paused")
    relay(heard, state="RUN")
    heard.simulator.work()
    relay(heard, state="STOP")
    contact(heard, "stopped")
    relay(heard, state="RUN")
    contact(heard, "after")
    assert receiver.names == ["paused", "after"]
    relay(heard, state="STOP")
    relay(heard, state="RUN", recovery="EARLIEST")
    heard.simulator.work()
    assert receiver.names == ["paused", "after", "paused", "stopped", "after"]


@pytest.mark.parametrize(
    "members",
    [{"url": "http://example.com/"}, {"url": "https://127.0.0.1/"}, {"state": "GO"}, {"recovery": "NONE"}],
)
def test_a_relay_goes_to_this_machine_only_and_knows_its_states(heard, receiver, members):
    """The simulated relay posts to this machine only. [ours]"""
    assert relay(heard, **{"url": receiver.url, **members}).error == (400, "INVALID_ORDER")


def test_a_running_org_delivers_by_itself_and_keeps_its_events(loud_package, tmp_path, receiver):
    """The process needs no call to deliver, and its data folder keeps what was not relayed yet. [ours]"""
    running = Running(loud_package, tmp_path)
    sf = running.client()
    sf.Contact.create({"LastName": "before"})
    assert running.stop() == 0
    again = Running(loud_package, tmp_path)
    try:
        sf = again.client()
        order = {"url": receiver.url, "recovery": "EARLIEST"}
        assert sf.session.post(f"{again.url}/_relay", json=order, timeout=5).status_code == 200
        sf.Contact.create({"LastName": "after"})
        until = time.monotonic() + 10
        while len(receiver.names) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert receiver.names == ["before", "after"]
    finally:
        assert again.stop() == 0
