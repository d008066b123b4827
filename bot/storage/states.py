"""Conditions on states whose text names the state: a partial index serves only a query that is seen to imply it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, literal

from bot.core.jobs import JobState, ReplyState
from bot.storage.schema import jobs, replies


def is_waiting(table: Any = jobs) -> ColumnElement[bool]:
    """Build the condition for waiting jobs."""
    return _is(table.c.state, JobState.WAITING)


def is_running(table: Any = jobs) -> ColumnElement[bool]:
    """Build the condition for running jobs."""
    return _is(table.c.state, JobState.RUNNING)


def is_owed() -> ColumnElement[bool]:
    """Build the condition for replies that are not posted yet."""
    states = [ReplyState.DUE.value, ReplyState.POSTING.value]
    return replies.c.state.in_(bindparam(None, states, Text, expanding=True, literal_execute=True))


def _is(column: ColumnElement[str], state: StrEnum) -> ColumnElement[bool]:
    return column == literal(state.value, Text, literal_execute=True)
