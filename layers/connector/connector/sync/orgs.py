"""The Salesforce orgs of a container: sessions, facts, pauses, usage."""

import time
from collections.abc import Callable, Mapping

from connector.errors import Deferred, NotWritten, Parked
from connector.model.scope import OrgView
from connector.salesforce.facts import OrgFacts
from connector.salesforce.reading import read_facts, standard_price_book
from connector.salesforce.session import Session
from connector.settings.environment import Environment
from connector.settings.stores import SalesforceOrg
from connector.sync.cursors import Cursors
from connector.sync.secrets import Secrets

LIMIT_PAUSE_SECONDS = 900.0
"""Salesforce sends no Retry-After; the daily allowance is a rolling window."""


RECHECK_SECONDS = 3600.0
"""How long a container goes by the facts that it read before it looks for newer ones in the cursors table."""

RENEW_SECONDS = 300.0
"""A container asks an org itself no more often than this."""


class Orgs:
    """Opens each org once per container. `begin` starts an invocation: problems are remembered no longer than that."""

    def __init__(
        self,
        environment: Environment,
        orgs: Mapping[str, SalesforceOrg],
        objects: frozenset[str],
        secrets: Secrets,
        now: Callable[[], float] = time.time,
        cursors: Cursors | None = None,
    ) -> None:
        self._environment, self._orgs, self._objects, self._secrets = environment, orgs, objects, secrets
        self._now = now
        self._cursors = cursors or Cursors(environment.cursors_table, now)
        self._sessions: dict[str, Session] = {}
        self._facts: dict[str, tuple[float, OrgFacts]] = {}
        self._renewed: dict[str, float] = {}
        self._problems: dict[str, NotWritten] = {}
        self._deadline = 0.0

    def begin(self, deadline: float) -> None:
        """A new invocation, which ends at `deadline` (seconds since the epoch)."""
        self._deadline = deadline
        self._problems = {}

    def session(self, name: str) -> Session:
        """The org's session. Raises Deferred while the org rests after a limit."""
        if name in self._problems:
            raise self._problems[name]
        if self._cursors.paused_until(name) > self._now():
            raise self._remember(name, Deferred("salesforce_limit", "the org's API allowance is used up"))
        if name not in self._sessions:
            org = self._orgs[name]
            self._sessions[name] = Session(
                name,
                self._environment.salesforce_url or org.host,
                org.api_version,
                lambda: self._secrets.read(org.secret),
                self._cursors,
                time_left=lambda: self._deadline - self._now(),
                allow_duplicates=org.duplicates == "allow",
            )
        return self._sessions[name]

    def facts(self, name: str) -> OrgFacts:
        """What the org offers, not much older than a day."""
        if name in self._facts and self._now() < self._facts[name][0] + RECHECK_SECONDS:
            return self._facts[name][1]
        if name in self._problems:
            raise self._problems[name]
        facts = self._cursors.read_facts(name)
        if facts is None:
            try:
                facts = self._read_facts(name)
            except NotWritten as problem:
                raise self._remember(name, problem) from None
        self._facts[name] = self._now(), facts
        return facts

    def renew_facts(self, name: str) -> bool:
        """Ask the org again, because it refused a field; whether it changed. Raises Deferred if it gives no answer."""
        before, now = self.facts(name), self._now()
        if now < self._renewed.get(name, 0.0) + RENEW_SECONDS:
            return False
        self._renewed[name] = now
        self._facts[name] = now, self._read_facts(name)
        return self._facts[name][1] != before

    def matches_duplicates(self, name: str) -> bool:
        """Whether a buyer whom a duplicate rule refuses is to be looked for."""
        return self._orgs[name].duplicates != "park"

    def finish(self, name: str) -> None:
        """Share what the last answer said of the allowance."""
        usage = self._sessions[name].usage if name in self._sessions else None
        if usage is not None:
            self._cursors.note_usage(name, usage)

    def pause(self, name: str) -> None:
        """The org refused for its allowance: let everybody rest."""
        self._cursors.pause(name, LIMIT_PAUSE_SECONDS * self._environment.time_scale)

    def _read_facts(self, name: str) -> OrgFacts:
        session = self.session(name)
        try:
            facts = read_facts(session, self._objects)
        except Parked:
            # An org whose describes are closed to us: plain facts, asked again by the next container.
            return OrgFacts(standard_price_book(session))
        self._cursors.write_facts(name, facts)
        return facts

    def _remember(self, name: str, problem: NotWritten) -> NotWritten:
        self._problems[name] = problem
        return problem


def view_org(facts: OrgFacts) -> OrgView:
    """The facts that expressions see."""
    return OrgView(
        multi_currency=facts.multi_currency,
        person_accounts=facts.person_accounts,
        person_record_type=facts.person_record_type,
        address_picklists=facts.address_picklists,
        standard_price_book=facts.standard_price_book,
    )
