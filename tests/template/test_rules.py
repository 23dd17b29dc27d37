"""Each rule catches its break: one change to a sound template, one finding."""

import ast
import copy
import json
from pathlib import Path

import pytest

from tests.template.reading import TREE, Node, Template
from tests.template.rules import RULES, Rule, alarms, flows, observing, permissions, queues, safety, wiring


class GONE:
    """Nothing stands there."""


ORDERS = "Resources/OrdersToSalesforceFunction/Properties"
TRIGGER = f"{ORDERS}/Events/Orders/Properties"
ORDERS_QUEUE = "Resources/OrdersToSalesforceQueue/Properties"
DEAD_QUEUE = "Resources/OrdersToSalesforceDeadLetterQueue/Properties"
PARKED_ALARM = "Resources/OrdersToSalesforceParkedAlarm/Properties"
ORDERS_LOGS = "Resources/OrdersToSalesforceLogGroup/Properties"
API = "Resources/Api/Properties"
STATEMENTS = "Resources/OrdersToSalesforceRole/Properties/Policies/0/PolicyDocument/Statement"

# rule, place in the template, what stands there instead
BREAKS: list[tuple[Rule, str, Node]] = [
    (wiring.undefined_references, "Globals/Function/Environment/Variables/X", {"Ref": "RecordTable"}),
    (wiring.undefined_references, "Globals/Function/Layers/0", {"Ref": "Layer"}),
    (wiring.undefined_references, "Outputs/WebhookUrl/Value", {"Fn::Sub": "${Gateway.ApiEndpoint}/x"}),
    (wiring.undefined_references, "Outputs/AlarmTopic/Value", {"Fn::GetAtt": ["Alarm", "Arn"]}),
    (wiring.undefined_conditions, "Resources/AlarmEmailSubscription/Condition", "HasEmail"),
    (wiring.undefined_conditions, "Resources/AlarmTopic/Properties/KmsMasterKeyId/Fn::If/0", "HasKey"),
    (wiring.parameters_without_default, "Parameters/LogLevel/Default", GONE),
    (wiring.missing_handlers, "Globals/Function/Handler", "app.handle"),
    (wiring.missing_handlers, f"{ORDERS}/CodeUri", "functions/orders"),
    (wiring.unlike_lambda, "Globals/Function/Runtime", "python3.12"),
    (wiring.unlike_lambda, f"{ORDERS}/Architectures", ["x86_64"]),
    (wiring.unbuildable_layers, "Resources/SettingsLayer/Properties/ContentUri", "layers/connector"),
    (wiring.unbuildable_layers, "Resources/ConnectorLayer/Properties/CompatibleArchitectures", ["x86_64"]),
    (wiring.foreign_layers, "Globals/Function/Layers/0", "arn:aws:lambda:eu-west-1:123456789012:layer:x:1"),
    (flows.unmatched_folders, "Resources/OrdersToSalesforceFunction", GONE),
    (flows.misnamed_functions, "Resources/ReceiveWebhookFunction/Properties/CodeUri", "functions/receive"),
    (flows.misnamed_functions, f"{ORDERS}/Environment/Variables/POWERTOOLS_SERVICE_NAME", "orders"),
    (flows.misnamed_functions, f"{ORDERS}/FunctionName", {"Fn::Sub": "${AWS::StackName}-orders"}),
    (flows.misnamed_functions, f"{ORDERS_LOGS}/LogGroupName", "/aws/lambda/x"),
    (flows.misnamed_queues, f"{ORDERS_QUEUE}/QueueName", "orders"),
    (flows.misnamed_queues, f"{DEAD_QUEUE}/QueueName", "dead"),
    (flows.misnamed_destinations, f"{ORDERS}/Environment/Variables/CONNECTOR_QUEUES",
     {"Fn::Sub": '{"orders": "${OrdersToSalesforceQueue}"}'}),
    (queues.short_visibility, f"{ORDERS}/Timeout", 61),
    (queues.short_visibility, f"{ORDERS_QUEUE}/VisibilityTimeout", GONE),
    (queues.without_dead_letters, f"{ORDERS_QUEUE}/RedrivePolicy", GONE),
    (queues.without_dead_letters, f"{ORDERS_QUEUE}/RedrivePolicy/maxReceiveCount", 3),
    (queues.short_retention, f"{DEAD_QUEUE}/MessageRetentionPeriod", GONE),
    (queues.batches_all_or_nothing, f"{TRIGGER}/FunctionResponseTypes", GONE),
    (queues.unbounded_concurrency, f"{TRIGGER}/ScalingConfig", GONE),
    (queues.batches_without_window, f"{TRIGGER}/MaximumBatchingWindowInSeconds", 0),
    (queues.ordered_queues, f"{ORDERS_QUEUE}/FifoQueue", True),
    (alarms.deaf_alarms, "Resources/ApiServerErrorsAlarm/Properties/AlarmActions", GONE),
    (alarms.alarms_on_silence, "Resources/ApiServerErrorsAlarm/Properties/TreatMissingData", GONE),
    (alarms.unheard_dead_letters, "Resources/OrdersToSalesforceDeadLettersAlarm", GONE),
    (alarms.unheard_dead_letters, "Resources/OrdersToSalesforceDeadLettersAlarm/Properties/Threshold", 1),
    (alarms.unheard_delays, "Resources/OrdersToSalesforceAgeAlarm", GONE),
    (alarms.unheard_failures, "Resources/ReceiveWebhookErrorsAlarm", GONE),
    (alarms.unheard_failures, "Resources/OrdersToSalesforceThrottlesAlarm/Properties/Dimensions", []),
    (alarms.unheard_parking, f"{PARKED_ALARM}/Dimensions/0/Value", "orders"),
    (alarms.unheard_parking, f"{PARKED_ALARM}/Namespace", "Connector"),
    (alarms.unheard_server_errors, "Resources/ApiServerErrorsAlarm/Properties/MetricName", "5XXError"),
    (alarms.other_namespaces, "Globals/Function/Environment/Variables/POWERTOOLS_METRICS_NAMESPACE", "X"),
    (safety.broad_roles, f"{ORDERS}/Role", GONE),
    (safety.broad_roles, f"{ORDERS}/Role", {"Fn::GetAtt": ["ReceiveWebhookRole", "Arn"]}),
    (safety.broad_roles, "Resources/OrdersToSalesforceRole/Properties/ManagedPolicyArns", ["arn:x"]),
    (safety.wildcard_actions, f"{STATEMENTS}/1/Action", "dynamodb:*"),
    (safety.wildcard_resources, f"{STATEMENTS}/1/Resource", "*"),
    (safety.wildcard_resources, f"{STATEMENTS}/4/Resource", {"Fn::Sub": "${PayloadBucket.Arn}/*"}),
    (safety.wildcard_resources, f"{STATEMENTS}/6/Resource",
     {"Fn::Sub": "arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:*"}),
    (safety.unmatched_destinations, f"{ORDERS}/Environment/Variables/CONNECTOR_QUEUES", "{}"),
    (safety.unmatched_destinations, f"{STATEMENTS}/0", GONE),
    (safety.unmatched_sources, f"{STATEMENTS}/0/Resource",
     {"Fn::GetAtt": ["OrdersToSalesforceDeadLetterQueue", "Arn"]}),
    (permissions.unmatched_actions, f"{STATEMENTS}/3/Action/0", "dynamodb:DeleteTable"),
    (permissions.unmatched_actions, f"{STATEMENTS}/1/Action/1", GONE),
    (permissions.unmatched_tables, f"{STATEMENTS}/1/Resource", {"Fn::GetAtt": ["DedupeTable", "Arn"]}),
    (permissions.unmatched_tables, f"{STATEMENTS}/2", GONE),
    (safety.plain_at_rest, f"{ORDERS_QUEUE}/SqsManagedSseEnabled", False),
    (safety.plain_at_rest, "Resources/ParkedTable/Properties/SSESpecification", GONE),
    (safety.plain_at_rest, "Resources/PayloadBucket/Properties/BucketEncryption", GONE),
    (safety.plain_in_transit, "Resources/PayloadBucketPolicy", GONE),
    (safety.plain_in_transit, "Resources/QueuePolicy/Properties/Queues/1", GONE),
    (safety.plain_in_transit, "Resources/AlarmTopicPolicy/Properties/PolicyDocument/Statement/1", GONE),
    (safety.public_buckets, "Resources/PayloadBucket/Properties/PublicAccessBlockConfiguration", GONE),
    (safety.endless_buckets, "Resources/PayloadBucket/Properties/LifecycleConfiguration/Rules/1", GONE),
    (safety.fleeting_state, "Resources/RecordsTable/DeletionPolicy", GONE),
    (safety.fleeting_state, "Resources/PayloadBucket/UpdateReplacePolicy", "Delete"),
    (safety.fleeting_state, "Resources/CursorsTable/Properties/PointInTimeRecoverySpecification", GONE),
    (observing.endless_logs, "Resources/ApiLogGroup/Properties/RetentionInDays", GONE),
    (observing.endless_logs, f"{ORDERS}/LoggingConfig", GONE),
    (observing.unwritable_logs, f"{ORDERS}/LoggingConfig/LogGroup", {"Ref": "ReceiveWebhookLogGroup"}),
    (observing.plain_logs, f"{ORDERS}/LoggingConfig/LogFormat", "Text"),
    (observing.dropped_metrics, "Parameters/LogLevel/AllowedValues", ["INFO", "WARN"]),
    (observing.personal_access_logs, f"{API}/AccessLogSettings/Format", "$context.identity.sourceIp"),
    (observing.silent_apis, f"{API}/AccessLogSettings", GONE),
    (observing.silent_apis, f"{API}/DefaultRouteSettings", GONE),
    (observing.untraced, "Globals/Function/Tracing", "PassThrough"),
    (observing.untraced, f"{STATEMENTS}/8", GONE),
    (observing.unmatched_variables, "Globals/Function/Environment/Variables/CONNECTOR_PARKED_TABLE", GONE),
    (observing.unmatched_variables, "Globals/Function/Environment/Variables/CONNECTOR_TIME_SCALE", "1"),
]  # fmt: skip


