"""References, handlers, layers, schedules: what must exist for the deployment to start at all."""

import ast
import re
from collections.abc import Iterator

from tests.template.reading import Node, Template, as_list, target_of, text_of, walk

PSEUDO = {
    "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId",
    "AWS::StackName", "AWS::URLSuffix",
}  # fmt: skip
PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")


def undefined_references(template: Template) -> list[str]:
    """cfn-lint does not look into Globals; a wrong name there fails at deploy time only."""
    known = PSEUDO | set(template.resources) | set(template.body.get("Parameters", {}))
    return [f"{name} is not defined" for name in sorted(set(_names(template.body)) - known)]


def _names(body: Node) -> Iterator[str]:
    for node in walk(body):
        if "Ref" in node:
            yield node["Ref"]
        if "Fn::GetAtt" in node:
            yield node["Fn::GetAtt"][0]
        if "Fn::Sub" in node:
            own = node["Fn::Sub"][1] if isinstance(node["Fn::Sub"], list) else {}
            for name in PLACEHOLDER.findall(text_of(node)):
                if name not in own:
                    yield name if name.startswith("AWS::") else name.split(".")[0]


def undefined_conditions(template: Template) -> list[str]:
    """A condition that nobody defines stops the deployment."""
    known = set(template.body.get("Conditions", {}))
    used = {node["Fn::If"][0] for node in walk(template.body) if "Fn::If" in node}
    used |= {resource["Condition"] for resource in template.resources.values() if "Condition" in resource}
    return [f"condition {name} is not defined" for name in sorted(used - known)]


def parameters_without_default(template: Template) -> list[str]:
    """`sam deploy` must work without answering a question."""
    parameters = template.body.get("Parameters", {})
    return [f"{name} has no default" for name, parameter in parameters.items() if "Default" not in parameter]


def missing_handlers(template: Template) -> list[str]:
    """cfn-lint does not open the code."""
    return [
        f"{name}: no {function['Handler']} in {function['CodeUri']}"
        for name, function in template.functions.items()
        if not _has_handler(template, function)
    ]


def _has_handler(template: Template, function: Node) -> bool:
    module, _, wanted = function["Handler"].rpartition(".")
    source = template.tree / function["CodeUri"] / f"{module}.py"
    if not source.is_file():
        return False
    defined: set[str] = set()
    for statement in ast.parse(source.read_text("utf-8")).body:
        if isinstance(statement, ast.FunctionDef):
            defined.add(statement.name)
        elif isinstance(statement, ast.Assign):
            defined |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
    return wanted in defined


def unlike_lambda(template: Template) -> list[str]:
    """One Python and one processor everywhere: the layers are built for them."""
    return [
        f"{name}: {function.get('Runtime')} on {function.get('Architectures')}"
        for name, function in template.functions.items()
        if function.get("Runtime") != "python3.13" or function.get("Architectures") != ["arm64"]
    ]


def unbuildable_layers(template: Template) -> list[str]:
    """Each layer needs a Makefile with its target, for the functions' Python and processor."""
    findings = []
    for name, layer in template.of_type("AWS::Serverless::LayerVersion").items():
        makefile = template.tree / layer["ContentUri"] / "Makefile"
        if not makefile.is_file() or f"build-{name}:" not in makefile.read_text("utf-8"):
            findings.append(f"{name}: no target build-{name} in {layer['ContentUri']}/Makefile")
        if layer.get("CompatibleArchitectures") != ["arm64"] or layer.get("CompatibleRuntimes") != [
            "python3.13"
        ]:
            findings.append(f"{name}: not for python3.13 on arm64")
    return findings


def foreign_layers(template: Template) -> list[str]:
    """A function's layers are those of this template."""
    own = set(template.of_type("AWS::Serverless::LayerVersion"))
    return [
        f"{name}: {target_of(layer) or layer} is no layer of this template"
        for name, function in template.functions.items()
        for layer in as_list(function.get("Layers"))
        if target_of(layer) not in own
    ]


def invalid_schedules(template: Template) -> list[str]:
    """EventBridge checks an expression at deploy time only."""
    return [
        f"{event.function}.{event.name}: {expression}"
        for event in template.events
        if event.type in {"Schedule", "ScheduleV2"}
        for expression in [str(event.properties.get("Schedule", event.properties.get("ScheduleExpression")))]
        if not _is_schedule(expression)
    ]


def _is_schedule(expression: str) -> bool:
    rate = re.fullmatch(r"rate\(([1-9]\d*) (minute|hour|day)(s?)\)", expression)
    if rate:
        return (rate.group(1) == "1") == (rate.group(3) == "")
    cron = re.fullmatch(r"cron\((.+)\)", expression)
    if not cron:
        return False
    fields = cron.group(1).split(" ")
    # AWS: six fields; day of month or day of week, one of the two, is a question mark.
    return len(fields) == 6 and (fields[2] == "?") != (fields[4] == "?") and all(map(_is_cron_field, fields))


def _is_cron_field(field: str) -> bool:
    return re.fullmatch(r"[0-9A-Z*?/,#-]+", field) is not None
