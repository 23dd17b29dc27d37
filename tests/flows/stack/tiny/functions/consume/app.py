"""Notes what it sees; a message `bad` fails alone, a message `poison` fails the whole batch."""

import json
import os
import uuid

import boto3

table = boto3.resource("dynamodb").Table(os.environ["SEEN_TABLE"])


def handler(event: dict, context: object) -> dict:
    records = event.get("Records")
    if records is None:
        table.put_item(Item={"pk": f"other#{uuid.uuid4()}", "event": json.dumps(event)})
        return {}
    for record in records:
        count = int(record["attributes"]["ApproximateReceiveCount"])
        note = {"pk": f"{record['body']}#{count}", "batch": len(records), "source": record["eventSourceARN"]}
        table.put_item(Item=note)
    if any(record["body"] == "poison" for record in records):
        raise RuntimeError("ordered to fail")
    failed = [record["messageId"] for record in records if record["body"] == "bad"]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}
