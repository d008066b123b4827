"""How a shell command changes something: by the Easel that runs, or by itself while none runs."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

from bot import adminsocket, logs
from bot.app import build
from bot.cli.console import fail
from bot.operating import Act, Answer, Operating, Quota
from bot.storage.database import open_database
from bot.storage.folder import FolderLock, FolderTaken
from bot.storage.migrate import migrate
from config import Config

START_SECONDS = 5.0
AGAIN_SECONDS = 0.2


async def carry_out(config: Config, act: Act) -> str:
    """Do it and return the sentence about it, or end with the one that says why not.

    Raises NoAnswer, FolderTaken and what the database raises.
    """
    return (await answer_to(config, act)).sentence


async def answer_to(config: Config, act: Act) -> Answer:
    """Do it and return all that is said about it, or end with the sentence that says why not."""
    line = act.model_dump_json()
    give_up_at = time.monotonic() + START_SECONDS
    while True:
        said = await adminsocket.ask(config.settings.data_dir, line)
        try:
            answer = Answer.model_validate_json(said if said is not None else await _alone(config, act))
        except FolderTaken:
            # Somebody is just starting or stopping.
            if time.monotonic() > give_up_at:
                raise
            await asyncio.sleep(AGAIN_SECONDS)
            continue
        return answer if answer.ok else fail(answer.sentence)


async def _alone(config: Config, act: Act) -> str:
    logs.set_up("error", ())
    line = act.model_dump_json()
    if isinstance(act, Quota):
        # A command needs the whole house, put together and not running.
        async with build(config) as easel:
            return await easel.operations.operating.answer(line)
    folder = config.settings.data_dir
    async with AsyncExitStack() as stack:
        stack.enter_context(FolderLock(folder, now=_now()))
        await migrate(config.database_url, backup_dir=folder / "backups", now=_now())
        database = await open_database(config.database_url)
        stack.push_async_callback(database.close)
        vendors = tuple(vendor.name for vendor in config.catalogue.vendors)
        return await Operating(database, _now, vendors, config.plans).answer(line)


def _now() -> int:
    return time.time_ns() // 1_000_000
