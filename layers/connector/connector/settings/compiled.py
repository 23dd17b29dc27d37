"""The settings as the build compiled them: what functions load. No YAML parser is needed here."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from connector.settings.environment import read_compiled
from connector.settings.mappings import MappingSpec
from connector.settings.stores import Stores


class Settings(BaseModel):
    """All settings, validated: stores and orgs, and one mapping per entity."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stores: Stores
    mappings: dict[str, MappingSpec]


def load_compiled(folder: Path) -> Settings:
    """The settings of compiled.json under `folder`."""
    return Settings.model_validate(read_compiled(folder))
