"""Mapping files: what cannot work is found when they are compiled, not when the first order comes."""

import pytest

from connector.settings.loading import load_sources
from tests.unit.settings.test_stores import lines_of
from tests.unit.settings.writing import MAPPING, findings, replaced, write

MISTAKES = {
    "not an expression": ("Name: order.number", "Name: order.[number", ["not a JMESPath expression"]),
    "unknown function": ("Name: order.number", "Name: dat(order.placed_at)", ["dat"]),
    "too few arguments": ("Name: order.number", "Name: date()", ["date"]),
    "unknown name": ("Name: order.number", "Name: ordr.number", ["ordr"]),
    "unknown value map": ("Name: order.number", "Name: lookup('paiment', order.payment_status)", ["paiment"]),
    "unknown link": ("AccountId: account", "AccountId: acount", ["no record is named 'acount'"]),
    "bad key": ("key: order.id", "key: order.", ["not a JMESPath expression"]),
    "bad condition": ("key: order.id", "key: order.id\n    when: (order", ["not a JMESPath expression"]),
    "field name with a blank": ("Name: order.number", "My Name: order.number", ["A-Za-z"]),
    "object name with a blank": ("object: Order", "object: My Order", ["A-Za-z"]),
    "create_only of no field": ("create_only: [Name]", "create_only: [Nmae]", ["Nmae", "neither"]),
    "each over what there is not": (
        "key: order.id",
        "key: order.id\n    each: order.lines",
        ["each", "items"],
    ),
    "misspelt part": ("create_only: [Name]", "createonly: [Name]", ["no such setting"]),
    "unknown entity": ("entity: order", "entity: orders", ["'order'"]),
    "gone of no record": ("  record: order", "  record: orders", ["no record is named 'orders'"]),
    "fields as a list": (
        "    fields:\n      Name: order.number",
        "    fields:\n      - Name",
        ["dictionary"],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_named_with_its_line_and_what_is_wrong(name, tmp_path):
    old, new, words = MISTAKES[name]
    text, _ = replaced(MAPPING, old, new)
    found = findings(write(tmp_path, mapping=text))
    places = tuple(f"mappings/order.yaml:{line}:" for line in lines_of(text, new))
    assert any(entry.startswith(places) and all(word in entry for word in words) for entry in found), found


def test_sound_mapping_is_taken(tmp_path):
    spec = load_sources(write(tmp_path, mapping=MAPPING)).mappings["order"]
    assert spec.records["order"].create_only == ("Name",)
    assert spec.values == {"payment": {"paid": "Paid"}}


def test_default_mapping_is_sound(tmp_path):
    assert set(load_sources(write(tmp_path)).mappings) == {"order"}


def test_one_wrong_link_is_one_finding(tmp_path):
    text, _ = replaced(MAPPING, "{AccountId: account}", "{AccountId: {rekord: account}}")
    assert len(findings(write(tmp_path, mapping=text))) == 1


def test_settings_without_an_order_mapping_say_what_to_do(tmp_path):
    write(tmp_path)
    (tmp_path / "mappings/order.yaml").unlink()
    (found,) = findings(tmp_path)
    assert "order.yaml is missing" in found


def test_two_mappings_of_one_entity_are_refused(tmp_path):
    write(tmp_path, mapping=MAPPING)
    (tmp_path / "mappings/order-copy.yaml").write_text(MAPPING)
    assert any("order-copy.yaml" in found or "order.yaml" in found for found in findings(tmp_path))
