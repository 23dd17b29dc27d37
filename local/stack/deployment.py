"""What the template deploys, in the terms of the laptop stack: functions and what invokes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from local.stack.template import Template
from local.stack.tree import TemplateError, mapping, sequence, text, whole

FUNCTION, LAYER = "AWS::Serverless::Function", "AWS::Serverless::LayerVersion"
API_WORKERS = 4  # processes of one function that the API may start; AWS would start as many as requests
ASYNCHRONOUS_WORKERS = 2


@dataclass(frozen=True)
class Function:
    """One Lambda function as declared."""

    logical_id: str
    name: str
    arn: str
    folder: Path
    handler: str
    memory_mb: int
    timeout_s: int
    environment: Mapping[str, str]
    layers: tuple[Path, ...]
    json_logs: bool
    log_level: str | None
    reserved_concurrency: int | None

    @property
    def flow(self) -> str:
        return self.folder.name


@dataclass(frozen=True)
class ApiRoute:
    """`method` may be ANY; `path` may hold {name} and end in {name+}."""

    function: str
    method: str
    path: str

    @property
    def key(self) -> str:
        return "$default" if self.path == "$default" else f"{self.method} {self.path}"


@dataclass(frozen=True)
class QueueMapping:
    """An SQS event source; `visibility_s` is that of its queue."""

    function: str
    queue_name: str
    queue_arn: str
    visibility_s: int
    batch_size: int
    window_s: int
    reports_item_failures: bool
    maximum_concurrency: int | None


@dataclass(frozen=True)
class Schedule:
    """`payload` None: the event that EventBridge makes itself."""

    function: str
    name: str
    expression: str
    payload: str | None


@dataclass(frozen=True)
class EventRule:
    """Events of a bus that match the pattern go to the function."""

    function: str
    name: str
    bus: str
    pattern: Mapping[str, object]


Trigger = ApiRoute | QueueMapping | Schedule | EventRule
T = TypeVar("T", ApiRoute, QueueMapping, Schedule, EventRule)


@dataclass(frozen=True)
class Deployment:
    """Functions by logical id, and their triggers."""

    functions: Mapping[str, Function]
    triggers: tuple[Trigger, ...]

    def triggers_of(self, kind: type[T]) -> list[T]:
        return [trigger for trigger in self.triggers if isinstance(trigger, kind)]


def read_deployment(template: Template) -> Deployment:
    functions: dict[str, Function] = {}
    triggers: list[Trigger] = []
    for logical_id, kind in template.resources().items():
        if kind != FUNCTION:
            continue
        properties = template.properties(logical_id)
        functions[logical_id] = read_function(template, logical_id, properties)
        for event_name, event in mapping(properties.get("Events"), f"{logical_id}.Events").items():
            where = f"{logical_id}.Events.{event_name}"
            triggers.append(read_trigger(template, logical_id, where, mapping(event, where)))
    return Deployment(functions, tuple(triggers))


def read_function(template: Template, logical_id: str, properties: Mapping[str, object]) -> Function:
    where = f"{logical_id}.Properties"
    logging = mapping(properties.get("LoggingConfig"), f"{where}.LoggingConfig")
    variables = mapping(mapping(properties.get("Environment"), where).get("Variables"), where)
    reserved = properties.get("ReservedConcurrentExecutions")
    level = logging.get("ApplicationLogLevel")
    found = template.identity(logical_id)
    return Function(
        logical_id=logical_id,
        name=found.name,
        arn=found.arn,
        folder=template.folder / text(properties.get("CodeUri"), f"{where}.CodeUri"),
        handler=text(properties.get("Handler"), f"{where}.Handler"),
        memory_mb=whole(properties.get("MemorySize", 128), f"{where}.MemorySize"),
        timeout_s=whole(properties.get("Timeout", 3), f"{where}.Timeout"),
        environment={key: text(value, f"{where}.{key}") for key, value in variables.items()},
        layers=read_layers(template, properties, where),
        json_logs=logging.get("LogFormat") == "JSON",
        log_level=None if level is None else text(level, f"{where}.LoggingConfig"),
        reserved_concurrency=None if reserved is None else whole(reserved, where),
    )


def read_layers(template: Template, properties: Mapping[str, object], where: str) -> tuple[Path, ...]:
    """Source folders of the function's layers, in the order in which AWS unpacks them."""
    folders = {
        template.identity(logical_id).reference: layer_folder(template, logical_id)
        for logical_id, kind in template.resources().items()
        if kind == LAYER
    }
    found = []
    for layer in sequence(properties.get("Layers"), where):
        if layer not in folders:
            raise TemplateError(f"{where}.Layers: {layer} is not a layer of this template")
        found.append(folders[text(layer, where)])
    return tuple(found)


