"""The simulator has no rule without a test that states its fact."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.salesforce_simulator.rules import EVIDENCE, Reached

FOLDER = Path(__file__).parent


def folder_tests() -> Iterator[tuple[Path, ast.FunctionDef]]:
    for path in sorted(FOLDER.glob("test_*.py")):
        for each in ast.walk(ast.parse(path.read_text())):
            if isinstance(each, ast.FunctionDef) and each.name.startswith("test_"):
                yield path, each


def test_each_test_states_its_fact_and_the_evidence_for_it():
    without = [
        f"{path.name}:{each.lineno} {each.name}"
        for path, each in folder_tests()
        if path != Path(__file__) and not EVIDENCE.search((ast.get_docstring(each) or "").strip())
    ]
    assert not without, "these state no fact, or no evidence as rules.py tells it:\n" + "\n".join(without)


def test_each_rule_is_reached_by_a_test(request: pytest.FixtureRequest, reached: Reached):
    """Runs last; a part of the folder's tests cannot tell."""
    there = {(item.path.name, item.function.__name__) for item in request.session.items}
    wanted = {(path.name, each.name) for path, each in folder_tests()}
    if wanted - there:
        pytest.skip("needs all tests of the folder in one run")
    missing = [str(each) for each in reached.missing()]
    assert not missing, f"no test reaches these {len(missing)} rules:\n" + "\n".join(missing)
