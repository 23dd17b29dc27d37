"""Turns a canonical order into a plan, as its mapping file says. Compiled once per store and org."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from connector.errors import Failed
from connector.mapping.expressions import NOTHING, Compiler, Evaluate, truth
from connector.mapping.lines import Lines
from connector.mapping.plans import Plan, Policy, Record, Shared, Target, Value, digest
from connector.mapping.scopes import takes_person_accounts, view_store
from connector.mapping.values import UNKNOWN, Fit, render
from connector.model import Order
from connector.model.buyer import buyer_of
from connector.model.scope import SINGULAR, GoneOrder, OrgView
from connector.model.settlement import settle
from connector.settings.mappings import LinkSpec, MappingSpec, RecordSpec, SharedSpec, targets
from connector.settings.stores import Store

ScopeDict = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Link:
    field: str
    targets: tuple[str, ...]
    key: Evaluate | None


@dataclass(frozen=True, slots=True)
class _Kind:
    """One compiled record of the mapping."""

    name: str
    object: str
    key: Evaluate
    each: str | None
    singular: str | None
    when: Evaluate | None
    fields: tuple[tuple[str, Evaluate, Fit], ...]
    defaults: tuple[tuple[str, Evaluate, Fit], ...]
    links: tuple[_Link, ...]
    create_only: frozenset[str]


@dataclass(frozen=True, slots=True)
class _SharedKind:
    name: str
    id: Evaluate
    each: str | None
    singular: str | None
    policy: Policy
    when: Evaluate | None
    kinds: tuple[_Kind, ...]


class OrderMapper:
    """Maps orders of one store to one org. `fits` and `has` come from the org's facts."""

    def __init__(
        self,
        store_name: str,
        store: Store,
        spec: MappingSpec,
        org: OrgView,
        has: Callable[[str, str], bool] = lambda object_name, field: True,
        fit: Callable[[str, str], Fit] = lambda object_name, field: UNKNOWN,
    ) -> None:
        self._store_name, self._store, self._spec, self._org = store_name, store, spec, org
        self._has, self._fit = has, fit
        self._compiler = Compiler(store.zone, spec.values)
        self._person = takes_person_accounts(store, org)
        self._shared = tuple(self._shared_kind(name, part) for name, part in spec.shared.items())
        self._kinds = tuple(self._kind(name, part) for name, part in spec.records.items())
        self._objects = {kind.name: kind.object for part in self._shared for kind in part.kinds}
        self._objects |= {kind.name: kind.object for kind in self._kinds}
        self._view = view_store(store_name, store)
        self.missing = Lines(spec, store_name, store, org).missing(has)
        """The lines that are paused: the org lacks their field, or hides it from the connector."""

    def plan(self, order: Order) -> Plan:
        """What this version of the order wants written."""
        scope = self._scope(order)
        present: dict[str, Target] = {}
        as_of = f"{_moment(order.placed_at)}|{order.id}|{order.version}"
        shared = tuple(
            part for kind in self._shared for part in self._shared_records(kind, scope, present, as_of)
        )
        records = tuple(record for kind in self._kinds for record in self._records(kind, scope, present))
        objects = {record.target.object for record in records} | {
            kind.object for kind in self._kinds if kind.when is None or truth(kind.when(scope))
        }
        return Plan(shared, records, digest(records), frozenset(objects))

    def plan_gone(self, id: str) -> Record | None:
        """What is written of an order that the storefront deleted; None if the mapping says nothing of it."""
        gone = self._spec.gone
        if gone is None:
            return None
        scope: ScopeDict = {"order": GoneOrder(id=id), "store": self._view, "org": self._org}
        spec = self._spec.records[gone.record]
        kind = self._kind(gone.record, RecordSpec(object=spec.object, key=spec.key, fields=gone.fields))
        return self._record(kind, scope, {})

    def _scope(self, order: Order) -> ScopeDict:
        settlement = settle(
            order, self._store.amounts, f"-{order.currency}" if self._org.multi_currency else ""
        )
        return {
            "order": order,
            "buyer": buyer_of(order, self._store.guests, self._person),
            "items": settlement.items,
            "products": settlement.products,
            "store": self._view,
            "org": self._org,
        }

    def _shared_records(
        self, kind: _SharedKind, scope: ScopeDict, present: dict[str, Target], as_of: str
    ) -> Iterator[Shared]:
        for inner in _scopes(kind.each, kind.singular, scope):
            if kind.when is not None and not truth(kind.when(inner)):
                continue
            records = tuple(record for one in kind.kinds for record in self._records(one, inner, present))
            if records:
                yield Shared(kind.name, str(kind.id(inner)), kind.policy, as_of, records)

    def _records(self, kind: _Kind, scope: ScopeDict, present: dict[str, Target]) -> Iterator[Record]:
        for inner in _scopes(kind.each, kind.singular, scope):
            if kind.when is None or truth(kind.when(inner)):
                record = self._record(kind, inner, present)
                present[kind.name] = record.target
                yield record

    def _record(self, kind: _Kind, scope: ScopeDict, present: dict[str, Target]) -> Record:
        key = kind.key(scope)
        key = render(key)
        if key in (None, ""):
            raise Failed(f"mapping: the key of {kind.name} has no value")
        fields: dict[str, Value] = {
            name: render(value, fit) for name, get, fit in kind.fields if (value := get(scope)) is not NOTHING
        }
        _blank_unset_address_parts(fields)
        return Record(
            name=kind.name,
            target=Target(kind.object, f"{self._store_name}:{key}"),
            fields=fields,
            links={
                link.field: target for link in kind.links if (target := self._target(link, scope, present))
            },
            defaults={name: render(get(scope), fit) for name, get, fit in kind.defaults},
            create_only=kind.create_only,
        )

    def _target(self, link: _Link, scope: ScopeDict, present: dict[str, Target]) -> Target | None:
        if link.key is not None:
            return Target(self._objects[link.targets[0]], f"{self._store_name}:{render(link.key(scope))}")
        return next((present[name] for name in link.targets if name in present), None)

    def _shared_kind(self, name: str, spec: SharedSpec) -> _SharedKind:
        return _SharedKind(
            name=name,
            id=self._compiler.compile(spec.id),
            each=spec.each,
            singular=SINGULAR[spec.each] if spec.each else None,
            policy=spec.policy,
            when=self._compiler.compile(spec.when) if spec.when else None,
            kinds=tuple(self._kind(inner, part) for inner, part in spec.records.items()),
        )

    def _kind(self, name: str, spec: RecordSpec) -> _Kind:
        return _Kind(
            name=name,
            object=spec.object,
            key=self._compiler.compile(spec.key),
            each=spec.each,
            singular=SINGULAR[spec.each] if spec.each else None,
            when=self._compiler.compile(spec.when) if spec.when else None,
            fields=self._getters(spec.object, spec.fields),
            defaults=self._getters(spec.object, spec.defaults),
            links=tuple(
                _Link(field, targets(link), self._link_key(link))
                for field, link in spec.links.items()
                if self._has(spec.object, field)
            ),
            create_only=frozenset(spec.create_only),
        )

    def _link_key(self, link: object) -> Evaluate | None:
        return self._compiler.compile(link.key) if isinstance(link, LinkSpec) and link.key else None

    def _getters(self, object_name: str, fields: Mapping[str, str]) -> tuple[tuple[str, Evaluate, Fit], ...]:
        return tuple(
            (name, self._compiler.compile(text), self._fit(object_name, name))
            for name, text in fields.items()
            if self._has(object_name, name)
        )


def _scopes(each: str | None, singular: str | None, scope: ScopeDict) -> Iterator[ScopeDict]:
    if each is None or singular is None or singular in scope:
        yield scope
        return
    elements = scope[each]
    assert isinstance(elements, tuple)
    for element in elements:
        yield {**scope, singular: element}


_ADDRESS_PART = re.compile(r"^(\w*?)(Street|City|State|StateCode|PostalCode|Country|CountryCode)$")


def _blank_unset_address_parts(fields: dict[str, Value]) -> None:
    """An address moves as a whole: where one part has a value, its missing parts are empty, not unknown."""
    # Marked by the empty text, which Salesforce stores as null and which differs from None (no value at all).
    prefixes = {
        m[1] for name, value in fields.items() if value is not None and (m := _ADDRESS_PART.match(name))
    }
    if prefixes:
        for name, value in fields.items():
            if value is None and (match := _ADDRESS_PART.match(name)) and match[1] in prefixes:
                fields[name] = ""


def _moment(value: object) -> str:
    return str(render(value))
