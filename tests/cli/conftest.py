"""A data folder, and shell commands run on it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
import structlog
from sqlalchemy import insert
from typer.testing import CliRunner, Result

from bot import logs
from bot.app import build
from bot.cli import app
from bot.core.accounts import Adjustment
from bot.storage import Tx, ledger, open_database, people
from bot.storage.people import Tenant
from bot.storage.schema import people as people_table
from config import Config, load
from tests.migrated import lay
from tests.storage.builders import CREDIT, HOUSE, Order, accept, places

T = TypeVar("T")
ROOT = Path(__file__).parents[2]


class Shell:
    """Runs shell commands on one data folder, as whoever runs Easel does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"EASEL_DATA_DIR": str(folder), "PORT": "0", "EASEL_DRAIN_SECONDS": "0"}

    @property
    def config(self) -> Config:
        """The configuration that every command reads."""
        return load(self.environment)

    @property
    def outer_environment(self) -> dict[str, str]:
        """The whole environment of a process of its own."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return kept | self.environment

    def __call__(self, *words: str) -> Result:
        """Run a command in this process while nothing else runs here."""
        return CliRunner().invoke(app, words, env=self.environment)

    async def beside(self, *words: str) -> tuple[int, str]:
        """Run a command beside an Easel that runs in this process; returns its exit code and what it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *words,
            env=self.outer_environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Run Easel while the block runs; gives its address."""
        async with build(self.config) as easel, easel.running() as address:
            yield address


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep the log of an Easel in this process out of what commands say, and give logging back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.set_up("error", ())
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell on a data folder that does not exist yet, without anything that is set outside."""
    for name in [*os.environ]:
        if name.startswith(("EASEL_", "DATABASE_URL", "PORT", "OPENAI_", "DISCORD_", "SLACK_")):
            monkeypatch.delenv(name)
    return Shell(tmp_path / "data")


def now() -> int:
    """Tell the real time: what these tests start reads the real clock."""
    return time.time_ns() // 1_000_000


def furnish(db: Tx, *orders: Order) -> None:
    """Let Ann have credits and order something, by way of a vendor that takes one job at once."""
    people.know_tenant(db, Tenant(HOUSE, "web", "Home", "approved", "UTC", ""), now=now())
    db.execute(insert(people_table), {"id": "ann", "name": "Ann", "created": now()})
    ledger.grant(db, Adjustment("start-ann", "ann", 100 * CREDIT, "admin"), now=now())
    for order in orders:
        accept(db, order, places(1), now=now())


async def write(config: Config, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run one transaction on a folder that nothing runs on, making its database if it has none."""
    lay(config.settings.data_dir / "easel.db")
    database = await open_database(config.database_url)
    try:
        return await database.write(function, *args, **kwargs)
    finally:
        await database.close()
