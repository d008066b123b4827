"""INSERT with ON CONFLICT: the two databases spell it alike, SQLAlchemy keeps a class for each."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.transaction import Tx, dialect_of


def insert(db: Tx, table: Table) -> postgresql.Insert:
    """Begin an INSERT that may say what happens on a conflict."""
    if dialect_of(db) == "sqlite":
        return cast("postgresql.Insert", sqlite.insert(table))
    return postgresql.insert(table)
