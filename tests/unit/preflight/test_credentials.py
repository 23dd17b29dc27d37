"""Secrets: there, and whole; a value is never shown."""

import json
from typing import get_args

import pytest

from connector.errors import Parked
from connector.settings.stores import SalesforceOrg, Store
from connector.sync.preflight import credentials
from connector.sync.preflight.credentials import check_org_secret, check_store_secret
from connector.sync.preflight.findings import Finding
from connector.sync.preflight.states import secret_username

ORG = SalesforceOrg(host="https://acme.my.salesforce.com", secret="connector/salesforce/main")
SHOP = Store(
    platform="shopify", url="https://a.myshopify.com", salesforce="main", secret="connector/stores/a"
)
WOO = Store(
    platform="woocommerce", url="https://shop.example.com", salesforce="main", secret="connector/stores/w"
)


def severities(check, owner, content):
    findings = list(check(owner, {owner.secret: content}.__getitem__))
    for finding in findings:
        assert "hush" not in json.dumps(finding.to_json())
    return [finding.severity for finding in findings]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"client_id": "id", "client_secret": "hush"}, []),
        ({"client_id": "id", "username": "a@b", "private_key": "hush"}, []),
        ({"client_secret": "hush"}, ["error"]),
        ({"client_id": "id"}, ["error"]),
        ({"client_id": "id", "username": "a@b"}, ["error"]),
        ({"client_id": "", "client_secret": "hush"}, ["error"]),
        ({"client_id": 7, "client_secret": "hush"}, ["error"]),
    ],
)
def test_secret_of_an_org(content, expected):
    assert severities(check_org_secret, ORG, content) == expected


@pytest.mark.parametrize(
    ("store", "content", "expected"),
    [
        (SHOP, {"client_secret": "hush", "access_token": "hush"}, []),
        (SHOP, {"client_secret": ["hush", "hush2"], "access_token": "hush"}, []),
        (SHOP, {"client_secret": "hush", "client_id": "id"}, []),
        (SHOP, {"client_secret": "hush"}, ["warning"]),
        (SHOP, {"access_token": "hush"}, ["error"]),
        (SHOP, {"client_secret": [], "access_token": "hush"}, ["error"]),
        (SHOP, {}, ["error", "warning"]),
        (WOO, {"webhook_secret": "hush", "consumer_key": "ck", "consumer_secret": "hush"}, []),
        (WOO, {"webhook_secret": "hush", "consumer_key": "ck"}, ["warning"]),
        (WOO, {"consumer_key": "ck", "consumer_secret": "hush"}, ["error"]),
    ],
)
def test_secret_of_a_store(store, content, expected):
    assert severities(check_store_secret, store, content) == expected


def test_secret_that_cannot_be_read_says_why_and_what_to_do():
    def read(name):
        raise Parked("secret_missing", f"there is no secret {name}", "Create it.")

    for owner, findings in ((ORG, check_org_secret(ORG, read)), (SHOP, check_store_secret(SHOP, read))):
        assert list(findings) == [Finding("error", f"there is no secret {owner.secret}", "Create it.")]


def test_every_platform_is_known():
    platforms = set(get_args(Store.model_fields["platform"].annotation))
    assert set(credentials._SIGNING) == set(credentials._READING) == platforms


def test_only_a_key_login_names_its_user():
    assert secret_username({"client_id": "i", "username": "a@b", "private_key": "k"}) == "a@b"
    assert secret_username({"client_id": "i", "client_secret": "s", "username": "a@b"}) is None
