"""Where records went that people merged or deleted: few questions, and only such as an org can answer."""

import re

from connector.mapping.plans import Target
from connector.sync.whereabouts import HOPS, find_fates, free_keys


class Org:
    """Answers queries from rows by id; notes every question."""

    def __init__(self, **rows):
        self.rows, self.asked = rows, []

    def query(self, soql, deleted=False):
        self.asked.append(soql)
        ids = re.findall(r"'(\w+)'", soql)
        rows = [{"Id": each, **self.rows[each]} for each in ids if each in self.rows]
        return [row for row in rows if deleted or not row["IsDeleted"]]


def there(key=None):
    return {"IsDeleted": False, "MasterRecordId": None, "Storefront_Key__c": key}


def merged(into):
    return {"IsDeleted": True, "MasterRecordId": into, "Storefront_Key__c": None}


def contact(key):
    return Target("Contact", key)


def test_merges_of_merges_are_followed_to_the_last_survivor():
    org = Org(a=merged("b"), b=merged("c"), c=there(), d=there("shop:4"), e=merged(None))
    known = {contact(f"shop:{number}"): found for number, found in enumerate("abcdef", 1)}
    assert find_fates(org, known) == {
        contact("shop:1"): "c",
        contact("shop:2"): "c",
        contact("shop:5"): None,
        contact("shop:6"): None,
    }


def test_a_survivor_takes_the_key_if_it_has_none():
    org = Org(a=merged("c"), b=merged("d"), c=there(), d=there("shop:9"))
    fates = find_fates(org, {contact("shop:1"): "a", contact("shop:2"): "b"})
    assert free_keys(org, fates) == [("Contact", "c", "shop:1")]


def test_a_circle_of_merges_ends():
    org = Org(a=merged("b"), b=merged("a"))
    assert find_fates(org, {contact("shop:1"): "a"}) == {contact("shop:1"): None}
    assert len(org.asked) == HOPS


def test_hundreds_of_records_share_few_questions():
    org = Org(**{f"c{number}": there("k") for number in range(250)})
    assert find_fates(org, {contact(f"shop:{n}"): f"c{n}" for n in range(250)}) == {}
    assert len(org.asked) == 3


def test_records_that_nobody_can_merge_are_not_asked_for_their_survivor():
    """Products have no MasterRecordId: an org refuses the whole query."""
    org = Org(p=merged(None))
    assert find_fates(org, {Target("Product2", "shop:1"): "p"}) == {Target("Product2", "shop:1"): None}
    assert "MasterRecordId" not in org.asked[0]
