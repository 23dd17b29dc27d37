"""The project's template, parsed once."""

import pytest

from tests.template.reading import TREE, Template, read_template


@pytest.fixture(scope="session")
def template() -> Template:
    return read_template((TREE / "template.yaml").read_text("utf-8"))
