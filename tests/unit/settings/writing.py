"""Settings folders for tests: the default mapping, a plain stores.yaml, and mistakes put into them."""

import shutil
from pathlib import Path

import pytest

from connector.errors import Misconfigured
from connector.settings.loading import load_sources

DEFAULTS = Path(__file__).parents[3] / "layers/settings"

STORES = """\
salesforce:
  main:
    host: https://acme.my.salesforce.com
    secret: connector/salesforce/main
stores:
  shop:
    platform: shopify
    url: https://acme.myshopify.com
    salesforce: main
    secret: connector/stores/shop
"""

MAPPING = """\
entity: order
values:
  payment: {paid: Paid}
records:
  order:
    object: Order
    key: order.id
    fields:
      Name: order.number
    links: {AccountId: account}
    create_only: [Name]
  account:
    object: Account
    key: buyer.key
gone:
  record: order
  fields: {Name: order.id}
"""


def write(folder, stores=STORES, mapping=None):
    """A settings folder; without `mapping` it has the default one."""
    (folder / "mappings").mkdir(parents=True, exist_ok=True)
    (folder / "stores.yaml").write_text(stores, "utf-8")
    if mapping is None:
        shutil.copy(DEFAULTS / "mappings/order.yaml", folder / "mappings/order.yaml")
    else:
        (folder / "mappings/order.yaml").write_text(mapping, "utf-8")
    return folder


def findings(folder):
    """What is wrong with a folder; its own path is left out."""
    with pytest.raises(Misconfigured) as caught:
        load_sources(folder, deployed=True)
    return [finding.removeprefix(f"{folder}/") for finding in caught.value.findings]


def replaced(text, old, new):
    """The text with one mistake, and the number of the line that has it."""
    assert text.count(old) == 1, old
    changed = text.replace(old, new)
    return changed, text[: text.index(old)].count("\n") + 1
