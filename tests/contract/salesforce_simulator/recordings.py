"""Recorded exchanges: where they are, what to make of their ids and versions, and what shape means."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from tests.contract.salesforce_simulator.driver import Client, Reply
from tests.contract.salesforce_simulator.small_package import write_field, write_object

FOLDER = Path(os.environ.get("CONNECTOR_SAMPLES", "no samples here")) / "salesforce"
_RATING = (
    "<type>Picklist</type><valueSet><restricted>true</restricted><valueSetDefinition>"
    "<value><fullName>Excellent</fullName><default>false</default></value></valueSetDefinition></valueSet>"
)


def write_recorded_package(root: Path) -> Path:
    """The own objects that the recorded requests name."""
    for name in ("Movie__c", "Franchise__c", "Spaceship__c", "blng__Payment__c", "blng__Invoice__c"):
        write_object(root, name)
    key = "<type>Text</type><length>80</length><externalId>true</externalId><unique>true</unique>"
    write_field(root, "Movie__c", "Rating__c", _RATING)
    write_field(root, "Movie__c", "ReleaseDate__c", "<type>Date</type>")
    write_field(
        root, "Spaceship__c", "Website__c", "<type>Text</type><length>80</length><required>true</required>"
    )
    write_field(root, "blng__Invoice__c", "Invoice_External_Id__c", key)
    for name, target in (("Movie__c", "Franchise__c"), ("blng__Payment__c", "blng__Invoice__c")):
        lookup = f"<referenceTo>{target}</referenceTo><relationshipName>{name[:-3]}s</relationshipName>"
        write_field(root, name, target, f"<type>Lookup</type>{lookup}")
    return root


def read(name: str) -> object:
    """The content of a sample."""
    return json.loads((FOLDER / name).read_text("utf-8"))


def exchanges(name: str) -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    """Request and response of each exchange in a sample."""
    content = read(name)
    for each in content if isinstance(content, list) else [content]:
        yield each["request"], each["response"]


def exchange_files() -> list[str]:
    """The samples that hold requests with their responses; those of bulk jobs depend on the job and go by hand."""
    found = []
    for path in sorted(FOLDER.glob("*/*.json")):
        content = json.loads(path.read_text("utf-8"))
        first = content[0] if isinstance(content, list) and content else content
        if isinstance(first, dict) and "request" in first and path.parent.name != "bulk2":
            found.append(f"{path.parent.name}/{path.name}")
    return found


def shape(value: object) -> object:
    """Names and kinds of values, without the values."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "number"
    return type(value).__name__


def says(value: object) -> object:
    """What an answer says apart from ids and places: codes, messages, fields, flags and statuses."""
    if isinstance(value, dict):
        told = {
            "errorCode",
            "statusCode",
            "fields",
            "success",
            "created",
            "httpStatusCode",
            "isSuccessful",
            "done",
        }
        return {name: each if name in told | {"message"} else says(each) for name, each in value.items()}
    return [says(each) for each in value] if isinstance(value, list) else None


class Replayer:
    """Sends recorded requests to an org, with the ids that this org gave in place of the recorded ones."""

    def __init__(self, org: Client):
        self.org = org
        self.ids: dict[str, str] = {}

    def send(self, request: dict[str, object], token: str = "") -> Reply:
        url = str(request["url"])
        if "query" in request:
            url += "?" + urlencode(request["query"])
        body = request.get("body")
        raw = json.dumps(body) if body is not None else ""
        self.org.token = token or self.org.token
        return self.org.raw(
            str(request["method"]), self._ours(url).replace(" ", "+"), self._ours(raw).encode()
        )

    def _ours(self, text: str) -> str:
        text = re.sub(r"/v(xx|\d+)\.0", "/v66.0", text)
        for theirs, ours in self.ids.items():
            text = text.replace(theirs, ours)
        return text

    def know(self, request: dict[str, object]) -> None:
        """Create the records that a request takes for granted."""
        for name, theirs in re.findall(r"sobjects/(Movie__c|Account)/([0-9A-Za-z]{18})", json.dumps(request)):
            self.ids.setdefault(theirs, self.org.create(name, Name="known"))

    def learn(self, theirs: object, ours: object) -> None:
        """Note which of our ids stands for which of theirs."""
        if isinstance(theirs, dict) and isinstance(ours, dict):
            for name in theirs.keys() & ours.keys():
                if name in {"id", "Id"} and isinstance(theirs[name], str):
                    self.ids[theirs[name]] = str(ours[name])
                self.learn(theirs[name], ours[name])
        if isinstance(theirs, list) and isinstance(ours, list):
            for one, other in zip(theirs, ours, strict=False):
                self.learn(one, other)
