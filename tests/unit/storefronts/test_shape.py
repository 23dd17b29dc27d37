"""The first look at untrusted JSON: strict, cheap, and silent about values."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.storefronts.shape import (
    FLAG,
    ID,
    MAX_DEPTH,
    MONEY,
    NUMBER,
    TEXT,
    Malformed,
    OneOf,
    Required,
    check,
    read_json,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


class TestReading:
    @given(JSON)
    def test_any_json_is_read_as_the_library_reads_it(self, value):
        assert read_json(json.dumps(value).encode()) == value

    @given(st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused(self, body):
        try:
            read_json(body)
        except Malformed:
            return

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b'{"a": 1,}',
            b"{'a': 1}",
            b'{"a": NaN}',
            b'{"a": Infinity}',
            b'{"a": -Infinity}',
            b'{"a": 1e400}',
            b'{"a": -1e400}',
            b'{"a": ' + b"9" * 5000 + b"}",
            b'\xef\xbb\xbf{"a": 1}',
            b'{"a": "\xff"}',
            b'{"a": "\xed\xa0\x80"}',
            '{"a": 1}'.encode("utf-16"),
            b'{"a": 1} trailing',
            b'{"a": "line\nfeed"}',
        ],
    )
    def test_what_is_not_strict_json_is_refused(self, body):
        with pytest.raises(Malformed):
            read_json(body)

    @pytest.mark.parametrize("opening", [b"[", b'{"a":'])
    def test_deep_nesting_is_refused(self, opening):
        closing = b"]" if opening == b"[" else b"}"
        for depth in (MAX_DEPTH + 1, 100_000):
            with pytest.raises(Malformed, match="nested"):
                read_json(opening * depth + b"1" + closing * depth)
        assert read_json(opening * MAX_DEPTH + b"1" + closing * MAX_DEPTH)

    def test_brackets_inside_texts_and_side_by_side_are_no_nesting(self):
        body = json.dumps({"note": '[{"\\' * 200, "list": [[]] * 200}).encode()
        assert read_json(body)

    def test_endless_text_of_quotes_is_refused_at_once(self):
        body = b"[" * (MAX_DEPTH + 1) + b'"' + b'\\"' * 20_000
        begun = time.process_time()
        with pytest.raises(Malformed):
            read_json(body)
        assert time.process_time() - begun < 1, "the time must grow with the length, not with its square"

    def test_last_of_two_equal_names_counts_as_in_the_adapter(self):
        assert read_json(b'{"id": 1, "id": 2}') == {"id": 2}

    def test_refusal_tells_nothing_of_the_content(self):
        with pytest.raises(Malformed) as caught:
            read_json(b'{"email": "buyer@example.com"')
        assert "buyer" not in str(caught.value)


class TestShapes:
    @pytest.mark.parametrize(
        ("shape", "good", "bad"),
        [
            (ID, [1, 0, 2**63 - 1, "gid", "x" * 255], [-1, 2**63, 1.0, True, "", "x" * 256, [], {}]),
            (
                MONEY,
                ["0", "-1.50", "10.123456789012", 1, 1.5],
                ["", "1,50", "1e5", " 1", "NaN", "1" * 16, 10**15, True],
            ),
            (NUMBER, [0, -1, 1.5], ["1", True, 10**15]),
            (TEXT, ["", "x"], [1, True, [], {}]),
            (FLAG, [True, False], [0, 1, "true"]),
            ([TEXT], [[], ["a"], [None]], [["a", 1], {}, "a"]),
            ({"a": TEXT}, [{}, {"a": None}, {"b": 1}], [{"a": 1}, [], "a"]),
            (OneOf((TEXT, [TEXT])), ["a", ["a"]], [1, [1]]),
        ],
    )
    def test_kinds(self, shape, good, bad):
        for value in good:
            check(value, shape)
        for value in bad:
            with pytest.raises(Malformed):
                check(value, shape)

    def test_null_passes_unless_required(self):
        check(None, TEXT)
        with pytest.raises(Malformed, match=r"body\.a is missing"):
            check({}, {"a": Required(TEXT)})

    def test_place_and_kind_are_named_and_the_value_is_not(self):
        with pytest.raises(Malformed) as caught:
            check({"lines": [{}, {"email": ["buyer@example.com"]}]}, {"lines": [{"email": TEXT}]})
        assert str(caught.value) == "body.lines[1].email: expected text, found a list"
