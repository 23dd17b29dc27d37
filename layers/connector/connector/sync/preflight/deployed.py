"""The preflight of a deployment: secrets from Secrets Manager, findings kept to tell what is new."""

import time
from collections.abc import Callable

from connector.settings.compiled import load_compiled
from connector.settings.environment import Environment
from connector.sync.cursors import Cursors
from connector.sync.orgs import Orgs
from connector.sync.preflight.checking import Preflight
from connector.sync.preflight.findings import Finding, Report
from connector.sync.secrets import Secrets


class DeployedPreflight:
    """Checks the settings that this deployment runs with, in its own orgs."""

    def __init__(
        self, environment: Environment, secrets: Secrets | None = None, now: Callable[[], float] = time.time
    ) -> None:
        settings = load_compiled(environment.settings_dir)
        objects = frozenset(name for spec in settings.mappings.values() for name in spec.objects)
        secrets = secrets or Secrets()
        self._now = now
        self._orgs = Orgs(environment, settings.stores.salesforce, objects, secrets, now)
        self._cursors = Cursors(environment.cursors_table, now)
        simulated = environment.storefront_urls or {}
        self._preflight = Preflight(settings, secrets.read, self._orgs.session, simulated)

    def run(self, seconds: float) -> Report:
        """Check everything within these seconds, and share the orgs' facts with the flows."""
        self._orgs.begin(self._now() + seconds)
        report = self._preflight.run()
        for org, facts in report.facts.items():
            self._cursors.write_facts(org, facts)
            self._orgs.finish(org)
        return report

    def compare(self, report: Report) -> tuple[list[Finding], list[Finding]]:
        """What the last preflight did not find, and what is settled since; keeps this one for the next.

        Of an org that gave no answer now nothing is settled, and the last findings stay.
        """
        fresh: list[Finding] = []
        settled: list[Finding] = []
        for org in report.facts:
            found = [finding for finding in report.findings if finding.org == org]
            last = [Finding.from_json(kept) for kept in self._cursors.read_findings(org) or ()]
            fresh += [finding for finding in found if finding not in last]
            settled += [finding for finding in last if finding not in found]
            self._cursors.write_findings(org, [finding.to_json() for finding in found])
        fresh += [finding for finding in report.findings if finding.org in report.unasked]
        return fresh, settled
