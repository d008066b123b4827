"""Every sentence that people read, in one place.

A sentence is under 200 characters when its blanks are filled with ordinary values, names the next step and shows
no code. `docs/reference/sentences.md` is generated from this table.
"""

from __future__ import annotations

from typing import Any

SENTENCES: dict[str, str] = {
    # your words
    # your picture
    # money
    # our side
}


def say(key: str, **values: Any) -> str:
    """Fill the blanks of the sentence `key`; raises KeyError for an unknown sentence or a missing blank."""
    return SENTENCES[key].format(**values)
