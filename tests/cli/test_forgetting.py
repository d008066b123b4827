"""An operator forgets somebody who left."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from bot.storage import Tx
from bot.storage.people import Identity
from bot.storage.schema import deeds, identities, jobs
from bot.storage.schema import people as people_table
from tests.cli.conftest import Shell, furnish, now, write
from tests.storage.builders import HOUSE, Order, deliver

THERE = ("--tenant", HOUSE)


def leave(db: Tx) -> None:
    """Let Ann buy one picture, and be known in the chat."""
    furnish(db, Order("1"))
    deliver(db, Order("1"), now=now())
    db.execute(identities.insert(), vars(Identity("web", HOUSE, "u1", "Ann")) | {"person": "ann"})


def kept(db: Tx) -> tuple[str, str, list[str]]:
    """Read the name, the request of the job and the deeds."""
    name = db.execute(select(people_table.c.name).where(people_table.c.id == "ann")).scalar_one()
    request = db.execute(select(jobs.c.request)).scalar_one()
    return name, request, list(db.execute(select(deeds.c.act)).scalars())


async def test_somebody_who_left_is_forgotten(shell: Shell) -> None:
    """By name; the act is written down, and nobody is found a second time."""
    await write(shell.config, leave)

    first = await asyncio.to_thread(shell, "forget", "Ann", "--yes", *THERE)
    second = await asyncio.to_thread(shell, "forget", "Ann", "--yes", *THERE)

    name, request, acts = await write(shell.config, kept)
    assert (first.exit_code, second.exit_code) == (0, 2)
    assert first.output.startswith("Forgotten: ")
    assert second.output == f"Nobody in {HOUSE} is called Ann.\n"
    assert name == "somebody who left"
    assert "lighthouse" not in request
    assert acts == ["forgotten"]
