"""What can be said about the health of an SQLite database without changing it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.storage import ledger, sums, vitals
from bot.storage.migrate import Revisions, revision_of
from bot.storage.transaction import Tx

SAFE_FROM = (3, 51, 3)
SAFE_BRANCHES = {(3, 50): 7, (3, 44): 6}
"""Older branches of SQLite that got the repair of the WAL-reset bug, and from which patch on."""


@dataclass(frozen=True)
class Books:
    """What is wrong in the books.

    Accounts that are not the sum of their entries, holds that were never closed, daily sums that jobs and calls
    do not make.
    """

    accounts: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()

    @property
    def are_right(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.accounts or self.holds or self.sums)


def prove_books(db: Tx) -> Books:
    """Compare every account with its entries, every ended job with its hold, and daily sums with jobs and calls."""
    off = (*sums.wrong(db), *vitals.wrong(db))
    return Books(tuple(ledger.unbalanced(db)), tuple(ledger.open_holds_of_ended_jobs(db)), off)


def has_wal_reset_bug(version: str) -> bool:
    """Whether two writing processes could damage a file with this version of SQLite."""
    major, minor, patch, *_ = (int(part) for part in version.split("."))
    repaired = SAFE_BRANCHES.get((major, minor))
    return (major, minor, patch) < SAFE_FROM and (repaired is None or patch < repaired)


def damage(db: Tx) -> str | None:
    """Let SQLite check its file; returns the first fault that it finds."""
    found = str(db.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    return None if found == "ok" else found


def revisions(db: Tx) -> tuple[str | None, str | None]:
    """Return the revision of the database and the newest one that this version of Easel knows."""
    return revision_of(db), Revisions().names[-1]
