"""One org's session: tokens, renewal, time-outs, and what each kind of trouble becomes."""

import base64
import json

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connector.errors import Deferred, Parked
from connector.salesforce.session import Uncertain, Usage
from tests.unit.salesforce.answers import EXPIRED, HOST, SECRET, Script, Tokens, open_session, token


@pytest.fixture
def script():
    return Script()


@pytest.fixture
def tokens():
    return Tokens()


@pytest.fixture
def session(monkeypatch, script, tokens):
    return open_session(monkeypatch, script, tokens)


def bearer(request):
    return request.headers["Authorization"].removeprefix("Bearer ")


class TestTokens:
    def test_first_call_fetches_a_token_and_shares_it(self, session, script, tokens):
        script.tokens, script.answers = [token("t1")], [(200, {"ok": 1}), (200, {"ok": 2})]
        assert session.call("GET", "limits") == {"ok": 1}
        assert session.call("GET", "limits") == {"ok": 2}
        assert (len(script.logins), tokens.writes) == (1, [("main", "t1", None)])
        assert [bearer(request) for request in script.requests] == ["t1", "t1"]
        form = dict(part.split("=") for part in script.logins[0].body.split("&"))
        assert form == {"grant_type": "client_credentials", **SECRET}

    def test_shared_token_saves_the_login(self, session, script, tokens):
        tokens.token, script.answers = "shared", [(200, {})]
        session.call("GET", "limits")
        assert (script.logins, bearer(script.requests[0])) == ([], "shared")

    def test_refused_token_is_renewed_once_and_the_call_repeated(self, session, script, tokens):
        tokens.token, script.tokens, script.answers = "old", [token("new")], [EXPIRED, (200, {"ok": 1})]
        assert session.call("POST", "composite/graph", {"a": 1}) == {"ok": 1}
        assert [bearer(request) for request in script.requests] == ["old", "new"]
        assert [json.loads(request.body) for request in script.requests] == [{"a": 1}, {"a": 1}]
        assert tokens.writes == [("main", "new", "old")]

    def test_token_that_another_container_renewed_meanwhile_is_taken(self, session, script, tokens):
        tokens.token, script.answers = "old", [(200, {}), EXPIRED, (200, {"ok": 1})]
        session.call("GET", "limits")
        tokens.token = "theirs"
        assert session.call("GET", "limits") == {"ok": 1}
        assert (script.logins, bearer(script.requests[-1])) == ([], "theirs")

    def test_second_refusal_ends_it(self, session, script, tokens):
        tokens.token, script.tokens, script.answers = "old", [token("new")], [EXPIRED, EXPIRED]
        with pytest.raises(Deferred) as caught:
            session.call("GET", "limits")
        assert (caught.value.reason, len(script.logins), len(script.requests)) == (
            "salesforce_unavailable",
            1,
            2,
        )

    def test_next_call_after_that_logs_in_again(self, session, script, tokens):
        tokens.token, script.tokens = "old", [token("new"), token("newer")]
        script.answers = [EXPIRED, EXPIRED, EXPIRED, (200, {"ok": 1})]
        with pytest.raises(Deferred):
            session.call("GET", "limits")
        assert session.call("GET", "limits") == {"ok": 1}

    @pytest.mark.parametrize("shape", [EXPIRED[1], EXPIRED[1][0]])
    def test_error_may_be_an_object_instead_of_a_list(self, shape, session, script, tokens):
        tokens.token, script.tokens, script.answers = "old", [token("new")], [(401, shape), (200, {"ok": 1})]
        assert session.call("GET", "limits") == {"ok": 1}


