"""What claims, leases and budgets rely on: DynamoDB's conditions are atomic and tell what refused them."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from local.stack.aws import Aws

KEY = {"pk": {"S": "acme#order"}, "sk": {"S": "1001"}}


def claim(aws: Aws, table: str, version: str, owner: str, now: int, lease_s: int = 60) -> dict:
    return aws.dynamodb.update_item(
        TableName=table,
        Key=KEY,
        UpdateExpression="SET lease_owner = :owner, lease_until = :until, claimed = :version",
        ConditionExpression=(
            "(attribute_not_exists(version) OR version < :version)"
            " AND (attribute_not_exists(lease_until) OR lease_until < :now)"
        ),
        ExpressionAttributeValues={
            ":owner": {"S": owner},
            ":until": {"N": str(now + lease_s)},
            ":version": {"S": version},
            ":now": {"N": str(now)},
        },
        ReturnValues="ALL_NEW",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )


def test_update_creates_the_item_when_its_condition_allows(aws: Aws, table: str) -> None:
    attributes = claim(aws, table, "v1", "a", now=1000)["Attributes"]
    assert attributes["lease_until"] == {"N": "1060"}
    assert attributes["pk"] == KEY["pk"]


def test_refused_condition_gives_the_old_item_and_changes_nothing(aws: Aws, table: str) -> None:
    claim(aws, table, "v1", "a", now=1000)
    with pytest.raises(ClientError) as refused:
        claim(aws, table, "v2", "b", now=1001)
    assert refused.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert refused.value.response["Item"]["lease_owner"] == {"S": "a"}
    item = aws.dynamodb.get_item(TableName=table, Key=KEY, ConsistentRead=True)["Item"]
    assert item["lease_owner"] == {"S": "a"}


def test_refused_condition_on_a_missing_item_gives_no_item(aws: Aws, table: str) -> None:
    with pytest.raises(ClientError) as refused:
        aws.dynamodb.update_item(
            TableName=table,
            Key=KEY,
            UpdateExpression="SET a = :a",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={":a": {"S": "x"}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert "Item" not in refused.value.response
    assert "Item" not in aws.dynamodb.get_item(TableName=table, Key=KEY)


def test_expired_lease_can_be_taken_over(aws: Aws, table: str) -> None:
    claim(aws, table, "v1", "a", now=1000)
    assert claim(aws, table, "v1", "b", now=1061)["Attributes"]["lease_owner"] == {"S": "b"}


def test_completion_needs_the_owner_and_removes_the_lease(aws: Aws, table: str) -> None:
    claim(aws, table, "v1", "a", now=1000)

    def complete(owner: str) -> dict:
        return aws.dynamodb.update_item(
            TableName=table,
            Key=KEY,
            UpdateExpression=(
                "SET version = :v, history = list_append(:entry, if_not_exists(history, :none))"
                " REMOVE lease_owner, lease_until"
            ),
            ConditionExpression="lease_owner = :owner",
            ExpressionAttributeValues={
                ":v": {"S": "v1"},
                ":owner": {"S": owner},
                ":entry": {"L": [{"S": "written"}]},
                ":none": {"L": []},
            },
            ReturnValues="ALL_NEW",
        )

    with pytest.raises(ClientError):
        complete("b")
    attributes = complete("a")["Attributes"]
    assert attributes["history"] == {"L": [{"S": "written"}]}
    assert "lease_owner" not in attributes


def test_eight_threads_lose_no_increment(aws: Aws, table: str) -> None:
    def count() -> None:
        for _ in range(25):
            aws.dynamodb.update_item(
                TableName=table,
                Key=KEY,
                UpdateExpression="ADD calls :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    with ThreadPoolExecutor(8) as threads:
        for counted in [threads.submit(count) for _ in range(8)]:
            counted.result()
    assert aws.dynamodb.get_item(TableName=table, Key=KEY, ConsistentRead=True)["Item"]["calls"] == {
        "N": "200"
    }


def test_eight_threads_swap_values_without_lost_updates(aws: Aws, table: str) -> None:
    """Read, then write on the condition that nobody wrote in between."""
    aws.dynamodb.put_item(TableName=table, Item={**KEY, "calls": {"N": "0"}})

    def swap() -> int:
        done = 0
        while done < 10:
            item = aws.dynamodb.get_item(TableName=table, Key=KEY, ConsistentRead=True)["Item"]
            try:
                aws.dynamodb.put_item(
                    TableName=table,
                    Item={**KEY, "calls": {"N": str(int(item["calls"]["N"]) + 1)}},
                    ConditionExpression="calls = :seen",
                    ExpressionAttributeValues={":seen": item["calls"]},
                )
                done += 1
            except ClientError as error:
                assert error.response["Error"]["Code"] == "ConditionalCheckFailedException"
        return done

    with ThreadPoolExecutor(8) as threads:
        swapped = sum(future.result() for future in [threads.submit(swap) for _ in range(8)])
    item = aws.dynamodb.get_item(TableName=table, Key=KEY, ConsistentRead=True)["Item"]
    assert item["calls"] == {"N": str(swapped)} == {"N": "80"}


def test_of_sixteen_claims_at_once_one_wins(aws: Aws, table: str) -> None:
    def won(number: int) -> bool:
        try:
            claim(aws, table, "v1", f"owner-{number}", now=1000)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ConditionalCheckFailedException"
            return False
        return True

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(won, range(16))) == 1


def test_batch_writes_and_reads_all_keys(aws: Aws, table: str) -> None:
    keys = [{"pk": {"S": "acme#order"}, "sk": {"S": str(number)}} for number in range(25)]
    written = aws.dynamodb.batch_write_item(
        RequestItems={table: [{"PutRequest": {"Item": {**key, "n": {"N": "1"}}}} for key in keys]}
    )
    assert written["UnprocessedItems"] == {}
    missing = {"pk": {"S": "acme#order"}, "sk": {"S": "none"}}
    answer = aws.dynamodb.batch_get_item(
        RequestItems={table: {"Keys": [*keys, missing], "ConsistentRead": True}}
    )
    assert answer["UnprocessedKeys"] == {}
    assert {item["sk"]["S"] for item in answer["Responses"][table]} == {str(number) for number in range(25)}


def test_batch_write_over_the_limit_or_with_a_key_twice_is_refused(aws: Aws, table: str) -> None:
    many = [{"PutRequest": {"Item": {"pk": {"S": "p"}, "sk": {"S": str(number)}}}} for number in range(26)]
    twice = [{"PutRequest": {"Item": KEY}}, {"PutRequest": {"Item": KEY}}]
    for requests in (many, twice):
        with pytest.raises(ClientError) as refused:
            aws.dynamodb.batch_write_item(RequestItems={table: requests})
        assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_index_finds_the_record_of_a_salesforce_id(aws: Aws, table: str) -> None:
    aws.dynamodb.put_item(TableName=table, Item={**KEY, "salesforce_id": {"S": "801000000000001AAA"}})
    aws.dynamodb.put_item(TableName=table, Item={"pk": {"S": "acme#order"}, "sk": {"S": "not linked yet"}})
    found = aws.dynamodb.query(
        TableName=table,
        IndexName="by_salesforce_id",
        KeyConditionExpression="salesforce_id = :id",
        ExpressionAttributeValues={":id": {"S": "801000000000001AAA"}},
    )
    assert [item["sk"] for item in found["Items"]] == [KEY["sk"]]


def test_query_gives_a_partition_in_order_page_by_page(aws: Aws, table: str) -> None:
    for moment in ("2026-11-03#b", "2026-11-01#a", "2026-11-02#c"):
        aws.dynamodb.put_item(TableName=table, Item={"pk": {"S": "acme#flow"}, "sk": {"S": moment}})
    pages = aws.dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :month)",
        ExpressionAttributeValues={":pk": {"S": "acme#flow"}, ":month": {"S": "2026-11"}},
        ScanIndexForward=False,
        PaginationConfig={"PageSize": 1},
    )
    assert [item["sk"]["S"] for page in pages for item in page["Items"]] == [
        "2026-11-03#b",
        "2026-11-02#c",
        "2026-11-01#a",
    ]


def test_table_declares_its_expiry_attribute_and_keeps_unexpired_items(aws: Aws, table: str) -> None:
    expiry = aws.dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert (expiry["AttributeName"], expiry["TimeToLiveStatus"]) == ("expires_at", "ENABLED")
    aws.dynamodb.put_item(TableName=table, Item={**KEY, "expires_at": {"N": str(int(time.time()) + 3600)}})
    assert "Item" in aws.dynamodb.get_item(TableName=table, Key=KEY)


def test_item_over_400_kilobytes_is_refused(aws: Aws, table: str) -> None:
    with pytest.raises(ClientError) as refused:
        aws.dynamodb.put_item(TableName=table, Item={**KEY, "body": {"S": "x" * 410_000}})
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_transaction_writes_all_or_nothing(aws: Aws, table: str) -> None:
    aws.dynamodb.put_item(TableName=table, Item=KEY)
    other = {"pk": {"S": "acme#order"}, "sk": {"S": "1002"}}
    taken = {"TableName": table, "Item": KEY, "ConditionExpression": "attribute_not_exists(pk)"}
    with pytest.raises(ClientError) as refused:
        aws.dynamodb.transact_write_items(
            TransactItems=[{"Put": {"TableName": table, "Item": other}}, {"Put": taken}]
        )
    reasons = [reason["Code"] for reason in refused.value.response["CancellationReasons"]]
    assert reasons == ["None", "ConditionalCheckFailed"]
    assert "Item" not in aws.dynamodb.get_item(TableName=table, Key=other)
