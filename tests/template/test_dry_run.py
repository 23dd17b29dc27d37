"""The dry run's role could not write if the code tried."""

from tests.template.reading import Template, as_list

READS = {"dynamodb:BatchGetItem", "dynamodb:GetItem", "secretsmanager:GetSecretValue"}
OWN_TRACES = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def test_the_dry_runs_role_reads_only(template: Template) -> None:
    allowed = {
        action
        for statement in template.statements_of("DryRunFunction")
        if statement["Effect"] == "Allow"
        for action in as_list(statement["Action"])
    }
    assert allowed == READS | OWN_TRACES


def test_the_dry_run_starts_by_hand_only(template: Template) -> None:
    assert [event for event in template.events if event.function == "DryRunFunction"] == []
