"""`easel quota`: the same acts as in the chat, by the Easel that runs or alone."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.errors import Paused
from bot.storage import Tx, audit, pauses, views
from bot.storage.schema import identities
from tests.cli.conftest import Shell, furnish, now, write
from tests.storage.builders import CREDIT, HOUSE

THERE = ("--tenant", HOUSE)


def introduce(db: Tx) -> None:
    """Let Ann have used Easel there."""
    furnish(db)
    who = {"platform": "web", "tenant": HOUSE, "user": "u1", "person": "ann", "name": "Ann"}
    db.execute(identities.insert(), who)


async def test_the_shell_grants_and_shows(shell: Shell) -> None:
    """Alone on the folder: credits with an end, a limit, a plan; shown as a table, noted as the operator's."""
    await write(shell.config, introduce)

    granted = await asyncio.to_thread(
        shell, "quota", "grant", "Ann", "50", "for", "30", "days", "thanks", *THERE
    )
    asked = await asyncio.to_thread(shell, "quota", "grant", "Ann", "5000", *THERE)
    sure = await asyncio.to_thread(shell, "quota", "grant", "Ann", "5000", "--yes", *THERE)
    capped = await asyncio.to_thread(shell, "quota", "cap", "server", "7", "per", "day", *THERE)
    unknown = await asyncio.to_thread(shell, "quota", "plan", "Ann", "golden", *THERE)
    shown = await asyncio.to_thread(shell, "quota", "show", "everyone", *THERE)

    money = await write(shell.config, views.money, "ann", None, now=now())
    deeds = await write(shell.config, audit.newest, HOUSE, limit=9)
    assert granted.output.startswith("Done: 50 credits for Ann, with")
    # The setup is offered to the first admin in the chat, not used up by whoever runs Easel.
    assert not any("first admin" in each.output for each in (granted, sure, capped, shown))
    assert (asked.exit_code, sure.exit_code, capped.exit_code) == (2, 0, 0)
    assert "Repeat it with --yes" in asked.output
    assert "There is no plan “golden”. Choose one of everyone, small, large, or none." in unknown.output
    assert "7 of 7 credits left" in shown.output
    assert [rest for _, rest in money.ending] == [50 * CREDIT]
    assert [(deed.act, deed.by, deed.amount) for deed in deeds] == [
        ("cap", "operator", 7 * CREDIT),
        ("grant", "operator", 5_000 * CREDIT),
        ("grant", "operator", 50 * CREDIT),
    ]


async def test_the_shell_pauses_reports_and_shows_the_place(shell: Shell) -> None:
    """An operator pauses one tenant, and lifts what its admins paused; without a name the whole place is shown."""
    await write(shell.config, introduce)

    paused = await asyncio.to_thread(shell, "quota", "pause", "the bill is being checked", *THERE)
    with pytest.raises(Paused, match="the bill is being checked"):
        await write(shell.config, pauses.check_here, HOUSE)
    resumed = await asyncio.to_thread(shell, "quota", "resume", "it", "is", "fine", *THERE)
    again = await asyncio.to_thread(shell, "quota", "resume", *THERE)
    shown = await asyncio.to_thread(shell, "quota", "show", *THERE)
    report = await asyncio.to_thread(shell, "quota", "report", "2026-13", *THERE)
    month = await asyncio.to_thread(shell, "quota", "report", *THERE)
    log = await asyncio.to_thread(shell, "quota", "log", *THERE)

    assert paused.output.startswith("Easel is paused here: the bill is being checked.")
    assert resumed.output.startswith("Easel goes on here")
    assert again.exit_code == 0
    assert shown.output.startswith("How people spend here")
    assert "is no period" in report.output
    assert (month.exit_code, "Nothing ended in" in month.output) == (0, True)
    assert "operator · resume · “it is fine”" in log.output


async def test_a_cap_that_goes_is_noted_as_gone(shell: Shell) -> None:
    """For one period, or for all."""
    await write(shell.config, introduce)

    for words in (("7", "per", "day"), ("none", "per", "day"), ("8", "per", "week"), ("none",)):
        await asyncio.to_thread(shell, "quota", "cap", "server", *words, *THERE)

    deeds = await write(shell.config, audit.newest, HOUSE, limit=4)
    assert [(deed.amount, deed.detail) for deed in reversed(deeds)] == [
        (7 * CREDIT, "per day"),
        (None, "none per day"),
        (8 * CREDIT, "per week"),
        (None, "none"),
    ]


async def test_the_easel_that_runs_answers(shell: Shell) -> None:
    """The command hands its line to the process that owns the data folder; who is unknown is said."""
    await write(shell.config, introduce)

    async with shell.running():
        blocked = await asyncio.to_thread(shell, "quota", "block", "Ann", "spam", *THERE)
        nobody = await asyncio.to_thread(shell, "quota", "show", "Zoe", *THERE)
        nowhere = await asyncio.to_thread(shell, "quota", "show", "Ann", "--tenant", "discord:9")

    assert "Ann cannot order here any more" in blocked.output
    assert "I know nobody called “Zoe” here" in nobody.output
    assert "There is no tenant discord:9" in nowhere.output
