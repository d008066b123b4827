"""Ids that sort by time, fit Discord's nonce and keep database indexes local."""

from __future__ import annotations

import base64

RANDOM_BYTES = 9
_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghjkmnpqrstvwxyz")


def new_id(now: int, random: bytes) -> str:
    """Make an id of 24 characters from `now` (milliseconds) and 9 random bytes.

    48 bits of time come first, so ids made later sort later.
    """
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"an id takes {RANDOM_BYTES} random bytes, not {len(random)}")
    raw = (now & 0xFFFFFFFFFFFF).to_bytes(6, "big") + random
    return base64.b32encode(raw).decode("ascii").translate(_CROCKFORD)
