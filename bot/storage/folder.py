"""One Easel per data folder: a lock that ends with its process, and a note saying who holds it."""

from __future__ import annotations

import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from bot.core.errors import EaselError

NOTE = "easel.lock.json"
"""Says which process holds the folder: `pid`, `host` and `since` (milliseconds UTC)."""


class FolderTaken(EaselError):
    """Another process works in this data folder.

    `pid`, `host` and `since` (milliseconds UTC) say which one; each is None when its note cannot be read.
    """

    def __init__(self, folder: Path, *, pid: int | None, host: str | None, since: int | None) -> None:
        self.pid = pid
        self.host = host
        self.since = since
        who = "Another Easel" if pid is None else f"Easel (process {pid} on {host})"
        when = (
            "" if since is None else f" since {datetime.fromtimestamp(since / 1000, UTC):%Y-%m-%d %H:%M} UTC"
        )
        super().__init__(
            f"{who} has used {folder}{when}. Stop it first, or set EASEL_DATA_DIR to another folder."
        )


class FolderLock:
    """Hold the data folder for this process; the lock also ends when the process is killed.

    `now` (milliseconds UTC) is the start time that a second process is told.
    """

    def __init__(self, folder: Path, *, now: int) -> None:
        self._folder = folder
        self._now = now
        self._note = folder / NOTE
        # A "soft" lock is a file that outlives a killed process; rather none at all, with the system's error.
        self._lock = FileLock(folder / "easel.lock", timeout=0, thread_local=False, fallback_to_soft=False)

    def acquire(self) -> None:
        """Take the folder, making it when it is missing; raises FolderTaken at once when somebody has it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout:
            raise FolderTaken(self._folder, **self._holder()) from None
        part = self._note.with_suffix(".part")
        part.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": self._now}))
        part.replace(self._note)

    def release(self) -> None:
        """Give the folder back."""
        self._note.unlink(missing_ok=True)
        self._lock.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _holder(self) -> dict[str, Any]:
        nobody = {"pid": None, "host": None, "since": None}
        try:
            note = json.loads(self._note.read_text())
            return {name: note[name] for name in nobody}
        except (OSError, ValueError, KeyError, TypeError):
            # Its holder is just starting, or just leaving.
            return nobody
