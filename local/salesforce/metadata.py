"""Reading files of the Salesforce source: elements by their name in the Metadata API's namespace."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import parse

_NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"


def read_root(path: Path) -> Element:
    """The root element of a file."""
    root = parse(path).getroot()
    if root is None:
        raise ValueError(f"{path} has no root element")
    return root


def within(node: Element, path: str) -> list[Element]:
    """The elements at a path such as `valueSet/restricted`."""
    return node.findall("/".join(f"{_NAMESPACE}{part}" for part in path.split("/")))


def text(node: Element | None, path: str) -> str:
    """The text of the first element at a path; empty when there is none."""
    found = [] if node is None else within(node, path)
    return (found[0].text or "").strip() if found else ""


def texts(node: Element, path: str) -> list[str]:
    """The texts of all elements at a path."""
    return [(each.text or "").strip() for each in within(node, path)]


def flag(node: Element, path: str) -> bool:
    """Whether the element at a path says true."""
    return text(node, path) == "true"