def put(body: Node, place: str, value: Node) -> Node:
    """A copy of the template with another value at a place."""
    changed = copy.deepcopy(body)
    *way, last = [int(step) if step.isdigit() else step for step in place.split("/")]
    at = changed
    for step in way:
        at = at[step]
    if value is GONE:
        del at[last]
    elif isinstance(at, list) and last == len(at):
        at.append(value)
    else:
        at[last] = value
    return changed


@pytest.mark.parametrize(
    ("rule", "place", "value"),
    BREAKS,
    ids=lambda value: getattr(value, "__name__", None) or str(value)[-60:],
)
def test_rule_finds_the_break(rule: Rule, place: str, value: Node, template: Template) -> None:
    before = rule(template)
    broken = Template(put(template.body, place, value))
    assert set(rule(broken)) - set(before)


def test_every_rule_is_broken_here() -> None:
    tried_below = {wiring.invalid_schedules, flows.flows_without_event, flows.flows_without_page}
    assert set(RULES) == {rule for rule, _, _ in BREAKS} | tried_below


@pytest.mark.parametrize(
    ("expression", "is_valid"),
    [
        ("rate(1 minute)", True),
        ("rate(5 minutes)", True),
        ("cron(0 3 * * ? *)", True),
        ("cron(0/10 * ? * MON-FRI *)", True),
        ("rate(1 minutes)", False),
        ("rate(5 minute)", False),
        ("rate(0 minutes)", False),
        ("rate(30 seconds)", False),
        ("cron(0 3 * * *)", False),
        ("cron(0 3 * * * *)", False),
        ("cron(0 3 ? * ? *)", False),
        ("0 3 * * ? *", False),
    ],
)
def test_schedules_are_those_that_eventbridge_takes(
    expression: str, is_valid: bool, template: Template
) -> None:
    event = {"Type": "ScheduleV2", "Properties": {"ScheduleExpression": expression}}
    timed = Template(put(template.body, f"{ORDERS}/Events/Nightly", event))
    assert (wiring.invalid_schedules(timed) == []) is is_valid


