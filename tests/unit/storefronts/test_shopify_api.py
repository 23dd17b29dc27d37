"""Calls to the Admin GraphQL API: which refusal is waited for, which needs a person, and what never leaks."""

import json

import pytest
import requests
import responses

from connector.errors import Deferred, Failed, NotWritten, Parked
from connector.storefronts.base import Unsupported
from connector.storefronts.shopify.api import Api

SHOP = "https://acme.example"
GRAPHQL = f"{SHOP}/admin/api/2026-10/graphql.json"
GRANT = f"{SHOP}/admin/oauth/access_token"
STATIC = {"client_secret": "key", "access_token": "shpat_static"}
GRANTED = {"client_secret": ["key-new", "key-old"], "client_id": "app-1"}


class Clock:
    """Time that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def web():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def api(secret: dict[str, object], clock: Clock) -> Api:
    return Api(SHOP, secret, clock, clock.sleep)


def cost(requested: int, available: int, rate: int = 100) -> dict[str, object]:
    bucket = {"maximumAvailable": 2000, "currentlyAvailable": available, "restoreRate": rate}
    return {"cost": {"requestedQueryCost": requested, "actualQueryCost": 5, "throttleStatus": bucket}}


def refusal(web: responses.RequestsMock, clock: Clock, **answer: object) -> NotWritten:
    web.post(GRAPHQL, **answer)
    with pytest.raises(NotWritten) as raised:
        api(STATIC, clock).ask("query", {})
    assert len(web.calls) == 1, "nothing is sent twice"
    return raised.value


class TestCall:
    def test_sends_the_token_and_the_variables(self, web: responses.RequestsMock, clock: Clock) -> None:
        web.post(GRAPHQL, json={"data": {"order": None}})
        assert api(STATIC, clock).ask("query Q", {"id": "gid"}) == {"order": None}
        request = web.calls[0].request
        assert request.headers["X-Shopify-Access-Token"] == "shpat_static"
        assert json.loads(request.body) == {"query": "query Q", "variables": {"id": "gid"}}

    def test_redirects_are_not_followed(self, web: responses.RequestsMock, clock: Clock) -> None:
        found = refusal(web, clock, status=302, headers={"Location": "https://elsewhere.example/"})
        assert isinstance(found, Parked)
        assert found.reason == "shop_not_found"

    @pytest.mark.parametrize(
        "error", [requests.ConnectTimeout("shpat_static"), requests.ConnectionError(), requests.ReadTimeout()]
    )
    def test_unreachable_shop_is_waited_for(
        self, web: responses.RequestsMock, clock: Clock, error: Exception
    ) -> None:
        found = refusal(web, clock, body=error)
        assert isinstance(found, Deferred)
        assert found.reason == "storefront_unreachable"
        assert "shpat" not in str(found)

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_server_errors_are_waited_for(
        self, web: responses.RequestsMock, clock: Clock, status: int
    ) -> None:
        found = refusal(web, clock, status=status, body="<html>down</html>")
        assert isinstance(found, Deferred)
        assert found.reason == "storefront_unreachable"

    @pytest.mark.parametrize("body", ["<html>maintenance</html>", "", "[]", '{"data": null}'])
    def test_answer_that_is_no_graphql_is_waited_for(
        self, web: responses.RequestsMock, clock: Clock, body: str
    ) -> None:
        found = refusal(web, clock, body=body)
        assert isinstance(found, Deferred)
        assert found.reason == "storefront_unreachable"

    @pytest.mark.parametrize(
        ("status", "reason"),
        [
            (401, "credentials_refused"),
            (402, "shop_frozen"),
            (403, "credentials_refused"),
            (404, "shop_not_found"),
            (423, "shop_frozen"),
        ],
    )
    def test_what_a_person_has_to_change_is_parked(
        self, web: responses.RequestsMock, clock: Clock, status: int, reason: str
    ) -> None:
        found = refusal(web, clock, status=status, json={"errors": "shpat_static of mira@example.com"})
        assert isinstance(found, Parked)
        assert (found.reason, bool(found.next_step)) == (reason, True)
        assert "mira" not in str(found)

    def test_other_refusals_are_our_bug(self, web: responses.RequestsMock, clock: Clock) -> None:
        assert isinstance(refusal(web, clock, status=406), Failed)


class TestErrors:
    @pytest.mark.parametrize(
        ("code", "kind", "reason"),
        [
            ("THROTTLED", Deferred, "storefront_throttled"),
            ("INTERNAL_SERVER_ERROR", Deferred, "storefront_unreachable"),
            ("ACCESS_DENIED", Parked, "credentials_refused"),
            ("SHOP_INACTIVE", Parked, "shop_frozen"),
        ],
    )
    def test_errors_that_come_with_status_200(
        self, web: responses.RequestsMock, clock: Clock, code: str, kind: type[NotWritten], reason: str
    ) -> None:
        error = {"message": "about mira@example.com", "extensions": {"code": code}}
        found = refusal(web, clock, json={"data": None, "errors": [error]})
        assert isinstance(found, kind)
        assert getattr(found, "reason", None) == reason
        assert "mira" not in str(found)

    @pytest.mark.parametrize(
        "errors", [[{"extensions": {"code": "MAX_COST_EXCEEDED"}}], [{"message": "x"}], "x"]
    )
    def test_query_that_shopify_cannot_run_is_our_bug(
        self, web: responses.RequestsMock, clock: Clock, errors: object
    ) -> None:
        assert isinstance(refusal(web, clock, json={"errors": errors}), Failed)

    def test_partial_data_is_not_taken_for_the_whole(self, web: responses.RequestsMock, clock: Clock) -> None:
        denied = {"extensions": {"code": "ACCESS_DENIED"}}
        assert isinstance(refusal(web, clock, json={"data": {"order": {}}, "errors": [denied]}), Parked)


class TestPace:
    def test_waits_for_the_points_that_the_next_call_needs(
        self, web: responses.RequestsMock, clock: Clock
    ) -> None:
        web.post(GRAPHQL, json={"data": {}, "extensions": cost(requested=500, available=200)})
        shop = api(STATIC, clock)
        shop.ask("query", {})
        assert clock.slept == []
        shop.ask("query", {})
        assert clock.slept == [3.0]

    def test_full_bucket_needs_no_wait(self, web: responses.RequestsMock, clock: Clock) -> None:
        web.post(GRAPHQL, json={"data": {}, "extensions": cost(requested=500, available=1500)})
        shop = api(STATIC, clock)
        shop.ask("query", {})
        shop.ask("query", {})
        assert clock.slept == []

    @pytest.mark.parametrize(
        ("header", "ready"), [({"Retry-After": "30"}, 30.0), ({}, 2.0), ({"Retry-After": "inf"}, 2.0)]
    )
    def test_asked_rest_is_kept_without_calling(
        self, web: responses.RequestsMock, clock: Clock, header: dict[str, str], ready: float
    ) -> None:
        web.post(GRAPHQL, status=429, headers=header)
        web.post(GRAPHQL, json={"data": {}})
        shop = api(STATIC, clock)
        with pytest.raises(Deferred) as deferred:
            shop.ask("query", {})
        assert deferred.value.reason == "storefront_throttled"
        if ready > 5:
            with pytest.raises(Deferred):
                shop.ask("query", {})
            assert len(web.calls) == 1
            clock.now += ready
        shop.ask("query", {})
        assert clock.slept == ([] if ready > 5 else [ready])

    def test_throttled_query_rests_as_long_as_its_points_take(
        self, web: responses.RequestsMock, clock: Clock
    ) -> None:
        throttled = {"errors": [{"extensions": {"code": "THROTTLED"}}], "extensions": cost(900, 100)}
        web.post(GRAPHQL, json=throttled)
        shop = api(STATIC, clock)
        for _ in range(2):
            with pytest.raises(Deferred):
                shop.ask("query", {})
        assert len(web.calls) == 1


class TestToken:
    def grant(self, web: responses.RequestsMock, token: str) -> None:
        web.post(GRANT, json={"access_token": token, "scope": "read_orders", "expires_in": 86399})

    def test_granted_token_is_kept_until_it_ends(self, web: responses.RequestsMock, clock: Clock) -> None:
        self.grant(web, "t1")
        self.grant(web, "t2")
        web.post(GRAPHQL, json={"data": {}})
        shop = api(GRANTED, clock)
        shop.ask("query", {})
        shop.ask("query", {})
        clock.now += 86399 - 200
        shop.ask("query", {})
        tokens = [call.request.headers.get("X-Shopify-Access-Token") for call in web.calls]
        assert tokens == [None, "t1", "t1", None, "t2"]

    def test_grant_is_asked_for_with_the_newest_client_secret(
        self, web: responses.RequestsMock, clock: Clock
    ) -> None:
        self.grant(web, "t1")
        web.post(GRAPHQL, json={"data": {}})
        api(GRANTED, clock).ask("query", {})
        assert (
            web.calls[0].request.body == "grant_type=client_credentials&client_id=app-1&client_secret=key-new"
        )

    def test_refused_token_is_renewed_once(self, web: responses.RequestsMock, clock: Clock) -> None:
        self.grant(web, "t1")
        self.grant(web, "t2")
        web.post(GRAPHQL, status=401)
        web.post(GRAPHQL, json={"data": {"ok": True}})
        assert api(GRANTED, clock).ask("query", {}) == {"ok": True}

    def test_token_that_stays_refused_is_parked(self, web: responses.RequestsMock, clock: Clock) -> None:
        self.grant(web, "t1")
        web.post(GRAPHQL, status=401)
        with pytest.raises(Parked):
            api(GRANTED, clock).ask("query", {})
        assert len(web.calls) == 4

    @pytest.mark.parametrize("answer", [{"status": 401}, {"status": 400}, {"json": {}}])
    def test_refused_grant_does_not_reach_the_api(
        self, web: responses.RequestsMock, clock: Clock, answer: dict[str, object]
    ) -> None:
        web.post(GRANT, **answer)
        with pytest.raises(Parked) as raised:
            api(GRANTED, clock).ask("query", {})
        assert raised.value.reason == "credentials_refused"
        assert "key-new" not in str(raised.value)
        assert len(web.calls) == 1

    def test_secret_without_credentials_cannot_fetch(self, web: responses.RequestsMock, clock: Clock) -> None:
        with pytest.raises(Unsupported, match="access_token"):
            api({"client_secret": "key"}, clock).ask("query", {})
        assert len(web.calls) == 0
