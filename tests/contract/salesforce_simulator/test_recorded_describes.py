"""The simulator's describes against those that a real org gave.

Set CONNECTOR_SAMPLES to a folder that has `salesforce/describe/*.json.gz`. A simulated object knows fewer fields than a
real one, and says the same of each field that it knows.
"""

import gzip
import json
import os
from pathlib import Path

import pytest

from local.salesforce.simulator import Simulator
from local.salesforce.switches import Switches

FOLDER = Path(os.environ.get("CONNECTOR_SAMPLES", "no samples here")) / "salesforce" / "describe"
OBJECTS = ("Account", "Case", "Contact", "Lead", "Opportunity", "OpportunityContactRole")
FACTS = (
    "type", "length", "precision", "scale", "digits", "createable", "updateable", "nillable", "soapType",
    "custom", "nameField", "calculated", "externalId", "unique", "idLookup", "caseSensitive", "restrictedPicklist",
    "referenceTo", "relationshipName", "compoundFieldName", "groupable", "aggregatable", "defaultedOnCreate",
)  # fmt: skip
# Where a recorded org says something else of a field than the simulator does, and why that harms nobody.
KNOWN = {
    "defaultedOnCreate": {"CaseNumber", "Probability", "ForecastCategoryName", "Pricebook2Id"},
    "aggregatable": {"Comments"},
    "groupable": {"CaseNumber"},
}

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="CONNECTOR_SAMPLES names no folder of vendor samples"
)


def recorded(name):
    return json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))


def simulated(path, **switches):
    org = Simulator(
        [{"client_id": "a", "client_secret": "b"}], permission_set="", switches=Switches(**switches)
    )
    form = b"grant_type=client_credentials&client_id=a&client_secret=b"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Host": "acme.my.salesforce.com"}
    token = json.loads(org.handle("POST", "/services/oauth2/token", headers, form).body)["access_token"]
    answer = org.handle("GET", f"/services/data/v66.0/sobjects{path}", {"Authorization": f"Bearer {token}"})
    assert answer.status == 200
    return json.loads(answer.body)


def test_the_list_of_objects_has_the_recorded_shape():
    """The list of objects has these members. [recorded]"""
    real, ours = recorded("_global"), simulated("")
    assert set(real) <= set(ours)
    assert set(real["sobjects"][0]) <= set(ours["sobjects"][0])


@pytest.mark.parametrize("name", OBJECTS)
def test_a_describe_has_the_recorded_shape_and_says_the_same_of_every_field(name):
    """An object's describe has these members, and its fields these types, limits and flags. [recorded]"""
    real, ours = recorded(name), simulated(f"/{name}/describe")
    assert set(real) <= set(ours)
    assert set(real["fields"][0]) <= set(ours["fields"][0])
    known = {field["name"]: field for field in ours["fields"]}
    shared = [field for field in real["fields"] if field["name"] in known]
    assert len(shared) > 8
    for field in shared:
        facts = [fact for fact in FACTS if field["name"] not in KNOWN.get(fact, ())]
        assert {fact: known[field["name"]][fact] for fact in facts} == {fact: field[fact] for fact in facts}


def test_person_accounts_show_in_the_describe_of_accounts_as_recorded():
    """With them on no field is required any more, and the person's fields appear. [recorded]"""
    real, ours = recorded("Account.person-accounts-on"), simulated("/Account/describe", person_accounts=True)
    known = {field["name"]: field for field in ours["fields"]}
    person = [f for f in real["fields"] if f["name"].startswith("Person") and f["name"] in known]
    assert {"PersonEmail", "PersonContactId"} <= {field["name"] for field in person}
    for field in person:
        assert known[field["name"]]["type"] == field["type"]
    assert known["Name"]["nillable"] == next(f for f in real["fields"] if f["name"] == "Name")["nillable"]


def test_the_describe_of_an_own_object_has_the_recorded_shape():
    """An own object's describe has the members of any other, and Id and Name besides its own fields. [recorded]"""
    real, ours = recorded("Custom__c"), simulated("/Storefront_Payment__c/describe")
    assert set(real) - {"associateEntityType", "associateParentEntity"} <= set(ours)
    assert set(real["fields"][0]) <= set(ours["fields"][0])
    known = {field["name"]: field for field in ours["fields"]}
    for field in real["fields"]:
        found = known[field["name"] if not field["custom"] else "Storefront_Gateway__c"]
        for fact in (
            "type",
            "soapType",
            "custom",
            "filterable",
            "sortable",
            "groupable",
            "aggregatable",
            "calculated",
        ):
            assert found[fact] == field[fact], (field["name"], fact)
    assert ours["custom"] is real["custom"] is True