class TestLogin:
    @pytest.mark.parametrize(
        "answer", [(503, b"<html>down</html>"), (500, b""), (429, {}), requests.ConnectTimeout()]
    )
    def test_unavailable_login_is_deferred(self, answer, session, script):
        script.tokens = [answer]
        with pytest.raises(Deferred):
            session.call("GET", "limits")

    @pytest.mark.parametrize(
        "answer",
        [
            (400, {"error": "invalid_client", "error_description": "secret consumer-secret is wrong"}),
            (400, b"<html>"),
            (200, {"no": "token"}),
            (302, b""),
        ],
    )
    def test_refused_login_is_parked_with_what_to_check_and_without_the_secret(self, answer, session, script):
        script.tokens = [answer]
        with pytest.raises(Parked) as caught:
            session.call("GET", "limits")
        assert "client id" in caught.value.next_step
        assert "consumer-secret" not in f"{caught.value} {caught.value.next_step}"

    @pytest.mark.parametrize(
        "secret",
        [
            {"client_id": "k"},
            {"client_secret": "s"},
            {"client_id": "k", "username": "u", "private_key": "no"},
        ],
    )
    def test_secret_that_cannot_log_in_is_parked_not_failed(self, secret, monkeypatch, script, tokens):
        session = open_session(monkeypatch, script, tokens, secret)
        with pytest.raises(Parked):
            session.call("GET", "limits")

    def test_private_key_signs_an_assertion_for_the_my_domain(self, monkeypatch, script, tokens):
        key = rsa.generate_private_key(65537, 2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        secret = {"client_id": "k", "username": "u@example.com", "private_key": pem.decode()}
        session = open_session(monkeypatch, script, tokens, secret, now=lambda: 1_795_000_000.5)
        script.tokens, script.answers = [token("t1")], [(200, {})]
        session.call("GET", "limits")
        form = dict(part.split("=") for part in script.logins[0].body.split("&"))
        assert form["grant_type"] == "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
        claims = jwt.decode(
            form["assertion"], key.public_key(), ["RS256"], audience=HOST, options={"verify_exp": False}
        )
        assert claims == {"iss": "k", "sub": "u@example.com", "aud": HOST, "exp": 1_795_000_180}
        header = json.loads(base64.urlsafe_b64decode(form["assertion"].split(".")[0] + "=="))
        assert header["alg"] == "RS256"


@pytest.fixture
def connected(session, tokens):
    tokens.token = "t0p-secret-token"
    return session


class TestTrouble:
    @pytest.mark.parametrize(
        "answer",
        [
            (503, b"<html><body>Down for maintenance</body></html>", {"Content-Type": "text/html"}),
            (500, b""),
            (502, b"Bad gateway"),
            (302, b"", {"Location": "https://login.salesforce.com"}),
            (200, b"<html>not json</html>"),
            (503, [{"errorCode": "SERVER_UNAVAILABLE", "message": "x"}]),
            (500, [{"errorCode": "UNKNOWN_EXCEPTION", "message": "x"}]),
            requests.ReadTimeout("t0p-secret-token"),
            requests.ConnectionError("reset"),
        ],
    )
    def test_call_without_a_usable_answer_may_have_been_done(self, answer, connected, script):
        script.answers = [answer]
        with pytest.raises(Uncertain) as caught:
            connected.call("POST", "composite/graph", {})
        assert caught.value.reason == "salesforce_unavailable"
        assert "t0p-secret-token" not in str(caught.value)
        assert len(script.requests) == 1, "nothing but a 401 is repeated here"

    def test_call_that_never_connected_was_not_done(self, connected, script):
        script.answers = [requests.ConnectTimeout()]
        with pytest.raises(Deferred) as caught:
            connected.call("POST", "composite/graph", {})
        assert not isinstance(caught.value, Uncertain)

    @pytest.mark.parametrize(
        ("message", "reason"),
        [
            ("TotalRequests Limit exceeded.", "salesforce_limit"),
            ("ConcurrentRequests (Concurrent API Requests) Limit exceeded.", "salesforce_unavailable"),
        ],
    )
    def test_spent_allowance_and_too_many_at_once_are_two_things(self, message, reason, connected, script):
        script.answers = [(403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": message}])]
        with pytest.raises(Deferred) as caught:
            connected.call("GET", "limits")
        assert caught.value.reason == reason

    def test_org_without_api_is_a_matter_for_a_person_and_no_login(self, connected, script):
        script.answers = [(403, [{"errorCode": "API_DISABLED_FOR_ORG", "message": "x"}])]
        with pytest.raises(Parked):
            connected.call("GET", "limits")
        assert script.logins == []

    def test_refusal_repeats_no_value_of_the_record(self, connected, script):
        text = "Email: invalid email address: buyer@example.com"
        script.answers = [
            (400, [{"errorCode": "INVALID_EMAIL_ADDRESS", "message": text, "fields": ["Email"]}])
        ]
        with pytest.raises(Parked) as caught:
            connected.call("POST", "x", {})
        assert "buyer" not in f"{caught.value} {caught.value.next_step}"


class TestCalls:
    def test_every_call_names_its_client_for_change_events(self, connected, script):
        script.answers = [(200, {})]
        connected.call("GET", "limits")
        assert script.requests[0].headers["Sforce-Call-Options"] == "client=storefront_connector"
        assert script.requests[0].url == f"{HOST}/services/data/v66.0/limits"

    @pytest.mark.parametrize(("left", "seconds"), [(900, 25.0), (35, 15.0), (3, 1.0)])
    def test_a_call_waits_no_longer_than_the_invocation_can(self, left, seconds, monkeypatch, script):
        session = open_session(monkeypatch, script, Tokens("t"), time_left=lambda: left)
        script.answers = [(200, {})]
        session.call("GET", "limits")
        assert script.timeouts == [(5.0, seconds)]

    def test_usage_is_known_after_a_call_even_a_refused_one(self, connected, script):
        script.answers = [
            (200, {}, {"Sforce-Limit-Info": "api-usage=18/5000"}),
            (
                400,
                [{"errorCode": "MALFORMED_QUERY", "message": ""}],
                {"Sforce-Limit-Info": "api-usage=19/5000"},
            ),
        ]
        connected.call("GET", "limits")
        assert connected.usage == Usage(18, 5000)
        with pytest.raises(Parked):
            connected.call("GET", "query?q=x")
        assert connected.calls == 2

    def test_query_goes_past_every_page(self, connected, script):
        first = {
            "records": [{"Id": "1"}],
            "done": False,
            "nextRecordsUrl": "/services/data/v66.0/query/01g-2000",
        }
        script.answers = [(200, first), (200, {"records": [{"Id": "2"}], "done": True})]
        assert connected.query("SELECT Id FROM Order WHERE Name = 'a+b&c'") == [{"Id": "1"}, {"Id": "2"}]
        assert "a%2Bb%26c" in script.requests[0].url
        assert script.requests[1].path_url == "/services/data/v66.0/query/01g-2000"

    def test_answer_without_content_is_none(self, connected, script):
        script.answers = [(204, b"")]
        assert connected.call("DELETE", "sobjects/Order/1") is None
