"""template.yaml as plain data, with the questions that the rules ask of it.

Short forms become long ones: `!Ref X` is {"Ref": "X"}, `!GetAtt X.Arn` is {"Fn::GetAtt": ["X", "Arn"]}.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

TREE = Path(__file__).resolve().parents[2]

Node = Any  # YAML: what stands there is what the rules check


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's tags."""


def _read_tag(loader: _Loader, suffix: str, node: yaml.Node) -> Node:
    if isinstance(node, yaml.ScalarNode):
        value: Node = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _read_tag)


def walk(node: Node) -> Iterator[Mapping[str, Node]]:
    """Every mapping inside a node, the node itself first."""
    if isinstance(node, Mapping):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def as_list(node: Node) -> list[Node]:
    """CloudFormation takes one or many in the same place."""
    if node is None:
        return []
    return node if isinstance(node, list) else [node]


def text_of(node: Node) -> str:
    """A text as it stands in the template, with !Sub's placeholders left in."""
    if isinstance(node, Mapping) and "Fn::Sub" in node:
        template = node["Fn::Sub"]
        return str(template[0] if isinstance(template, list) else template)
    return str(node)


def target_of(node: Node) -> str:
    """The logical id that a !Ref, !GetAtt or plain ${X} or ${X.Arn} means; empty if it means none."""
    if isinstance(node, Mapping):
        if "Ref" in node:
            return str(node["Ref"])
        if "Fn::GetAtt" in node:
            return str(node["Fn::GetAtt"][0])
        placeholder = re.match(r"\$\{([A-Za-z0-9]+)", text_of(node))
        return placeholder.group(1) if placeholder else ""
    return ""


def means(node: Node) -> str:
    """The logical id that a node refers to, else its text."""
    return target_of(node) or text_of(node)


@dataclass(frozen=True)
class Event:
    """One trigger of a function."""

    function: str
    name: str
    type: str
    properties: Mapping[str, Node]

    @property
    def queue(self) -> str:
        """Logical id of the queue that triggers; empty if none does."""
        return target_of(self.properties.get("Queue"))


@dataclass(frozen=True)
class Template:
    """The parsed template and the tree around it."""

    body: dict[str, Node]
    tree: Path = TREE

    @property
    def resources(self) -> dict[str, Node]:
        """All resources by logical id."""
        resources: dict[str, Node] = self.body["Resources"]
        return resources

    def of_type(self, kind: str) -> dict[str, Node]:
        """Properties by logical id of the resources of one type."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    @property
    def functions(self) -> dict[str, Node]:
        """Properties by logical id of the functions, with Globals merged in as SAM does."""
        shared = self.body.get("Globals", {}).get("Function", {})
        return {name: merge(shared, own) for name, own in self.of_type("AWS::Serverless::Function").items()}

    @property
    def events(self) -> list[Event]:
        """All triggers of all functions."""
        return [
            Event(function, name, event["Type"], event.get("Properties", {}))
            for function, properties in self.functions.items()
            for name, event in properties.get("Events", {}).items()
        ]

    @property
    def queue_events(self) -> list[Event]:
        """The triggers that are queues."""
        return [event for event in self.events if event.type == "SQS"]

    @property
    def queues(self) -> dict[str, Node]:
        """Properties of all queues by logical id."""
        return self.of_type("AWS::SQS::Queue")

    @property
    def dead_letter_queues(self) -> set[str]:
        """Logical ids of the queues that another queue moves its failed messages to."""
        return {
            target_of(queue.get("RedrivePolicy", {}).get("deadLetterTargetArn"))
            for queue in self.queues.values()
        } - {""}

    @property
    def alarms(self) -> dict[str, Node]:
        """Properties of all alarms by logical id."""
        return self.of_type("AWS::CloudWatch::Alarm")

    def role_of(self, function: str) -> str:
        """Logical id of a function's role; empty if SAM would make one."""
        return target_of(self.functions[function].get("Role"))

    def statements_of(self, function: str) -> list[Node]:
        """The policy statements of a function's role."""
        role = self.of_type("AWS::IAM::Role").get(self.role_of(function), {})
        return [
            statement
            for policy in role.get("Policies", [])
            for statement in as_list(policy["PolicyDocument"]["Statement"])
        ]

    def alarms_on(self, metric: str, dimension: str) -> list[str]:
        """Logical ids of the alarms on a metric whose dimension means this logical id or is this text."""
        return [
            name
            for name, alarm in self.alarms.items()
            if alarm.get("MetricName") == metric
            and dimension in {means(entry["Value"]) for entry in alarm.get("Dimensions", [])}
        ]

    def in_tree(self, tree: Path) -> Template:
        """The same template in another tree."""
        return replace(self, tree=tree)


def merge(shared: Mapping[str, Node], own: Mapping[str, Node]) -> dict[str, Node]:
    """Globals and a function's own properties, as SAM merges them: mappings deep, lists joined, else the own."""
    merged = dict(shared)
    for key, value in own.items():
        before = merged.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            merged[key] = merge(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            merged[key] = [*before, *value]
        else:
            merged[key] = value
    return merged


def read_template(text: str, tree: Path = TREE) -> Template:
    """Parse a template's text."""
    return Template(yaml.load(text, Loader=_Loader), tree)
