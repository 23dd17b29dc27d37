"""The merchant's settings on this machine: checked and compiled, with secrets to go with them."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from local.stack.aws import Aws
from local.stack.processes import StartupError
from local.stack.tree import mapping, text

Secret = Mapping[str, object]

# The names that each platform's credentials have; values are invented here.
PLATFORM_SECRETS: Mapping[str, tuple[str, ...]] = {
    "shopify": ("client_secret", "access_token"),
    "woocommerce": ("webhook_secret", "consumer_key", "consumer_secret"),
}
OTHER_PLATFORM_SECRETS = ("webhook_secret", "access_token")
SALESFORCE_SECRETS = ("client_id", "client_secret")


@dataclass(frozen=True)
class Store:
    name: str
    platform: str
    url: str
    secret: str


@dataclass(frozen=True)
class Settings:
    """Stores, names of the Salesforce secrets, and the secrets that secrets.yaml gives."""

    stores: tuple[Store, ...]
    salesforce_secrets: tuple[str, ...]
    given_secrets: Mapping[str, Secret]

    @property
    def simulated_stores(self) -> list[Store]:
        return [store for store in self.stores if store.url == "simulator"]

    def invent(self, name: str) -> Secret:
        """Credentials that no other run has, in the shape that the secret's user expects."""
        if name in self.salesforce_secrets:
            fields: tuple[str, ...] = SALESFORCE_SECRETS
        else:
            platform = next(store.platform for store in self.stores if store.secret == name)
            fields = PLATFORM_SECRETS.get(platform, OTHER_PLATFORM_SECRETS)
        return {field: f"local_{secrets.token_hex(16)}" for field in fields}

    @property
    def secret_names(self) -> list[str]:
        named = [*self.salesforce_secrets, *(store.secret for store in self.stores)]
        return list(dict.fromkeys([*named, *self.given_secrets]))


def complete_settings(source: Path, default: Path, target: Path) -> Path:
    """The settings with the shipped mappings and rules where the merchant's folder has none of its own."""
    missing = [part for part in ("mappings", "rules.py") if not (source / part).exists()]
    if not missing or source == default:
        return source
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("secrets.yaml"))
    for part in missing:
        copy = shutil.copytree if (default / part).is_dir() else shutil.copyfile
        if (default / part).exists():
            copy(default / part, target / part)
    return target


def compile_settings(source: Path, target: Path, environment: Mapping[str, str]) -> None:
    """Checks the settings as the deployment does; raises StartupError with what is wrong and where."""
    target.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "connector.settings.compile", str(source), str(target)]
    compiled = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if compiled.returncode:
        raise StartupError(f"the settings in {source} are not valid:\n{compiled.stderr or compiled.stdout}")


def read_settings(source: Path) -> Settings:
    """Reads stores.yaml and, where there is one, secrets.yaml of settings that have been checked."""
    declared = read_yaml(source / "stores.yaml")
    stores = []
    for name, value in mapping(declared.get("stores"), "stores.yaml: stores").items():
        where = f"stores.yaml: {name}"
        store = mapping(value, where)
        platform, url, secret = (
            text(store.get(key), f"{where}.{key}") for key in ("platform", "url", "secret")
        )
        stores.append(Store(name, platform, url, secret))
    orgs = mapping(declared.get("salesforce"), "stores.yaml: salesforce")
    org_secrets = [
        text(mapping(org, name).get("secret"), f"stores.yaml: {name}.secret") for name, org in orgs.items()
    ]
    return Settings(tuple(stores), tuple(dict.fromkeys(org_secrets)), read_secrets(source / "secrets.yaml"))


def read_secrets(source: Path) -> dict[str, Secret]:
    if not source.exists():
        return {}
    return {name: mapping(value, f"secrets.yaml: {name}") for name, value in read_yaml(source).items()}


def place_secrets(settings: Settings, aws: Aws) -> dict[str, Secret]:
    """Puts every secret into the embedded AWS: the given one, that of a kept state, or an invented one."""
    placed: dict[str, Secret] = {}
    for name in settings.secret_names:
        kept = aws.secret(name)
        if name in settings.given_secrets:
            placed[name] = settings.given_secrets[name]
        elif kept is not None:
            placed[name] = mapping(json.loads(kept), name)
        else:
            placed[name] = settings.invent(name)
        aws.ensure_secret(name, json.dumps(placed[name]))
    return placed


def read_yaml(source: Path) -> dict[str, object]:
    try:
        return mapping(yaml.safe_load(source.read_text("utf-8")), source.name)
    except (OSError, yaml.YAMLError) as problem:
        raise StartupError(f"{source}: {problem}") from problem


def write_credentials(target: Path, value: object) -> None:
    """Writes JSON that only this user may read."""
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    target.write_text(json.dumps(value), "utf-8")
