"""The whole preflight against the simulator: every kind of finding, what is new, and what it shares."""

import json
import logging
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from aws_lambda_powertools.metrics import Metrics

from connector.errors import Failed
from connector.sync.preflight.deployed import DeployedPreflight
from connector.sync.preflight.findings import Finding, Report, join_stores
from connector.sync.preflight.telling import Teller
from local.salesforce.simulator import PACKAGE, Simulator
from local.salesforce.switches import DuplicateRule, Switches
from tests.unit.storefronts.shopify_payloads import order
from tests.world import CREDENTIALS, World

SECRETS = {
    "connector/stores/shop": {"client_secret": "shop-secret", "access_token": "token"},
    "connector/stores/woo": {"webhook_secret": "woo-secret", "consumer_key": "ck", "consumer_secret": "cs"},
}


@pytest.fixture(autouse=True)
def fresh_powertools():
    """Powertools keeps metrics per process and loggers with the stdout of their first test."""
    from connector.sync.invocation import _reporter

    _reporter.cache_clear()
    for kept in (Metrics._metrics, Metrics._dimensions, Metrics._metadata, Metrics._default_dimensions):
        kept.clear()
    for name in ("orders_to_salesforce", "preflight"):
        logging.root.manager.loggerDict.pop(name, None)
    yield
    _reporter.cache_clear()


@pytest.fixture
def printed(capsys):
    """The lines of JSON that were printed: logs and metrics."""

    def lines():
        return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]

    return lines


@pytest.fixture
def make(monkeypatch, tmp_path):
    """A deployment with two stores in one org, and its preflight."""

    def build(package=None, permission_set="Storefront_Connector", mapping=None, stores=None, **more):
        switches = more.pop("switches", None)
        world = World(
            monkeypatch, tmp_path, switches=switches, stores=stores, secrets=SECRETS | more.pop("secrets", {})
        )
        if package is not None or permission_set == "":
            world.simulator = Simulator(
                [CREDENTIALS], package=package or PACKAGE, permission_set=permission_set, switches=switches
            )
        if mapping:
            change_mapping(world, *mapping)
        world.preflight = lambda: DeployedPreflight(world.environment, now=lambda: world.clock)
        world.report = lambda: world.preflight().run(60)
        return world

    return build


def place(number):
    return order(id=number, admin_graphql_api_id=f"gid://shopify/Order/{number}", name=f"#{number}")


def change_mapping(world, old, new):
    from connector.settings.loading import load_sources

    path = world.settings / "mappings/order.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    (world.settings / "compiled.json").write_text(load_sources(world.settings).model_dump_json())


def without(tmp_path, *names):
    """A copy of the package that lacks these files."""
    copy = tmp_path / "package"
    shutil.copytree(PACKAGE, copy)
    for name in names:
        (path,) = copy.glob(f"**/{name}")
        path.unlink()
    return copy


def places(report, severity="error"):
    return [f"{f.object}.{f.field}" for f in report.findings if f.severity == severity]


@pytest.mark.parametrize(
    "switches",
    [
        Switches(),
        Switches(person_accounts=True),
        Switches(multi_currency=True),
        Switches(state_country_picklists=True),
        Switches(person_accounts=True, multi_currency=True, state_country_picklists=True),
    ],
    ids=lambda s: "-".join(
        n for n in ("person_accounts", "multi_currency", "state_country_picklists") if getattr(s, n)
    ),
)
@pytest.mark.parametrize("options", ["", ", opportunities: true, guests: lead, accounts: business"])
def test_the_shipped_settings_fit_the_shipped_package(make, switches, options):
    stores = STORES.replace("%s", options)
    assert make(switches=switches, stores=stores).report().findings == ()


STORES = """
salesforce:
  main: {host: "https://acme.my.salesforce.com", secret: connector/salesforce/main}
stores:
  shop: {platform: shopify, url: "https://acme.myshopify.com", salesforce: main, secret: connector/stores/shop%s}
  woo: {platform: woocommerce, url: "https://shop.example.com", salesforce: main, secret: connector/stores/woo%s}
"""


def test_a_field_that_the_package_lacks_is_named_and_the_flow_writes_the_rest(make, tmp_path, caplog):
    world = make(package=without(tmp_path, "objects/Order/fields/Storefront_Tip__c.field-meta.xml"))
    (finding,) = world.report().findings
    assert (finding.severity, finding.org, finding.store) == ("error", "main", "shop, woo")
    assert (finding.mapping, finding.record) == ("order", "order")
    assert (finding.object, finding.field) == ("Order", "Storefront_Tip__c")
    assert "Deploy the package" in finding.what_to_do

    placed = order()
    assert world.deliver("shop", "orders/create", placed)[0] == 200
    world.drain()
    (row,) = world.rows("Order")
    assert row["TotalAmount"] == float(placed["total_price"])
    assert world.parked() == []
    (item,) = [i for (pk, _), i in world.tables.items["records"].items() if pk == "shop#order"]
    assert "left out, not in Salesforce: Order.Storefront_Tip__c" in json.dumps(item["history"])


