"""Roles allow what the code calls: the laptop's AWS checks no permission, so a missing one would show in AWS only."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session
from botocore import xform_name

from tests.template.reading import Node, Template, as_list, target_of

SERVICES = ("dynamodb", "s3", "secretsmanager", "sqs")
# Operations whose permission has another name.
SAME_PERMISSION = {
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}
# Lambda itself uses these for the function: its trigger, its log, its trace.
LAMBDAS_OWN = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
TABLES = {
    "records_table": "RecordsTable",
    "dedupe_table": "DedupeTable",
    "parked_table": "ParkedTable",
    "cursors_table": "CursorsTable",
}


def unmatched_actions(template: Template) -> list[str]:
    """Over all functions, the actions allowed are the operations called."""
    called = {action for tree in _sources(template.tree) for action in actions_called(tree)}
    allowed = {action for statement in _allowed(template) for action in as_list(statement["Action"])}
    return [
        f"{action} is {'called' if action in called else 'allowed'} only"
        for action in sorted(called ^ (allowed - LAMBDAS_OWN))
    ]


def unmatched_tables(template: Template) -> list[str]:
    """The tables that roles name are those that the code uses."""
    used = {
        TABLES[node.attr]
        for tree in _sources(template.tree)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in TABLES
    }
    named = {
        target_of(resource) for statement in _allowed(template) for resource in as_list(statement["Resource"])
    }
    return [
        f"{table} is {'used' if table in used else 'allowed'} only"
        for table in sorted(used ^ (named & set(TABLES.values())))
    ]


def actions_called(tree: ast.Module) -> Iterator[str]:
    """The IAM actions behind a module's calls: `client.put_item(TableName=...)` is dynamodb:PutItem.

    AWS's arguments begin with a capital, which tells such a call from another library's method of that name.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if any(keyword.arg and keyword.arg[0].isupper() for keyword in node.keywords):
            action = _operations().get(node.func.attr)
            if action is not None:
                yield SAME_PERMISSION.get(action, action)


@cache
def _operations() -> dict[str, str]:
    session = botocore.session.Session()
    return {
        xform_name(operation): f"{service}:{operation}"
        for service in SERVICES
        for operation in session.get_service_model(service).operation_names
    }


def _allowed(template: Template) -> list[Node]:
    return [
        statement
        for function in template.functions
        for statement in template.statements_of(function)
        if statement["Effect"] == "Allow"
    ]


@cache
def _sources(tree: Path) -> tuple[ast.Module, ...]:
    folders = (tree / "functions", tree / "layers" / "connector" / "connector")
    files = sorted(file for folder in folders for file in folder.rglob("*.py"))
    return tuple(ast.parse(file.read_text("utf-8")) for file in files)
