"""WooCommerce: webhooks and the REST API wc/v3."""
