"""Reading what a merchant wrote, with messages that name file, line, what is wrong and what is allowed."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from connector.errors import Misconfigured
from connector.settings.checking import check_mapping
from connector.settings.compiled import Settings
from connector.settings.mappings import MappingSpec
from connector.settings.stores import Misplaced, Stores

Shape = TypeVar("Shape", bound=BaseModel)


def load_sources(folder: Path, deployed: bool = False) -> Settings:
    """Validate stores.yaml and mappings/*.yaml under `folder`; raises `Misconfigured` with every finding.

    `deployed` adds what only a deployment asks for: secrets where the functions' roles may read them.
    """
    findings: list[str] = []
    stores = _load(folder / "stores.yaml", Stores, findings, deployed)
    mappings: dict[str, MappingSpec] = {}
    for path in sorted((folder / "mappings").glob("*.yaml")):
        mapping = _load(path, MappingSpec, findings, deployed)
        if mapping is not None and mapping.entity in mappings:
            findings.append(f"{path}:1: there is another mapping of {mapping.entity}; keep one of the two")
        elif mapping is not None:
            mappings[mapping.entity] = mapping
    if not findings and "order" not in mappings:
        findings.append(f"{folder / 'mappings'}: order.yaml is missing; copy the default one")
    if findings or stores is None:
        raise Misconfigured(findings)
    return Settings(stores=stores, mappings=mappings)


def _load(path: Path, shape: type[Shape], findings: list[str], deployed: bool) -> Shape | None:
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        findings.append(f"{path}: cannot be read ({error.strerror})")
        return None
    except UnicodeDecodeError as error:
        findings.append(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8")
        return None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_duplicates(node)
        found = shape.model_validate(yaml.safe_load(text) or {}, context={"deployed": deployed})
        if isinstance(found, MappingSpec):
            findings += [
                f"{path}:{_line(node, at)}: {_place(at)}{wrong}" for at, wrong in check_mapping(found)
            ]
        return found
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        findings.append(f"{path}:{line}: {error.problem}")
    except yaml.YAMLError as error:
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        findings.append(f"{path}:{line}: {getattr(error, 'reason', 'not YAML')}")
    except ValidationError as error:
        findings += _mistakes(path, node, error)
    return None


def _mistakes(path: Path, node: yaml.Node | None, error: ValidationError) -> list[str]:
    """One finding a line: of several ways to read one value, the one that came furthest."""
    by_line: dict[tuple[int, object], tuple[int, str]] = {}
    for mistake in error.errors():
        cause = mistake.get("ctx", {}).get("error")
        place = (*mistake["loc"], *(cause.place if isinstance(cause, Misplaced) else ()))
        line = _line(node, place)
        key = line, place[:1]
        if len(place) > by_line.get(key, (-1, ""))[0]:
            by_line[key] = (len(place), f"{path}:{line}: {_place(place)}{_advice(mistake)}")
    return [finding for _, finding in by_line.values()]


def _place(location: tuple[int | str, ...]) -> str:
    words = [str(part) for part in location if part != "[key]"]
    return ".".join(words) + ": " if words else ""


def _advice(error: object) -> str:
    assert isinstance(error, dict)
    kind, message = error["type"], str(error["msg"])
    if kind == "extra_forbidden":
        return "no such setting; see docs/settings.md for the names"
    if kind == "missing":
        return "is missing"
    return message.removeprefix("Value error, ")


def _refuse_duplicates(node: yaml.Node | None) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a name must be plain text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key.value} stands here twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
            _refuse_duplicates(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_duplicates(value)


def _line(node: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """The line of the deepest part of `location` that the file has."""
    line = node.start_mark.line if node else 0
    for part in location:
        step = _child(node, part)
        if step is None:
            break
        line, node = step
    return line + 1


def _child(node: yaml.Node | None, part: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line, node.value[part]
    return None
