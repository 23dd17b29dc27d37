"""by hand --store, last--> dry_run --reads--> storefront, Salesforce: what would the last orders write?

Maps the last orders of a store as orders_to_salesforce does, compares with what Salesforce holds, and answers with the
report. Writes nothing anywhere; its role could not.
"""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.tracing import Tracer

from connector.settings.environment import Environment
from connector.sync.preview.answering import answer
from connector.sync.preview.dry_run import DryRun

tracer = Tracer()
logger = Logger()
dry_run = DryRun(Environment.read())


@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Dry-run a store. `event`: {"store": name, "last": 1 to 100, "show_values": false}; returns the report as JSON.

    What keeps it from being made comes back as {"problem": {...}} with the next step.
    """
    return answer(dry_run, event, context.get_remaining_time_in_millis() / 1000, logger)
