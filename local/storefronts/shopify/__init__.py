"""A simulated Shopify shop: its orders, its Admin GraphQL API and its webhooks."""
