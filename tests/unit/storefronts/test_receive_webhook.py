"""receive_webhook as deployed: what it answers, what it stores, what it says about it."""

import base64
import json
import subprocess
import sys

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.storefronts.webhooks import KEYS, ORDERS, ROOT, TOPICS, Deployment, event, headers

BOTH = pytest.mark.parametrize("store", ["shop", "woo"])


@pytest.fixture
def deployed(monkeypatch, tmp_path):
    return Deployment(monkeypatch, tmp_path)


def order(store, **more):
    return json.dumps({**ORDERS[store], **more}).encode()


class TestAccepted:
    @BOTH
    def test_genuine_delivery_is_on_the_queue_when_it_is_answered(self, store, deployed):
        body = order(store, note="Grüße")
        assert deployed.post(store, body) == (200, "accepted")
        (change,) = deployed.changes()
        assert change["payload"].encode() == body
        assert (change["store"], change["entity"], change["topic"]) == (store, "order", TOPICS[store])
        assert (change["origin"], change["trace_id"]) == ("webhook", "r-1")

    def test_header_names_may_be_in_any_case(self, deployed):
        body = order("shop")
        assert deployed.post("shop", body, {k.title(): v for k, v in headers("shop", body).items()})[0] == 200

    def test_plain_body_is_taken_as_its_text(self, deployed):
        body = order("shop", note="Grüße")
        assert (
            deployed.handle(event("shop", body) | {"body": body.decode(), "isBase64Encoded": False})[0] == 200
        )

    @BOTH
    @pytest.mark.parametrize("size", [200_001, 1_000_000, 4_900_000])
    def test_large_body_lies_in_the_bucket_before_it_is_answered(self, store, size, deployed):
        body = order(store, filler="x" * size)
        assert deployed.post(store, body)[0] == 200
        (change,) = deployed.changes()
        assert change["payload"] is None
        assert deployed.bucket.objects[change["payload_key"]] == body
        assert len(json.dumps(change)) < 1000

    @pytest.mark.parametrize("filler", ['"', "\\", "é", "😀"])
    def test_any_inline_body_fits_a_message(self, filler, deployed):
        body = order("shop", filler="")
        room = 200_000 - len(body)
        body = json.dumps({**ORDERS["shop"], "filler": filler * (room // 4)}, ensure_ascii=False).encode()[
            :200_000
        ]
        assert deployed.post("shop", body)[0] in (200, 400)
        for message in deployed.queue.waiting.values():
            assert len(message["body"].encode()) <= 1_048_576

    @pytest.mark.parametrize("character", ["\ufffe", "\uffff", "\ud83d", "\x00", "\x0b"])
    def test_message_has_only_characters_that_sqs_takes(self, character, deployed):
        raw = json.dumps(
            {**ORDERS["shop"], "note": character},
            ensure_ascii=character < " " or "\ud800" <= character <= "\udfff",
        )
        assert deployed.post("shop", raw.encode())[0] == 200
        (message,) = deployed.queue.waiting.values()
        assert all(sqs_takes(found) for found in message["body"])

    def test_greeting_is_answered_and_nothing_stored(self, deployed):
        sent = {"content-type": "application/x-www-form-urlencoded"}
        assert deployed.post("woo", b"webhook_id=12", sent)[0] == 200
        assert deployed.changes() == []


def sqs_takes(character):
    """The characters of SQS's own rule: tab, line feed, return, and XML's ranges."""
    code = ord(character)
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


class TestRefused:
    @BOTH
    def test_other_stores_signature(self, store, deployed):
        other = "woo" if store == "shop" else "shop"
        body = order(store)
        assert deployed.post(store, body, headers(store, body, key=KEYS[other]))[0] == 401

    @pytest.mark.parametrize("store", ["nobody", "", "../shop", "shop/", "x" * 10_000])
    def test_unknown_store(self, store, deployed):
        body = order("shop")
        assert deployed.post(store, body, headers("shop", body))[0] == 404

    def test_unknown_topic_names_the_known_ones(self, deployed):
        body = order("shop")
        status, message = deployed.post("shop", body, headers("shop", body, topic="products/update"))
        assert (status, "orders/create" in message) == (404, True)

    @BOTH
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b'"text"',
            b"{",
            b'{"id": NaN}',
            b'{"id": 1, "total": 1e400}',
            b'{"id": 1, "x": ' + b"7" * 5000 + b"}",
            b'{"id": "\xff"}',
            b"[" * 100_000,
            b'{"id": true}',
            b'{"id": 1, "line_items": {"0": 1}}',
            b'{"id": 1, "line_items": [null, {"id": []}]}',
        ],
    )
    def test_body_that_is_no_order(self, store, body, deployed):
        status, _ = deployed.post(store, body)
        assert status == 400
        assert deployed.changes() == []

    @BOTH
    @pytest.mark.parametrize("body", [b"null", b"[]", b"7"])
    def test_body_that_is_no_object(self, store, body, deployed):
        assert deployed.post(store, body)[0] == 400

    @BOTH
    def test_ten_megabytes(self, store, deployed):
        assert deployed.post(store, b"x" * 10_000_000)[0] == 413

    @pytest.mark.parametrize("body", ["%%%", "YQ", "YQ==\n!", "é"])
    def test_base64_flag_on_another_body(self, body, deployed):
        assert deployed.handle(event("shop", b"") | {"body": body})[0] == 400

    def test_lone_surrogate_in_a_plain_body(self, deployed):
        assert deployed.handle(event("shop", b"") | {"body": "\ud83d", "isBase64Encoded": False})[0] == 400

    @pytest.mark.parametrize(
        "missing", ["pathParameters", "headers", "body", "requestContext", "isBase64Encoded"]
    )
    @pytest.mark.parametrize("value", [None, "absent"])
    def test_request_that_lacks_a_part(self, missing, value, deployed):
        request = event("shop", order("shop"))
        del request[missing]
        assert deployed.handle(request if value == "absent" else request | {missing: None})[0] in (
            200,
            400,
            401,
            404,
        )

    def test_forgeries_do_not_wear_out_the_vault(self, deployed):
        body, reads = order("shop"), []
        read = deployed.vault.get_secret_value
        deployed.vault.get_secret_value = lambda **request: reads.append(1) or read(**request)
        for _ in range(20):
            assert deployed.post("shop", body, headers("shop", body, key="forged"))[0] == 401
        assert len(reads) <= 2


