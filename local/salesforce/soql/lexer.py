"""SOQL text into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from local.salesforce.soql.errors import malformed

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>'(?:[^'\\]|\\.)*')
    |(?P<datetime>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2}))
    |(?P<date>\d{4}-\d{2}-\d{2})
    |(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<word>[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*(?::\d+)?)
    |(?P<symbol><=|>=|!=|<>|[(),=<>])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "'": "'", '"': '"', "\\": "\\"}
_UNICODE = 5  # the u and four digits


@dataclass(frozen=True)
class Token:
    """One token: its kind, its text and its place."""

    kind: str
    text: str
    at: int

    def is_word(self, *words: str) -> bool:
        """Whether this is one of these keywords, in any case."""
        return self.kind == "word" and self.text.upper() in words


def tokens(text: str) -> list[Token]:
    """All tokens, and one of kind `end`; ApiError for a character that starts none."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise malformed(f"line 1:{at} no viable alternative at character '{text[at]}'")
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match[0], at))
        at = match.end()
    return [*found, Token("end", "<EOF>", at)]


def unquoted(text: str, *, pattern: bool) -> str:
    r"""A string literal's value; in the pattern of a LIKE `\%` and `\_` keep their backslash."""

    def replaced(match: re.Match[str]) -> str:
        escape = match[1]
        if pattern and escape in {"%", "_"}:
            return match[0]
        if len(escape) == _UNICODE:
            return chr(int(escape[1:], 16))
        if escape.lower() not in _ESCAPES:
            raise malformed(f"Illegal escape sequence \\{escape} in string literal")
        return _ESCAPES[escape.lower()]

    return re.sub(r"\\(u[0-9A-Fa-f]{4}|.)", replaced, text[1:-1], flags=re.DOTALL)
