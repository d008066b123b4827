"""Orders for the bare database: people with an allowance, under one cap of the whole bot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from sqlalchemy import update

from bot.core.jobs import JobState
from bot.storage import Database, Tx, accepting, open_database
from bot.storage.accepting import NewJob
from bot.storage.migrate import migrate
from bot.storage.schema import jobs
from tests.storage import builders

PEOPLE = tuple(f"person {number}" for number in range(100))
LIMIT = 10**12
PLACES = builders.places()


def new_job(number: int | str, person: str) -> NewJob:
    """Order one picture."""
    meters = (builders.allowance(person, LIMIT), builders.meter("bot", LIMIT, "bot"))
    return builders.Order(f"order {number}", person, meters=meters).new_job()


def new_jobs(count: int) -> list[NewJob]:
    """Order `count` pictures, everybody in turn."""
    return [new_job(number, PEOPLE[number % len(PEOPLE)]) for number in range(count)]


async def furnished(path: Path) -> None:
    """Make a database in which everybody has ordered before."""
    url = f"sqlite:///{path}"
    await migrate(url, backup_dir=None, now=builders.NOW)
    database = await open_database(url)
    await database.write(builders.furnish, *PEOPLE)
    await accept_all(database, [new_job(f"of {person}", person) for person in PEOPLE], 16)
    await database.write(end_all)
    await database.close()


def end_all(db: Tx) -> None:
    """Empty the queue."""
    db.execute(update(jobs).values(state=JobState.DONE, ended=builders.NOW))


def accepting_into(database: Database) -> Callable[[NewJob], Awaitable[None]]:
    """Return what accepts one order."""

    async def accept(new: NewJob) -> None:
        outcome = await database.write(accepting.accept, new, PLACES, now=builders.NOW)
        if not outcome.is_new or outcome.refusal is not None:
            raise RuntimeError(f"{new.id} was not accepted: {outcome}")

    return accept


async def accept_all(database: Database, wanted: Sequence[NewJob], callers: int) -> float:
    """Accept orders, each caller one after the other; returns how many were accepted in a second."""
    accept = accepting_into(database)
    left = iter(wanted)

    async def call() -> None:
        for new in left:
            await accept(new)

    began = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(callers)))
    return len(wanted) / (time.perf_counter() - began)
