"""storefront --webhook--> receive_webhook --SQS--> the flow that takes its topic.

A webhook is answered 200 only after SQS has it. What is not authentic, not known or not readable is answered 4xx and
leaves no trace but a log line without content. Trouble on our side is answered 503, so that the storefront sends again.
"""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.logging import Logger
from botocore.exceptions import BotoCoreError, ClientError

from connector.errors import Parked
from connector.settings.environment import Environment
from connector.storefronts.delivery import Refused
from connector.sync.intake import Intake, Request, answer

logger = Logger()
intake = Intake(Environment.read())


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Verify, enqueue, answer. `event` is an API Gateway request in payload format 2.0."""
    store = (event.get("pathParameters") or {}).get("store", "")[:40]
    try:
        request = Request.of(event)
        delivery = intake.authenticate(request)
        if delivery is None:
            return answer(200, "hello")
        message_id = intake.enqueue(request, delivery, received_at=datetime.now(UTC).isoformat())
    except Refused as refusal:
        logger.warning("refused", extra={"store": store, "status": refusal.status, "why": refusal.message})
        return answer(refusal.status, refusal.message)
    except (BotoCoreError, ClientError, Parked) as error:
        # Not logger.exception: the text of an AWS error may quote the request.
        why = error.message if isinstance(error, Parked) else type(error).__name__
        logger.error("not accepted", extra={"store": store, "error": why})  # noqa: TRY400
        return answer(503, "the connector cannot store this now; send it again")
    logger.info("accepted", extra={"store": store, "topic": delivery.topic, "message_id": message_id})
    return answer(200, "accepted")
