"""What an examination gives, and what is examined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from bot.core.catalogue import Catalogue
from config import Config

Grade = Literal["ok", "note", "fix"]

SECOND = 1_000


@dataclass(frozen=True)
class Finding:
    """What was found, and what to do about it: `fix` is wrong, `note` is good to know, `ok` needs nothing."""

    area: str
    grade: Grade
    text: str
    next_step: str | None = None


@dataclass(frozen=True)
class Patient:
    """What is examined; `offered` is what can be ordered, `free_bytes` tells how much room a folder's disk has."""

    config: Config
    offered: Catalogue
    now: int
    sqlite_version: str
    free_bytes: Callable[[Path], int]

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.config.settings.data_dir

    @property
    def today(self) -> date:
        """The day, UTC."""
        return datetime.fromtimestamp(self.now // SECOND, UTC).date()


def moment(at: int) -> str:
    """Write a time, UTC."""
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%Y-%m-%d %H:%M} UTC"
