"""What a preflight finds, for machines and for people."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from connector.salesforce.facts import OrgFacts

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that will not work (error) or may not (warning). What it is not about is empty.

    `store` names one store or, joined by commas, all those to which the finding applies. `mapping` is the mapping
    file's entity and `record` the name of one of its records; `object` and `field` are Salesforce's names.
    """

    severity: Severity
    what: str
    what_to_do: str
    org: str = ""
    store: str = ""
    mapping: str = ""
    record: str = ""
    object: str = ""
    field: str = ""

    def to_json(self) -> dict[str, str]:
        """As plain text by name."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, str]) -> "Finding":
        """The inverse of `to_json`."""
        severity: Severity = "error" if kept["severity"] == "error" else "warning"
        return cls(severity, **{name: text for name, text in kept.items() if name != "severity"})

    @property
    def place(self) -> str:
        """What it is about, in one word for people."""
        salesforce = ".".join(part for part in (self.object, self.field) if part)
        mapping = ".".join(part for part in (self.mapping, self.record) if part)
        return " ".join(part for part in (self.org, self.store, mapping, salesforce) if part)


@dataclass(frozen=True, slots=True)
class Report:
    """One preflight. Of the orgs in `unasked` no field is known: the login failed, or they gave no answer.

    `down` are those among them that may answer later, without anybody mending anything.
    """

    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, OrgFacts] = field(default_factory=dict)
    unasked: tuple[str, ...] = ()
    down: tuple[str, ...] = ()

    def count(self, severity: Severity) -> int:
        """How many findings of a severity there are."""
        return sum(finding.severity == severity for finding in self.findings)

    def to_json(self) -> dict[str, object]:
        """For machines: counts and findings."""
        return {
            "errors": self.count("error"),
            "warnings": self.count("warning"),
            "unasked": list(self.unasked),
            "findings": [finding.to_json() for finding in self.findings],
        }


def join_stores(findings: Iterable[Finding]) -> list[Finding]:
    """Findings that differ only in their store become one that names all its stores."""
    stores: dict[Finding, list[str]] = defaultdict(list)
    for finding in findings:
        stores[replace(finding, store="")].append(finding.store)
    return [
        replace(finding, store=", ".join(dict.fromkeys(filter(None, names))))
        for finding, names in stores.items()
    ]
