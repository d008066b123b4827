"""Reports at the shell."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

from tests.cli.conftest import Shell, write
from tests.cli.test_refunding import THERE, sell


async def test_a_period_is_summed_up(shell: Shell, tmp_path: Path) -> None:
    """While Easel runs too; the file has the sums of every day."""
    await write(shell.config, sell)
    file = tmp_path / "sums.csv"

    async with shell.running():
        said = await asyncio.to_thread(shell, "report", "--csv", str(file), *THERE, "today")

    assert "so far: 1 picture in 1 job, 1 credit charged." in said.output
    assert "Person Ann" in said.output
    [row] = csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
    assert (row["person"], row["pictures"], row["credits charged"]) == ("Ann", "1", "1")


async def test_what_cannot_be_reported_is_said(shell: Shell) -> None:
    """An unknown tenant, a period that is none, a file that cannot be written."""
    await write(shell.config, sell)

    said = [
        await asyncio.to_thread(shell, "report", *words)
        for words in (("--tenant", "nowhere"), ("2026-13", *THERE), ("--csv", "/nowhere/x.csv", *THERE))
    ]

    assert [each.exit_code for each in said] == [2, 2, 2]
    assert "There is no tenant nowhere." in said[0].output
    assert "“2026-13” is no period." in said[1].output
    assert "could not be written" in said[2].output
