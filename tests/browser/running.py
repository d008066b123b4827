"""A real Easel in a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
READY_SECONDS = 60
NO_VARIABLES: Mapping[str, str] = MappingProxyType({})


@dataclass
class Easel:
    """Starts, kills and starts again the same Easel: one data folder, one port."""

    folder: Path
    port: int
    variables: Mapping[str, str]
    process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        """Where its chat is."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Run it, with one drawing at a time, and wait until it says that it is ready."""
        self.folder.mkdir(exist_ok=True)
        catalogue = (ROOT / "config" / "catalogue.toml").read_text(encoding="utf-8")
        one_at_a_time = re.sub(r"^jobs_at_once = \d+", "jobs_at_once = 1", catalogue, flags=re.MULTILINE)
        (self.folder / "catalogue.toml").write_text(one_at_a_time, encoding="utf-8")
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        settings = {
            "PORT": str(self.port),
            "EASEL_DATA_DIR": str(self.folder / "data"),
            "EASEL_CONFIG_DIR": str(self.folder),
            **self.variables,
        }
        command = (sys.executable, "-m", "bot", "run")
        pipe = asyncio.subprocess.PIPE
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, env=kept | settings, stdout=pipe, stderr=log
            )
        assert self.process.stdout is not None
        async with asyncio.timeout(READY_SECONDS):
            while self.address.encode() not in (said := await self.process.stdout.readline()):
                assert said, (self.folder / "log").read_text(encoding="utf-8")

    async def end(self, how: signal.Signals) -> None:
        """Send a signal and wait until the process is gone."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(how)
            await self.process.communicate()


@asynccontextmanager
async def running(folder: Path, variables: Mapping[str, str] = NO_VARIABLES) -> AsyncIterator[Easel]:
    """Run a real Easel while the block runs, with these variables set."""
    easel = Easel(folder, free_port(), variables)
    try:
        await easel.start()
        yield easel
    finally:
        await easel.end(signal.SIGTERM)
