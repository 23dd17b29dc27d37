"""Alarms: every way to fail is heard, and every alarm reaches the topic."""

from tests.template.reading import Template, as_list, target_of
from tests.template.rules.flows import flow_of, has_queue

NAMESPACE = "StorefrontConnector"


def deaf_alarms(template: Template) -> list[str]:
    """An alarm that tells nobody is none."""
    topics = set(template.of_type("AWS::SNS::Topic"))
    return [
        f"{name}: tells nobody"
        for name, alarm in template.alarms.items()
        if not topics & {target_of(action) for action in as_list(alarm.get("AlarmActions"))}
    ]


def alarms_on_silence(template: Template) -> list[str]:
    """No traffic is no failure: without this, quiet nights page people or hide the state."""
    return [
        f"{name}: TreatMissingData is {alarm.get('TreatMissingData')}"
        for name, alarm in template.alarms.items()
        if alarm.get("TreatMissingData") != "notBreaching"
    ]


def unheard_dead_letters(template: Template) -> list[str]:
    """The first dead letter of each queue raises an alarm."""
    return [
        f"{queue}: no alarm on its first message"
        for queue in sorted(template.dead_letter_queues)
        if not any(
            template.alarms[name]["Threshold"] == 0
            and template.alarms[name]["ComparisonOperator"] == "GreaterThanThreshold"
            for name in template.alarms_on("ApproximateNumberOfMessagesVisible", queue)
        )
    ]


def unheard_delays(template: Template) -> list[str]:
    """A queue that nobody empties is heard before its messages expire."""
    return [
        f"{event.queue}: no alarm on the age of its oldest message"
        for event in template.queue_events
        if not template.alarms_on("ApproximateAgeOfOldestMessage", event.queue)
    ]


def unheard_failures(template: Template) -> list[str]:
    """Each function's errors and throttles are heard."""
    return [
        f"{name}: no alarm on {metric}"
        for name in template.functions
        for metric in ("Errors", "Throttles")
        if not template.alarms_on(metric, name)
    ]


def unheard_parking(template: Template) -> list[str]:
    """Each flow that can park a record has an alarm on its metric, under the flow's own name."""
    return [
        f"{name}: no alarm on ParkedRecords of service {flow_of(name)}"
        for name in template.functions
        if has_queue(template, name)
        and not [
            alarm
            for alarm in template.alarms_on("ParkedRecords", flow_of(name))
            if template.alarms[alarm].get("Namespace") == NAMESPACE
        ]
    ]


def unheard_server_errors(template: Template) -> list[str]:
    """A storefront that gets 5xx may never send again."""
    return [
        f"{api}: no alarm on 5xx"
        for api in template.of_type("AWS::Serverless::HttpApi")
        if not template.alarms_on("5xx", api)
    ]


def other_namespaces(template: Template) -> list[str]:
    """Metrics and the alarms on them share one namespace."""
    return [
        f"{name}: namespace {variables.get('POWERTOOLS_METRICS_NAMESPACE')}"
        for name, function in template.functions.items()
        for variables in [function.get("Environment", {}).get("Variables", {})]
        if variables.get("POWERTOOLS_METRICS_NAMESPACE") != NAMESPACE
    ]
