"""The Salesforce and storefront simulators beside the deployment."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.stack.processes import Child, StartupError, free_port, start_announced
from local.stack.settings import Secret, Store, write_credentials

ROOT = Path(__file__).resolve().parents[2]


def own_environment() -> dict[str, str]:
    """The environment of this project's own programs."""
    paths = [str(ROOT), str(ROOT / "layers" / "connector")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}


@dataclass(frozen=True)
class Services:
    """Where Salesforce and the simulated stores listen."""

    salesforce: str | None
    storefronts: Mapping[str, str]
    time_scale: float

    def variables(self) -> dict[str, str]:
        """What functions have to know of this machine."""
        variables = {
            "CONNECTOR_STOREFRONT_URLS": json.dumps(self.storefronts),
            "CONNECTOR_TIME_SCALE": str(self.time_scale),
        }
        if self.salesforce is not None:
            variables["CONNECTOR_SALESFORCE_URL"] = self.salesforce
        return variables


class SimulatorStarter:
    """Starts simulators and notes them among the stack's children; with `data` they keep their state."""

    def __init__(self, work: Path, data: Path | None, logs: Path, children: list[Child]) -> None:
        self.work = work
        self.data = data
        self.logs = logs
        self.children = children

    def salesforce(self, credentials: Sequence[Secret]) -> str:
        """Starts the Salesforce simulator, which accepts these credentials; gives its URL."""
        file = self.work / "salesforce-credentials.json"
        write_credentials(file, credentials)
        options = ["--credentials", str(file)]
        if self.data is not None:
            options += ["--data", str(self.data / "salesforce.json")]
        return self._start("salesforce", ["-m", "local.salesforce"], options)

    def storefront(self, store: Store, secret: Secret, api: str) -> str:
        """Starts a store that knows the secret and sends its webhooks to `api`; gives its URL."""
        file = self.work / f"{store.name}-secret.json"
        write_credentials(file, secret)
        options = ["--store", store.name, "--platform", store.platform, "--secret", str(file), "--api", api]
        return self._start(f"storefront-{store.name}", ["-m", "local.storefronts"], options)

    def _start(self, name: str, module: Sequence[str], options: Sequence[str]) -> str:
        port = free_port()
        command = [sys.executable, *module, "--port", str(port), *options]
        child, ready = start_announced(name, command, own_environment(), self.logs / f"{name}.log")
        self.children.append(child)
        url = ready.get("url", f"http://127.0.0.1:{port}")
        if not isinstance(url, str):
            raise StartupError(f"{name} announced {ready}, which holds no URL")
        return url
