"""Words of people, shown as they were typed: no markup, no mention, no link comes alive."""

from __future__ import annotations

import re

CONTENT_CHARACTERS_MAX = 2_000

_MARKUP = re.compile(r"([\\`*_~|<>\[\]()#@:-])")


def escaped(text: str) -> str:
    """Put a backslash before every sign that Discord would read: markup, mentions, links, emoji, list marks."""
    return _MARKUP.sub(r"\\\1", text)


def fitted(content: str, limit: int = CONTENT_CHARACTERS_MAX) -> str:
    """Cut a text to what a message holds; a cut escape goes with its backslash."""
    if len(content) <= limit:
        return content
    cut = content[: limit - 1]
    backslashes = len(cut) - len(cut.rstrip("\\"))
    return (cut[:-1] if backslashes % 2 else cut) + "…"
