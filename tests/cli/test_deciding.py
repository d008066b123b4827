"""What is decided at the shell about jobs of unknown outcome and pictures that came late."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from bot.core.jobs import CallState
from bot.storage import Tx, jobs
from bot.storage.jobs import Claim
from bot.storage.schema import verdicts
from tests.cli.conftest import Shell, furnish, now, write
from tests.storage.builders import HOUSE, Calling, Order, call_out, places, store, take
from tests.storage.builders import give_up as end_call

THERE = ("--tenant", HOUSE)


def lose(db: Tx) -> None:
    """Lose two jobs; the picture of the first came late."""
    furnish(db, Order("late"), Order("gone"))
    for name in ("late", "gone"):
        calling = Calling(f"job-{name}")
        epoch = take(db, calling.job, now=now())
        call_out(db, calling, epoch, now=now())
        end_call(db, calling, CallState.UNKNOWN)
        jobs.finish(db, Claim(calling.job, epoch), places(1), reason=None, now=now())
    store(db, Calling("job-late"), now=now())


def decided(db: Tx) -> list[tuple[str, str, str]]:
    """List what was decided: the job, the act, by whom."""
    query = select(verdicts.c.job, verdicts.c.act, verdicts.c.by).order_by(verdicts.c.at)
    return [(row[0], row[1], row[2]) for row in db.execute(query)]


async def test_the_shell_lists_and_decides_once(shell: Shell) -> None:
    """Deliver what came late, forgive what is unknown; each once, each as the operator's."""
    await write(shell.config, lose)

    listed = await asyncio.to_thread(shell, "quota", "lost", *THERE)
    said = [
        await asyncio.to_thread(shell, "quota", "lost", act, number, *THERE)
        for act, number in (
            ("deliver", "1"),
            ("deliver", "1"),
            ("forgive", "2"),
            ("forgive", "2"),
            ("charge", "9"),
        )
    ]

    assert "#1" in listed.output
    assert "#2" in listed.output
    assert [result.exit_code for result in said] == [0, 2, 0, 0, 2]
    assert "gets 1 picture that came late, free" in said[0].output
    assert "the caps have" in said[2].output
    assert "#2 was decided before" in said[3].output
    assert await write(shell.config, decided) == [
        ("job-late", "deliver", "operator"),
        ("job-gone", "forgive", "operator"),
    ]


async def test_an_act_without_a_number_is_explained(shell: Shell) -> None:
    """It says what to write, and nothing is decided."""
    await write(shell.config, lose)

    said = await asyncio.to_thread(shell, "quota", "lost", "charge", *THERE)

    assert (said.exit_code, "/quota lost charge 142" in said.output) == (2, True)
    assert await write(shell.config, decided) == []
