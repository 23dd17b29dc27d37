"""The shop's orders with all their versions, in memory, safe for several threads."""

import threading

from local.storefronts.payload import Json, copied


class Ledger:
    """Orders by id as text."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._versions: dict[str, list[Json]] = {}

    def put(self, order: Json) -> str:
        """Keep a new version; gives the order's id. Raises `ValueError` for an order without an id."""
        if not isinstance(order.get("id"), int) or isinstance(order["id"], bool):
            raise ValueError("order.id must be a whole number")
        order_id = str(order["id"])
        with self._lock:
            self._versions.setdefault(order_id, []).append(copied(order))
        return order_id

    def newest(self, order_id: str) -> Json | None:
        """The order as it is now."""
        with self._lock:
            versions = self._versions.get(order_id)
            return versions[-1] if versions else None

    def version(self, order_id: str, index: int) -> tuple[Json, Json | None]:
        """A version by its place (-1 is the newest) and the one before it. Raises `ValueError`."""
        with self._lock:
            versions = self._versions.get(order_id, [])
        if not -len(versions) <= index < len(versions):
            raise ValueError(f"order {order_id} has {len(versions)} versions")
        place = index % len(versions)
        return versions[place], versions[place - 1] if place else None

    def all(self) -> list[Json]:
        """All orders as they are now."""
        with self._lock:
            return [versions[-1] for versions in self._versions.values()]

    def remove(self, order_id: str) -> bool:
        """Forget an order; false if there is none."""
        with self._lock:
            return self._versions.pop(order_id, None) is not None

    def clear(self) -> None:
        """No orders."""
        with self._lock:
            self._versions.clear()
