"""How `easel run` ends."""

from __future__ import annotations

import asyncio
import json
import sys

from tests.cli.conftest import ROOT, Shell

BREAKS = """
from bot.cli import main
from bot.recovery import Recovery


async def breaks(self):
    raise RuntimeError("a bug")


Recovery.beat = breaks
main()
"""


async def test_a_bug_that_ends_background_work_ends_easel_loudly(shell: Shell) -> None:
    """The process stops in good order with an exit code that is not zero, and says why once."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", BREAKS, "run"),
        cwd=ROOT,
        env=shell.outer_environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, logged = await asyncio.wait_for(process.communicate(), 30)

    lines = [json.loads(line) for line in logged.splitlines()]
    assert process.returncode == 1, logged
    assert b"Easel is ready" in said
    [critical] = [line for line in lines if line["level"] == "critical"]
    assert (critical["event"], critical["task"]) == ("a background task died", "beat")
    assert "RuntimeError: a bug" in critical["exception"]
    assert not [line for line in lines if line["level"] == "error"]
