"""What a flow to Salesforce knows for the life of its container: settings, stores, orgs, mappings."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from jmespath.exceptions import JMESPathError

from connector.errors import Deferred, Parked
from connector.mapping.mapper import OrderMapper
from connector.mapping.plans import Target, digest
from connector.mapping.values import Fit
from connector.model import Order
from connector.salesforce.facts import OrgFacts
from connector.settings.compiled import load_compiled
from connector.settings.environment import Environment
from connector.settings.mappings import MappingSpec
from connector.settings.rules import Rules
from connector.settings.stores import Store
from connector.storefronts.adapters import open_storefront
from connector.storefronts.base import Reference, Storefront, Unreadable, Unsupported
from connector.sync import aws
from connector.sync.changes import Change
from connector.sync.cursors import Cursors
from connector.sync.identity import matching_fields
from connector.sync.messages import Message
from connector.sync.orgs import Orgs, view_org
from connector.sync.records import RecordKey
from connector.sync.secrets import Secrets
from connector.sync.work import Work

LINES_NAMED = 5
"""A history entry names so many paused lines; the preflight names all."""


class Flow:
    """One flow of orders to Salesforce. Its steps are named in functions/orders_to_salesforce/app.py."""

    def __init__(
        self, environment: Environment, secrets: Secrets | None = None, cursors: Cursors | None = None
    ) -> None:
        self.environment = environment
        self._secrets = secrets or Secrets()
        settings = load_compiled(environment.settings_dir)
        self._stores = settings.stores.stores
        self._spec = settings.mappings["order"]
        orgs = settings.stores.salesforce
        self.orgs = Orgs(environment, orgs, self._spec.objects, self._secrets, cursors=cursors)
        self._storefronts: dict[str, tuple[Mapping[str, object], Storefront]] = {}
        self._mappers: dict[str, tuple[OrgFacts, OrderMapper]] = {}

    @cached_property
    def rules(self) -> Rules:
        """The merchant's own rules."""
        return Rules.load(self.environment.settings_dir)

    @property
    def mapping(self) -> MappingSpec:
        """The mapping as the merchant wrote it."""
        return self._spec

    @cached_property
    def match_rules(self) -> dict[str, tuple[str, ...]]:
        """By which fields each store looks for buyers among people's own records."""
        return {
            name: matching_fields(store.match, store.tax_id_field) for name, store in self._stores.items()
        }

    def store(self, name: str) -> Store:
        """A store's settings. Raises Parked for one that is configured no more."""
        store = self._stores.get(name)
        if store is None:
            raise Parked(
                "unknown_store", f"no store {name} is configured", "Add it to stores.yaml, deploy, retry."
            )
        return store

    def open(self, message: Message) -> Work:
        """A message as work; its record's id is preliminary until `read` knows it."""
        change = message.change
        return Work(message, RecordKey(change.store, change.entity, change.id or _stand_in(change)))

    def read(self, work: Work) -> None:
        """The raw body as a canonical order; what only names an order is fetched from the storefront."""
        change = work.message.change
        store = self.store(change.store)
        if store.paused:
            raise Deferred("paused", "the store is paused in stores.yaml")
        parsed = self._parse(change)
        work.key = work.key._replace(id=parsed.id)
        order = self._resolve(change.store, parsed) if isinstance(parsed, Reference) else parsed
        if order is not None:
            after_parse = self.rules.step("after_parse")
            work.order = after_parse(order) if after_parse else order

    def fetch(self, store: str, id: str) -> Order | None:
        """The order as the storefront has it now. Raises `Unsupported`, Deferred, Parked."""
        return self._storefront(store).fetch("order", id)

    def latest(self, store: str, count: int) -> Iterator[Order | Unreadable]:
        """The store's newest orders. Raises `Unsupported`, Deferred, Parked."""
        return self._storefront(store).latest("order", count)

    def map(self, work: Work) -> None:
        """What the order wants written, as mappings/order.yaml says."""
        if work.order is None:
            return
        mapper = self.mapper(work.key.store)
        work.note(_left_out(mapper.missing))
        try:
            plan = mapper.plan(work.order)
        except JMESPathError as error:
            # Its text may quote the value.
            function = getattr(error, "function_name", None) or "an expression"
            raise Parked(
                "mapping_expression",
                f"mappings/order.yaml: {function} cannot take what this order has ({type(error).__name__})",
                "Correct the expression (an absent value is null, which most functions refuse), deploy, retry.",
            ) from None
        before_write = self.rules.step("before_write")
        if before_write:
            records = tuple(before_write(work.order, plan.records))
            plan = replace(plan, records=records, digest=digest(records))
        work.plan = plan

    def check(self, work: Work) -> None:
        """Hold back what the store's settings, or common sense, keep out of Salesforce: raises Parked."""
        order, store = work.order, self.store(work.key.store)
        if order is None:
            return
        if order.test and store.test_orders == "park":
            raise Parked(
                "test_order",
                "this is a test order of the storefront",
                "Nothing to do. To import test orders set `test_orders: import` for this store.",
                "test",
                urgency="waiting",
            )
        if order.status == "draft":
            raise Parked(
                "unfinished_checkout",
                "the buyer has not finished the checkout yet",
                "Nothing to do: the order arrives by itself when the buyer finishes.",
                "status",
                urgency="waiting",
            )
        if order.residual and store.residuals == "park":
            raise Parked(
                "totals_differ",
                f"lines, charges and tax leave {order.residual} {order.currency} of the total unexplained",
                "Correct the order in the storefront, or set `residuals: keep` to take it with a rounding line.",
                "total",
            )

    def mapper(self, store_name: str) -> OrderMapper:
        """The store's compiled mapping."""
        store = self.store(store_name)
        facts = self.orgs.facts(store.salesforce)
        made = self._mappers.get(store_name)
        if made is None or made[0] != facts:
            mapper = OrderMapper(
                store_name,
                store,
                self._spec,
                view_org(facts),
                facts.has,
                lambda obj, name: _fit(facts, obj, name),
            )
            made = self._mappers[store_name] = facts, mapper
        return made[1]

    @property
    def paused_lines(self) -> Mapping[str, Sequence[Target]]:
        """By store, the mapping lines that are left out because the org lacks their field."""
        return {store: mapper.missing for store, (_, mapper) in self._mappers.items()}

    def _parse(self, change: Change) -> Order | Reference:
        payload = change.payload if change.payload_key is None else self._stored(change.payload_key)
        if payload is None:
            return Reference(change.entity, change.id or "")
        return self._storefront(change.store).parse(change.topic, change.headers, payload.encode("utf-8"))

    def _resolve(self, store: str, reference: Reference) -> Order | None:
        try:
            found = self.fetch(store, reference.id)
        except Unsupported as reason:
            if reference.deleted:
                return None
            raise Parked(
                "cannot_fetch",
                f"the storefront named order {reference.id} only, and it cannot be read ({reason})",
                "Complete the store's secret with its API credentials, then retry.",
            ) from None
        if found is None and not reference.deleted:
            raise Parked(
                "unknown_in_shop",
                f"the storefront told of a change of order {reference.id}, but does not know the order",
                "See in the storefront whether it was deleted; then nothing is to be done. Otherwise retry.",
            )
        return found

    def _storefront(self, name: str) -> Storefront:
        store = self.store(name)
        secret = self._secrets.read(store.secret)
        opened = self._storefronts.get(name)
        if opened is None or opened[0] != secret:  # a rotated key is taken up within minutes
            url = (self.environment.storefront_urls or {}).get(name, store.url)
            opened = secret, open_storefront(store.platform, name, url, secret, store.timezone)
            self._storefronts[name] = opened
        return opened[1]

    def _stored(self, key: str) -> str:
        answer: Any = aws.client("s3").get_object(Bucket=self.environment.payload_bucket, Key=key)
        text: str = answer["Body"].read().decode("utf-8")
        return text


def _left_out(missing: Sequence[Target]) -> str:
    """For the history: the fields that Salesforce lacks, or hides."""
    names = [f"{object_name}.{field}" for object_name, field in missing]
    more = f" and {len(names) - LINES_NAMED} more" if len(names) > LINES_NAMED else ""
    return f"left out, not in Salesforce: {', '.join(names[:LINES_NAMED])}{more}" if names else ""


def _fit(facts: OrgFacts, object_name: str, field: str) -> Fit:
    fact = facts.objects.get(object_name, {}).get(field)
    return Fit(fact.length, fact.scale) if fact else Fit()


def _stand_in(change: Change) -> str:
    """An id for a body that names none: the same body has the same, also when it is retried from the desk."""
    if change.parked_at is not None:
        return change.parked_at.partition("#")[2]
    return "unnamed-" + hashlib.sha256((change.payload or change.payload_key or "").encode()).hexdigest()[:16]
