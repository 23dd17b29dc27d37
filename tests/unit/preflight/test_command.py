"""`./dev preflight`: exit codes, output for people and machines, and where the org and the secrets come from."""

import json
import threading

import pytest
import yaml

from connector.salesforce.facts import OrgFacts
from connector.salesforce.org_state import ConnectedUser, OrgState
from connector.sync.preflight.states import check_state
from local import preflight
from local.salesforce.server import serve
from local.salesforce.simulator import Simulator
from tests.unit.preflight.test_preflight import SECRETS, STORES
from tests.unit.settings.writing import MAPPING
from tests.world import CREDENTIALS


@pytest.fixture
def org():
    """The URL of an org that takes the credentials of `folder`."""
    server = serve(Simulator([CREDENTIALS]), 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def folder(tmp_path):
    """A merchant's settings: stores and secrets; mappings are the shipped ones."""
    (tmp_path / "stores.yaml").write_text(STORES % ("", ""))
    (tmp_path / "secrets.yaml").write_text(
        yaml.safe_dump({**SECRETS, "connector/salesforce/main": CREDENTIALS})
    )
    return tmp_path


def test_shipped_settings_fit_the_simulator(capsys):
    assert preflight.main([]) == 0
    assert capsys.readouterr().out == "preflight: 0 errors, 0 warnings\n"


def test_a_merchants_settings_against_a_running_org(folder, org, capsys):
    assert preflight.main(["--settings", str(folder), "--salesforce", org, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"errors": 0, "warnings": 0, "unasked": [], "findings": []}


def test_errors_end_with_1_and_are_shown_with_what_to_do(folder, org, capsys):
    (folder / "mappings").mkdir()
    (folder / "mappings/order.yaml").write_text(
        MAPPING.replace("Name: order.number", "Nmae: order.number").replace("[Name]", "[]")
    )
    assert preflight.main(["--settings", str(folder), "--salesforce", org]) == 1
    out = capsys.readouterr().out
    assert "error    main shop, woo order.order Order.Nmae" in out
    assert "-> Correct the name" in out


def test_a_missing_secret_ends_with_1(folder, org, capsys):
    (folder / "secrets.yaml").unlink()
    assert preflight.main(["--settings", str(folder), "--salesforce", org, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["unasked"] == ["main"]
    assert "there is no secret connector/salesforce/main" in {
        finding["what"] for finding in report["findings"]
    }


def test_an_org_that_does_not_answer_ends_with_1(folder, org, capsys):
    port = org.rpartition(":")[2]
    body = b'{"fault": "unavailable_html", "times": 9}'
    import urllib.request

    urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/_faults", body)).close()
    assert preflight.main(["--settings", str(folder), "--salesforce", org]) == 1
    assert "cannot be asked now" in capsys.readouterr().out


def test_settings_that_do_not_compile_end_with_1_and_their_line(folder, capsys):
    (folder / "mappings").mkdir()
    (folder / "mappings/order.yaml").write_text(MAPPING.replace("order.number", "order.numbr"))
    assert preflight.main(["--settings", str(folder)]) == 1
    said = capsys.readouterr().err
    assert (
        "mappings/order.yaml:9: records.order.fields.Name: Order has no 'numbr'; did you mean number?" in said
    )


def test_a_user_that_the_secret_does_not_name_is_an_error():
    state = OrgState(duplicate_rules=(), user=ConnectedUser("other@example.com", "en_US", "Integration"))
    (finding,) = check_state(OrgFacts(), state, frozenset(), "mine@example.com")
    assert (finding.severity, finding.field) == ("error", "Username")
    assert list(check_state(OrgFacts(), state, frozenset(), "OTHER@example.com")) == []
    assert list(check_state(OrgFacts(), state, frozenset(), None)) == []


def test_a_user_that_cannot_be_seen_and_a_missing_price_book():
    found = check_state(OrgFacts(), OrgState(), frozenset({"PricebookEntry"}), None)
    assert [(finding.severity, finding.object) for finding in found] == [
        ("error", "Pricebook2"),
        ("warning", "User"),
    ]
