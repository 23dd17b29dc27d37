"""What payloads and credentials rely on."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError

from local.stack.aws import Aws


@pytest.fixture
def bucket(aws: Aws) -> str:
    name = f"payloads-{uuid.uuid4()}"
    aws.ensure_bucket(name)
    return name


def test_object_comes_back_byte_for_byte(aws: Aws, bucket: str) -> None:
    body = bytes(range(256)) * 8192
    aws.s3.put_object(Bucket=bucket, Key="bodies/acme/1", Body=body, ContentType="application/json")
    answer = aws.s3.get_object(Bucket=bucket, Key="bodies/acme/1")
    assert answer["Body"].read() == body
    assert answer["ContentType"] == "application/json"


def test_missing_object_has_its_own_error(aws: Aws, bucket: str) -> None:
    with pytest.raises(ClientError) as refused:
        aws.s3.get_object(Bucket=bucket, Key="bodies/none")
    assert refused.value.response["Error"]["Code"] == "NoSuchKey"


def test_object_is_written_only_once_when_asked(aws: Aws, bucket: str) -> None:
    aws.s3.put_object(Bucket=bucket, Key="once", Body=b"first", IfNoneMatch="*")
    with pytest.raises(ClientError) as refused:
        aws.s3.put_object(Bucket=bucket, Key="once", Body=b"second", IfNoneMatch="*")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert aws.s3.get_object(Bucket=bucket, Key="once")["Body"].read() == b"first"


def test_listing_follows_a_prefix_over_pages(aws: Aws, bucket: str) -> None:
    for number in range(5):
        aws.s3.put_object(Bucket=bucket, Key=f"parked/{number}", Body=b"x")
    aws.s3.put_object(Bucket=bucket, Key="bodies/1", Body=b"x")
    pages = aws.s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix="parked/", PaginationConfig={"PageSize": 2}
    )
    keys = [item["Key"] for page in pages for item in page["Contents"]]
    assert keys == [f"parked/{number}" for number in range(5)]


def test_secret_keeps_its_old_value_under_its_stage(aws: Aws) -> None:
    name = f"connector/stores/{uuid.uuid4()}"
    aws.ensure_secret(name, json.dumps({"client_secret": "old"}))
    aws.ensure_secret(name, json.dumps({"client_secret": "new"}))
    assert json.loads(aws.secret(name) or "") == {"client_secret": "new"}
    previous = aws.secrets.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")
    assert json.loads(previous["SecretString"]) == {"client_secret": "old"}


def test_missing_secret_has_its_own_error(aws: Aws) -> None:
    with pytest.raises(ClientError) as refused:
        aws.secrets.get_secret_value(SecretId="connector/stores/none")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
