"""Least privilege, encryption, retention: what an auditor asks."""

from tests.template.reading import Node, Template, as_list, target_of, text_of
from tests.template.rules.flows import destinations_of

# Services that know no resources; each stands with its reason in template.yaml.
WITHOUT_RESOURCES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
SECRET_PREFIXES = ("connector/stores/", "connector/salesforce/")
STATEFUL = {"AWS::DynamoDB::Table", "AWS::S3::Bucket"}


def broad_roles(template: Template) -> list[str]:
    """Each function has its own role, and none of the managed policies that SAM or AWS would add."""
    roles = [template.role_of(name) for name in template.functions]
    findings = [
        f"{name}: no role of its own"
        for name in template.functions
        if roles.count(template.role_of(name)) > 1
    ]
    findings += [f"{name}: SAM makes its role" for name in template.functions if not template.role_of(name)]
    for name, role in template.of_type("AWS::IAM::Role").items():
        if role.get("ManagedPolicyArns"):
            findings.append(f"{name}: managed policies {role['ManagedPolicyArns']}")
    return findings


def wildcard_actions(template: Template) -> list[str]:
    """An action is named in full wherever something is allowed."""
    return [
        f"{name}: {action}"
        for name in template.functions
        for statement in template.statements_of(name)
        if statement["Effect"] == "Allow"
        for action in as_list(statement.get("Action", "*"))
        if "*" in action
    ]


def wildcard_resources(template: Template) -> list[str]:
    """A resource is named in full, down to the prefix of a bucket or of the connector's secrets."""
    return [
        f"{name}: {as_list(statement['Action'])} on {text_of(resource)}"
        for name in template.functions
        for statement in template.statements_of(name)
        if not set(as_list(statement["Action"])) <= WITHOUT_RESOURCES
        for resource in as_list(statement["Resource"])
        if not _is_narrow(text_of(resource))
    ]


def _is_narrow(resource: str) -> bool:
    if "*" not in resource:
        return True
    before, _, after = resource.partition("*")
    if after:
        return False
    if before.startswith("${PayloadBucket.Arn}/"):
        return before.count("/") == 2  # a prefix, not the whole bucket
    return before.endswith(tuple(f":secret:{prefix}" for prefix in SECRET_PREFIXES))


def unmatched_destinations(template: Template) -> list[str]:
    """A function may send to exactly the queues that it is told of."""
    findings = []
    for name in template.functions:
        told = {queue.strip("${}") for queue in destinations_of(template, name).values()}
        allowed = set(resources_for(template, name, "sqs:SendMessage"))
        findings += [
            f"{name}: told of or allowed to send to {queue} only" for queue in sorted(told ^ allowed)
        ]
    return findings


def unmatched_sources(template: Template) -> list[str]:
    """A function may read exactly the queues that trigger it."""
    findings = []
    for name in template.functions:
        triggers = {event.queue for event in template.queue_events if event.function == name}
        for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"):
            for queue in sorted(triggers ^ set(resources_for(template, name, action))):
                findings.append(f"{name}: {action} and trigger differ on {queue}")
    return findings


def resources_for(template: Template, function: str, action: str) -> list[str]:
    """Logical ids on which a function may do something."""
    return [
        target_of(resource)
        for statement in template.statements_of(function)
        if statement["Effect"] == "Allow" and action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]


def plain_at_rest(template: Template) -> list[str]:
    """Everything that holds an order is encrypted."""
    findings = [f"{name}: plain" for name, queue in template.queues.items() if not _encrypts_queue(queue)]
    for name, table in template.of_type("AWS::DynamoDB::Table").items():
        if not table.get("SSESpecification", {}).get("SSEEnabled"):
            findings.append(f"{name}: plain")
    for name, bucket in template.of_type("AWS::S3::Bucket").items():
        if not bucket.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration"):
            findings.append(f"{name}: plain")
    return findings


def _encrypts_queue(queue: Node) -> bool:
    return bool(queue.get("SqsManagedSseEnabled") or queue.get("KmsMasterKeyId"))


def plain_in_transit(template: Template) -> list[str]:
    """Buckets, queues and topics refuse requests without TLS."""
    guarded: set[str] = set()
    for kind, key in (
        ("S3::BucketPolicy", "Bucket"),
        ("SQS::QueuePolicy", "Queues"),
        ("SNS::TopicPolicy", "Topics"),
    ):
        for policy in template.of_type(f"AWS::{kind}").values():
            if any(_denies_plain(statement) for statement in as_list(policy["PolicyDocument"]["Statement"])):
                guarded |= {target_of(target) for target in as_list(policy[key])}
    exposed = [*template.of_type("AWS::S3::Bucket"), *template.queues, *template.of_type("AWS::SNS::Topic")]
    return [f"{name}: takes requests without TLS" for name in exposed if name not in guarded]


def _denies_plain(statement: Node) -> bool:
    return (
        statement["Effect"] == "Deny"
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
    )  # fmt: skip


def public_buckets(template: Template) -> list[str]:
    """All four blocks are on."""
    blocks = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    return [
        f"{name}: {block} is off"
        for name, bucket in template.of_type("AWS::S3::Bucket").items()
        for block in blocks
        if bucket.get("PublicAccessBlockConfiguration", {}).get(block) is not True
    ]


def endless_buckets(template: Template) -> list[str]:
    """Payloads hold personal data, so each prefix that a function writes to expires."""
    findings = []
    for name, bucket in template.of_type("AWS::S3::Bucket").items():
        rules = bucket.get("LifecycleConfiguration", {}).get("Rules", [])
        expiring = {
            rule.get("Prefix", "")
            for rule in rules
            if rule.get("ExpirationInDays") and rule["Status"] == "Enabled"
        }
        findings += [
            f"{name}: {prefix} never expires" for prefix in sorted(_written(template, name) - expiring)
        ]
    return findings


def _written(template: Template, bucket: str) -> set[str]:
    return {
        text_of(resource).removeprefix(f"${{{bucket}.Arn}}/").removesuffix("*")
        for name in template.functions
        for statement in template.statements_of(name)
        if "s3:PutObject" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }


def fleeting_state(template: Template) -> list[str]:
    """Tables and buckets outlive the stack and any change that replaces them; tables can be put back in time."""
    findings = [
        f"{name}: {policy} is not Retain"
        for name, resource in template.resources.items()
        if resource["Type"] in STATEFUL
        for policy in ("DeletionPolicy", "UpdateReplacePolicy")
        if resource.get(policy) != "Retain"
    ]
    for name, table in template.of_type("AWS::DynamoDB::Table").items():
        if not table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
            findings.append(f"{name}: no point-in-time recovery")
    return findings
