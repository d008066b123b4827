"""Easel as a process of its own, to be killed, paused and stopped; and the folder that it works in."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tests.migrated import lay

E = TypeVar("E", bound="Easel")
ROOT = Path(__file__).parents[2]
READY_SECONDS = 60.0

VENDOR = """
[[vendors]]
name = "{name}"
title = "{name}"
dialect = "ledgered"
base_url = "{address}/{name}"
crash = {{ kind = "{crash}" }}
jobs_at_once = 6
images_per_minute = 0
answers = "in one call"
sends = "bytes"
bill = "dollars"
cancels = false
runs_in = "this machine"
keeps = "nothing"
terms_url = "none"
privacy_url = "none"

[[models]]
name = "{name}"
title = "{name}"
vendor = "{name}"
licence = "nobody's"
qualities = ["plain"]
default_quality = "plain"
formats = ["png"]
backgrounds = ["auto"]
takes_mask = false
references_max = 4
pictures_per_call = 2
prompt_characters_max = 1_000
markup_percent = 100
run_limits = [{{ pixels = 36_864, seconds = {run_seconds} }}]
sizes = {{ only = ["192x192"] }}
prices = {{ per = "picture", picture_nano = {{ plain = 40_000_000 }} }}
"""

PLANS = """
default_plan = "everyone"

[[plans]]
name = "everyone"
allowance = { credits = "1000000", per = "month" }
running_at_once = 8
waiting_max = 10_000
confirm_above = "1000"

[[caps]]
scope = "bot"
credits = "1000000"
per = "month"
"""


@dataclass
class Easel:
    """One Easel and its life: at most one process at a time, on one data folder."""

    folder: Path
    vendor: str
    run_seconds: int = 20
    drain_seconds: int = 5
    starts: int = 0
    _process: asyncio.subprocess.Process | None = None
    _address: asyncio.Future[str] = field(init=False)

    def __post_init__(self) -> None:
        self._address = asyncio.get_running_loop().create_future()
        self.configure()

    def configure(self) -> None:
        """Write the files that the next start reads."""
        config = self.folder / "config"
        config.mkdir(exist_ok=True)
        policies = {"keyed": "idempotency-key", "bare": "release"}
        vendors = [
            VENDOR.format(name=name, crash=crash, address=self.vendor, run_seconds=self.run_seconds)
            for name, crash in policies.items()
        ]
        (config / "catalogue.toml").write_text("".join(vendors), encoding="utf-8")
        (config / "plans.toml").write_text(PLANS, encoding="utf-8")

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What all processes wrote to standard error."""
        return self.folder / "easel.log"

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of every process that works in this folder."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PORT": "0",
            "EASEL_DATA_DIR": str(self.data),
            "EASEL_CONFIG_DIR": str(self.folder / "config"),
            "EASEL_DRAIN_SECONDS": str(self.drain_seconds),
        }

    @property
    def command_line(self) -> tuple[str, ...]:
        """What is started."""
        return (sys.executable, "-m", "tests.kill.process")

    @property
    def pid(self) -> int:
        """The process that runs."""
        assert self._process is not None
        return self._process.pid

    async def address(self) -> str:
        """Wait until it serves, and say where."""
        while True:
            # A start that was killed leaves a new promise behind.
            promise = self._address
            await asyncio.wait({promise})
            if not promise.cancelled():
                return promise.result()

    async def spawn(self) -> None:
        """Start the process, without waiting for it to serve."""
        assert self._process is None
        lay(self.data / "easel.db")
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.command_line,
                cwd=self.folder,
                env=dict(self.environment),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        self.starts += 1

    async def start(self) -> None:
        """Start the process and wait until it serves."""
        await self.spawn()
        await self.ready()

    async def ready(self) -> None:
        """Wait until the started process serves."""
        assert self._process is not None
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), READY_SECONDS)
        assert line, f"it did not start:\n{self.log.read_text(encoding='utf-8')[-4000:]}"
        self._address.set_result(line.decode().split()[-1])

    async def kill(self) -> None:
        """SIGKILL, at once."""
        await self._end(signal.SIGKILL)

    async def stop(self, timeout_seconds: float = 30) -> int:
        """SIGTERM; returns the exit code."""
        async with asyncio.timeout(timeout_seconds):
            return await self._end(signal.SIGTERM)

    def pause(self) -> None:
        """SIGSTOP."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)

    async def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        process = self._process
        if process.returncode is None:
            process.send_signal(number)
        self._address.cancel()
        self._address = asyncio.get_running_loop().create_future()
        code = await process.wait()
        self._process = None
        return code

    async def command(self, *words: str) -> tuple[int, str, str]:
        """Run a shell command of Easel beside the process; returns its exit code and both outputs."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *words,
            cwd=self.folder,
            env=dict(self.environment),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            said, complained = await asyncio.wait_for(process.communicate(), READY_SECONDS)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode or 0, said.decode(), complained.decode()

    async def late_pictures(self) -> set[str]:
        """Ask the shell command for the ids of paid pictures that arrived late."""
        code, listed, complained = await self.command("jobs", "--late", "--json")
        assert code == 0, complained
        return {line["picture"] for line in json.loads(listed)}

    async def close(self) -> None:
        """Leave nothing behind."""
        if self._process is not None:
            await self.kill()


@asynccontextmanager
async def ending(easel: E) -> AsyncIterator[E]:
    """End whatever of an Easel runs at the end of the block."""
    try:
        yield easel
    finally:
        await easel.close()


@asynccontextmanager
async def easel_in(
    folder: Path, vendor: str, *, run_seconds: int = 20, drain_seconds: int = 5
) -> AsyncIterator[Easel]:
    """Give an Easel that is not started yet."""
    async with ending(Easel(folder, vendor, run_seconds, drain_seconds)) as easel:
        yield easel
