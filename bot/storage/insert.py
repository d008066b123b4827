"""INSERT with ON CONFLICT: the two databases spell it alike, SQLAlchemy keeps a class for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite

from bot.storage.transaction import Dialect, Tx, dialect_of

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert(db: Tx, table: Table) -> postgresql.Insert:
    """Begin an INSERT that may say what happens on a conflict."""
    return insert_into(dialect_of(db), table)


def insert_into(dialect: Dialect, table: Table) -> postgresql.Insert:
    """Begin such an INSERT for one kind of database, to be kept: building a statement costs more than sending it."""
    if dialect == "sqlite":
        return cast("postgresql.Insert", sqlite.insert(table))
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)
