"""Invented WooCommerce orders in the shape of REST v3, as small builders."""

import json
from typing import Any

Body = dict[str, Any]


def line(**changes: Any) -> Body:
    return {
        "id": 501,
        "name": "Enamel Cup",
        "product_id": 70,
        "variation_id": 0,
        "quantity": 2,
        "tax_class": "",
        "subtotal": "20.00",
        "subtotal_tax": "3.80",
        "total": "20.00",
        "total_tax": "3.80",
        "taxes": [{"id": 9, "total": "3.8", "subtotal": "3.8"}],
        "meta_data": [],
        "sku": "CUP-1",
        "global_unique_id": "",
        "price": 10.000000000000002,
        "image": {"id": "", "src": ""},
        "parent_name": None,
    } | changes


def shipping(**changes: Any) -> Body:
    return {
        "id": 601,
        "method_title": "Courier",
        "method_id": "flat_rate",
        "instance_id": "3",
        "total": "5.00",
        "total_tax": "0.95",
        "taxes": [{"id": 9, "total": "0.95", "subtotal": ""}],
        "tax_status": "taxable",
        "meta_data": [],
    } | changes


def fee(**changes: Any) -> Body:
    return {
        "id": 701,
        "name": "Gift wrap",
        "tax_class": "",
        "tax_status": "none",
        "amount": "",
        "total": "1.00",
        "total_tax": "0.00",
        "taxes": [],
        "meta_data": [],
    } | changes


def address(**changes: Any) -> Body:
    return {
        "first_name": "Ada",
        "last_name": "Example",
        "company": "",
        "address_1": "1 Sample Street",
        "address_2": "Floor 2",
        "city": "Halifax",
        "state": "NS",
        "postcode": "B3H 0A1",
        "country": "CA",
        "phone": "555-0199",
    } | changes


def order(**changes: Any) -> Body:
    """20.00 + 5.00 shipping + 4.75 tax = 29.75."""
    return {
        "id": 4711,
        "parent_id": 0,
        "status": "processing",
        "currency": "CAD",
        "version": "11.0.1",
        "prices_include_tax": False,
        "date_created": "2026-03-01T05:00:00",
        "date_modified": "2026-03-01T05:00:09",
        "discount_total": "0.00",
        "discount_tax": "0.00",
        "shipping_total": "5.00",
        "shipping_tax": "0.95",
        "cart_tax": "3.80",
        "total": "29.75",
        "total_tax": "4.75",
        "customer_id": 12,
        "order_key": "wc_order_invented",
        "billing": address(email="ada@example.test"),
        "shipping": address(),
        "payment_method": "stripe",
        "payment_method_title": "Card",
        "transaction_id": "ch_invented",
        "created_via": "checkout",
        "customer_note": "",
        "date_completed": None,
        "date_paid": "2026-03-01T05:00:05",
        "number": "4711",
        "meta_data": [],
        "line_items": [line()],
        "tax_lines": [
            {
                "id": 801,
                "rate_code": "CA-NS-HST-1",
                "rate_id": 9,
                "label": "HST",
                "compound": False,
                "tax_total": "3.80",
                "shipping_tax_total": "0.95",
                "rate_percent": 19,
                "meta_data": [],
            }
        ],
        "shipping_lines": [shipping()],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
        "date_created_gmt": "2026-03-01T09:00:00",
        "date_modified_gmt": "2026-03-01T09:00:09",
        "date_completed_gmt": None,
        "date_paid_gmt": "2026-03-01T09:00:05",
    } | changes


def encode(body: object) -> bytes:
    return json.dumps(body).encode()
