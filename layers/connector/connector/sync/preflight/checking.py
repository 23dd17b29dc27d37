"""One preflight over all orgs and stores. Needs no AWS: who runs it says how secrets and sessions are opened."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from connector.errors import Deferred, Parked
from connector.mapping.lines import Lines, WrittenRecord
from connector.salesforce.facts import OrgFacts
from connector.salesforce.org_state import OrgState, read_state
from connector.salesforce.reading import read_facts
from connector.salesforce.session import Session
from connector.settings.compiled import Settings
from connector.settings.stores import Store
from connector.sync.orgs import view_org
from connector.sync.preflight.credentials import ReadSecret, check_org_secret, check_store_secret
from connector.sync.preflight.findings import Finding, Report, join_stores
from connector.sync.preflight.records import check_records, of_store
from connector.sync.preflight.states import check_state, check_store_in_org, secret_username


class Preflight:
    """Checks stores, secrets and every mapping line against the orgs as they are now."""

    def __init__(
        self,
        settings: Settings,
        read_secret: ReadSecret,
        open_session: Callable[[str], Session],
        simulated: Iterable[str] = (),
    ) -> None:
        self._settings, self._read_secret, self._open = settings, read_secret, open_session
        self._simulated = frozenset(simulated)
        """The stores that a simulator stands for."""

    def run(self) -> Report:
        """Check every org that a store names."""
        findings: list[Finding] = []
        facts: dict[str, OrgFacts] = {}
        unasked: dict[str, bool] = {}
        for org in sorted({store.salesforce for store in self._settings.stores.stores.values()}):
            found = [*self._check_credentials(org)]
            findings += found
            if any(finding.severity == "error" and not finding.store for finding in found):
                unasked[org] = False  # without its secret nobody can log in
                continue
            try:
                facts[org], more = self._check_org(org)
                findings += more
            except (Parked, Deferred) as problem:
                unasked[org] = isinstance(problem, Deferred)
                findings.append(_unanswered(org, problem))
        down = tuple(org for org, is_down in unasked.items() if is_down)
        return Report(tuple(sorted(findings)), facts, tuple(unasked), down)

    def _stores(self, org: str) -> dict[str, Store]:
        return {name: s for name, s in self._settings.stores.stores.items() if s.salesforce == org}

    def _check_credentials(self, org: str) -> Iterator[Finding]:
        for finding in check_org_secret(self._settings.stores.salesforce[org], self._read_secret):
            yield replace(finding, org=org)
        for name, store in self._stores(org).items():
            if store.url == "simulator" and name not in self._simulated:
                what = "its url is `simulator`, which exists on the laptop only"
                yield Finding("error", what, "Write the shop's own address into stores.yaml.", org, name)
            for finding in check_store_secret(store, self._read_secret):
                yield replace(finding, org=org, store=name)

    def _check_org(self, org: str) -> tuple[OrgFacts, list[Finding]]:
        session = self._open(org)
        mappings = self._settings.mappings
        facts = read_facts(session, {name for spec in mappings.values() for name in spec.objects})
        state = read_state(session, facts.multi_currency)
        written: set[str] = set()
        findings: list[Finding] = []
        for name, store in self._stores(org).items():
            records = {entity: self._records(entity, name, store, facts) for entity in mappings}
            written |= {record.object for many in records.values() for record in many}
            findings += self._check_store(org, name, store, records, facts, state)
        secret = self._read_secret(self._settings.stores.salesforce[org].secret)
        whole = check_state(facts, state, frozenset(written), secret_username(secret))
        return facts, [*(replace(finding, org=org) for finding in whole), *join_stores(findings)]

    def _records(self, entity: str, name: str, store: Store, facts: OrgFacts) -> list[WrittenRecord]:
        return list(Lines(self._settings.mappings[entity], name, store, view_org(facts)).records())

    def _check_store(
        self,
        org: str,
        name: str,
        store: Store,
        records: dict[str, list[WrittenRecord]],
        facts: OrgFacts,
        state: OrgState,
    ) -> Iterator[Finding]:
        yield from of_store(check_store_in_org(store, facts, state), org, name, "")
        for entity, many in records.items():
            yield from of_store(check_records(many, facts), org, name, entity)


def _unanswered(org: str, problem: Parked | Deferred) -> Finding:
    if isinstance(problem, Parked):
        return Finding("error", problem.message, problem.next_step, org)
    return Finding("warning", f"Salesforce cannot be asked now ({problem})", "Run the preflight again.", org)
