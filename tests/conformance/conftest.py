"""The embedded AWS alone, or the one at LOCAL_AWS_URL."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.stack.aws import Aws, start_emulator


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    given = os.environ.get("LOCAL_AWS_URL")
    if given:
        calls = Aws(given)
        yield calls
        calls.close()
        return
    folder: Path = tmp_path_factory.mktemp("aws")
    child, url = start_emulator(folder, folder, persistent=False)
    calls = Aws(url)
    yield calls
    calls.close()
    child.stop(5)


@pytest.fixture
def table(aws: Aws) -> str:
    """A table with the keys of the records table."""
    name = f"records-{uuid.uuid4()}"
    keys = [("pk", "HASH"), ("sk", "RANGE")]
    definition: dict[str, object] = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": attribute, "AttributeType": "S"} for attribute in ("pk", "sk", "salesforce_id")
        ],
        "KeySchema": [{"AttributeName": attribute, "KeyType": kind} for attribute, kind in keys],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by_salesforce_id",
                "KeySchema": [{"AttributeName": "salesforce_id", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    }
    aws.ensure_table(definition, "expires_at")
    return name


@pytest.fixture
def queue(aws: Aws) -> Callable[..., str]:
    """Makes a queue with the given attributes and gives its URL."""

    def make(**attributes: str) -> str:
        return aws.ensure_queue(f"queue-{uuid.uuid4()}", attributes)

    return make
