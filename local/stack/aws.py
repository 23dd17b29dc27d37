"""The embedded AWS: its process, and the calls that the stack makes to it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from local.stack import processes
from local.stack.names import REGION
from local.stack.processes import LOOPBACK, Child, StartupError

CREDENTIALS = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), "local")
SERVICES = "cloudwatch,dynamodb,events,lambda,logs,s3,secretsmanager,sns,sqs,ssm,sts"
AWS_START_S = 60


def start_emulator(folder: Path, logs: Path, persistent: bool) -> tuple[Child, str]:
    """Starts the embedded AWS on 127.0.0.1 and gives its URL; with `persistent` its state lives in `folder`."""
    python = os.environ.get("LOCAL_AWS_PYTHON")
    if not python or not Path(python).exists():
        raise StartupError("the embedded AWS has no Python environment; start the stack with ./dev up")
    port = lasting_port(folder) if persistent else processes.free_port()
    (folder / "temporary").mkdir(parents=True, exist_ok=True)
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        **CREDENTIALS,
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "SERVICES": SERVICES,
        "LOG_LEVEL": "WARNING",
        "PERSIST_STATE": "1" if persistent else "0",
        "STATE_DIR": str(folder / "state"),
        "S3_PERSIST": "1" if persistent else "0",
        "S3_DATA_DIR": str(folder / "objects"),
        "TMPDIR": str(folder / "temporary"),
        "DOCKER_HOST": f"unix://{folder / 'no-docker'}",  # it must not look for containers of others
    }
    child = processes.start("aws", [python, "-m", "ministack"], environment, logs / "aws.log")
    processes.wait_until(lambda: processes.answers(port), child, AWS_START_S)
    return child, f"http://{LOOPBACK}:{port}"


def lasting_port(folder: Path) -> int:
    """The port of the last run, since kept queue URLs hold it; another one only if it is taken."""
    folder.mkdir(parents=True, exist_ok=True)
    noted = folder / "port"
    if noted.exists() and not processes.answers(int(noted.read_text())):
        return int(noted.read_text())
    if noted.exists():
        raise StartupError(
            f"port {noted.read_text()} of the kept state in {folder} is in use; is it running?"
        )
    port = processes.free_port()
    noted.write_text(str(port))
    return port


@dataclass(frozen=True)
class Message:
    """A message as ReceiveMessage gives it; attributes are as on the wire."""

    id: str
    receipt: str
    body: str
    body_md5: str
    attributes: Mapping[str, str]
    user_attributes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    user_attributes_md5: str | None = None


class Aws:
    """Thread-safe calls to the embedded AWS, or to any other at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url
        session = boto3.session.Session(
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=CREDENTIALS["AWS_SESSION_TOKEN"],
            region_name=REGION,
        )
        config = Config(max_pool_connections=50, read_timeout=30, s3={"addressing_style": "path"})
        names = ("sqs", "dynamodb", "s3", "sns", "secretsmanager", "events")
        clients = {name: session.client(name, endpoint_url=url, config=config) for name in names}
        self.sqs, self.dynamodb, self.s3 = clients["sqs"], clients["dynamodb"], clients["s3"]
        self.sns, self.secrets, self.events = clients["sns"], clients["secretsmanager"], clients["events"]

    def close(self) -> None:
        for client in (self.sqs, self.dynamodb, self.s3, self.sns, self.secrets, self.events):
            client.close()

    def ensure_table(self, definition: Mapping[str, object], expiry_attribute: str | None) -> None:
        name = definition["TableName"]
        try:
            self.dynamodb.create_table(**definition)
        except ClientError as error:
            ignore(error, "ResourceInUseException")
        if expiry_attribute is None:
            return
        expiry = self.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if expiry.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
            wanted = {"AttributeName": expiry_attribute, "Enabled": True}
            self.dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)

    def ensure_queue(self, name: str, attributes: Mapping[str, str]) -> str:
        """Makes the queue, or gives the one that is there its attributes; gives its URL."""
        fixed = {key: attributes[key] for key in ("FifoQueue",) if key in attributes}
        url = str(self.sqs.create_queue(QueueName=name, Attributes=fixed)["QueueUrl"])
        changeable = {key: value for key, value in attributes.items() if key not in fixed}
        if changeable:
            self.sqs.set_queue_attributes(QueueUrl=url, Attributes=changeable)
        return url

    def ensure_bucket(self, name: str) -> None:
        try:
            self.s3.create_bucket(Bucket=name)
        except ClientError as error:
            ignore(error, "BucketAlreadyOwnedByYou", "BucketAlreadyExists")

    def ensure_topic(self, name: str) -> None:
        self.sns.create_topic(Name=name)

    def ensure_bus(self, name: str) -> None:
        try:
            self.events.create_event_bus(Name=name)
        except ClientError as error:
            ignore(error, "ResourceAlreadyExistsException")

    def ensure_rule(self, name: str, bus: str, pattern: str, target_arns: Iterable[str]) -> None:
        self.events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern, State="ENABLED")
        targets = [{"Id": str(number), "Arn": arn} for number, arn in enumerate(target_arns)]
        self.events.put_targets(Rule=name, EventBusName=bus, Targets=targets)

    def secret(self, name: str) -> str | None:
        try:
            return str(self.secrets.get_secret_value(SecretId=name)["SecretString"])
        except ClientError as error:
            ignore(error, "ResourceNotFoundException")
            return None

    def ensure_secret(self, name: str, value: str) -> None:
        try:
            self.secrets.create_secret(Name=name, SecretString=value)
        except ClientError as error:
            ignore(error, "ResourceExistsException")
            self.secrets.put_secret_value(SecretId=name, SecretString=value)

    def receive(self, url: str, most: int, wait_s: int) -> list[Message]:
        answer = self.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(most, 10),
            WaitTimeSeconds=wait_s,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return [
            Message(
                id=received["MessageId"],
                receipt=received["ReceiptHandle"],
                body=received["Body"],
                body_md5=received["MD5OfBody"],
                attributes=received.get("Attributes", {}),
                user_attributes=received.get("MessageAttributes", {}),
                user_attributes_md5=received.get("MD5OfMessageAttributes"),
            )
            for received in answer.get("Messages", [])
        ]

    def delete(self, url: str, messages: Sequence[Message]) -> None:
        for entries in in_tens(messages):
            self.sqs.delete_message_batch(QueueUrl=url, Entries=entries)

    def hide(self, url: str, messages: Sequence[Message], seconds: int) -> None:
        """Lets the messages be received again after so many seconds."""
        for entries in in_tens(messages):
            hidden = [{**entry, "VisibilityTimeout": seconds} for entry in entries]
            self.sqs.change_message_visibility_batch(QueueUrl=url, Entries=hidden)


def in_tens(messages: Sequence[Message]) -> Iterable[list[dict[str, object]]]:
    """Batch entries, ten a call as SQS allows."""
    for first in range(0, len(messages), 10):
        part = messages[first : first + 10]
        yield [{"Id": str(number), "ReceiptHandle": message.receipt} for number, message in enumerate(part)]


def ignore(error: ClientError, *codes: str) -> None:
    """Raises the error again unless its code is one of these."""
    if error.response["Error"]["Code"] not in codes:
        raise error
