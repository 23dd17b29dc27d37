"""Which rules the simulator has, and which tests reach them.

A rule is a place in `local/salesforce` that makes an answer of refusal. Each needs a test whose docstring states the
fact that it enforces and ends with the evidence for it, in brackets, with its source where one is known:

    [documented: Object Reference, Order]   Salesforce's own documentation says so
    [recorded]                              seen in a recorded answer of an org
    [reported]                              somebody else's word: another vendor, a blog, a library's issues
    [assumed]                               nobody could check it; the first live org may show otherwise
    [ours]                                  no fact of Salesforce: how the simulator is driven
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import local.salesforce

ROOT = Path(local.salesforce.__file__).parent
REFUSALS = frozenset({"ApiError", "OAuthError", "Unreadable", "MultipleMatches"})
EVIDENCE = re.compile(r"\[(documented|recorded|reported|assumed|ours)(: [^\[\]]+)?\]\Z")
# A refusal is made by its class, which one or two functions that word it may call.
_DEEPEST = 4


@dataclass(frozen=True, order=True)
class Rule:
    """A place that refuses: file below `local/salesforce`, first and last line, source."""

    file: str
    first: int
    last: int
    source: str

    def __str__(self) -> str:
        return f"local/salesforce/{self.file}:{self.first}: {self.source}"


def rules() -> list[Rule]:
    """All rules of the simulator, in the order of files and lines."""
    trees = {path: ast.parse(path.read_text()) for path in sorted(ROOT.rglob("*.py"))}
    wording = {name for tree in trees.values() for name in _wording(tree)}
    return sorted(rule for path, tree in trees.items() for rule in _rules(path, tree, wording))


def _wording(tree: ast.Module) -> Iterator[str]:
    """Functions that word a refusal for others to raise: `def integrity(...) -> ApiError`."""
    for each in ast.walk(tree):
        returned = each.returns if isinstance(each, ast.FunctionDef) else None
        if isinstance(returned, ast.Name) and returned.id in REFUSALS:
            yield each.name


def _rules(path: Path, tree: ast.Module, wording: set[str]) -> Iterator[Rule]:
    own = set(_wording(tree))
    known = REFUSALS | own | (wording & _imported(tree))
    for each in _outside(tree, own):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in known:
            source = " ".join(ast.unparse(each).split())
            yield Rule(str(path.relative_to(ROOT)), each.lineno, each.end_lineno or each.lineno, source[:120])


def _imported(tree: ast.Module) -> set[str]:
    return {name.name for each in ast.walk(tree) if isinstance(each, ast.ImportFrom) for name in each.names}


def _outside(node: ast.AST, wording: set[str]) -> Iterator[ast.AST]:
    """All nodes but those inside the functions that only word a refusal."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef) and child.name in wording:
            continue
        yield child
        yield from _outside(child, wording)


class Reached:
    """The rules that were reached, by the test that reached them."""

    def __init__(self) -> None:
        self.known = rules()
        self.by_test: dict[str, set[Rule]] = {}
        self._by_file: dict[str, list[Rule]] = {}
        for each in self.known:
            self._by_file.setdefault(str(ROOT / each.file), []).append(each)

    def note(self, test: str) -> None:
        """Note the rule that is making a refusal right now; called while one is made."""
        frame: FrameType | None = sys._getframe(2)
        for _ in range(_DEEPEST):
            if frame is None:
                return
            for each in self._by_file.get(frame.f_code.co_filename, ()):
                if each.first <= frame.f_lineno <= each.last:
                    self.by_test.setdefault(test, set()).add(each)
                    return
            frame = frame.f_back

    def missing(self) -> list[Rule]:
        """Rules that no test reached."""
        reached = set().union(*self.by_test.values()) if self.by_test else set()
        return [each for each in self.known if each not in reached]
