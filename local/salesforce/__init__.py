"""A strict simulator of Salesforce's REST API, for the laptop stack and the tests."""

from local.salesforce.simulator import Response, Simulator

__all__ = ["Response", "Simulator"]
