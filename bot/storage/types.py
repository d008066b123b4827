"""Column types that mean the same on SQLite and PostgreSQL, and the text that both can keep."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer
from sqlalchemy.types import TypeEngine

Serial: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")
"""A key that the database counts up by itself; SQLite does so only for INTEGER."""


def clean_text(text: str) -> str:
    """Drop what PostgreSQL or UTF-8 cannot keep: NUL and lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
