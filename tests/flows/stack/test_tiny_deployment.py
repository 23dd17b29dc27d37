"""The laptop stack treats functions as Lambda, API Gateway, SQS and EventBridge do."""

import base64
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests

from local.stack.running import RunningStack

TEXT = {"Content-Type": "text/plain"}


def echo(
    tiny: RunningStack, name: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> requests.Response:
    return requests.post(f"{tiny.api}/echo/{name}", data=body, headers=headers or TEXT, timeout=60)


def seen(tiny: RunningStack) -> dict[str, dict[str, str]]:
    items = tiny.aws_calls.dynamodb.scan(TableName="local-seen", ConsistentRead=True)["Items"]
    return {
        item["pk"]["S"]: {key: next(iter(value.values())) for key, value in item.items()} for item in items
    }


def eventually(found: Callable[[], bool], patience_s: float = 20) -> bool:
    until = time.monotonic() + patience_s
    while not found():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def dead_letters(tiny: RunningStack) -> int:
    sqs = tiny.aws_calls.sqs
    url = sqs.get_queue_url(QueueName="local-DeadLetterQueue")["QueueUrl"]
    names = ["ApproximateNumberOfMessages"]
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"][names[0]])


def send(tiny: RunningStack, *bodies: str) -> None:
    url = tiny.aws_calls.sqs.get_queue_url(QueueName="local-WorkQueue")["QueueUrl"]
    for body in bodies:
        tiny.aws_calls.sqs.send_message(QueueUrl=url, MessageBody=body)


def test_function_gets_the_event_the_context_and_its_time_left(tiny: RunningStack) -> None:
    answer = echo(tiny, "ada", '{"a": "é"}'.encode(), {"Content-Type": "application/json"})
    told = answer.json()
    assert answer.status_code == 200
    assert told["event"]["pathParameters"] == {"name": "ada"}
    assert told["event"]["body"] == '{"a": "é"}'
    assert told["name"] == "local-EchoFunction"
    assert 10_000 < told["left_ms"] <= 15_000


def test_form_body_arrives_byte_for_byte_in_base64(tiny: RunningStack) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    event = echo(tiny, "form", b"webhook_id=7&x=%20", form).json()["event"]
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"webhook_id=7&x=%20"


def test_chunked_body_is_put_together(tiny: RunningStack) -> None:
    answer = requests.post(f"{tiny.api}/echo/ada", data=iter([b"one ", b"two"]), headers=TEXT, timeout=60)
    assert answer.json()["event"]["body"] == "one two"


def test_raised_error_is_a_500_and_the_next_request_works(tiny: RunningStack) -> None:
    assert echo(tiny, "fail").status_code == 500
    assert echo(tiny, "ada").status_code == 200


def test_crashed_process_is_a_500_and_is_replaced(tiny: RunningStack) -> None:
    before = echo(tiny, "ada").json()["pid"]
    assert echo(tiny, "exit").status_code == 500
    assert echo(tiny, "ada").json()["pid"] != before


def test_hanging_function_is_killed_while_others_answer(tiny: RunningStack) -> None:
    with ThreadPoolExecutor(1) as threads:
        hanging = threads.submit(echo, tiny, "hang")
        assert echo(tiny, "ada").status_code == 200
        assert hanging.result().status_code == 504


def test_unknown_route_is_a_404(tiny: RunningStack) -> None:
    assert requests.post(f"{tiny.api}/nothing/here", timeout=60).status_code == 404
    assert requests.get(f"{tiny.api}/echo/ada", timeout=60).status_code == 404


def test_body_over_ten_megabytes_is_refused_and_the_answer_is_readable(tiny: RunningStack) -> None:
    answer = echo(tiny, "big", b"x" * (10 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()) == (413, {"message": "Request Entity Too Large"})


def test_event_over_six_megabytes_is_refused(tiny: RunningStack) -> None:
    binary = {"Content-Type": "application/octet-stream"}
    assert echo(tiny, "big", b"x" * (5 * 1024 * 1024), binary).status_code == 413  # base64 makes it 6.7 MB


def test_sixteen_requests_at_once_all_get_their_own_answer(tiny: RunningStack) -> None:
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda number: echo(tiny, f"n{number}").json(), range(16)))
    assert [told["event"]["pathParameters"]["name"] for told in answers] == [
        f"n{number}" for number in range(16)
    ]
    assert len({told["request_id"] for told in answers}) == 16


def test_function_reaches_a_queue_by_the_url_in_its_environment(tiny: RunningStack) -> None:
    assert echo(tiny, "send", b"from-the-function").status_code == 200
    assert eventually(lambda: "from-the-function#1" in seen(tiny))


def test_messages_of_one_window_arrive_in_one_batch(tiny: RunningStack) -> None:
    send(tiny, *(f"batch-{number}" for number in range(12)))
    assert eventually(lambda: all(f"batch-{number}#1" in seen(tiny) for number in range(12)))
    assert max(int(note.get("batch", 0)) for key, note in seen(tiny).items() if key.startswith("batch-")) > 10


def test_failed_item_comes_again_and_ends_in_the_dead_letter_queue_alone(tiny: RunningStack) -> None:
    before = dead_letters(tiny)
    send(tiny, "good", "bad")
    assert eventually(lambda: "bad#2" in seen(tiny))
    assert eventually(lambda: dead_letters(tiny) == before + 1)
    assert "good#1" in seen(tiny)
    assert "good#2" not in seen(tiny)


def test_raised_error_brings_the_whole_batch_again(tiny: RunningStack) -> None:
    before = dead_letters(tiny)
    send(tiny, "poison", "bystander")
    assert eventually(lambda: "poison#2" in seen(tiny))
    if int(seen(tiny)["poison#1"]["batch"]) == 2:
        assert eventually(lambda: "bystander#2" in seen(tiny))
    assert eventually(lambda: dead_letters(tiny) >= before + 1)


def test_schedule_fires_with_its_input(tiny: RunningStack) -> None:
    ticked = lambda: any(note.get("event") == '{"tick": true}' for note in seen(tiny).values())  # noqa: E731
    assert eventually(ticked)


def test_event_that_matches_a_rule_reaches_its_function(tiny: RunningStack) -> None:
    entries = [
        {"Source": source, "DetailType": "Order", "Detail": json.dumps({"id": source})}
        for source in ("test.orders", "test.other")
    ]
    tiny.aws_calls.events.put_events(Entries=entries)

    def sources() -> set[str]:
        events = [json.loads(note["event"]) for note in seen(tiny).values() if "event" in note]
        return {event["detail"]["id"] for event in events if "detail" in event}

    assert eventually(lambda: "test.orders" in sources())
    assert "test.other" not in sources()


def test_table_expires_items_by_the_attribute_of_the_template(tiny: RunningStack) -> None:
    answer = tiny.aws_calls.dynamodb.describe_time_to_live(TableName="local-seen")
    assert answer["TimeToLiveDescription"]["AttributeName"] == "expires_at"
