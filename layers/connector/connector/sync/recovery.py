"""After a crash or an unanswered call: what does Salesforce really hold of these records?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from connector.mapping.plans import Target
from connector.salesforce.graphs import KEY_FIELD
from connector.salesforce.reading import read_keys
from connector.salesforce.session import Session
from connector.sync.drafting import relationship
from connector.sync.work import Work, owned_keys


def recover(session: Session, works: Iterable[Work]) -> None:
    """Replace what the works' states say they own by what Salesforce holds: one query per object and 100 records."""
    wanted: dict[tuple[str, str], dict[str, Work]] = defaultdict(dict)
    found: dict[int, set[Target]] = {}
    for work in works:
        assert work.plan is not None
        found[id(work)] = set()
        own = work.own_targets()
        for record in work.plan.records:
            parents = {name: target for name, target in record.links.items() if target in own}
            for field, parent in parents.items():
                wanted[record.target.object, f"{relationship(field)}.{KEY_FIELD}"][parent.key] = work
            if not parents:
                wanted[record.target.object, KEY_FIELD][record.target.key] = work
    for (object_name, path), by_parent in wanted.items():
        for parent_key, keys in read_keys(session, object_name, path, sorted(by_parent)).items():
            found[id(by_parent[parent_key])].update(Target(object_name, key) for key in keys)
    for work in works:
        work.state = replace(work.state, owned=owned_keys(found[id(work)]))


def find_existing(session: Session, targets: Iterable[Target]) -> set[Target]:
    """Which of the targets Salesforce has: one query per object and 100 records."""
    by_object: dict[str, set[str]] = defaultdict(set)
    for target in targets:
        by_object[target.object].add(target.key)
    found: set[Target] = set()
    for object_name, keys in by_object.items():
        for matches in read_keys(session, object_name, KEY_FIELD, sorted(keys)).values():
            found.update(Target(object_name, key) for key in matches)
    return found
