"""Physical names and ARNs that CloudFormation would give to the template's resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from local.stack.tree import TemplateError, text

ACCOUNT = "000000000000"
REGION = "us-east-1"
PSEUDO_PARAMETERS: Mapping[str, object] = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/local/0",
    "AWS::NotificationARNs": [],
}


@dataclass(frozen=True)
class Naming:
    """How one resource type is named: the property that names it, its ARN, which of them `Ref` gives."""

    name_property: str
    arn: str
    reference_is_arn: bool = False
    lower_case: bool = False


_PREFIX = f"{REGION}:{ACCOUNT}"
NAMINGS: Mapping[str, Naming] = {
    "AWS::SQS::Queue": Naming("QueueName", f"arn:aws:sqs:{_PREFIX}:{{}}"),
    "AWS::DynamoDB::Table": Naming("TableName", f"arn:aws:dynamodb:{_PREFIX}:table/{{}}"),
    "AWS::S3::Bucket": Naming("BucketName", "arn:aws:s3:::{}", lower_case=True),
    "AWS::SNS::Topic": Naming("TopicName", f"arn:aws:sns:{_PREFIX}:{{}}", reference_is_arn=True),
    "AWS::Events::EventBus": Naming("Name", f"arn:aws:events:{_PREFIX}:event-bus/{{}}"),
    "AWS::Events::Rule": Naming("Name", f"arn:aws:events:{_PREFIX}:rule/{{}}"),
    "AWS::Serverless::Function": Naming("FunctionName", f"arn:aws:lambda:{_PREFIX}:function:{{}}"),
    "AWS::Serverless::LayerVersion": Naming("LayerName", f"arn:aws:lambda:{_PREFIX}:layer:{{}}:1", True),
    "AWS::Logs::LogGroup": Naming("LogGroupName", f"arn:aws:logs:{_PREFIX}:log-group:{{}}"),
    "AWS::IAM::Role": Naming("RoleName", f"arn:aws:iam::{ACCOUNT}:role/{{}}"),
}


@dataclass(frozen=True)
class Identity:
    """One resource as others refer to it."""

    kind: str
    name: str
    arn: str
    reference: str

    def attribute(self, name: str) -> str:
        """What `GetAtt` gives; raises TemplateError for an attribute that this machine has no answer to."""
        if name in ("Arn", "TopicArn", "StreamArn"):
            return f"{self.arn}/stream/0" if name == "StreamArn" else self.arn
        naming = NAMINGS.get(self.kind)
        if name in ("Name", naming.name_property if naming else None):
            return self.name
        if name == "ApiEndpoint":
            return f"https://{self.name}.execute-api.{REGION}.amazonaws.com"
        raise TemplateError(f"the laptop stack does not know the attribute {name} of {self.kind}")


def identity(kind: str, logical_id: str, properties: Mapping[str, object], stack_name: str) -> Identity:
    """Names the resource as its properties say, or after the stack and its logical id."""
    naming = NAMINGS.get(kind)
    if naming is None:
        return Identity(kind, logical_id, logical_id, logical_id)
    given = properties.get(naming.name_property)
    name = f"{stack_name}-{logical_id}" if given is None else text(given, logical_id)
    if naming.lower_case:
        name = name.lower()
    arn = naming.arn.format(name)
    return Identity(kind, name, arn, arn if naming.reference_is_arn else name)
