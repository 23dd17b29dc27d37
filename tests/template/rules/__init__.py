"""Every rule over template.yaml: a function from the template to its findings, named by what it finds."""

from collections.abc import Callable
from inspect import getmembers, isfunction, signature

from tests.template.reading import Template
from tests.template.rules import alarms, flows, observing, permissions, queues, safety, wiring

Rule = Callable[[Template], list[str]]


def _rules_of(module: object) -> list[Rule]:
    return [
        function
        for name, function in getmembers(module, isfunction)
        if function.__module__ == getattr(module, "__name__", "")
        and not name.startswith("_")
        and list(signature(function).parameters) == ["template"]
        and signature(function).return_annotation == list[str]
    ]


RULES: list[Rule] = [
    rule
    for module in (wiring, flows, queues, alarms, safety, permissions, observing)
    for rule in _rules_of(module)
]
