"""Logs, traces and surroundings of the functions."""

from collections.abc import Iterator, Mapping

from connector.settings.environment import Environment
from tests.template.reading import Template, target_of
from tests.template.rules.safety import resources_for

# What the laptop stack sets and a deployment must not.
LAPTOP_ONLY = {"CONNECTOR_SALESFORCE_URL", "CONNECTOR_STOREFRONT_URLS", "CONNECTOR_TIME_SCALE"}
# Read by Powertools, not by us.
POWERTOOLS_OWN = {"POWERTOOLS_METRICS_NAMESPACE"}
PERSONAL = ("identity.sourceIp", "identity.userAgent", "identity.caller", "identity.user", "authorizer")


def endless_logs(template: Template) -> list[str]:
    """Each log group ends its lines, and each function writes to one of ours."""
    groups = template.of_type("AWS::Logs::LogGroup")
    findings = [
        f"{name}: kept for ever" for name, group in groups.items() if not group.get("RetentionInDays")
    ]
    for name, function in template.functions.items():
        if target_of(function.get("LoggingConfig", {}).get("LogGroup")) not in groups:
            findings.append(f"{name}: Lambda makes its log group, without an end")
    return findings


def unwritable_logs(template: Template) -> list[str]:
    """A function may write to its own log group; without that its log is silently empty."""
    return [
        f"{name}: may not write its log"
        for name, function in template.functions.items()
        if target_of(function.get("LoggingConfig", {}).get("LogGroup"))
        not in resources_for(template, name, "logs:PutLogEvents")
    ]


def plain_logs(template: Template) -> list[str]:
    """Lambda's own lines are JSON like ours."""
    return [
        f"{name}: log format is not JSON"
        for name, function in template.functions.items()
        if function.get("LoggingConfig", {}).get("LogFormat") != "JSON"
    ]


def dropped_metrics(template: Template) -> list[str]:
    """Lambda counts metric lines as INFO and drops them at WARN and above."""
    levels = template.body["Parameters"]["LogLevel"]["AllowedValues"]
    return [f"LogLevel may be {level}" for level in levels if level not in {"DEBUG", "INFO"}]


def personal_access_logs(template: Template) -> list[str]:
    """The API's log says nothing about a person."""
    return [
        f"{name}: logs {word}"
        for name, api in template.of_type("AWS::Serverless::HttpApi").items()
        for word in PERSONAL
        if word in api.get("AccessLogSettings", {}).get("Format", "")
    ]


def silent_apis(template: Template) -> list[str]:
    """Each API logs its requests to a group of ours and has a limit."""
    findings = []
    groups = template.of_type("AWS::Logs::LogGroup")
    for name, api in template.of_type("AWS::Serverless::HttpApi").items():
        if target_of(api.get("AccessLogSettings", {}).get("DestinationArn")) not in groups:
            findings.append(f"{name}: no access log")
        if not api.get("DefaultRouteSettings", {}).get("ThrottlingRateLimit"):
            findings.append(f"{name}: no limit")
    return findings


def untraced(template: Template) -> list[str]:
    """Each function is traced and may write its trace."""
    return [
        f"{name}: not traced"
        for name, function in template.functions.items()
        if function.get("Tracing") != "Active"
        or not any(
            "xray:PutTraceSegments" in statement["Action"] for statement in template.statements_of(name)
        )
    ]


class _Recorder(Mapping[str, str]):
    """Variables that remember which of them were asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        if name == "POWERTOOLS_SERVICE_NAME":
            return "a_flow"
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def names_read() -> set[str]:
    """The variables that a function reads."""
    recorder = _Recorder()
    Environment.read(recorder)
    return recorder.asked


def unmatched_variables(template: Template) -> list[str]:
    """What the template sets is what the code reads, name by name."""
    wanted = names_read() - LAPTOP_ONLY
    findings = []
    for name, function in template.functions.items():
        given = set(function.get("Environment", {}).get("Variables", {})) - POWERTOOLS_OWN
        findings += [f"{name}: {variable} is set or read only" for variable in sorted(given ^ wanted)]
    return findings
