"""What all models share: frozen values that mappings can look into."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen value. Unknown fields are refused, so that a misspelt one is found where it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=False)

    def get(self, name: str, default: object = None) -> Any:
        """Look a field or property up by name, as JMESPath does with a dict; tuples come as lists."""
        value = getattr(self, name, default)
        return list(value) if type(value) is tuple else value