class TestRotation:
    def test_new_key_is_noticed_at_the_first_refusal(self, deployed):
        clock = [0.0]
        deployed.app.intake._secrets._now = lambda: clock[0]
        body = order("shop")
        assert deployed.post("shop", body)[0] == 200
        deployed.vault.secrets["connector/stores/shop"] = {"client_secret": "rotated"}
        clock[0] = 31
        assert deployed.post("shop", body, headers("shop", body, key="rotated"))[0] == 200

    def test_both_keys_of_a_list_are_good(self, deployed):
        deployed.vault.secrets["connector/stores/shop"] = {"client_secret": ["new", KEYS["shop"]]}
        body = order("shop")
        assert deployed.post("shop", body)[0] == 200
        assert deployed.post("shop", body, headers("shop", body, key="new"))[0] == 200


class TestTrouble:
    @pytest.mark.parametrize(
        "error",
        [
            ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendMessage"),
            ClientError({"Error": {"Code": "AccessDenied"}}, "SendMessage"),
            EndpointConnectionError(endpoint_url="https://sqs"),
        ],
    )
    def test_refusing_queue_is_answered_503(self, error, deployed, capsys):
        deployed.queue.send_message = raising(error)
        status, message = deployed.post("shop", order("shop", email="buyer@example.com"))
        assert (status, "again" in message) == (503, True)
        assert "Traceback" not in capsys.readouterr().out

    def test_refusing_bucket_is_answered_503_and_nothing_is_queued(self, deployed):
        deployed.bucket.put_object = raising(ClientError({"Error": {"Code": "SlowDown"}}, "PutObject"))
        assert deployed.post("shop", order("shop", filler="x" * 300_000))[0] == 503
        assert deployed.changes() == []

    def test_missing_secret_is_answered_503(self, deployed):
        del deployed.vault.secrets["connector/stores/shop"]
        assert deployed.post("shop", order("shop"))[0] == 503

    @pytest.mark.parametrize("content", ["not json", '["a list"]', '"text"', "null"])
    def test_secret_that_is_no_json_object_is_answered_503_and_stays_secret(self, content, deployed, capsys):
        deployed.vault.get_secret_value = lambda **request: {"SecretString": content}
        assert deployed.post("shop", order("shop"))[0] == 503
        assert content not in capsys.readouterr().out


def raising(error):
    def call(**arguments):
        raise error

    return call