def lose(world, tmp_path, *names):
    """These files leave the package of the running org; its rows and sessions stay."""
    old = world.simulator
    world.simulator = Simulator([CREDENTIALS], package=without(tmp_path, *names))
    world.simulator.world.store, world.simulator._sessions = old.world.store, old._sessions
    world.simulator.world.store.use(world.simulator.world.org.everything)


def test_a_field_that_vanishes_from_a_running_org_pauses_its_line_not_the_flow(make, tmp_path):
    world = make()
    world.deliver("shop", "orders/create", order())
    world.drain()
    lose(world, tmp_path, "objects/Order/fields/Storefront_Tip__c.field-meta.xml")
    for number in (2, 3):
        world.deliver("shop", "orders/create", place(number))
    asked = []
    world.gate = lambda name, call: (asked.append(name), call())[1]
    world.drain()
    assert len(world.rows("Order")) == 3
    assert world.parked() == []
    assert [name.rpartition("v66.0/")[2] for name in asked if name.startswith("salesforce")] == [
        "composite/graph", "composite", "composite/graph"
    ]  # fmt: skip


def test_a_refused_field_that_the_org_says_it_has_is_parked_as_ever(make, monkeypatch):
    world = make()
    world.deliver("shop", "orders/create", order())
    world.batch([])
    body = json.dumps({
        "fault": "error", "times": 9, "node": "Order/", "status": 400, "errorCode": "INVALID_FIELD",
        "message": "No such column 'Storefront_Tip__c' on sobject of type Order",
    })  # fmt: skip
    assert world.simulator.handle("POST", "/_faults", {}, body.encode()).status < 300
    world.drain()
    assert [entry["class"] for entry in world.parked()] == ["invalid_field"]


def test_a_field_that_came_back_is_written_within_the_hour(make, tmp_path):
    world = make()
    whole = world.simulator
    lose(world, tmp_path, "objects/Order/fields/Storefront_Tip__c.field-meta.xml")
    world.flow.orgs._cursors._now = lambda: world.clock
    world.deliver("shop", "orders/create", order())
    world.drain()
    world.simulator = whole
    world.simulator.world.store.use(world.simulator.world.org.everything)
    world.report()
    world.clock += 3700
    world.deliver("shop", "orders/create", place(2))
    world.drain()
    assert [row.get("Storefront_Tip__c") for row in world.rows("Order")] == [None, 0.0]


def test_a_paused_line_is_told_once_for_a_container_and_counted_for_each_batch(make, tmp_path, printed):
    world = make(package=without(tmp_path, "objects/Order/fields/Storefront_Tip__c.field-meta.xml"))
    for number in (1, 2):
        world.deliver("shop", "orders/create", place(number))
        world.drain()
    lines = printed()
    told = [line for line in lines if line.get("message") == "mapping lines paused"]
    assert [(line["level"], line["store"], line["fields"]) for line in told] == [
        ("WARNING", "shop", ["Order.Storefront_Tip__c"])
    ]
    counted = [line["MappingLinesPaused"] for line in lines if "MappingLinesPaused" in line]
    assert counted == [[1.0], [1.0]]


def test_hidden_fields_and_objects_are_found(make, tmp_path):
    package = without(tmp_path)
    (path,) = package.glob("**/permissionsets/Storefront_Connector.permissionset-meta.xml")
    text = path.read_text()
    block = "<editable>true</editable>\n        <field>Order.Storefront_Note__c</field>"
    assert block in text
    path.write_text(text.replace(block, block.replace("true", "false")))
    (finding,) = make(package=package).report().findings
    assert (finding.severity, finding.field) == ("error", "Storefront_Note__c")
    assert "read but not written" in finding.what


def test_an_org_without_the_package_is_full_of_errors_and_each_says_what_to_do(make, tmp_path):
    report = make(package=tmp_path / "nothing").report()
    assert "Order.Storefront_Key__c" in places(report)
    assert {f.what_to_do.split(".")[0] for f in report.findings} == {
        "Deploy the package in salesforce/ and assign its permission set to the connector's user"
    }


