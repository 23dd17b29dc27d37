"""Storefront simulators of the laptop stack: shops with the vendors' own APIs and signed webhooks."""
