"""`./dev preflight`: checks the settings against a Salesforce org, real or simulated."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from connector.errors import Misconfigured, Parked
from connector.salesforce.session import Session
from connector.settings.compiled import Settings
from connector.settings.loading import load_sources
from connector.sync.preflight.checking import Preflight
from connector.sync.preflight.findings import Report
from local.salesforce.server import serve
from local.salesforce.simulator import Simulator
from local.stack import settings as stack_settings
from local.stack.processes import StartupError
from local.stack.simulators import ROOT

DEFAULT = ROOT / "layers" / "settings"
Secrets = Mapping[str, stack_settings.Secret]


class Tokens:
    """Tokens for the time of one preflight."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}

    def read_token(self, org: str) -> str | None:
        """The token of an org."""
        return self._tokens.get(org)

    def write_token(self, org: str, token: str, replaces: str | None) -> None:
        """Keep a token."""
        self._tokens[org] = token


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(
        prog="./dev preflight",
        description="Checks stores.yaml, secrets and every mapping line against the Salesforce org. "
        "Exit code 1 if something will not work.",
    )
    parser.add_argument(
        "--settings", type=Path, help="a folder instead of layers/settings, with its secrets.yaml"
    )
    parser.add_argument("--salesforce", metavar="URL", help="another host than stores.yaml names")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser.parse_args(arguments)


def load(folder: Path | None) -> tuple[Settings, stack_settings.Settings]:
    """The settings as the build checks them, and their secrets; raises Misconfigured or StartupError."""
    source = folder or DEFAULT
    with tempfile.TemporaryDirectory(prefix="connector-") as work:
        whole = stack_settings.complete_settings(source, DEFAULT, Path(work) / "sources")
        settings = load_sources(whole)
    return settings, stack_settings.read_settings(source)


def gather_secrets(given: stack_settings.Settings, simulated: bool) -> Secrets:
    """Those of secrets.yaml; where a simulator takes any, invented ones for the rest."""
    if not simulated:
        return given.given_secrets
    return {name: given.given_secrets.get(name) or given.invent(name) for name in given.secret_names}


@contextmanager
def simulated_org(secrets: Secrets, names: Sequence[str]) -> Iterator[str]:
    """A Salesforce simulator that takes these secrets; gives its URL."""
    server = serve(Simulator([secrets[name] for name in names]), 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def check(settings: Settings, given: stack_settings.Settings, secrets: Secrets, host: str | None) -> Report:
    """The preflight of these settings; `host` replaces the one of every org."""
    tokens = Tokens()

    def open_session(name: str) -> Session:
        org = settings.stores.salesforce[name]
        return Session(name, host or org.host, org.api_version, lambda: secrets[org.secret], tokens)

    def read_secret(name: str) -> stack_settings.Secret:
        if name not in secrets:
            raise Parked(
                "secret_missing", f"there is no secret {name}", "Put it into secrets.yaml beside stores.yaml."
            )
        return secrets[name]

    simulated = [store.name for store in given.simulated_stores]
    return Preflight(settings, read_secret, open_session, simulated).run()


def show(report: Report) -> str:
    """The report for people: errors first, each with its place and what to do."""
    lines = []
    for finding in report.findings:
        lines.append(f"{finding.severity:<8} {finding.place}")
        lines += [f"         {finding.what}", f"         -> {finding.what_to_do}"]
    errors, warnings = report.count("error"), report.count("warning")
    return "\n".join([*lines, f"preflight: {errors} errors, {warnings} warnings"])


def main(arguments: Sequence[str]) -> int:
    """The command; returns its exit code."""
    options = parse(arguments)
    try:
        settings, given = load(options.settings)
        simulated = options.settings is None and options.salesforce is None
        secrets = gather_secrets(given, simulated)
        if simulated:
            with simulated_org(secrets, given.salesforce_secrets) as url:
                report = check(settings, given, secrets, url)
        else:
            report = check(settings, given, secrets, options.salesforce)
    except (Misconfigured, StartupError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(json.dumps(report.to_json(), indent=1) if options.json else show(report))
    return 1 if report.count("error") or report.unasked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
