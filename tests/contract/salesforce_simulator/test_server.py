"""The simulator as its own process, driven by independent clients."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, format_external_id
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)

from tests.contract.salesforce_simulator.driver import graph, node

ROOT = Path(__file__).parents[3]


class PlainHttp(HTTPAdapter):
    """simple-salesforce always builds https URLs; the simulator speaks plain HTTP."""

    def send(self, request, **more):
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, **more)


class Running:
    """A simulator process."""

    def __init__(self, package: Path, folder: Path):
        credentials = folder / "credentials.json"
        credentials.write_text(json.dumps([{"client_id": "app-one", "client_secret": "hush"}]))
        command = [
            sys.executable, "-m", "local.salesforce", "--credentials", str(credentials), "--package", str(package),
            "--permission-set", "", "--data", str(folder / "org.json"),
        ]  # fmt: skip
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.url = json.loads(self.process.stdout.readline())["salesforce"]

    def client(self) -> Salesforce:
        form = {"grant_type": "client_credentials"}
        token = requests.post(
            f"{self.url}/services/oauth2/token", data=form, auth=("app-one", "hush"), timeout=5
        ).json()
        session = requests.Session()
        session.mount("https://", PlainHttp())
        return Salesforce(
            instance_url=token["instance_url"],
            session_id=token["access_token"],
            version="66.0",
            session=session,
        )

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(10)
        self.process.stdout.close()
        return code


@pytest.fixture
def running(package, tmp_path):
    started = Running(package, tmp_path)
    yield started
    if started.process.poll() is None:
        started.stop()


def test_simple_salesforce_works_against_it(running):
    """simple-salesforce works against it as against an org. [ours]"""
    sf = running.client()
    key = format_external_id("Storefront_Key__c", "shop:1/ä")
    assert sf.Account.upsert(key, {"Name": "Weber"}) == 201
    assert sf.Account.upsert(key, {"Name": "Weber & Co"}) == 200
    account = sf.Account.get_by_custom_id("Storefront_Key__c", "shop:1/ä")
    assert account["Name"] == "Weber & Co"
    created = sf.Contact.create({"LastName": "Byron", "AccountId": account["Id"]})
    assert sf.Contact.update(created["id"], {"FirstName": "Ada"}) == 204
    assert sf.query("SELECT Account.Name FROM Contact")["records"][0]["Account"]["Name"] == "Weber & Co"
    assert [each["LastName"] for each in sf.query_all_iter("SELECT LastName FROM Contact")] == ["Byron"]
    assert sf.api_usage["api-usage"].total == 100_000
    assert sf.Contact.describe()["name"] == "Contact"
    assert sf.limits()["DailyApiRequests"]["Max"] == 100_000
    body = {"graphs": [graph("g", node("POST", "Account", "a", {"Name": "x"}))]}
    assert sf.restful("composite/graph", method="POST", json=body)["graphs"][0]["isSuccessful"] is True
    assert sf.Contact.delete(created["id"]) == 204


def test_simple_salesforce_raises_what_it_raises_for_the_real_one(running):
    """simple-salesforce raises what its source tells for status codes of an org: 400, 404 and 401.
    [reported: simple-salesforce]
    """
    sf = running.client()
    with pytest.raises(SalesforceMalformedRequest) as caught:
        sf.Contact.create({"FirstName": "Ada"})
    assert caught.value.content[0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    with pytest.raises(SalesforceResourceNotFound):
        sf.Nothing__c.create({"Name": "x"})
    sf.session_id = "stale"
    sf.headers["Authorization"] = "Bearer stale"
    with pytest.raises(SalesforceExpiredSession):
        sf.query("SELECT Id FROM Account")


def test_one_connection_serves_many_requests(running):
    """HTTP/1.1 keeps a connection, also after a 204, a 404 and an unread body. [documented: RFC 9112]"""
    sf = running.client()
    sf.session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=1))
    host, port = running.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        for method, path in (
            ("GET", "/services/data/"),
            ("DELETE", "/_faults"),
            ("GET", "/nowhere"),
            ("GET", "/_calls"),
        ):
            connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(65_536)
            headers, _, body = head.partition(b"\r\n\r\n")
            sizes = [line for line in headers.split(b"\r\n") if line.lower().startswith(b"content-length")]
            wanted = int(sizes[0].split(b":")[1]) if sizes else 0
            while len(body) < wanted:
                body += connection.recv(65_536)
            assert headers.startswith(b"HTTP/1.1 ")
            assert len(body) == wanted


def test_a_lost_answer_is_a_connection_error_for_the_client(running):
    """A lost answer is a connection that ends without one. [ours]"""
    sf = running.client()
    for fault in ("timeout_after_commit", "connection_reset"):
        requests.post(f"{running.url}/_faults", json={"fault": fault, "seconds": 0.05}, timeout=5)
        with pytest.raises(requests.ConnectionError):
            sf.Account.create({"Name": fault})
    assert [each["Name"] for each in sf.query("SELECT Name FROM Account")["records"]] == [
        "timeout_after_commit"
    ]


def test_a_time_out_is_one_when_the_client_is_less_patient(running):
    """A request that hangs is a time-out for a client that is less patient. [ours]"""
    sf = running.client()
    requests.post(f"{running.url}/_faults", json={"fault": "timeout_before", "seconds": 20}, timeout=5)
    started = time.monotonic()
    with pytest.raises(requests.Timeout):
        sf.restful("limits", timeout=0.2)
    assert time.monotonic() - started < 5


def test_records_outlive_a_restart(running, package, tmp_path):
    """`--data` keeps rows with exact amounts, and goes on with numbers and ids. [ours]"""
    sf = running.client()
    account = sf.Account.upsert(
        "Storefront_Key__c/k", {"Name": "x", "AnnualRevenue": 1234567890123456}, raw_response=True
    ).json()["id"]
    assert running.stop() == 0
    again = Running(package, tmp_path)
    try:
        sf = again.client()
        assert sf.Account.get(account)["AnnualRevenue"] == 1234567890123456
        assert sf.Account.upsert("Storefront_Key__c/k", {"Name": "y"}) == 200
        assert sf.Account.create({"Name": "z"})["id"] != account
        assert len(sf.query("SELECT Id FROM Pricebook2")["records"]) == 1
    finally:
        assert again.stop() == 0
    assert not list(tmp_path.glob("*.partial"))


def test_it_listens_on_the_loopback_address_only(running):
    """It listens on the loopback address only. [ours]"""
    assert running.url.startswith("http://127.0.0.1:")
    others = {each[4][0] for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {
        "127.0.0.1"
    }
    port = int(running.url.rsplit(":", 1)[1])
    for address in others:
        with pytest.raises(OSError):  # noqa: PT011  # refused or unreachable, depending on the machine
            socket.create_connection((address, port), timeout=0.5).close()


def test_a_body_whose_end_cannot_be_told_is_refused(running):
    """A body is framed by its length or in chunks; one that is neither is no request. [documented: RFC 9112]"""
    host, port = running.url.removeprefix("http://").split(":")
    for framing in (b"Content-Length: many\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"):
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(b"POST /services/data/ HTTP/1.1\r\nHost: x\r\n" + framing)
            assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_a_sheet_may_be_streamed(running):
    """Clients such as jsforce stream the data of a job in chunks, and Salesforce takes it.
    [reported: jsforce]
    """
    sf = running.client()
    kind = {"object": "Account", "operation": "insert", "lineEnding": "LF"}
    job = sf.restful("jobs/ingest", method="POST", json=kind)["id"]
    pieces = iter((b"Name\nAl", b"pha\n"))
    url = f"{running.url}/services/data/v66.0/jobs/ingest/{job}"
    headers = {**sf.headers, "Content-Type": "text/csv"}
    assert requests.put(f"{url}/batches", data=pieces, headers=headers, timeout=5).status_code == 201
    sf.restful(f"jobs/ingest/{job}", method="PATCH", json={"state": "UploadComplete"})
    deadline = time.monotonic() + 10
    while sf.restful(f"jobs/ingest/{job}")["state"] != "JobComplete":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert sf.query("SELECT Name FROM Account")["records"][0]["Name"] == "Alpha"
