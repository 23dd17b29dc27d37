"""A dry run as an operation of the deployed stack: payload in, report out, one log line without content."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.logging import Logger

from connector.errors import Deferred, Parked
from connector.storefronts.base import Unsupported
from connector.sync.preview.dry_run import DryRun
from connector.sync.preview.report import Json, problem_to_json
from connector.sync.preview.wish import Wish

PROBLEMS = (Parked, Deferred, Unsupported)
"""What keeps a whole dry run from being made."""


def answer(dry_run: DryRun, event: Mapping[str, Any], seconds: float, logger: Logger) -> Json:
    """The report as JSON, or {"problem": ...} with what to do."""
    try:
        wish = Wish.of(event)
    except ValueError as mistake:
        return {
            "problem": {"reason": "payload", "message": str(mistake), "next_step": "Correct the payload."}
        }
    try:
        report = dry_run.run(wish, seconds)
    except PROBLEMS as problem:
        told = tell_problem(problem)
        logger.info("no dry run", extra={"store": wish.store, "reason": told["reason"]})
        return {"problem": told}
    logger.info("dry run", extra={"store": wish.store, **report.count_orders()})
    return report.to_json(wish.show_values)


def tell_problem(problem: Parked | Deferred | Unsupported) -> Json:
    """Reason, message and next step of what keeps a dry run from being made."""
    if isinstance(problem, Parked):
        return problem_to_json(problem)
    if isinstance(problem, Deferred):
        return {
            "reason": problem.reason,
            "message": problem.detail,
            "next_step": "Try again in a few minutes.",
        }
    return {
        "reason": "unsupported",
        "message": str(problem),
        "next_step": "Complete the store's secret with its API credentials: without them its orders cannot be read.",
    }
