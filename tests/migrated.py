"""A database that went through every migration: made once in a process, copied by whoever needs one."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.storage.migrate import migrate


def lay(path: Path) -> str:
    """Put such a database there, unless there is one; returns its address."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(_migrated())
    return f"sqlite:///{path}"


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        path = Path(folder) / "easel.db"
        # Whoever asks may run in an event loop, in which no second one can.
        thread.submit(asyncio.run, migrate(f"sqlite:///{path}", backup_dir=None, now=0)).result()
        return path.read_bytes()
