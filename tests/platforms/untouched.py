"""What is in the tables, so that a test can see that nothing came of an act."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from bot.storage.schema import jobs, metadata, pictures
from bot.storage.transaction import Tx

Tables = dict[str, list[tuple[Any, ...]]]


def all_but(db: Tx, left_out: Collection[str]) -> Tables:
    """Read every table but those that anybody's act may write."""
    return {
        table.name: sorted((tuple(row) for row in db.execute(select(table))), key=repr)
        for table in metadata.sorted_tables
        if table.name not in left_out
    }


def changed(before: Tables, after: Tables) -> list[str]:
    """Name the tables that are not as before."""
    return [name for name, rows in after.items() if rows != before[name]]


def ids(db: Tx) -> list[tuple[str, str]]:
    """Read the jobs and their pictures, in the order of their numbers."""
    query = select(jobs.c.id, pictures.c.id).join(pictures, pictures.c.job == jobs.c.id)
    return [(row[0], row[1]) for row in db.execute(query.order_by(jobs.c.number))]
