"""A flow has one name everywhere: who knows it in one place finds it in all."""

import json
import re
from pathlib import Path

from tests.template.reading import Template, target_of, text_of


def flow_of(function: str) -> str:
    """`OrdersToSalesforceFunction` -> `orders_to_salesforce`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", function.removesuffix("Function")).lower()


def logical_id_of(flow: str, kind: str) -> str:
    """`orders_to_salesforce`, `Queue` -> `OrdersToSalesforceQueue`."""
    return "".join(word.capitalize() for word in flow.split("_")) + kind


def has_queue(template: Template, function: str) -> bool:
    """Whether a flow takes its work from a queue."""
    return any(event.function == function for event in template.queue_events)


def flows_in_code(template: Template) -> set[str]:
    """The flows by their folders."""
    return {folder.parent.name for folder in (template.tree / "functions").glob("*/app.py")}


def unmatched_folders(template: Template) -> list[str]:
    """Folders and functions are the same set."""
    declared = {flow_of(name) for name in template.functions}
    return [f"{flow}: function or folder missing" for flow in sorted(declared ^ flows_in_code(template))]


def misnamed_functions(template: Template) -> list[str]:
    """Folder, logical id, deployed name, role, log group and log service say the same."""
    findings = []
    for name, function in template.functions.items():
        flow = flow_of(name)
        said = {
            "logical id": (name, logical_id_of(flow, "Function")),
            "folder": (function["CodeUri"], f"functions/{flow}"),
            "deployed name": (text_of(function.get("FunctionName")), f"${{AWS::StackName}}-{flow}"),
            "role": (template.role_of(name), logical_id_of(flow, "Role")),
            "log group": (_log_group_name(template, name), f"/aws/lambda/${{AWS::StackName}}-{flow}"),
            "log service": (function["Environment"]["Variables"].get("POWERTOOLS_SERVICE_NAME"), flow),
        }
        findings += [
            f"{name}: {what} is {is_}, not {wanted}" for what, (is_, wanted) in said.items() if is_ != wanted
        ]
    return findings


def _log_group_name(template: Template, function: str) -> str:
    group = target_of(template.functions[function].get("LoggingConfig", {}).get("LogGroup"))
    return text_of(template.of_type("AWS::Logs::LogGroup").get(group, {}).get("LogGroupName"))


def misnamed_queues(template: Template) -> list[str]:
    """A flow's queue and dead-letter queue bear its name."""
    findings = []
    for event in template.queue_events:
        flow = flow_of(event.function)
        dead = target_of(template.queues[event.queue].get("RedrivePolicy", {}).get("deadLetterTargetArn"))
        findings += _misnamed(template, event.queue, logical_id_of(flow, "Queue"), flow)
        findings += _misnamed(template, dead, logical_id_of(flow, "DeadLetterQueue"), f"{flow}-dead_letters")
    return findings


def _misnamed(template: Template, queue: str, logical_id: str, name: str) -> list[str]:
    given = text_of(template.queues.get(queue, {}).get("QueueName"))
    wanted = f"${{AWS::StackName}}-{name}"
    if (queue, given) == (logical_id, wanted):
        return []
    return [f"{queue or 'nothing'}: named {given}, not {logical_id} named {wanted}"]


def misnamed_destinations(template: Template) -> list[str]:
    """CONNECTOR_QUEUES names each queue by the flow that works on it."""
    findings = []
    for name in template.functions:
        for flow, queue in destinations_of(template, name).items():
            if queue != f"${{{logical_id_of(flow, 'Queue')}}}":
                findings.append(f"{name}: flow {flow} is sent to {queue}")
    return findings


def destinations_of(template: Template, function: str) -> dict[str, str]:
    """The queues that a function may send to, by flow name."""
    variables = template.functions[function]["Environment"]["Variables"]
    queues: dict[str, str] = json.loads(text_of(variables.get("CONNECTOR_QUEUES", "{}")))
    return queues


def flows_without_event(template: Template) -> list[str]:
    """Each flow has a sample event, and each sample event a flow."""
    return _unmatched(template, template.tree / "events", "*.json", "events")


def flows_without_page(template: Template) -> list[str]:
    """Each flow has its page, and each page a flow."""
    return _unmatched(template, template.tree / "docs" / "flows", "*.md", "docs/flows")


def _unmatched(template: Template, folder: Path, pattern: str, place: str) -> list[str]:
    # events/orders_to_salesforce-redelivered.json is a second event of orders_to_salesforce.
    named = {file.stem.split("-")[0] for file in folder.glob(pattern) if file.stem != "README"}
    return [f"{place}: {flow} is only on one side" for flow in sorted(named ^ flows_in_code(template))]