class TestHostile:
    PERSONAL = ("buyer@example.com", "Ada Byron", "+44 20 7946")

    @BOTH
    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(body=st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
    def test_any_signed_bytes_are_answered_without_a_crash(self, store, body, deployed):
        status, _ = deployed.post(store, body)
        assert status in (200, 400)

    @BOTH
    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(data=st.data())
    def test_any_signed_json_in_an_orders_place_is_answered_without_a_crash(self, store, deployed, data):
        names = st.sampled_from(
            ["id", "line_items", "customer", "billing", "total", "price", "tax_lines", "currency"]
        )
        values = st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
            max_leaves=10,
        )
        body = json.dumps({**ORDERS[store], **data.draw(st.dictionaries(names, values))}).encode()
        assert deployed.post(store, body)[0] in (200, 400)

    @BOTH
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        sent=st.dictionaries(st.text(max_size=30), st.text(max_size=60), max_size=6),
        body=st.binary(max_size=60),
    )
    def test_any_unsigned_request_is_refused_and_leaves_nothing(self, store, sent, body, deployed):
        request = {
            "pathParameters": {"store": store},
            "headers": sent,
            "body": base64.b64encode(body).decode(),
        }
        assert deployed.handle(request | {"isBase64Encoded": True})[0] == 401
        assert (deployed.changes(), deployed.bucket.objects) == ([], {})

    @BOTH
    @pytest.mark.parametrize("spoil", ["nothing", "signature", "topic", "shape", "json", "queue", "size"])
    def test_log_never_tells_content_secrets_or_stack(self, store, spoil, deployed, capsys):
        mail, name, phone = self.PERSONAL
        body = order(store, email=mail, note=name, billing={"phone": phone}, customer={"first_name": name})
        if spoil == "shape":
            body = order(store, email=mail, line_items=name, customer=mail, billing=phone)
        if spoil == "json":
            body = body[:-1]
        if spoil == "size":
            body += b" " * 5_000_000
        if spoil == "queue":
            deployed.queue.send_message = raising(
                ClientError({"Error": {"Code": "X", "Message": mail}}, "SendMessage")
            )
        sent = headers(
            store,
            body,
            key="forged" if spoil == "signature" else None,
            topic="x/y" if spoil == "topic" else None,
        )
        status, message = deployed.post(store, body, sent | {"cookie": name, "authorization": mail})
        expected = {
            "nothing": 200,
            "signature": 401,
            "topic": 404,
            "shape": 400,
            "json": 400,
            "queue": 503,
            "size": 413,
        }
        assert status == expected[spoil]
        printed = capsys.readouterr()
        said = printed.out + printed.err + message
        assert '"service":"receive_webhook"' in said
        for secret in (
            *self.PERSONAL,
            *KEYS.values(),
            *(v for k, v in sent.items() if "hmac" in k or "signature" in k),
        ):
            assert secret not in said
        assert "Traceback" not in said


HEAVY = (
    "aws_xray_sdk",
    "boto3",
    "connector.mapping",
    "connector.model",
    "connector.salesforce",
    "jmespath",
    "pydantic",
    "requests",
    "simple_salesforce",
    "yaml",
)


def test_importing_the_function_loads_nothing_heavy(deployed):
    """A cold start pays for every module here; jmespath comes with botocore, but we may not ask for it."""
    program = (
        "import builtins, sys\n"
        "asked, real = set(), builtins.__import__\n"
        "def watch(name, globals=None, *rest, **more):\n"
        "    if (globals or {}).get('__name__', '').startswith(('app', 'connector')): asked.add(name)\n"
        "    return real(name, globals, *rest, **more)\n"
        "builtins.__import__ = watch\n"
        f"sys.path[:0] = [{str(ROOT / 'functions/receive_webhook')!r}, {str(ROOT / 'layers/connector')!r}]\n"
        "import app\n"
        "loaded = {name for name in sys.modules if not name.startswith('jmespath')}\n"
        "print('\\n'.join(sorted(loaded | asked)))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment(deployed),
        check=False,
    )
    assert result.returncode == 0, result.stderr
    names = result.stdout.split()
    assert "connector.sync.intake" in names
    heavy = [
        name for name in names if any(name == module or name.startswith(module + ".") for module in HEAVY)
    ]
    assert heavy == []


def environment(deployed):
    return {
        "POWERTOOLS_SERVICE_NAME": "receive_webhook",
        "CONNECTOR_SETTINGS_DIR": str(deployed.environment.settings_dir),
        "CONNECTOR_QUEUES": json.dumps({"orders_to_salesforce": "queue"}),
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
