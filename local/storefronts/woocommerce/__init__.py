"""A simulated WooCommerce shop: its orders, its REST API wc/v3 and its webhooks."""
