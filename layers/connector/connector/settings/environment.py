"""What the deployment tells a function, read once from its environment variables. Standard library only.

template.yaml sets exactly these names; tests/template holds the two together.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Environment:
    """One function's surroundings. `queues` has only the queues that the function may send to, by flow name."""

    flow: str
    settings_dir: Path
    queues: Mapping[str, str]
    records_table: str = ""
    dedupe_table: str = ""
    parked_table: str = ""
    cursors_table: str = ""
    payload_bucket: str = ""
    salesforce_url: str = ""
    """Laptop only: replaces the host of every Salesforce org."""
    storefront_urls: Mapping[str, str] | None = None
    """Laptop only: where the simulated stores listen."""
    time_scale: float = 1.0
    """Laptop only: deferral delays and pauses are multiplied by it."""

    @classmethod
    def read(cls, variables: Mapping[str, str] = os.environ) -> "Environment":
        """Read the variables; a missing mandatory one raises KeyError with its name."""
        return cls(
            flow=variables["POWERTOOLS_SERVICE_NAME"],
            settings_dir=Path(variables.get("CONNECTOR_SETTINGS_DIR", "/opt/settings")),
            queues=json.loads(variables.get("CONNECTOR_QUEUES", "{}")),
            records_table=variables.get("CONNECTOR_RECORDS_TABLE", ""),
            dedupe_table=variables.get("CONNECTOR_DEDUPE_TABLE", ""),
            parked_table=variables.get("CONNECTOR_PARKED_TABLE", ""),
            cursors_table=variables.get("CONNECTOR_CURSORS_TABLE", ""),
            payload_bucket=variables.get("CONNECTOR_PAYLOAD_BUCKET", ""),
            salesforce_url=variables.get("CONNECTOR_SALESFORCE_URL", ""),
            storefront_urls=json.loads(variables.get("CONNECTOR_STOREFRONT_URLS", "{}")),
            time_scale=float(variables.get("CONNECTOR_TIME_SCALE", "1")),
        )


def read_compiled(settings_dir: Path) -> dict[str, object]:
    """The compiled settings as plain JSON (see `connector.settings.compile`)."""
    text = (settings_dir / "compiled.json").read_bytes()
    compiled: dict[str, object] = json.loads(text)
    return compiled
