"""Runs one simulated shop until SIGTERM; its first line on stdout says, as JSON, that it is ready.

python -m local.storefronts --store NAME --platform shopify|woocommerce --port N --secret FILE.json --api URL
"""

import argparse
import json
import signal
import threading
from pathlib import Path

from local.storefronts.opening import PLATFORMS, open_shop
from local.storefronts.server import serve


def main() -> None:
    """Serve until told to stop."""
    wishes = _read_arguments()
    secret = json.loads(Path(wishes.secret).read_text(encoding="utf-8"))
    shop = open_shop(wishes.store, wishes.platform, secret, wishes.api, time_scale=wishes.time_scale)
    server = serve(shop, wishes.port)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, name="server", daemon=True).start()
    print(json.dumps({"store": wishes.store, "platform": wishes.platform, "url": server.url}), flush=True)
    stop.wait()
    server.shutdown()
    server.server_close()


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.storefronts", description="A simulated shop.")
    parser.add_argument("--store", required=True, help="the store's name in stores.yaml")
    parser.add_argument("--platform", required=True, choices=PLATFORMS)
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose one")
    parser.add_argument("--secret", required=True, help="JSON file with the store's secret")
    parser.add_argument("--api", required=True, help="base URL of the connector's API")
    parser.add_argument(
        "--time-scale", type=float, default=1.0, help="pauses between retries are multiplied by it"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
