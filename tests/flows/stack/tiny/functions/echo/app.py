"""Answers with what it was given, or misbehaves on request."""

import json
import os
import time

import boto3


def handler(event: dict, context: object) -> dict:
    match event["pathParameters"]["name"]:
        case "fail":
            raise RuntimeError("ordered to fail")
        case "exit":
            os._exit(3)
        case "hang":
            time.sleep(60)
        case "send":
            boto3.client("sqs").send_message(QueueUrl=os.environ["WORK_QUEUE"], MessageBody=event["body"])
    seen = {"event": event, "request_id": context.aws_request_id, "name": context.function_name,
            "left_ms": context.get_remaining_time_in_millis(), "pid": os.getpid()}  # fmt: skip
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(seen)}
