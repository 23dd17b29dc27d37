"""Chunked bodies of HTTP/1.1 requests, which Python's own server does not read (RFC 9112, 7.1)."""

from __future__ import annotations

from io import BufferedIOBase

_LONGEST_LINE = 8192


def read_chunks(stream: BufferedIOBase, limit: int) -> bytes:
    """The body, or just more than `limit` bytes of one that is too large (the stream is then left in its middle).

    Raises ValueError when what comes is not chunked.
    """
    body = bytearray()
    while size := int(stream.readline(_LONGEST_LINE).split(b";")[0], 16):
        if size < 0:
            raise ValueError("a negative chunk size")
        body += stream.read(min(size, limit + 1 - len(body)))
        if len(body) > limit:
            return bytes(body)
        stream.readline(_LONGEST_LINE)
    while stream.readline(_LONGEST_LINE) not in (b"\r\n", b"\n", b""):
        pass  # trailers
    return bytes(body)
