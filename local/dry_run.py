"""`./dev dry-run`: what the last orders of a store would write to Salesforce, real or simulated. Writes nothing.

Needs no AWS: secrets come from the settings' secrets.yaml, and of what the connector wrote before nothing is known but
what Salesforce holds. With the default settings simulators stand in for Salesforce and the shop.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from botocore.exceptions import ClientError

from connector.errors import Misconfigured
from connector.salesforce.session import Session
from connector.settings.compile import compile_settings
from connector.settings.environment import Environment
from connector.sync.preview.answering import PROBLEMS, tell_problem
from connector.sync.preview.dry_run import DryRun
from connector.sync.preview.report import Report
from connector.sync.preview.wish import MOST_ORDERS, Wish
from connector.sync.secrets import Secrets
from local.dry_run_table import show
from local.preflight import Secrets as GivenSecrets
from local.preflight import Tokens, gather_secrets, simulated_org
from local.stack import settings as stack_settings
from local.stack.processes import StartupError
from local.stack.simulators import ROOT
from local.storefronts.opening import open_shop
from local.storefronts.server import serve
from local.storefronts.shop import Shop

DEFAULT = ROOT / "layers" / "settings"
SAMPLES, SEED = 6, 7
SECONDS = 600.0
NOWHERE = "http://127.0.0.1:9"
"""Where the simulated shop would send webhooks; it sends none."""


class NoTables:
    """DynamoDB without a single item."""

    def get_item(self, **_: object) -> dict[str, object]:
        """Nothing is known."""
        return {}

    def batch_get_item(self, **_: object) -> dict[str, object]:
        """Nothing is known."""
        return {"Responses": {}}


class Vault:
    """Secrets Manager with the secrets of a file."""

    def __init__(self, secrets: GivenSecrets) -> None:
        self._secrets = secrets

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803 - botocore's name
        """A secret; raises ClientError as AWS does."""
        if SecretId not in self._secrets:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
        return {"SecretString": json.dumps(self._secrets[SecretId])}


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(
        prog="./dev dry-run",
        description="Shows what the last orders of a store would create and change in Salesforce, and what would be "
        "left, parked, or may be a duplicate. Writes nothing. Exit code 1 if that cannot be told.",
    )
    parser.add_argument("--store", help="a store of stores.yaml; by default the first")
    parser.add_argument(
        "--last", type=int, default=20, help=f"how many orders, 1 to {MOST_ORDERS} (default 20)"
    )
    parser.add_argument(
        "--settings", type=Path, help="a folder instead of layers/settings, with its secrets.yaml"
    )
    parser.add_argument("--salesforce", metavar="URL", help="another host than stores.yaml names")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--show-values", action="store_true", help="show emails, names, phones and streets too"
    )
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> Report:
    """The dry run that the options ask for. Raises what keeps it from being made."""
    source = options.settings or DEFAULT
    if not source.is_dir():
        raise StartupError(f"there is no folder {source}")
    with ExitStack() as closing:
        work = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="connector-")))
        whole = stack_settings.complete_settings(source, DEFAULT, work / "sources")
        settings = compile_settings(whole, work / "settings")
        wish = Wish(options.store or next(iter(settings.stores.stores)), options.last, options.show_values)
        given = stack_settings.read_settings(source)
        shops = [store for store in given.simulated_stores if store.name == wish.store]
        simulated = options.settings is None and options.salesforce is None
        secrets = _secrets(given, simulated, shops)
        host = options.salesforce or ""
        if simulated:
            say("starting a Salesforce simulator")
            host = closing.enter_context(simulated_org(secrets, given.salesforce_secrets))
        urls = {}
        for store in shops:
            shop = stocked_shop(store, secrets[store.secret], min(wish.last, SAMPLES))
            urls[store.name] = closing.enter_context(served(shop))
            if simulated:
                enter_a_buyer(shop, host, secrets[given.salesforce_secrets[0]])
        environment = Environment("dry_run", work / "settings", {}, salesforce_url=host, storefront_urls=urls)
        return DryRun(environment, Secrets(lambda: Vault(secrets)), NoTables()).run(wish, SECONDS, say)


def _secrets(
    given: stack_settings.Settings, simulated: bool, shops: Sequence[stack_settings.Store]
) -> dict[str, stack_settings.Secret]:
    """Those of secrets.yaml; where a simulator takes any, invented ones for the rest."""
    wanted = [store.secret for store in shops]
    invented = {name: given.invent(name) for name in wanted if name not in given.given_secrets}
    return {**invented, **gather_secrets(given, simulated)}


def stocked_shop(store: stack_settings.Store, secret: stack_settings.Secret, count: int) -> Shop:
    """A simulated shop that took some orders, and told nobody."""
    say(f"starting a shop simulator for {store.name}, with {count} orders")
    shop = open_shop(store.name, store.platform, secret, NOWHERE)
    for number in range(count):
        shop.vendor.put(shop.vendor.new_history(SEED + number)[-1].order)
    return shop


@contextmanager
def served(shop: Shop) -> Iterator[str]:
    """The shop over HTTP; gives its URL."""
    server = serve(shop)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server.url
    finally:
        server.shutdown()
        server.server_close()


def enter_a_buyer(shop: Shop, salesforce: str, secret: stack_settings.Secret) -> None:
    """One buyer is in the simulated Salesforce already, entered by hand: a would-be duplicate."""
    emails = (
        str(order.get("email") or order.get("billing", {}).get("email") or "")
        for order in shop.vendor.orders()
    )
    email = next(filter(None, emails), None)
    if email is not None:
        say("entering one of the buyers into the simulated Salesforce by hand")
        session = Session("by hand", salesforce, "66.0", lambda: secret, Tokens())
        session.call("POST", "sobjects/Contact", {"LastName": "Entered by hand", "Email": email})


def say(text: str) -> None:
    """Progress, apart from the result."""
    print(f"dry-run: {text}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> int:
    """The command; returns its exit code."""
    options = parse(arguments)
    try:
        report = run(options)
    except (Misconfigured, StartupError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except PROBLEMS as problem:
        told = tell_problem(problem)
        print(f"{told['message']}\n{told['next_step']}", file=sys.stderr)
        return 1
    shown = report.to_json(options.show_values)
    print(json.dumps(shown, indent=1) if options.json else show(report, options.show_values))
    return 1 if report.count_orders()["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