@pytest.mark.parametrize(
    ("old", "new", "severity", "place", "words"),
    [
        ("Status: \"'Draft'\"", "Status: \"'Entwurf'\"", "error", "Order.Status", "'Entwurf'"),
        ("EffectiveDate: date(order.placed_at)", "EffectiveDate: order.placed_at", "error",
         "Order.EffectiveDate", "date("),
        ("PoNumber: order.po_number", "PoNumber: order.note", "warning", "Order.PoNumber", "80"),
        ("Storefront_Total__c: order.total", "TotalAmount: order.total", "error", "Order.TotalAmount", "read but not"),
        ("Storefront_Total__c: order.total", "Nothing__c: order.total", "error", "Order.Nothing__c", "paused"),
        ("LeadSource: \"'Web'\"", "LeadSource: buyer.email", "", "", ""),
        ("create_only: [OrderId, PricebookEntryId]", "create_only: [OrderId]", "error",
         "OrderItem.PricebookEntryId", "new record only"),
        ("      Quantity: item.quantity\n      UnitPrice", "      UnitPrice", "error",
         "OrderItem.Quantity", "needs Quantity"),
        ("      UnitPrice: item.unit_price\n", "", "error", "OrderItem.UnitPrice", "needs UnitPrice"),
        ("UnitPrice: item.unit_price", "UnitPrice: item.list_price", "warning", "OrderItem.UnitPrice", "no value"),
    ],
)  # fmt: skip
def test_mapping_mistakes_are_found_before_the_first_order(make, old, new, severity, place, words):
    report = make(mapping=(old, new)).report()
    found = [(f.severity, f"{f.object}.{f.field}") for f in report.findings]
    assert found == ([(severity, place)] if severity else [])
    assert all(words in f"{f.what} {f.what_to_do}" for f in report.findings)


def test_currency_that_is_not_active(make):
    world = make(
        switches=Switches(multi_currency=True), stores=STORES.replace("%s", ", currency: CHF", 1) % ""
    )
    (finding,) = world.report().findings
    assert (finding.severity, finding.store, finding.field) == ("error", "shop", "CurrencyIsoCode")
    assert "CHF" in finding.what


def test_currency_of_an_org_with_one_currency_is_not_checked(make):
    assert make(stores=STORES.replace("%s", ", currency: CHF", 1) % "").report().findings == ()


def change_row(world, object_name, **values):
    store = world.simulator.world.store
    row = store.rows(object_name)[0]  # the connector's own user and profile come first
    store.put(object_name, {**row, **values})


def test_price_book_that_is_not_active(make):
    world = make()
    change_row(world, "Pricebook2", IsActive=False)
    assert places(world.report()) == ["Pricebook2.IsActive"]


def test_active_duplicate_rules_of_written_objects_are_warnings(make):
    rules = (DuplicateRule("Contact", ("Email",)), DuplicateRule("Lead", ("Email",)))
    report = make(switches=Switches(duplicate_rules=rules)).report()
    assert places(report, "warning") == ["Contact."]  # no store here writes leads
    assert places(report) == []


def test_duplicate_rules_that_the_user_may_not_see_are_no_finding(make, monkeypatch):
    world = make()
    monkeypatch.setattr(world.simulator.world.org.schema, "_lower", {
        name: each for name, each in world.simulator.world.org.schema._lower.items() if name != "duplicaterule"
    })  # fmt: skip
    monkeypatch.delitem(world.simulator.world.org.schema.objects, "DuplicateRule")
    assert world.report().findings == ()


@pytest.mark.parametrize(
    ("object_name", "values", "severity", "field"),
    [
        ("Profile", {"Name": "System Administrator"}, "warning", "ProfileId"),
        ("User", {"LanguageLocaleKey": "de"}, "warning", "LanguageLocaleKey"),
    ],
)
def test_a_user_that_is_not_what_it_should_be(make, object_name, values, severity, field):
    world = make()
    change_row(world, object_name, **values)
    (finding,) = world.report().findings
    assert (finding.severity, finding.object, finding.field) == (severity, "User", field)


def test_store_that_wants_person_accounts_where_there_are_none(make):
    report = make(stores=STORES.replace("%s", ", accounts: person", 1) % "").report()
    assert {finding.store for finding in report.findings} == {"shop"}
    assert any("the org has none" in finding.what for finding in report.findings)
    assert "Account.PersonEmail" in places(report)


def test_simulator_stores_exist_on_the_laptop_only(make):
    world = make(stores=STORES.replace("https://acme.myshopify.com", "simulator") % ("", ""))
    (finding,) = world.report().findings
    assert (finding.severity, finding.store) == ("error", "shop")
    world.environment = replace(world.environment, storefront_urls={"shop": "http://127.0.0.1:1"})
    assert world.report().findings == ()


def test_missing_secrets_are_named_and_the_other_checks_go_on(make):
    world = make()
    del world.vault.secrets["connector/stores/woo"]
    (finding,) = world.report().findings
    assert (finding.store, "connector/stores/woo" in finding.what) == ("woo", True)


def test_without_the_orgs_secret_nobody_logs_in(make):
    world = make()
    del world.vault.secrets["connector/salesforce/main"]
    report = world.report()
    assert [finding.org for finding in report.findings] == ["main"]
    assert (report.unasked, report.down, report.facts) == (("main",), (), {})


