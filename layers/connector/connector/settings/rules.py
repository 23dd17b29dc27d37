"""Loading the merchant's rules.py: functions called at named steps."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

STEPS = ("after_parse", "before_write", "after_write")


class Rules:
    """The hooks of rules.py; a step that it does not define changes nothing."""

    def __init__(self, module: ModuleType | None = None) -> None:
        self._module = module

    @classmethod
    def load(cls, folder: Path) -> "Rules":
        """Read rules.py beside the settings, if there is one."""
        path = folder / "rules.py"
        if not path.exists():
            return cls()
        spec = importlib.util.spec_from_file_location("merchant_rules", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return cls(module)

    def step(self, name: str) -> Callable[..., Any] | None:
        """The function of a step."""
        return getattr(self._module, name, None)
