"""Makes the template's tables, queues, buckets, topics and buses in the embedded AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping

from local.stack.aws import Aws
from local.stack.template import Template
from local.stack.tree import TemplateError, mapping, sequence, text

# What this machine leaves out: who may do what, what is watched, how it is encrypted. TLS-only policies
# would refuse the plain HTTP that is spoken here.
LEFT_OUT = {
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Events::EventBusPolicy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::QueryDefinition",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Serverless::Function",  # run by local.stack.workers
    "AWS::Serverless::HttpApi",  # answered by local.stack.gateway
    "AWS::Serverless::LayerVersion",
}
TABLE_PROPERTIES = (
    "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema", "LocalSecondaryIndexes",
)  # fmt: skip
QUEUE_ATTRIBUTES = (
    "ContentBasedDeduplication", "DelaySeconds", "FifoQueue", "MaximumMessageSize", "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds", "SqsManagedSseEnabled", "VisibilityTimeout",
)  # fmt: skip


def create_resources(template: Template, aws: Aws, queue_urls: dict[str, str]) -> None:
    """Makes what is missing and leaves what a kept state already has; notes queue URLs by queue name."""
    kinds = template.resources()
    for logical_id, kind in kinds.items():
        if kind == "AWS::SQS::Queue":
            name = template.identity(logical_id).name
            queue_urls[name] = aws.ensure_queue(name, {})
    for logical_id, kind in kinds.items():
        if kind not in LEFT_OUT:
            create_resource(template, aws, logical_id, kind)


def create_resource(template: Template, aws: Aws, logical_id: str, kind: str) -> None:
    properties = template.properties(logical_id)
    name = template.identity(logical_id).name
    match kind:
        case "AWS::DynamoDB::Table":
            expiry = mapping(properties.get("TimeToLiveSpecification"), logical_id).get("AttributeName")
            attribute = None if expiry is None else text(expiry, logical_id)
            aws.ensure_table(table_definition(name, properties), attribute)
        case "AWS::SQS::Queue":
            aws.ensure_queue(name, queue_attributes(properties, logical_id))
        case "AWS::S3::Bucket":
            aws.ensure_bucket(name)
        case "AWS::SNS::Topic":
            aws.ensure_topic(name)
        case "AWS::Events::EventBus":
            aws.ensure_bus(name)
        case "AWS::Events::Rule":
            create_rule(aws, name, properties, logical_id)
        case _:
            raise TemplateError(f"{logical_id}: the laptop stack does not make resources of type {kind}")


def table_definition(name: str, properties: Mapping[str, object]) -> dict[str, object]:
    """CreateTable's arguments; encryption and backups are left to AWS."""
    definition = {key: properties[key] for key in TABLE_PROPERTIES if key in properties}
    stream = properties.get("StreamSpecification")
    if stream is not None:
        definition["StreamSpecification"] = {**mapping(stream, name), "StreamEnabled": True}
    return {"TableName": name, **definition}


def queue_attributes(properties: Mapping[str, object], where: str) -> dict[str, str]:
    attributes = {key: text(properties[key], where) for key in QUEUE_ATTRIBUTES if key in properties}
    for policy in ("RedrivePolicy", "RedriveAllowPolicy"):
        if policy in properties:
            attributes[policy] = json.dumps(properties[policy])
    return attributes


def create_rule(aws: Aws, name: str, properties: Mapping[str, object], where: str) -> None:
    """A rule between a bus and queues; one that invokes functions belongs into the function's Events."""
    if "ScheduleExpression" in properties:
        raise TemplateError(f"{where}: declare schedules in the function's Events")
    targets = [
        text(mapping(target, where).get("Arn"), where) for target in sequence(properties["Targets"], where)
    ]
    if any(not target.startswith("arn:aws:sqs:") for target in targets):
        raise TemplateError(f"{where}: the laptop stack delivers rules to queues; others go into Events")
    bus = text(properties.get("EventBusName", "default"), where)
    aws.ensure_rule(name, bus, json.dumps(properties.get("EventPattern", {})), targets)
