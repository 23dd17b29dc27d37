"""The canonical commerce model: what a storefront says, in one vocabulary."""

from connector.model.base import Model
from connector.model.customer import Address, Customer
from connector.model.order import Charge, Line, Order, Payment, Refund, RefundLine, Shipment, Tax

__all__ = [
    "Address",
    "Charge",
    "Customer",
    "Line",
    "Model",
    "Order",
    "Payment",
    "Refund",
    "RefundLine",
    "Shipment",
    "Tax",
]
