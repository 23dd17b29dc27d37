"""template.yaml obeys every rule that cfn-lint does not know.

`test_rules.py` breaks the template against each rule, so that none of these can pass by accident.
"""

import pytest

from tests.template.reading import Template
from tests.template.rules import RULES, Rule


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_template_has_none_of(rule: Rule, template: Template) -> None:
    assert rule(template) == []
