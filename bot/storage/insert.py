"""INSERT with ON CONFLICT: the two databases spell it alike, SQLAlchemy keeps a class for each."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.transaction import Dialect, Tx, dialect_of


def insert(db: Tx, table: Table) -> postgresql.Insert:
    """Begin an INSERT that may say what happens on a conflict."""
    return insert_into(dialect_of(db), table)


def insert_into(dialect: Dialect, table: Table) -> postgresql.Insert:
    """Begin such an INSERT for one kind of database, to be kept: building a statement costs more than sending it."""
    if dialect == "sqlite":
        return cast("postgresql.Insert", sqlite.insert(table))
    return postgresql.insert(table)
