"""DynamoDB condition and update expressions, as far as the connector writes them."""

import re
from decimal import Decimal

_TOKEN = re.compile(r"\s*(<>|<=|>=|[()<>=,+]|:?#?[A-Za-z0-9_]+)")


class Expression:
    """One expression over an item; names and values as in the request."""

    def __init__(self, text, names=None, values=None):
        self.tokens = list(_TOKEN.findall(text))
        self.names, self.values = names or {}, values or {}
        self.position = 0

    def holds(self, item):
        """Whether a condition expression holds."""
        self.position = 0
        result = self._either(item)
        assert self.position == len(self.tokens), f"cannot read {self.tokens[self.position :]}"
        return result

    def apply(self, item):
        """The item after an update expression."""
        self.position, changed = 0, dict(item)
        while self.position < len(self.tokens):
            verb = self._next()
            while True:
                self._change(verb, item, changed)
                if not self._take(","):
                    break
        return changed

    def _change(self, verb, item, changed):
        name = self._name()
        if verb == "SET":
            assert self._take("=")
            changed[name] = self._operand(item)
        elif verb == "REMOVE":
            changed.pop(name, None)
        elif verb == "ADD":
            before = Decimal(item.get(name, {"N": "0"})["N"])
            changed[name] = {"N": str(before + Decimal(self._value()["N"]))}
        else:
            raise AssertionError(f"unknown clause {verb}")

    def _operand(self, item):
        if self._take("if_not_exists"):
            assert self._take("(")
            name = self._name()
            assert self._take(",")
            value = self._operand(item)
            assert self._take(")")
            return item.get(name, value)
        return self._value() if self.tokens[self.position].startswith(":") else item[self._name()]

    def _either(self, item):
        result = self._both(item)
        while self._take("OR"):
            result = self._both(item) or result
        return result

    def _both(self, item):
        result = self._one(item)
        while self._take("AND"):
            result = self._one(item) and result
        return result

    def _one(self, item):
        if self._take("("):
            result = self._either(item)
            assert self._take(")")
            return result
        for function, wanted in (("attribute_not_exists", False), ("attribute_exists", True)):
            if self._take(function):
                assert self._take("(")
                name = self._name()
                assert self._take(")")
                return (name in item) is wanted
        name, operator, value = self._name(), self._next(), self._value()
        return name in item and _compare(item[name], operator, value)

    def _name(self):
        token = self._next()
        return self.names[token] if token.startswith("#") else token

    def _value(self):
        return self.values[self._next()]

    def _next(self):
        token = self.tokens[self.position]
        self.position += 1
        return token

    def _take(self, token):
        if self.position < len(self.tokens) and self.tokens[self.position] == token:
            self.position += 1
            return True
        return False


def _compare(left, operator, right):
    (kind, a), (other, b) = next(iter(left.items())), next(iter(right.items()))
    if kind != other:
        return operator == "<>"
    if kind == "N":
        a, b = Decimal(a), Decimal(b)
    return {"=": a == b, "<>": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator]
