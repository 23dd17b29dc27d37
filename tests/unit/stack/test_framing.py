"""Chunked request bodies, as clients stream them."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.framing import read_chunks


def chunked(pieces: list[bytes], extension: bytes = b"", trailers: bytes = b"") -> bytes:
    return b"".join(b"%x%b\r\n%b\r\n" % (len(piece), extension, piece) for piece in pieces if piece) + (
        b"0\r\n" + trailers + b"\r\n"
    )


@given(pieces=st.lists(st.binary(max_size=40), max_size=6))
def test_pieces_become_one_body_and_the_next_request_is_left(pieces):
    stream = BytesIO(chunked(pieces) + b"GET / HTTP/1.1\r\n")
    assert read_chunks(stream, 1000) == b"".join(pieces)
    assert stream.read() == b"GET / HTTP/1.1\r\n"


def test_extensions_and_trailers_are_passed_over():
    stream = BytesIO(chunked([b"abc"], b";name=value", b"Checksum: 1\r\n") + b"next")
    assert read_chunks(stream, 1000) == b"abc"
    assert stream.read() == b"next"


def test_no_more_is_read_than_tells_that_the_limit_is_passed():
    assert len(read_chunks(BytesIO(chunked([b"x" * 50, b"x" * 50])), 60)) == 61


@pytest.mark.parametrize("body", [b"", b"abc\n", b"zz\r\nab\r\n0\r\n\r\n", b"-5\r\nabcde\r\n0\r\n\r\n"])
def test_what_is_not_chunked_is_refused(body):
    with pytest.raises(ValueError, match=r"invalid literal|negative"):
        read_chunks(BytesIO(body), 1000)
