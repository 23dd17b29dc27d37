"""Check what a merchant wrote and compile it: `python -m connector.settings.compile SETTINGS_DIR OUT_DIR [--deployed]`.

Runs inside `sam build` and when the laptop stack starts, so wrong settings are never deployed. Functions then read one
JSON file and load no YAML parser. Writes OUT_DIR/compiled.json beside copies of the sources; exit code 1 with one line
for each finding otherwise.
"""

import json
import shutil
import sys
from pathlib import Path

from connector.errors import Misconfigured
from connector.settings.compiled import Settings
from connector.settings.loading import load_sources


def compile_settings(source: Path, target: Path, deployed: bool = False) -> Settings:
    """Validate `source`, write the result to `target`, return it; raises `Misconfigured`."""
    settings = load_sources(source, deployed)
    _check_rules(source / "rules.py")
    target.mkdir(parents=True, exist_ok=True)
    for name in ("stores.yaml", "rules.py"):
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
    shutil.copytree(source / "mappings", target / "mappings", dirs_exist_ok=True)
    compiled = settings.model_dump(mode="json", exclude_defaults=False)
    (target / "compiled.json").write_text(json.dumps(compiled, indent=1) + "\n", "utf-8")
    return settings


def _check_rules(path: Path) -> None:
    if not path.exists():
        return
    try:
        compile(path.read_bytes(), str(path), "exec")
    except SyntaxError as error:
        raise Misconfigured([f"{path}:{error.lineno or 1}: {error.msg}"]) from None
    except ValueError:
        raise Misconfigured([f"{path}:1: holds a null byte; save it as UTF-8 text"]) from None


def main(arguments: list[str]) -> int:
    """The command."""
    deployed = arguments[2:] == ["--deployed"]
    if len(arguments) != 2 and not deployed:
        print(
            "usage: python -m connector.settings.compile SETTINGS_DIR OUT_DIR [--deployed]", file=sys.stderr
        )
        return 2
    try:
        settings = compile_settings(Path(arguments[0]), Path(arguments[1]), deployed)
    except Misconfigured as error:
        print("The settings cannot work:", file=sys.stderr)
        print("\n".join(error.findings), file=sys.stderr)
        return 1
    print(
        f"settings: {len(settings.stores.stores)} stores, {len(settings.mappings)} mappings", file=sys.stderr
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