def test_a_rule_looks_at_files_of_its_own_tree(template: Template, tmp_path: Path) -> None:
    elsewhere = template.in_tree(tmp_path)
    assert len(wiring.missing_handlers(elsewhere)) == len(template.functions)
    assert len(wiring.unbuildable_layers(elsewhere)) == 3


@pytest.mark.parametrize(
    ("rule", "folder", "suffix"),
    [(flows.flows_without_event, "events", "json"), (flows.flows_without_page, "docs/flows", "md")],
)
def test_an_event_or_page_without_a_flow_is_found(
    rule: Rule, folder: str, suffix: str, template: Template, tmp_path: Path
) -> None:
    (tmp_path / "functions" / "orders_to_salesforce").mkdir(parents=True)
    (tmp_path / "functions" / "orders_to_salesforce" / "app.py").write_text("")
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / f"orders_to_salesforce-again.{suffix}").write_text("")
    sound = template.in_tree(tmp_path)
    assert rule(sound) == []
    (tmp_path / folder / f"orders_to_storefronts.{suffix}").write_text("")
    assert rule(sound) == [f"{folder}: orders_to_storefronts is only on one side"]


def test_globals_reach_every_function(template: Template) -> None:
    variables = template.functions["ReceiveWebhookFunction"]["Environment"]["Variables"]
    assert {"CONNECTOR_RECORDS_TABLE", "POWERTOOLS_SERVICE_NAME"} <= set(variables)


def test_queues_are_told_as_json(template: Template) -> None:
    for function in template.functions:
        assert json.dumps(flows.destinations_of(template, function))


def test_tree_is_the_project() -> None:
    assert (TREE / "template.yaml").is_file()


def test_calls_are_read_as_iam_actions() -> None:
    code = """
client.put_item(TableName="a")
sqs.send_message_batch(QueueUrl="q", Entries=[])
salesforce.query("SELECT Id FROM Order")
waiter.paginate(Bucket="b")
"""
    assert sorted(permissions.actions_called(ast.parse(code))) == ["dynamodb:PutItem", "sqs:SendMessage"]
