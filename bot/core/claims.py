"""Codes by which somebody becomes the first admin of a place: short enough to type, too many to guess."""

from __future__ import annotations

import hmac

CODE_BYTES = 8
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Thirty-two that nobody takes for one another."""


def claim_code(random: bytes) -> str:
    """Make a code such as "K7QM-2F9D" from 8 random bytes, five bits of each."""
    letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in random)
    return f"{letters[:4]}-{letters[4:]}"


def is_same_code(given: str, kept: str) -> bool:
    """Compare a code as somebody typed it, in a time that tells nothing."""
    return hmac.compare_digest(_plain(given), _plain(kept))


def _plain(code: str) -> bytes:
    return "".join(code.upper().replace("-", "").split()).encode()
