"""Narrowing of values read from YAML or JSON, with errors that say where the value stands."""

from __future__ import annotations

from collections.abc import Sequence


class TemplateError(Exception):
    """The template or a settings file holds something that the laptop stack cannot run."""


def mapping(value: object, where: str) -> dict[str, object]:
    if value is None:
        return {}
    if isinstance(value, dict):
        return {str(key): item for key, item in value.items()}
    raise TemplateError(f"{where}: a mapping is needed here, not {value!r}")


def sequence(value: object, where: str) -> list[object]:
    if value is None:
        return []
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return list(value)
    raise TemplateError(f"{where}: a list is needed here, not {value!r}")


def text(value: object, where: str) -> str:
    """Text as CloudFormation passes it on: numbers and booleans in their JSON form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise TemplateError(f"{where}: text is needed here, not {value!r}")


def whole(value: object, where: str) -> int:
    try:
        return int(text(value, where))
    except ValueError:
        raise TemplateError(f"{where}: a whole number is needed here, not {value!r}") from None


def truth(value: object, where: str) -> bool:
    spelled = text(value, where).lower()
    if spelled in ("true", "false"):
        return spelled == "true"
    raise TemplateError(f"{where}: true or false is needed here, not {value!r}")
