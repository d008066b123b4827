"""A transaction, seen from inside the function that runs in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from sqlalchemy import Connection, Engine, event

from bot.core.errors import EaselError

Tx = Connection
"""What a function reads and writes through; the only thing that it may touch beside its arguments."""

Check = Callable[[Tx], None]
"""Runs at the end of every write, inside its transaction; whatever it raises undoes the write."""

Dialect = Literal["sqlite", "postgresql"]


class StorageBusy(EaselError):
    """Somebody else kept a lock for longer than the caller wanted to wait; nothing was written."""


class StorageFull(EaselError):
    """The disk has no room left; nothing was written, and a write works again when there is room."""


class StorageClosed(EaselError):
    """The database was closed before this was asked of it; nothing was written."""


@dataclass(slots=True)
class Hooks:
    """The calls that wait for the COMMIT, oldest first; a savepoint that is undone takes its own with it."""

    calls: list[Callable[[], None]] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)

    def open_savepoint(self) -> None:
        self.marks.append(len(self.calls))

    def close_savepoint(self, *, undone: bool) -> None:
        mark = self.marks.pop() if self.marks else 0
        if undone:
            del self.calls[mark:]


def after_commit(db: Tx, call: Callable[[], None]) -> None:
    """Run `call` once, on the event loop, after the COMMIT of this write has really happened.

    It does not run when the write, or the savepoint in which it was registered, is undone.
    Raises RuntimeError outside a write.
    """
    hooks = _hooks(db)
    if hooks is None:
        raise RuntimeError("after_commit belongs in a function that Database.write runs")
    hooks.calls.append(call)


def dialect_of(db: Tx) -> Dialect:
    """Name the database, for the few statements that differ."""
    return cast("Dialect", db.dialect.name)


@contextmanager
def collecting_hooks(db: Tx) -> Iterator[Hooks]:
    """Collect what `after_commit` is given while one function runs."""
    hooks = Hooks()
    info = db.info  # asked for again, it would raise once the connection is lost
    info[Hooks] = hooks
    try:
        yield hooks
    finally:
        info.pop(Hooks, None)


def guard(engine: Engine) -> None:
    """Tie hooks to savepoints, and keep functions from committing by themselves."""

    def opened(db: Tx, *_: Any) -> None:
        if (hooks := _hooks(db)) is not None:
            hooks.open_savepoint()

    def released(db: Tx, *_: Any) -> None:
        if (hooks := _hooks(db)) is not None:
            hooks.close_savepoint(undone=False)

    def undone(db: Tx, *_: Any) -> None:
        if (hooks := _hooks(db)) is not None:
            hooks.close_savepoint(undone=True)

    def committing(db: Tx) -> None:
        if _hooks(db) is not None:
            db.connection.rollback()  # SQLAlchemy now counts the transaction as ended and will not send it
            raise RuntimeError("a function must not commit; Database.write does it when the function returns")

    event.listen(engine, "savepoint", opened)
    event.listen(engine, "release_savepoint", released)
    event.listen(engine, "rollback_savepoint", undone)
    event.listen(engine, "commit", committing)


def _hooks(db: Tx) -> Hooks | None:
    return None if db.invalidated else cast("Hooks | None", db.info.get(Hooks))
