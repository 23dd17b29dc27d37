"""Small shared state per org: the token, the facts, the last preflight, the pause after a limit, the API usage."""

import base64
import json
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from connector.salesforce.facts import OrgFacts
from connector.salesforce.session import Usage
from connector.sync import aws
from connector.sync.aws import Item, error_code

FACTS_SECONDS = 30 * 3600.0
"""The preflight renews them every day; the rest is for its retries."""


class Cursors:
    """The cursors table. Implements `connector.salesforce.session.TokenStore`."""

    def __init__(self, table: str, now: Callable[[], float] = time.time, client: Any = None) -> None:
        self._table, self._now = table, now
        self._client = client or aws.client("dynamodb")

    def read_token(self, org: str) -> str | None:
        """The token that any container fetched last."""
        item = self._get(f"token#{org}")
        return item["token"]["S"] if "token" in item else None

    def write_token(self, org: str, token: str, replaces: str | None) -> None:
        """Share a token, unless another container was faster; then its token is found at the next 401."""
        condition, values = "attribute_not_exists(pk)", {":token": {"S": token}}
        if replaces is not None:
            condition, values = "#t = :old", {**values, ":old": {"S": replaces}}
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": f"token#{org}"}},
                UpdateExpression="SET #t = :token",
                ConditionExpression=condition,
                ExpressionAttributeNames={"#t": "token"},
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if error_code(error) != "ConditionalCheckFailedException":
                raise

    def read_facts(self, org: str) -> OrgFacts | None:
        """The org's facts if they are not much older than a day."""
        item = self._get(f"facts#{org}")
        if not item or float(item["read_at"]["N"]) < self._now() - FACTS_SECONDS:
            return None
        return OrgFacts.from_json(_unpacked(item["facts"]["S"]))

    def write_facts(self, org: str, facts: OrgFacts) -> None:
        """Share the org's facts."""
        self._keep(f"facts#{org}", "facts", facts.to_json())

    def read_findings(self, org: str) -> list[dict[str, str]] | None:
        """What the last preflight found about the org; None if there was none yet."""
        item = self._get(f"preflight#{org}")
        return list(_unpacked(item["findings"]["S"])["findings"]) if item else None

    def write_findings(self, org: str, findings: Sequence[Mapping[str, str]]) -> None:
        """Keep what a preflight found."""
        self._keep(f"preflight#{org}", "findings", {"findings": findings})

    def paused_until(self, org: str) -> float:
        """Until when calls to the org rest, in seconds since the epoch; 0 if they do not."""
        item = self._get(f"pause#{org}")
        return float(item["until"]["N"]) if item else 0.0

    def pause(self, org: str, seconds: float) -> None:
        """Rest all calls to the org: its allowance is used up."""
        until = self._now() + seconds
        self._client.put_item(
            TableName=self._table,
            Item={
                "pk": {"S": f"pause#{org}"},
                "until": {"N": f"{until:.3f}"},
                "expires_at": {"N": str(int(until) + 3600)},
            },
        )

    def note_usage(self, org: str, usage: Usage) -> None:
        """Keep what the org's last answer said of its allowance."""
        self._client.put_item(
            TableName=self._table,
            Item={
                "pk": {"S": f"usage#{org}"},
                "used": {"N": str(usage.used)},
                "allowed": {"N": str(usage.allowed)},
                "read_at": {"N": f"{self._now():.0f}"},
            },
        )

    def _keep(self, name: str, part: str, content: Mapping[str, object]) -> None:
        """Keep a larger content, packed: an item holds 400 KB."""
        text = base64.b64encode(zlib.compress(json.dumps(content).encode())).decode()
        self._client.put_item(
            TableName=self._table,
            Item={"pk": {"S": name}, part: {"S": text}, "read_at": {"N": f"{self._now():.0f}"}},
        )

    def _get(self, name: str) -> Item:
        answer = self._client.get_item(TableName=self._table, Key={"pk": {"S": name}}, ConsistentRead=True)
        item: Item = answer.get("Item") or {}
        return item


def _unpacked(text: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(text)))
    return content
