"""Would-be duplicates in orgs with and without person accounts."""

import pytest

from connector.mapping.plans import Target
from connector.sync.preview.candidates import Search, match, normal
from local.salesforce.switches import Switches
from tests.unit.preview.market import SECRETS, market_of, records
from tests.world import World

A, B = Target("Contact", "shop:a"), Target("Contact", "shop:b")


@pytest.fixture
def people(monkeypatch, tmp_path):
    """A market whose org has person accounts and several currencies."""
    secrets = {f"connector/stores/{name}": secret for name, secret in SECRETS.items()}
    switches = Switches(person_accounts=True, multi_currency=True)
    with market_of(World(monkeypatch, tmp_path, secrets=secrets, switches=switches)) as found:
        yield found


@pytest.mark.parametrize("store", SECRETS)
@pytest.mark.parametrize("notes", ["kept", "lost"])
def test_with_person_accounts_and_currencies_all_is_created_then_left(people, store, notes):
    placed = people.place(store, count=2)
    assert {record.action for record in records(people.dry_run(store))} == {"create"}
    people.tell(store, placed)
    if notes == "lost":
        people.world.tables.items["records"].clear()
    assert [record for record in records(people.dry_run(store)) if record.action != "leave"] == []


def test_a_person_account_with_the_same_email_is_linked(people):
    (placed,) = people.place("woo", count=1)
    email = placed["billing"]["email"]
    record_type = next(row["Id"] for row in people.world.rows("RecordType") if row["IsPersonType"])
    account = people.create("Account", LastName="Yamamoto", PersonEmail=email, RecordTypeId=record_type)
    customer = next(shared for shared in people.dry_run("woo").shared if shared.entity == "customer")
    assert [(one.action, one.object, one.salesforce_id) for one in customer.records] == [
        ("link", "Account", account)
    ]
    assert not customer.candidates


def test_a_person_account_with_the_same_email_is_told_once_as_an_account(people):
    (placed,) = people.place("woo", count=1)
    email = placed["billing"]["email"]
    record_type = next(row["Id"] for row in people.world.rows("RecordType") if row["IsPersonType"])
    both = {
        people.create("Account", LastName=name, PersonEmail=email, RecordTypeId=record_type) for name in "ab"
    }
    customer = next(shared for shared in people.dry_run("woo").shared if shared.entity == "customer")
    found = [(one.object, one.salesforce_id, one.same) for one in customer.candidates]
    assert sorted(found) == sorted(("Account", one, "email") for one in both)


def test_a_row_is_a_candidate_for_everybody_with_its_value():
    rows = [
        {"Id": "1", "Email": " Ada@Example.com"},
        {"Id": "2", "Email": "x@example.com"},
        {"Id": "3", "Email": None},
    ]
    found = list(match(Search("email", "Contact", "Email"), {"ada@example.com": [A, B]}, rows))
    assert [(target, one.salesforce_id) for target, one in found] == [(A, "1"), (B, "1")]


def test_people_are_not_found_by_the_name_of_their_account():
    rows = [{"Id": "1", "Name": "Ada", "IsPersonAccount": True}]
    assert not list(match(Search("name", "Account", "Name"), {"ada": [A]}, rows))


def test_texts_are_compared_without_case_and_blanks():
    assert normal("  ACME \n Ltd ") == normal("Acme Ltd")
    assert normal(None) == ""
