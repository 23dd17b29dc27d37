"""Reads a SAM template: its tags, parameters, conditions, Globals and references."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from local.stack.names import PSEUDO_PARAMETERS, Identity, identity
from local.stack.tree import TemplateError, mapping, sequence, text

NOTHING = object()  # what `!Ref AWS::NoValue` leaves behind


class TemplateLoader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags read as their long form."""


def _construct_tag(loader: TemplateLoader, suffix: str, node: yaml.Node) -> object:
    value: object
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        raise TemplateError(f"unreadable tag !{suffix} at {node.start_mark}")
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


TemplateLoader.add_multi_constructor("!", _construct_tag)


class Template:
    """A template with every value resolved for one stack on this machine.

    `queue_urls` answers a queue's URL by its name: only the embedded AWS knows it.
    """

    def __init__(self, source: Path, queue_urls: Callable[[str], str], stack_name: str = "local") -> None:
        document = mapping(yaml.load(source.read_text("utf-8"), TemplateLoader), str(source))  # noqa: S506
        self.folder = source.resolve().parent
        self._queue_urls = queue_urls
        self._globals = mapping(document.get("Globals"), "Globals")
        self._conditions = mapping(document.get("Conditions"), "Conditions")
        self._mappings = mapping(document.get("Mappings"), "Mappings")
        self._values: dict[str, object] = {**PSEUDO_PARAMETERS, "AWS::StackName": stack_name}
        for name, declared in mapping(document.get("Parameters"), "Parameters").items():
            self._values[name] = parameter_default(name, declared)
        self._resources = mapping(document.get("Resources"), "Resources")
        self._identities: dict[str, Identity] = {}

    def resources(self) -> dict[str, str]:
        """Type of every resource whose condition holds, by logical id."""
        kinds = {}
        for logical_id in self._resources:
            resource = self._resource(logical_id)
            condition = resource.get("Condition")
            if condition is None or self.holds(text(condition, logical_id)):
                kinds[logical_id] = text(resource.get("Type"), f"{logical_id}.Type")
        return kinds

    def properties(self, logical_id: str) -> dict[str, object]:
        """Resolved properties, with the Globals of the resource's type merged in as SAM does."""
        resource = self._resource(logical_id)
        own = mapping(resource.get("Properties"), logical_id)
        shared: dict[str, object] = {}
        if resource.get("Type") == "AWS::Serverless::Function":
            shared = mapping(self._globals.get("Function"), "Globals.Function")
        return mapping(self.resolve(merge_globals(shared, own), logical_id), logical_id)

    def identity(self, logical_id: str) -> Identity:
        """Physical name, ARN and what `Ref` gives of a resource."""
        if logical_id not in self._identities:
            kind = text(self._resource(logical_id).get("Type"), logical_id)
            own = mapping(self._resource(logical_id).get("Properties"), logical_id)
            named = {key: own[key] for key in own if key.endswith("Name") or key == "Name"}
            resolved = mapping(self.resolve(named, logical_id), logical_id)
            stack_name = text(self._values["AWS::StackName"], "AWS::StackName")
            self._identities[logical_id] = identity(kind, logical_id, resolved, stack_name)
        return self._identities[logical_id]

    def holds(self, condition: str) -> bool:
        if condition not in self._conditions:
            raise TemplateError(f"the condition {condition} is not declared")
        return bool(self.resolve(self._conditions[condition], f"Conditions.{condition}"))

    def resolve(self, value: object, where: str) -> object:
        """The value with every intrinsic function worked out."""
        if isinstance(value, list):
            return [item for item in (self.resolve(part, where) for part in value) if item is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            function = INTRINSICS.get(str(name))
            if function is not None and not (name == "Condition" and isinstance(argument, dict)):
                return function(self, argument, where)
        resolved = {key: self.resolve(item, f"{where}.{key}") for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NOTHING}

    def reference(self, name: str, where: str) -> object:
        if name == "AWS::NoValue":
            return NOTHING
        if name in self._values:
            return self._values[name]
        if name not in self._resources:
            raise TemplateError(f"{where}: nothing is called {name}")
        found = self.identity(name)
        return self._queue_urls(found.name) if found.kind == "AWS::SQS::Queue" else found.reference

    def attribute(self, argument: object, where: str) -> str:
        logical_id, name = (text(part, where) for part in sequence(argument, where))
        if logical_id not in self._resources:
            raise TemplateError(f"{where}: nothing is called {logical_id}")
        return self.identity(logical_id).attribute(name)

    def table(self, argument: object, where: str) -> object:
        first, second, third = (text(self.resolve(part, where), where) for part in sequence(argument, where))
        return mapping(mapping(self._mappings.get(first), first).get(second), second)[third]

    def _resource(self, logical_id: str) -> dict[str, object]:
        return mapping(self._resources.get(logical_id), logical_id)


def parameter_default(name: str, declared: object) -> object:
    declaration = mapping(declared, f"Parameters.{name}")
    if "Default" not in declaration:
        raise TemplateError(f"Parameters.{name} has no default, and the laptop stack asks nobody")
    if str(declaration.get("Type", "")).startswith(("CommaDelimitedList", "List<")):
        return [part.strip() for part in text(declaration["Default"], name).split(",")]
    return declaration["Default"]


def merge_globals(shared: Mapping[str, object], own: Mapping[str, object]) -> dict[str, object]:
    """SAM's rule: mappings are merged, lists are joined with the shared part first, the rest is replaced."""
    merged = dict(shared)
    for key, value in own.items():
        before = merged.get(key)
        if isinstance(before, dict) and isinstance(value, dict) and not is_intrinsic(before | value):
            merged[key] = merge_globals(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            merged[key] = [*before, *value]
        else:
            merged[key] = value
    return merged


def is_intrinsic(value: Mapping[str, object]) -> bool:
    return len(value) == 1 and next(iter(value)) in INTRINSICS


def _join(template: Template, argument: object, where: str) -> str:
    separator, parts = sequence(argument, where)
    return text(separator, where).join(
        text(part, where) for part in sequence(template.resolve(parts, where), where)
    )


def _substitute(template: Template, argument: object, where: str) -> str:
    pattern, given = (argument, {}) if isinstance(argument, str) else sequence(argument, where)
    local_values = mapping(template.resolve(given, where), where)

    def replaced(match: re.Match[str]) -> str:
        name = match.group(1)
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        if name in local_values:
            return text(local_values[name], where)
        if "." in name:
            return template.attribute(name.split(".", 1), where)
        return text(template.reference(name, where), where)

    return re.sub(r"\$\{([^}]+)\}", replaced, text(pattern, where))


def _choose(template: Template, argument: object, where: str) -> object:
    condition, when_true, when_false = sequence(argument, where)
    return template.resolve(when_true if template.holds(text(condition, where)) else when_false, where)


def _select(template: Template, argument: object, where: str) -> object:
    index, parts = sequence(template.resolve(argument, where), where)
    return sequence(parts, where)[int(text(index, where))]


def _split(template: Template, argument: object, where: str) -> list[str]:
    separator, whole_text = sequence(template.resolve(argument, where), where)
    return text(whole_text, where).split(text(separator, where))


def _equals(template: Template, argument: object, where: str) -> bool:
    left, right = sequence(template.resolve(argument, where), where)
    return text(left, where) == text(right, where)


def _truths(template: Template, argument: object, where: str) -> list[bool]:
    return [bool(template.resolve(part, where)) for part in sequence(argument, where)]


Intrinsic = Callable[[Template, object, str], object]
INTRINSICS: dict[str, Intrinsic] = {
    "Ref": lambda template, argument, where: template.reference(text(argument, where), where),
    "Condition": lambda template, argument, where: template.holds(text(argument, where)),
    "Fn::GetAtt": lambda template, argument, where: template.attribute(argument, where),
    "Fn::FindInMap": lambda template, argument, where: template.table(argument, where),
    "Fn::Join": _join,
    "Fn::Sub": _substitute,
    "Fn::If": _choose,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Equals": _equals,
    "Fn::Not": lambda template, argument, where: not _truths(template, argument, where)[0],
    "Fn::And": lambda template, argument, where: all(_truths(template, argument, where)),
    "Fn::Or": lambda template, argument, where: any(_truths(template, argument, where)),
    "Fn::GetAZs": lambda _template, _argument, _where: [f"{PSEUDO_PARAMETERS['AWS::Region']}a"],
}
