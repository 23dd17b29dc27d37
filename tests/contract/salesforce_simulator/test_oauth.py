"""Logging in and out."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from local.salesforce import Simulator
from tests.contract.salesforce_simulator.driver import BASE, Client, Clock, parsed

TOKEN = "/services/oauth2/token"
HOST = "https://acme.my.salesforce.com"


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _assertion(key, algorithm: str = "RS256", **claims: object) -> str:
    now = Clock().moment.timestamp()
    given = {"iss": "jwt-app", "sub": "robot@acme.test", "aud": HOST, "exp": now + 180, **claims}
    signed = f"{_part({'alg': algorithm})}.{_part(given)}"
    return f"{signed}.{_part(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _pem(key, form=serialization.PrivateFormat.PKCS8) -> str:
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _public_pem(key, form=serialization.PublicFormat.SubjectPublicKeyInfo) -> str:
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def _jwt_login(package, credential: dict[str, str], assertion: str):
    simulator = Simulator([credential], package=package, permission_set="", clock=Clock())
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    return parsed(simulator.handle("POST", TOKEN, {"Host": "127.0.0.1:9"}, urlencode(form).encode()))


def test_client_credentials_in_the_form_give_a_token_for_the_host_called(org):
    """The answer has a token of type Bearer, the instance's URL and the time in milliseconds as text; it
    tells no expiry and has no refresh token. [documented: Salesforce Help, OAuth 2.0 Client Credentials Flow]
    """
    reply = org.raw("POST", TOKEN, b"grant_type=client_credentials&client_id=app-one&client_secret=hush")
    assert reply.status == 200
    assert reply.body["instance_url"] == "http://org.example"
    assert reply.body["token_type"] == "Bearer"
    assert reply.body["issued_at"] == "1795167000000"
    assert "expires_in" not in reply.body
    assert "refresh_token" not in reply.body


def test_client_credentials_may_come_as_http_basic(org):
    """Id and secret may come as HTTP Basic. [documented: Salesforce Help, OAuth 2.0 Client Credentials Flow]"""
    basic = base64.b64encode(b"app-one:hush").decode()
    reply = org.raw("POST", TOKEN, b"grant_type=client_credentials", Authorization=f"Basic {basic}")
    assert reply.status == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ("grant_type=client_credentials&client_id=app-one&client_secret=wrong", "invalid_client"),
        ("grant_type=client_credentials&client_id=nobody&client_secret=hush", "invalid_client_id"),
        ("grant_type=password&username=a&password=b", "unsupported_grant_type"),
        ("", "unsupported_grant_type"),
    ],
)
def test_refusals_are_an_object_and_not_an_array(org, form, error):
    """An error of OAuth is one object with `error` and `error_description`, where errors of data are an
    array. Of the codes invalid_client is documented and invalid_client_id was reported. [recorded]
    """
    reply = org.raw("POST", TOKEN, form.encode())
    assert reply.status == 400
    assert reply.body["error"] == error
    assert reply.body["error_description"]


@pytest.mark.parametrize(
    "form", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL]
)
def test_jwt_bearer_checks_the_signature_against_the_key(package, key, form):
    """An assertion is signed by the key whose certificate the app has.
    [documented: Salesforce Help, OAuth 2.0 JWT Bearer Flow]
    """
    credential = {"client_id": "jwt-app", "username": "robot@acme.test", "private_key": _pem(key, form)}
    assert _jwt_login(package, credential, _assertion(key)).status == 200
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert _jwt_login(package, credential, _assertion(stranger)).body["error"] == "invalid_grant"


def test_a_signature_has_exactly_the_length_of_the_key(package, key):
    """A signature by RSA is as long as the key's modulus. [documented: RFC 8017]"""
    credential = {"client_id": "jwt-app", "username": "robot@acme.test", "private_key": _pem(key)}
    head, claims, signature = _assertion(key).split(".")
    padded = _part(b"\0" + base64.urlsafe_b64decode(signature + "=="))
    assert _jwt_login(package, credential, f"{head}.{claims}.{padded}").body["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "form", [serialization.PublicFormat.SubjectPublicKeyInfo, serialization.PublicFormat.PKCS1]
)
def test_jwt_bearer_accepts_a_public_key_alone(package, key, form):
    """The public half of a key is enough to check assertions. [ours]"""
    credential = {"client_id": "jwt-app", "username": "robot@acme.test", "public_key": _public_pem(key, form)}
    assert _jwt_login(package, credential, _assertion(key)).status == 200


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"iss": "nobody"}, "invalid_client_id"),
        ({"sub": "somebody@else.test"}, "invalid_grant"),
        ({"aud": "https://acme.example"}, "invalid_grant"),
        ({"exp": Clock().moment.timestamp() - 1}, "invalid_grant"),
        ({"exp": Clock().moment.timestamp() + 3600}, "invalid_grant"),
        ({"exp": "soon"}, "invalid_grant"),
    ],
)
def test_jwt_bearer_checks_issuer_subject_audience_and_expiry(package, key, claims, error):
    """Issuer is the app, subject a user that the app is approved for, audience a login host or the org's own;
    the expiry lies a few minutes ahead. Five minutes at most is assumed, and so are the codes but
    invalid_grant for the user. [documented: Salesforce Help, OAuth 2.0 JWT Bearer Flow]
    """
    credential = {"client_id": "jwt-app", "username": "robot@acme.test"}
    assert _jwt_login(package, credential, _assertion(key)).status == 200
    reply = _jwt_login(package, credential, _assertion(key, **claims))
    assert (reply.status, reply.body["error"]) == (400, error)


