"""AWS clients, made once per container. botocore alone: boto3's resources are not used and cost start-up time."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

Item = dict[str, dict[str, Any]]
"""A DynamoDB item in its wire form: {"sk": {"S": "1001"}}."""

_CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    max_pool_connections=16,
    retries={"mode": "standard", "total_max_attempts": 3},
    parameter_validation=False,
)

_THROTTLES = {
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "InternalServerError",
    "ServiceUnavailable",
    "TransactionConflictException",
}


@cache
def client(service: str) -> Any:
    """The container's client of a service; AWS_ENDPOINT_URL redirects it on the laptop."""
    return _session().create_client(service, config=_CONFIG)


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def is_throttled(error: Exception) -> bool:
    """Whether AWS asked to come back later, or could not be reached."""
    if isinstance(error, ClientError):
        return error_code(error) in _THROTTLES
    return isinstance(error, BotoCoreError)


def error_code(error: ClientError) -> str:
    """The service's error code."""
    details: Mapping[str, Any] = error.response.get("Error", {})
    return str(details.get("Code", ""))