def layer_folders(template: Template) -> list[Path]:
    return [layer_folder(template, name) for name, kind in template.resources().items() if kind == LAYER]


def layer_folder(template: Template, logical_id: str) -> Path:
    return template.folder / text(
        template.properties(logical_id).get("ContentUri"), f"{logical_id}.ContentUri"
    )


def read_trigger(template: Template, function: str, where: str, event: Mapping[str, object]) -> Trigger:
    kind = event.get("Type")
    properties = mapping(event.get("Properties"), where)
    match kind:
        case "HttpApi":
            return read_route(function, properties, where)
        case "SQS":
            return read_queue_mapping(template, function, properties, where)
        case "Schedule" | "ScheduleV2":
            return read_schedule(function, properties, where)
        case "EventBridgeRule" | "CloudWatchEvent":
            return read_rule(function, properties, where)
    raise TemplateError(f"{where}: the laptop stack has no event source of type {kind}")


def read_route(function: str, properties: Mapping[str, object], where: str) -> ApiRoute:
    version = text(properties.get("PayloadFormatVersion", "2.0"), where)
    if version != "2.0":
        raise TemplateError(f"{where}: payload format {version} is not supported, only 2.0")
    method = text(properties.get("Method", "ANY"), where).upper()
    return ApiRoute(function, method, text(properties.get("Path", "$default"), where))


def read_queue_mapping(
    template: Template, function: str, properties: Mapping[str, object], where: str
) -> QueueMapping:
    if "FilterCriteria" in properties:
        raise TemplateError(f"{where}: the laptop stack does not filter messages")
    queue_arn = text(properties.get("Queue"), f"{where}.Queue")
    queue = next(
        (
            logical_id
            for logical_id, kind in template.resources().items()
            if kind == "AWS::SQS::Queue" and template.identity(logical_id).arn == queue_arn
        ),
        None,
    )
    if queue is None:
        raise TemplateError(f"{where}.Queue: {queue_arn} is not a queue of this template")
    batch_size = whole(properties.get("BatchSize", 10), f"{where}.BatchSize")
    window = whole(properties.get("MaximumBatchingWindowInSeconds", 0), where)
    if batch_size > 10 and not window:
        raise TemplateError(f"{where}: batches of more than 10 need a batching window of at least 1 second")
    responses = sequence(properties.get("FunctionResponseTypes"), where)
    most = mapping(properties.get("ScalingConfig"), where).get("MaximumConcurrency")
    return QueueMapping(
        function=function,
        queue_name=template.identity(queue).name,
        queue_arn=queue_arn,
        visibility_s=whole(template.properties(queue).get("VisibilityTimeout", 30), where),
        batch_size=batch_size,
        window_s=window,
        reports_item_failures="ReportBatchItemFailures" in responses,
        maximum_concurrency=None if most is None else whole(most, where),
    )


def read_schedule(function: str, properties: Mapping[str, object], where: str) -> Schedule:
    name = text(properties.get("Name", where.replace(".Events.", "-")), where)
    expression = properties.get("Schedule", properties.get("ScheduleExpression"))
    payload = properties.get("Input")
    return Schedule(
        function, name, text(expression, where), None if payload is None else text(payload, where)
    )


def read_rule(function: str, properties: Mapping[str, object], where: str) -> EventRule:
    if "Input" in properties or "InputPath" in properties:
        raise TemplateError(f"{where}: the laptop stack hands events on as they are")
    bus = text(properties.get("EventBusName", "default"), where)
    name = text(properties.get("RuleName", where.replace(".Events.", "-")), where)
    return EventRule(function, name, bus, mapping(properties.get("Pattern"), f"{where}.Pattern"))


def worker_limit(deployment: Deployment, function: Function) -> int:
    """Most processes of a function at once: what it reserves, or what its triggers may use together."""
    if function.reserved_concurrency is not None:
        return function.reserved_concurrency
    mine = [trigger for trigger in deployment.triggers if trigger.function == function.logical_id]
    queues = sum(
        trigger.maximum_concurrency or ASYNCHRONOUS_WORKERS
        for trigger in mine
        if isinstance(trigger, QueueMapping)
    )
    routed = API_WORKERS if any(isinstance(trigger, ApiRoute) for trigger in mine) else 0
    asynchronous = any(isinstance(trigger, Schedule | EventRule) for trigger in mine)
    return max(1, queues + routed + (ASYNCHRONOUS_WORKERS if asynchronous else 0))


def is_settings_layer(folder: Path) -> bool:
    """The layer that the merchant edits; it reaches functions compiled, not as source."""
    return folder.name == "settings"
