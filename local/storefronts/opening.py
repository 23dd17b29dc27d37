"""Opening a simulated shop of either platform."""

from collections.abc import Mapping

from local.storefronts.shop import Shop, Vendor
from local.storefronts.shopify.vendor import ShopifyVendor
from local.storefronts.woocommerce.vendor import WooCommerceVendor

PLATFORMS = ("shopify", "woocommerce")


def open_shop(
    store: str, platform: str, secret: Mapping[str, object], api: str, *, time_scale: float = 1.0
) -> Shop:
    """A shop that posts its webhooks to `{api}/webhooks/{store}`. Raises `ValueError` for an unusable secret."""
    url = f"{api.rstrip('/')}/webhooks/{store}"
    vendor: Vendor
    if platform == "shopify":
        vendor = ShopifyVendor(store, secret, url, time_scale=time_scale)
    elif platform == "woocommerce":
        vendor = WooCommerceVendor(store, secret, url)
    else:
        raise ValueError(f"platform must be one of {', '.join(PLATFORMS)}")
    return Shop(store, vendor)
