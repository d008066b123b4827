"""A copy of the data folder that is whole: the database first, then the pictures that it names.

    <folder>/easel-backup.json   what it is of, and whether it is whole
    <folder>/easel.db            one snapshot of the database
    <folder>/pictures/           bytes by their hash, and answers that were durable but had no rows yet
    <folder>/secret.key          signs sessions and invitations

The folder is a data folder: to restore, give Easel a copy of it. Everything here blocks: call it in a thread.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.core.errors import EaselError
from bot.storage.files import ANSWER, HASH, naming_full_disk

NOTE = "easel-backup.json"
DATABASE = "easel.db"
SECRET = "secret.key"  # noqa: S105 - a file name
PAGES_AT_ONCE = 1_000

Progress = Callable[[str, int, int], None]
"""Is told what is being copied, how much of it is done and how much there is."""


class NoBackup(EaselError):
    """The copy cannot be made, or is not right; the text says why."""


@dataclass(frozen=True)
class BackupReport:
    """What a backup holds."""

    folder: str
    taken: int
    database_bytes: int
    pictures: int
    copied: int
    removed: int
    is_whole: bool = True


def back_up(source: Path, database: Path, folder: Path, *, now: int, tell: Progress) -> BackupReport:
    """Copy the data folder `source` with its database to `folder`; works while Easel runs.

    A folder that holds an earlier backup is brought up to date: only new pictures are copied, and those that are gone
    are removed. Raises NoBackup, StorageFull and OSError; then the folder is marked as not whole.
    """
    if not database.is_file():
        raise NoBackup(f"There is no database at {database} yet, so there is nothing to back up.")
    _prepare(source, folder)
    with naming_full_disk():
        _note(folder, BackupReport(str(folder), now, 0, 0, 0, 0, is_whole=False))
        _copy_database(database, folder / DATABASE, tell)
        copied, removed = _copy_pictures(source / "pictures", folder / "pictures", tell)
        if (source / SECRET).is_file():
            _copy(source / SECRET, folder / SECRET)
        kept = sum(1 for _ in _hashed(folder / "pictures"))
        size = (folder / DATABASE).stat().st_size
        report = BackupReport(str(folder), now, size, kept, copied, removed)
        _note(folder, report)
    return report


def _prepare(source: Path, folder: Path) -> None:
    if (
        folder.resolve().is_relative_to((source / "pictures").resolve())
        or folder.resolve() == source.resolve()
    ):
        raise NoBackup("A backup cannot lie in the folder that it copies. Name another folder.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / NOTE).is_file():
        raise NoBackup(f"{folder} holds something else. Name an empty folder, or one with an earlier backup.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _note(folder: Path, report: BackupReport) -> None:
    part = folder / f"{NOTE}.part"
    part.write_text(json.dumps(asdict(report), indent=2) + "\n", encoding="utf-8")
    _sync(part)
    part.replace(folder / NOTE)
    _sync(folder)


def _copy_database(database: Path, target: Path, tell: Progress) -> None:
    """Copy one snapshot; a long read transaction keeps writers from starting the copy over."""
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    uri = f"{database.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as source:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        with closing(sqlite3.connect(part)) as copy:
            source.backup(
                copy, pages=PAGES_AT_ONCE, progress=lambda _, left, all_: tell("database", all_ - left, all_)
            )
            found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise NoBackup(f"The copy of the database is damaged: {found}. Run easel doctor.")
    part.chmod(0o600)
    _sync(part)
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    part.replace(target)


def _copy_pictures(source: Path, target: Path, tell: Progress) -> tuple[int, int]:
    """Copy what is new, then sealed answers, then remove what is gone; returns how many came and went."""
    wanted = dict(_hashed(source))
    there = dict(_hashed(target))
    copied = 0
    for count, (name, path) in enumerate(wanted.items(), start=1):
        tell("pictures", count, len(wanted))
        if name not in there or there[name].stat().st_size != path.stat().st_size:
            # Deleted since it was listed: then its row says so, or will.
            with suppress(FileNotFoundError):
                _copy(path, target / name[:2] / name[2:])
                copied += 1
    _copy_answers(source / "incoming", target / "incoming")
    gone = there.keys() - wanted.keys()
    for name in gone:
        there[name].unlink()
    return copied, len(gone)


def _copy_answers(source: Path, target: Path) -> None:
    """Copy the answers that are durable and have no rows yet; the seal comes last, as it was made."""
    shutil.rmtree(target, ignore_errors=True)
    for seal in sorted(source.glob(f"*/{ANSWER}")):
        with suppress(FileNotFoundError):
            for file in sorted(seal.parent.iterdir()):
                if file.name != ANSWER:
                    _copy(file, target / seal.parent.name / file.name)
            _copy(seal, target / seal.parent.name / ANSWER)


def _hashed(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield the pictures of a folder by their hashes."""
    for folder in sorted(root.glob("??")):
        for file in sorted(folder.iterdir()):
            if HASH.fullmatch(folder.name + file.name):
                yield folder.name + file.name, file


def _copy(source: Path, target: Path) -> None:
    """Copy one file so that it is there whole or not at all."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    try:
        shutil.copyfile(source, part)
        part.chmod(0o600)
        _sync(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
