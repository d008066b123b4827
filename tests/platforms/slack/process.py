"""Easel as the process that an operator runs, unmodified; it finds its Slack by the environment alone."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

from tests.doubles.slack.double import Slack
from tests.platforms.slack.easel import Way, environment

ROOT = Path(__file__).parents[3]
READY_SECONDS = 60.0


class Process:
    """One `python -m bot run` at a time, on one folder; what it says is kept in `said`."""

    def __init__(self, slack: Slack, folder: Path, way: Way = "socket") -> None:
        self._slack = slack
        self._folder = folder
        self.way = way
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self.said = ""
        self.address = ""

    async def start(self) -> None:
        """Start it and wait until Slack reaches it."""
        environ = {**os.environ, **environment(self._slack, self._folder, self.way)}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            cwd=ROOT,
            env=environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        ready = asyncio.Event()
        self._reading = asyncio.create_task(self._read(ready, len(self.said)))
        async with asyncio.timeout(READY_SECONDS):
            await ready.wait()
        if self.way == "http":
            self._slack.transport.request_url = f"{self.address}/slack/events"

    async def kill(self) -> None:
        """Kill it as nothing expects it."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Stop it as an operator does."""
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    async def _read(self, ready: asyncio.Event, since: int) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.said += line.decode(errors="replace")
            new = self.said[since:]
            if (found := re.search(r"http://[\w.:]+", new)) and "connected to Slack" in new:
                self.address = found[0].rstrip("/")
                ready.set()
