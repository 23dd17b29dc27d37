"""SQS --orders--> orders_to_salesforce --composite graph--> Salesforce.

A batch of order changes becomes as few Salesforce calls as can be, each order all or nothing. What each order writes
stands in layers/settings/mappings/order.yaml.
"""

from typing import Any

from aws_lambda_powertools.tracing import Tracer

from connector.settings.environment import Environment
from connector.sync.flow import Flow
from connector.sync.invocation import open_batch

tracer = Tracer()
flow = Flow(Environment.read())


@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Bring a batch of orders to Salesforce. `event` holds SQS records; returns the messages to see again."""
    batch = open_batch(flow, context)
    received = batch.receive(event)

    orders = batch.each(received, flow.read)  # the raw body as a canonical order; a mere id is fetched
    planned = batch.each(orders, flow.map)  # what the order wants written, as order.yaml says
    newest = batch.coalesce(planned)  # of several versions of an order, the newest
    claimed = batch.claim(newest)  # leased, unless something as new was applied
    allowed = batch.each(claimed, flow.check)  # test orders, open checkouts and the like are parked
    batch.write(allowed)  # many orders share one call; versions, ids and hashes are noted

    return batch.close()  # deferred ones go back with a delay, parked ones to the error desk
