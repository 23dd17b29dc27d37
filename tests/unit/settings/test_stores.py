"""stores.yaml: every mistake is found before it is deployed, at its line, with what is allowed."""

import pytest

from connector.settings.loading import load_sources
from tests.unit.settings.writing import STORES, findings, replaced, write

MISTAKES = {
    "unknown platform": ("platform: shopify", "platform: etsy", ["'shopify' or 'woocommerce'"]),
    "misspelt name": ("platform: shopify", "plattform: shopify", ["no such setting", "docs/settings.md"]),
    "secret outside connector/": ("secret: connector/stores/shop", "secret: shop", ["connector/"]),
    "secret with a blank": ("secret: connector/stores/shop", "secret: connector/stores/my shop", ["pattern"]),
    "plain http": ("url: https://acme.myshopify.com", "url: http://acme.myshopify.com", ["https://"]),
    "org with plain http": (
        "host: https://acme.my.salesforce.com",
        "host: acme.my.salesforce.com",
        ["https://"],
    ),
    "unknown org": ("salesforce: main", "salesforce: mian", ["no such org", "known: main"]),
    "unknown zone": ("platform: shopify", "platform: shopify\n    timezone: Paris", ["Europe/Paris"]),
    "currency in small letters": ("platform: shopify", "platform: shopify\n    currency: eur", ["[A-Z]{3}"]),
    "unknown guest policy": (
        "platform: shopify",
        "platform: shopify\n    guests: none",
        ["account-per-email"],
    ),
    "unknown amounts": ("platform: shopify", "platform: shopify\n    amounts: both", ["'net' or 'gross'"]),
    "unknown master": (
        "platform: shopify",
        "platform: shopify\n    masters: {stock: shop}",
        ["'salesforce'"],
    ),
    "not a flag": ("platform: shopify", "platform: shopify\n    paused: maybe", ["boolean"]),
    "store name with a blank": ("  shop:", "  My Shop:", ["A-Za-z0-9"]),
    "retired API version": ("host: https", 'api_version: "28.0"\n    host: https', ["[3-9]"]),
    "API version as a number": ("host: https", "api_version: 66.0\n    host: https", ["string"]),
}


def lines_of(text, new):
    first = text[: text.index(new)].count("\n") + 1
    return range(first, first + new.count("\n") + 1)


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_named_with_its_line_and_what_is_allowed(name, tmp_path):
    old, new, words = MISTAKES[name]
    text, _ = replaced(STORES, old, new)
    found = findings(write(tmp_path, text))
    places = lines_of(text, new)
    assert any(
        entry.startswith(tuple(f"stores.yaml:{line}:" for line in places))
        and all(word in entry for word in words)
        for entry in found
    ), found


@pytest.mark.parametrize("setting", ["platform", "url", "salesforce", "secret"])
def test_each_mandatory_setting_is_missed_at_its_store(setting, tmp_path):
    text = "\n".join(
        line
        for number, line in enumerate(STORES.splitlines())
        if number < 5 or not line.startswith(f"    {setting}:")
    )
    assert findings(write(tmp_path, text)) == [f"stores.yaml:6: stores.shop.{setting}: is missing"]


def test_all_mistakes_are_told_at_once(tmp_path):
    text = STORES.replace("shopify\n", "etsy\n").replace("connector/stores/shop", "shop")
    assert len(findings(write(tmp_path, text))) == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (STORES + "    secret: connector/stores/other\n", 11),
        (STORES + STORES[STORES.index("  shop:") :], 11),
        (STORES + "stores: {}\n", 11),
    ],
    ids=["setting", "store", "section"],
)
def test_what_stands_twice_is_refused(text, line, tmp_path):
    (found,) = findings(write(tmp_path, text))
    assert found.startswith(f"stores.yaml:{line}: ")
    assert "twice" in found


@pytest.mark.parametrize(
    "text",
    [
        "salesforce: [unclosed",
        "salesforce:\n\tmain: 1",
        STORES.replace("secret: connector/stores/shop", "secret: {{secret}}"),
        STORES + "\x07",
        "- a list",
        "only text",
    ],
    ids=["unclosed", "tab", "template braces", "control character", "list", "text"],
)
def test_what_is_not_yaml_of_this_kind_is_a_finding_with_a_line(text, tmp_path):
    found = findings(write(tmp_path, text))
    assert all(entry.startswith("stores.yaml:") and entry.split(":")[1].isdigit() for entry in found), found


def test_other_encodings_are_a_finding(tmp_path):
    write(tmp_path)
    (tmp_path / "stores.yaml").write_bytes(STORES.replace("acme", "acmé").encode("latin-1"))
    (found,) = findings(tmp_path)
    assert "UTF-8" in found or "utf-8" in found


def test_missing_file_is_a_finding(tmp_path):
    write(tmp_path)
    (tmp_path / "stores.yaml").unlink()
    (found,) = findings(tmp_path)
    assert found.startswith("stores.yaml: cannot be read")


def test_empty_file_misses_both_sections(tmp_path):
    assert [finding.split(": ", 1)[1] for finding in findings(write(tmp_path, "# nothing yet\n"))] == [
        "salesforce: is missing",
        "stores: is missing",
    ]


def test_store_with_only_the_mandatory_settings_works(tmp_path):
    stores = load_sources(write(tmp_path)).stores
    store = stores.stores["shop"]
    assert (store.timezone, store.currency, store.amounts, store.guests) == (
        "UTC",
        None,
        "net",
        "account-per-email",
    )
    assert (store.accounts, store.opportunities, store.paused) == ("auto", False, False)
    assert (store.test_orders, store.residuals) == ("park", "keep")
    assert (store.masters.orders, store.masters.products) == ("storefront", "salesforce")
    assert stores.salesforce["main"].api_version == "66.0"


def test_trailing_slash_of_an_address_is_dropped(tmp_path):
    text, _ = replaced(STORES, "https://acme.myshopify.com", "https://acme.myshopify.com/")
    assert load_sources(write(tmp_path, text)).stores.stores["shop"].url == "https://acme.myshopify.com"


def test_mistake_in_a_value_does_not_repeat_the_value(tmp_path):
    text, _ = replaced(STORES, "secret: connector/stores/shop", "secret: shpss_pasted_by_mistake")
    assert "shpss" not in "".join(findings(write(tmp_path, text)))


def test_a_laptop_takes_any_secret_name(tmp_path):
    text, _ = replaced(STORES, "secret: connector/stores/shop", "secret: my/own-name")
    assert load_sources(write(tmp_path, text)).stores.stores["shop"].secret == "my/own-name"
