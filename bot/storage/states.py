"""Conditions on states whose text names the state: a partial index serves only a query that is seen to imply it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Text, literal_column

from bot.core.jobs import JobState, ReplyState
from bot.storage.schema import jobs, replies


def is_waiting(table: Any = jobs) -> ColumnElement[bool]:
    """Build the condition for waiting jobs."""
    return _is(table.c.state, JobState.WAITING)


def is_running(table: Any = jobs) -> ColumnElement[bool]:
    """Build the condition for running jobs."""
    return _is(table.c.state, JobState.RUNNING)


def is_done(table: Any = jobs) -> ColumnElement[bool]:
    """Build the condition for jobs that gave pictures."""
    return _is(table.c.state, JobState.DONE)


def is_owed() -> ColumnElement[bool]:
    """Build the condition for replies that are not posted yet."""
    return replies.c.state.in_([_text(ReplyState.DUE), _text(ReplyState.POSTING)])


def _is(column: ColumnElement[str], state: StrEnum) -> ColumnElement[bool]:
    return column == _text(state)


def _text(state: StrEnum) -> ColumnElement[str]:
    return literal_column(f"'{state.value}'", Text)
