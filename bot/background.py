"""Tasks that run as long as the process does."""

from __future__ import annotations

import asyncio
import contextlib
import signal

import structlog

log = structlog.get_logger(__name__)


class BackgroundDied(Exception):
    """A bug ended what must run all the time; it is logged already."""


async def stop(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they have ended."""
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task


def has_died(task: asyncio.Task[None]) -> bool:
    """Whether a bug ended a task."""
    return task.done() and not task.cancelled() and task.exception() is not None


def die_loudly(task: asyncio.Task[None]) -> None:
    """A background task never ends by itself; if a bug ends it, the process stops rather than limp on."""
    if has_died(task):
        log.critical("a background task died", task=task.get_name(), exc_info=task.exception())
        signal.raise_signal(signal.SIGTERM)
