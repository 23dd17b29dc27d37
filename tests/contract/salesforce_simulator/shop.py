"""A few accounts and contacts to ask queries about."""

from __future__ import annotations

from tests.contract.salesforce_simulator.driver import Client


def stocked(org: Client) -> Client:
    """Three accounts created a day apart, two contacts on the first."""
    for number, (name, city, size) in enumerate(
        (("Alpha", "Graz", 5), ("beta", "Linz", None), ("Gamma %", None, 20))
    ):
        org.upsert("Account", f"shop:{number}", Name=name, BillingCity=city, NumberOfEmployees=size)
        org.clock.pass_(86_400)
        org.log_in()
    for first, last in (("Ada", "Byron"), (None, "Weber")):
        org.create("Contact", FirstName=first, LastName=last, Account={"Storefront_Key__c": "shop:0"})
    return org