def test_refused_login_is_an_error_with_its_next_step(make):
    world = make(
        secrets={"connector/salesforce/main": {"client_id": "consumer-key", "client_secret": "wrong"}}
    )
    (finding,) = world.report().findings
    assert finding.severity == "error"
    assert "My Domain" in finding.what_to_do


def fault(world, name):
    body = json.dumps({"fault": name, "times": 1, "path": ""}).encode()
    assert world.simulator.handle("POST", "/_faults", {}, body).status < 300


def test_an_org_that_is_down_is_asked_again_and_keeps_its_last_findings(make, tmp_path):
    world = make(package=without(tmp_path, "objects/Order/fields/Storefront_Tip__c.field-meta.xml"))
    preflight = world.preflight()
    assert len(preflight.compare(preflight.run(60))[0]) == 1
    fault(world, "unavailable_html")
    report = preflight.run(60)
    assert report.down == ("main",)
    fresh, settled = preflight.compare(report)
    assert ([finding.severity for finding in fresh], settled) == (["warning"], [])
    with pytest.raises(Failed, match="main"):
        Teller(logging.getLogger(), Metrics(), "preflight").tell(report, fresh, settled)
    assert preflight.compare(preflight.run(60)) == ([], [])


def test_only_what_is_new_is_told_again(make, tmp_path):
    world = make()
    preflight = world.preflight()
    assert preflight.compare(preflight.run(60)) == ([], [])
    change_row(world, "Pricebook2", IsActive=False)
    report = preflight.run(60)
    assert preflight.compare(report) == (list(report.findings), [])
    assert preflight.compare(preflight.run(60)) == ([], [])
    change_row(world, "Pricebook2", IsActive=True)
    assert preflight.compare(preflight.run(60)) == ([], list(report.findings))


def test_the_flow_asks_the_org_for_nothing_after_a_preflight(make):
    world = make()
    world.report()
    world.flow.orgs._cursors._now = lambda: world.clock
    world.clock += 24 * 3600 + 1800
    asked = []
    world.gate = lambda name, call: (asked.append(name), call())[1]
    world.deliver("shop", "orders/create", order())
    world.drain()
    assert [name for name in asked if name.startswith("salesforce")] == [
        "salesforce/services/data/v66.0/query",  # is the buyer there already?
        "salesforce/services/data/v66.0/composite/graph",
    ]


def test_a_preflight_costs_three_calls(make):
    world = make()
    asked = []
    world.gate = lambda name, call: (asked.append(name), call())[1]
    world.report()
    calls = [name for name in asked if name.startswith("salesforce/services/data")]
    assert len(calls) == 3


class TestFunction:
    @pytest.fixture
    def run(self, monkeypatch):
        """The function's own handler, on a world."""

        def invoke(world):
            monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "preflight")
            root = Path(__file__).parents[3]
            source = (root / "functions/preflight/app.py").read_text()
            event = json.loads((root / "events/preflight.json").read_text())
            module = {"__name__": "preflight_app"}
            monkeypatch.setattr("connector.settings.environment.Environment.read", lambda: world.environment)
            exec(compile(source, "functions/preflight/app.py", "exec"), module)
            context = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
            return module["handler"].__wrapped__(event, context)

        return invoke

    def test_returns_the_report_and_emits_both_metrics(self, make, run, printed):
        world = make()
        change_row(world, "Pricebook2", IsActive=False)
        world.environment = replace(world.environment, flow="preflight")
        answer = run(world)
        assert (answer["errors"], answer["warnings"], answer["unasked"]) == (1, 0, [])
        assert json.loads(json.dumps(answer)) == answer
        lines = printed()
        (metrics,) = [line for line in lines if "PreflightErrors" in line]
        assert (metrics["PreflightErrors"], metrics["PreflightWarnings"]) == ([1.0], [0.0])
        assert metrics["service"] == "preflight"
        (told,) = [line for line in lines if line.get("message") == "new finding"]
        assert (told["level"], told["object"], told["what_to_do"] != "") == ("ERROR", "Pricebook2", True)

    def test_fine_settings_emit_zero_so_that_the_alarm_ends(self, make, run, printed):
        world = make()
        world.environment = replace(world.environment, flow="preflight")
        assert run(world)["findings"] == []
        assert [line["PreflightErrors"] for line in printed() if "PreflightErrors" in line] == [[0.0]]


def test_findings_of_several_stores_become_one():
    one = Finding("error", "what", "do", "main", "a", "order", "order", "Order", "X__c")
    other = replace(one, field="Y__c", store="b")
    assert join_stores([one, other, replace(one, store="b")]) == [replace(one, store="a, b"), other]
    assert Finding.from_json(one.to_json()) == one
    assert one.place == "main a order.order Order.X__c"
    assert Report((one, replace(one, severity="warning"))).count("error") == 1
