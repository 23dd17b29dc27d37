"""Facts about an org survive being kept, and stay small."""

import base64
import json
import random
import zlib

from connector.salesforce.facts import FieldFact, OrgFacts, Rights
from connector.sync.cursors import Cursors
from tests.fakes.aws import Tables

FACTS = OrgFacts(
    standard_price_book="01s1",
    person_record_type=None,
    objects={
        "Order": {
            "Status": FieldFact(
                "picklist", 40, None, True, True, nillable=False, values=("Draft", "Activated")
            ),
            "TotalAmount": FieldFact("currency", None, 2, False, False, nillable=False),
            "Storefront_Key__c": FieldFact("string", 255, None, True, True, key=True),
            "IsReductionOrder": FieldFact("boolean", None, None, True, False, nillable=False, defaulted=True),
        },
        "Account": {"Name": FieldFact("string", 255, None, True, True, nillable=False)},
    },
    rights={"Order": Rights(True, False), "Account": Rights()},
)


def cursors():
    return Cursors("cursors", now=lambda: 1000.0, client=Tables({"cursors": ("pk",)}))


def test_facts_are_what_was_kept():
    kept = cursors()
    kept.write_facts("main", FACTS)
    assert kept.read_facts("main") == FACTS


def test_facts_of_another_release_are_asked_for_again():
    kept = cursors()
    kept.write_facts("main", FACTS)
    old = {
        "price_book": "01s1",
        "person": None,
        "objects": {"Order": {"Status": ["picklist", 40, None, True, True]}},
    }
    text = base64.b64encode(zlib.compress(json.dumps(old).encode())).decode()
    kept._client.items["cursors"][("facts#main",)]["facts"]["S"] = text
    assert kept.read_facts("main") is None


def test_required_means_that_a_new_record_has_to_give_it():
    fields = FACTS.objects["Order"]
    assert [name for name, fact in fields.items() if fact.required] == ["Status"]


def test_fourteen_grown_objects_fit_into_an_item_with_ease():
    rng = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz"
    states = tuple("".join(rng.choices(letters.upper(), k=3)) for _ in range(400))

    def fields():
        for _ in range(300):
            name = "_".join("".join(rng.choices(letters, k=6)) for _ in range(3)) + "__c"
            values = rng.choice(
                [None, None, None, states, tuple("".join(rng.choices(letters, k=9)) for _ in range(12))]
            )
            yield (
                name,
                FieldFact("string", rng.randint(1, 255), None, True, rng.random() < 0.8, values=values),
            )

    facts = OrgFacts(objects={f"Object{number}": dict(fields()) for number in range(14)})
    kept = cursors()
    kept.write_facts("main", facts)
    assert len(kept._client.items["cursors"][("facts#main",)]["facts"]["S"]) < 300_000
    assert kept.read_facts("main") == facts
