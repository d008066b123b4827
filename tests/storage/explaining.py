"""How a database says it carries out what the code under test asks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from bot.storage import Tx, dialect_of


@contextmanager
def statements_of(db: Tx) -> Iterator[list[tuple[str, Any]]]:
    """Collect what is executed."""
    seen: list[tuple[str, Any]] = []

    def note(*said: Any) -> None:
        _connection, _cursor, statement, parameters, _context, is_many = said
        if not is_many:
            seen.append((statement, parameters))

    event.listen(db, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db, "before_cursor_execute", note)


def plans_of(db: Tx, act: Callable[[Tx], object], *words: str) -> list[str]:
    """Say how each statement of `act` that has all of `words` is carried out."""
    with statements_of(db) as seen:
        act(db)
    explain = "EXPLAIN QUERY PLAN " if dialect_of(db) == "sqlite" else "EXPLAIN "
    plans = []
    for statement, parameters in seen:
        if all(word in statement for word in words):
            rows = db.exec_driver_sql(explain + statement, parameters)
            plans.append(statement + "\n" + "\n".join(str(row[-1]) for row in rows))
    return plans
