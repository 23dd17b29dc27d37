"""Errors of queries, with the place that Salesforce shows."""

from __future__ import annotations

from local.salesforce.errors import ApiError


def malformed(message: str) -> ApiError:
    """400 for text that is not SOQL."""
    return ApiError(400, "MALFORMED_QUERY", message)


def unexpected(token: str) -> ApiError:
    """400 for a token in the wrong place."""
    return malformed(f"unexpected token: {token}")


def _placed(text: str, at: int, message: str) -> str:
    column = at + 1
    return f"\n{text}\n{' ' * at}^\nERROR at Row:1:Column:{column}\n{message}"


def no_column(text: str, at: int, name: str, object_name: str) -> ApiError:
    """400 for a field that does not exist or is hidden."""
    message = f"No such column '{name}' on entity '{object_name}'. Custom fields end in '__c'."
    return ApiError(400, "INVALID_FIELD", _placed(text, at, message))


def no_relation(text: str, at: int, name: str, object_name: str) -> ApiError:
    """400 for a parent or child relationship that does not exist."""
    message = f"Didn't understand relationship '{name}' on entity '{object_name}'. Custom relationships end in '__r'."
    return ApiError(400, "INVALID_FIELD", _placed(text, at, message))


def no_object(text: str, at: int, name: str) -> ApiError:
    """400 for an object that does not exist or is hidden."""
    message = f"sObject type '{name}' is not supported. Custom objects end in '__c'."
    return ApiError(400, "INVALID_TYPE", _placed(text, at, message))


def wrong_literal(name: str, wanted: str, *, quoted: bool) -> ApiError:
    """400 for a literal of another type than the field's."""
    quotes = "should be enclosed in quotes" if quoted else "should not be enclosed in quotes"
    return ApiError(
        400,
        "INVALID_FIELD",
        f"value of filter criterion for field '{name}' must be of type {wanted} and {quotes}",
    )


def wrong_operator(kind: str) -> ApiError:
    """400 for an operator that the field's type does not have."""
    return ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {kind} field")


def not_filterable(name: str, how: str) -> ApiError:
    """400 for filtering, sorting or grouping by a field that does not allow it."""
    return ApiError(400, "INVALID_FIELD", f"field '{name}' can not be {how} in a query call")
