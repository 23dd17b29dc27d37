"""EventBridge --daily--> preflight --describe--> Salesforce: can the settings still work in every org?

Checks stores, secrets and each mapping line against the orgs as they are now, shares what it learns of the orgs with
the flows, and tells what is new since the last time. Its metrics raise the alarm.
"""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics
from aws_lambda_powertools.tracing import Tracer

from connector.settings.environment import Environment
from connector.sync.preflight.deployed import DeployedPreflight
from connector.sync.preflight.telling import Teller

tracer = Tracer()
environment = Environment.read()
preflight = DeployedPreflight(environment)
teller = Teller(Logger(), Metrics(), environment.flow)


@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Check everything. `event` is a schedule's and says nothing; returns the report as JSON.

    Raises `Failed` when an org gave no answer, so that Lambda asks again in a minute.
    """
    report = preflight.run(context.get_remaining_time_in_millis() / 1000)
    fresh, settled = preflight.compare(report)
    teller.tell(report, fresh, settled)
    return report.to_json()