@pytest.mark.parametrize("assertion", ["", "a.b", "a.b.c", "!!.??.--"])
def test_jwt_bearer_refuses_what_is_no_token(package, assertion):
    """What can't be read as a JSON Web Token is refused like a wrong one. The code is assumed.
    [documented: Salesforce Help, OAuth 2.0 JWT Bearer Flow]
    """
    reply = _jwt_login(package, {"client_id": "jwt-app", "username": "robot@acme.test"}, assertion)
    assert (reply.status, reply.body["error"]) == (400, "invalid_grant")


def test_jwt_bearer_refuses_other_algorithms(package, key):
    """Assertions are signed with RS256. [documented: Salesforce Help, OAuth 2.0 JWT Bearer Flow]"""
    credential = {"client_id": "jwt-app", "username": "robot@acme.test", "private_key": _pem(key)}
    assert _jwt_login(package, credential, _assertion(key, algorithm="none")).status == 400


def test_a_token_expires_after_its_life_and_each_use_prolongs_it(package):
    """A session ends when it was not used for its time-out, which is documented; then 401 INVALID_SESSION_ID
    comes, as an array. [recorded]
    """
    org = Client(package)
    life = org.simulator.world.switches.token_life
    org.clock.pass_(life - 1)
    assert org.call("GET", "limits").status == 200
    org.clock.pass_(life - 1)
    assert org.call("GET", "limits").status == 200
    org.clock.pass_(life + 1)
    reply = org.call("GET", "limits")
    assert reply.status == 401
    assert reply.body == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    assert reply.headers["WWW-Authenticate"] == "Token"
    assert "Sforce-Limit-Info" not in reply.headers


def test_a_revoked_token_is_dead(org):
    """Revoking ends a token; one that there is not is 400 invalid_token.
    [documented: Mobile SDK Development Guide, Revoking OAuth Tokens]
    """
    form = f"token={org.token}".encode()
    assert org.raw("POST", "/services/oauth2/revoke", form).status == 200
    assert org.call("GET", "limits").error == (401, "INVALID_SESSION_ID")
    again = org.raw("POST", "/services/oauth2/revoke", form)
    assert (again.status, again.body["error"]) == (400, "invalid_token")


@pytest.mark.parametrize("encoded", ["???", "/w==", ""])
def test_http_basic_that_can_not_be_read_is_no_client(org, encoded):
    """Credentials that can't be read out of HTTP Basic are none, whatever else the form has. [assumed]"""
    form = b"grant_type=client_credentials&client_id=app-one&client_secret=hush"
    reply = org.raw("POST", TOKEN, form, Authorization=f"Basic {encoded}")
    assert reply.status == 400
    assert reply.body["error"] in {"invalid_client", "invalid_client_id"}


def test_tokens_are_asked_for_by_post_and_at_known_places(org):
    """Tokens are granted and looked into by POST; below /services/oauth2 there is no more for a program. The
    codes are assumed. [documented: Salesforce Help, OAuth Endpoints]
    """
    for name in ("token", "introspect"):
        query = "grant_type=client_credentials&client_id=app-one&client_secret=hush"
        assert org.raw("GET", f"/services/oauth2/{name}?{query}").error == (405, "METHOD_NOT_ALLOWED")
    assert org.raw("POST", "/services/oauth2/nothing").error == (404, "NOT_FOUND")


def test_introspection_tells_whether_a_token_lives(org):
    """Introspection tells whether a token is active and when it ends.
    [documented: Salesforce Help, OAuth token introspection]
    """
    form = {"client_id": "app-one", "client_secret": "hush"}
    live = org.raw("POST", "/services/oauth2/introspect", urlencode({**form, "token": org.token}).encode())
    dead = org.raw("POST", "/services/oauth2/introspect", urlencode({**form, "token": "x"}).encode())
    assert live.body["active"] is True
    assert live.body["exp"] > org.clock().timestamp()
    assert dead.body == {"active": False}


def test_the_list_of_versions_needs_no_session(org):
    """The list of versions, of label, url and version each, needs no session.
    [documented: REST API Developer Guide, Versions]
    """
    reply = org.raw("GET", "/services/data/", Authorization="")
    assert reply.status == 200
    assert {"label", "url", "version"} == set(reply.body[0])
    assert "66.0" in {each["version"] for each in reply.body}


def test_an_unknown_version_is_not_found(org):
    """A version that the org has not is 404 NOT_FOUND. [recorded]"""
    assert org.raw("GET", "/services/data/v12.0/limits").error == (404, "NOT_FOUND")
    assert org.raw("GET", "/services/data/vNext/limits").error == (404, "NOT_FOUND")
    assert org.raw("GET", f"{BASE}/limits").status == 200
