"""Refunds, decided at the shell while Easel runs and while it does not."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.storage import Tx
from bot.storage.schema import adjustments
from tests.cli.conftest import Shell, furnish, now, write
from tests.storage.builders import HOUSE, Order, deliver

WHY = "the picture was not what you meant"
THERE = ("--tenant", HOUSE)
DONE = "#1 is refunded to Ann: 0 credits into the allowance, 1 credit into the balance. The caps keep it.\n"


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

    assert first.output == DONE
    assert second.output.startswith("#1 was refunded before. A job is refunded once")
    assert (first.exit_code, second.exit_code) == (0, 2)
    assert await write(shell.config, noted) == [(1_000, "operator", WHY)]


async def test_the_easel_that_runs_refunds(shell: Shell) -> None:
    """The command hands its wish to the process that owns the data folder."""
    await write(shell.config, sell)

    async with shell.running():
        said = await asyncio.to_thread(shell, "refund", "1", WHY, *THERE)

    assert said.output == DONE
    assert await write(shell.config, noted) == [(1_000, "operator", WHY)]


async def test_quota_refund_is_the_same_refund(shell: Shell) -> None:
    """Whichever of the two commands comes first, the other says that it was done."""
    await write(shell.config, sell)

    first = await asyncio.to_thread(shell, "quota", "refund", "1", WHY, *THERE)
    second = await asyncio.to_thread(shell, "refund", "1", WHY, *THERE)

    assert first.output == DONE
    assert (second.exit_code, second.output.startswith("#1 was refunded before.")) == (2, True)
    assert await write(shell.config, noted) == [(1_000, "operator", WHY)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("7", WHY), "There is no job 7 that you can see"),
        (("7", WHY, *THERE), "There is no job 7 that you can see"),
        (("1", WHY, *THERE), "#1 has not ended, so it has cost nothing yet."),
        (("1", "x" * 201, *THERE), "reason"),
        (("1", WHY, "--tenant", "discord:9"), "There is no tenant discord:9."),
    ],
    ids=["no job of this tenant", "no job", "open", "long reason", "no tenant"],
)
async def test_what_cannot_be_refunded_is_said(shell: Shell, words: tuple[str, ...], said: str) -> None:
    """In one sentence, with exit code 2, and nothing is booked."""
    await write(shell.config, furnish, Order("1"))

    result = await asyncio.to_thread(shell, "refund", *words)

    assert (result.exit_code, said in result.output) == (2, True), result.output
    assert await write(shell.config, noted) == []
