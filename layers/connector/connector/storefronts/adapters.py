"""Opening a store: the adapter of its platform. Imports an adapter only when a store needs it."""

from collections.abc import Mapping

from connector.storefronts.base import Storefront


def open_storefront(
    platform: str, name: str, url: str, secret: Mapping[str, object], timezone: str
) -> Storefront:
    """The adapter of one store."""
    if platform == "shopify":
        from connector.storefronts.shopify.adapter import ShopifyStorefront

        return ShopifyStorefront(name, url, secret, timezone)
    from connector.storefronts.woocommerce.adapter import WooCommerceStorefront

    return WooCommerceStorefront(name, url, secret, timezone)
