"""Checking RS256 signatures with the standard library alone: enough DER and PKCS #1 for that."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----(.*?)-----END \1-----", re.DOTALL)
# The DigestInfo of SHA-256 in PKCS #1 v1.5 (RFC 8017, 9.2, note 1).
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
_INTEGER, _BIT_STRING, _OCTET_STRING, _SEQUENCE = 0x02, 0x03, 0x04, 0x30


@dataclass(frozen=True)
class PublicKey:
    """An RSA public key."""

    modulus: int
    exponent: int

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether this is the RS256 signature of the message."""
        size = (self.modulus.bit_length() + 7) // 8
        if len(signature) != size:
            return False
        digest = _SHA256 + hashlib.sha256(message).digest()
        padded = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
        return pow(int.from_bytes(signature, "big"), self.exponent, self.modulus) == int.from_bytes(
            padded, "big"
        )


def public_key(pem: str) -> PublicKey:
    """The public key in a PEM file that holds a public or a private RSA key; ValueError for anything else."""
    match = _PEM.search(pem)
    if match is None:
        raise ValueError("not a PEM file")
    body = base64.b64decode("".join(match[2].split()))
    kind = match[1]
    if kind == "RSA PUBLIC KEY":
        return _from_numbers(_members(body), 0)
    if kind == "RSA PRIVATE KEY":
        return _from_numbers(_members(body), 1)
    members = _members(body)
    if kind == "PUBLIC KEY":
        return _from_numbers(_members(_content(members, 1, _BIT_STRING)[1:]), 0)
    if kind == "PRIVATE KEY":
        return _from_numbers(_members(_content(members, 2, _OCTET_STRING)), 1)
    raise ValueError(f"no RSA key: {kind}")


def _from_numbers(members: list[tuple[int, bytes]], first: int) -> PublicKey:
    numbers = [int.from_bytes(_content(members, index, _INTEGER), "big") for index in (first, first + 1)]
    return PublicKey(numbers[0], numbers[1])


def _content(members: list[tuple[int, bytes]], index: int, tag: int) -> bytes:
    if index >= len(members) or members[index][0] != tag:
        raise ValueError("not an RSA key")
    return members[index][1]


def _members(der: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of each member of a DER sequence."""
    tag, content, _ = _element(der, 0)
    if tag != _SEQUENCE:
        raise ValueError("not a DER sequence")
    found, at = [], 0
    while at < len(content):
        tag, member, at = _element(content, at)
        found.append((tag, member))
    return found


def _element(der: bytes, at: int) -> tuple[int, bytes, int]:
    if at + 2 > len(der):
        raise ValueError("truncated DER")
    tag, length, at = der[at], der[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, at = int.from_bytes(der[at : at + count], "big"), at + count
    if at + length > len(der):
        raise ValueError("truncated DER")
    return tag, der[at : at + length], at + length
