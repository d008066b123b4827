"""Refunds, decided at the shell while Easel runs and while it does not."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.operating import Operating, RefundJob
from bot.storage import Tx, open_database
from bot.storage.schema import adjustments
from tests.cli.conftest import Shell, furnish, now, write
from tests.storage.builders import HOUSE, Order, deliver

WHY = "the picture was not what you meant"
THERE = ("--tenant", HOUSE)


def sell(db: Tx) -> None:
    """Let Ann buy one picture with her own credits."""
    furnish(db, Order("1"))
    deliver(db, Order("1"), now=now())


def noted(db: Tx) -> list[tuple[int, str, str]]:
    """List the refunds: amount, by whom, why."""
    query = select(adjustments.c.amount, adjustments.c.by, adjustments.c.reason)
    return [(row[0], row[1], row[2]) for row in db.execute(query.where(adjustments.c.kind == "refund"))]


async def test_a_job_is_refunded_once(shell: Shell) -> None:
    """It says what went back where; the second time it says that this was done, and gives nothing."""
    await write(shell.config, sell)

    first = await asyncio.to_thread(shell, "refund", "1", WHY, *THERE)
    second = await asyncio.to_thread(shell, "refund", "1", WHY, *THERE)

    assert first.output == f"#1 of {HOUSE} is refunded to Ann: 1 credit into the balance.\n"
    assert second.output == f"#1 of {HOUSE} was refunded before. A job is refunded once.\n"
    assert (first.exit_code, second.exit_code) == (0, 2)
    assert await write(shell.config, noted) == [(1_000, "operator", WHY)]


async def test_the_easel_that_runs_refunds(shell: Shell) -> None:
    """The command hands its wish to the process that owns the data folder."""
    await write(shell.config, sell)

    async with shell.running():
        said = await asyncio.to_thread(shell, "refund", "1", WHY, *THERE)

    assert said.output == f"#1 of {HOUSE} is refunded to Ann: 1 credit into the balance.\n"
    assert await write(shell.config, noted) == [(1_000, "operator", WHY)]


async def test_who_watches_is_told(shell: Shell) -> None:
    """The page shows the credits at once; what was not refunded moves nothing there."""
    await write(shell.config, sell)
    rings: list[int] = []
    database = await open_database(shell.config.database_url)
    operating = Operating(database, now, (), shell.config.plans, ring=lambda: rings.append(1))

    for _ in range(2):
        await operating.answer(RefundJob(tenant=HOUSE, number=1, reason=WHY).model_dump_json())
    await database.close()

    assert rings == [1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("7", WHY), "There is no job #7 of local. See: easel tenants list"),
        (("7", WHY, *THERE), f"There is no job #7 of {HOUSE}. See: easel tenants list"),
        (("1", WHY, *THERE), f"#1 of {HOUSE} has not ended, so it has cost nothing yet."),
        (("1", " . "), "Say why in 1 to 200 characters; the person reads it."),
        (("1", "x" * 201), "Say why in 1 to 200 characters; the person reads it."),
    ],
    ids=["no job of this tenant", "no job", "open", "no reason", "long reason"],
)
async def test_what_cannot_be_refunded_is_said(shell: Shell, words: tuple[str, ...], said: str) -> None:
    """In one sentence, with exit code 2, and nothing is booked."""
    await write(shell.config, furnish, Order("1"))

    result = await asyncio.to_thread(shell, "refund", *words)

    assert (result.exit_code, result.output) == (2, f"{said}\n")
    assert await write(shell.config, noted) == []
