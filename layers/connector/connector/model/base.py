"""What all models share: frozen values that mappings can look into."""

from functools import cache, cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen value. Unknown fields are refused, so that a misspelt one is found where it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=False)

    def get(self, name: str, default: object = None) -> Any:
        """Look a field or property up by name, as JMESPath does with a dict; tuples come as lists."""
        if name not in _readable(type(self)):
            return default
        value = getattr(self, name)
        return list(value) if type(value) is tuple else value


@cache
def _readable(model: type[Model]) -> frozenset[str]:
    """The fields and properties of a model; its methods are out of reach of mappings."""
    own = [kind for kind in model.__mro__ if issubclass(kind, Model) and kind is not Model]
    properties = (
        name
        for kind in own
        for name, member in vars(kind).items()
        if isinstance(member, (property, cached_property))
    )
    return frozenset(model.model_fields) | frozenset(properties)
