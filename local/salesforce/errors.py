"""The one exception of the simulator: an answer that Salesforce gives instead of a result."""

from __future__ import annotations

from collections.abc import Iterable

ROLLED_BACK = "The transaction was rolled back since another operation in the same transaction failed."


class ApiError(Exception):
    """An error answer: HTTP status, Salesforce error code, message and the fields it names.

    `fields=None` leaves the member out, as Salesforce does for most request-level errors.
    """

    def __init__(self, status: int, code: str, message: str, fields: Iterable[str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.fields = None if fields is None else list(fields)

    def body(self) -> list[dict[str, object]]:
        """The body of a REST answer: an array with one object."""
        entry: dict[str, object] = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            entry["fields"] = self.fields
        return [entry]

    def item(self) -> dict[str, object]:
        """The entry of a collection's `errors` list, where the code is called `statusCode`."""
        return {"statusCode": self.code, "message": self.message, "fields": self.fields or []}


class OAuthError(Exception):
    """An error answer of the token endpoint: an object, not an array."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.status = status
        self.error = error
        self.description = description


def resource_not_found() -> ApiError:
    """404 for a path, an object or a record that is not there."""
    return ApiError(404, "NOT_FOUND", "The requested resource does not exist")


def method_not_allowed(method: str, allowed: str) -> ApiError:
    """405 for a resource that knows other methods."""
    return ApiError(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed. Allowed are {allowed}")


def unknown_column(name: str, object_name: str) -> ApiError:
    """400 for a field that does not exist or that the user may not see: Salesforce does not tell them apart."""
    return ApiError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {object_name}")


def required_missing(names: list[str]) -> ApiError:
    """400 for required fields that are absent or emptied."""
    return ApiError(
        400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(names)}]", names
    )


def not_writable(names: list[str]) -> ApiError:
    """400 for read-only fields, and for create-only fields on an existing record."""
    message = (
        f"Unable to create/update fields: {', '.join(names)}. "
        "Please check the security settings of this field and verify that it is read/write "
        "for your profile or permission set."
    )
    return ApiError(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, names)


def integrity(message: str, *fields: str) -> ApiError:
    """400 FIELD_INTEGRITY_EXCEPTION, the code of most cross-field and cross-record rules."""
    return ApiError(400, "FIELD_INTEGRITY_EXCEPTION", message, fields)


def entity_is_deleted(status: int = 404) -> ApiError:
    """The record is in the recycle bin."""
    return ApiError(status, "ENTITY_IS_DELETED", "entity is deleted", [])


def malformed_id(label: str, value: object, field: str) -> ApiError:
    """400 for an id that is not one, or that belongs to another object."""
    return ApiError(400, "MALFORMED_ID", f"{label}: id value of incorrect type: {value}", [field])


def json_error(message: str) -> ApiError:
    """400 for a body that is not the JSON expected."""
    return ApiError(400, "JSON_PARSER_ERROR", message)
