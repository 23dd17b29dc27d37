"""`/composite`: up to 25 sub-requests in order."""

from __future__ import annotations

from local.salesforce.errors import ROLLED_BACK, ApiError, json_error
from local.salesforce.references import filled
from local.salesforce.subrequests import Router, SubRequest, as_request, attempted, entry, read_subrequests
from local.salesforce.wire import Answer, Request
from local.salesforce.world import World

_LIMIT = 25
_QUERY_LIMIT = 5
_RESOURCES = frozenset({("sobjects",), ("query",), ("queryAll",)})
_COLLECTIONS = ("composite", "sobjects")
_HALTED = [{"errorCode": "PROCESSING_HALTED", "message": ROLLED_BACK}]


class _Failed(Exception):
    """Unwinds the transaction of an all-or-none composite."""


def answer_composite(world: World, router: Router, request: Request) -> Answer:
    """Run the sub-requests in order; with `allOrNone` a failure undoes all."""
    members = request.members()
    entries = read_subrequests(members.get("compositeRequest"))
    if len(entries) > _LIMIT:
        raise ApiError(400, "LIMIT_EXCEEDED", f"The composite request has more than {_LIMIT} sub-requests")
    if sum(_is_query_or_collection(each) for each in entries) > _QUERY_LIMIT:
        raise ApiError(
            400, "LIMIT_EXCEEDED", f"More than {_QUERY_LIMIT} sub-requests are queries or collections"
        )
    whole = members.get("allOrNone", False)
    if not isinstance(whole, bool):
        raise json_error("allOrNone must be true or false")
    return Answer(
        200,
        {"compositeResponse": _together(world, router, entries) if whole else _run(world, router, entries)},
    )


def _is_query_or_collection(each: SubRequest) -> bool:
    return any(part in each.url for part in ("/query", "/composite/sobjects"))


def _together(world: World, router: Router, entries: list[SubRequest]) -> list[dict[str, object]]:
    answers: dict[str, Answer] = {}
    try:
        with world.store.transaction():
            for each in entries:
                answers[each.reference] = _one(world, router, each, answers)
                if answers[each.reference].status >= 300:
                    raise _Failed
    except _Failed:
        failed = next(reversed(answers))
        answers = {each.reference: Answer(400, _HALTED) for each in entries} | {failed: answers[failed]}
    return [entry(each.reference, answers[each.reference]) for each in entries]


def _run(world: World, router: Router, entries: list[SubRequest]) -> list[dict[str, object]]:
    answers: dict[str, Answer] = {}
    for each in entries:
        with world.store.transaction():
            answers[each.reference] = _one(world, router, each, answers)
    return [entry(reference, answer) for reference, answer in answers.items()]


def _one(world: World, router: Router, each: SubRequest, answers: dict[str, Answer]) -> Answer:
    results = {reference: answer.body for reference, answer in answers.items() if answer.status < 300}
    try:
        url, body = str(filled(each.url, results)), filled(each.body, results)
        request = as_request(each.method, url, body, each.headers)
    except ApiError as error:
        return Answer(error.status, error.body())
    if request.path[:1] not in _RESOURCES and request.path[:2] != _COLLECTIONS:
        message = f"{each.method} {each.url} is not supported in a composite request"
        return Answer(400, ApiError(400, "INVALID_INPUT", message).body())
    with world.store.atomic():
        return attempted(router, request)
