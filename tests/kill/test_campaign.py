"""Nothing is lost, repeated or charged twice, whenever the process is killed.

`make kill` runs the long form: KILL_JOBS, KILL_KILLS and KILL_SEED say how long.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

import pytest

from tests.doubles.vendor_server import Entry, Kind
from tests.kill.audit import audit
from tests.kill.campaign import Extent, run_campaign

EXTENT = Extent(
    seed=int(os.environ.get("KILL_SEED", "1")),
    jobs=int(os.environ.get("KILL_JOBS", "12")),
    kills=int(os.environ.get("KILL_KILLS", "3")),
)


async def test_whenever_it_is_killed_the_books_are_right(tmp_path: Path) -> None:
    """Every job ends and answers once, no hold closes twice, no part is paid twice, no durable picture is lost."""
    course = await run_campaign(EXTENT, tmp_path)
    findings = await audit(course)
    sys.stdout.write("\n".join(f"{name}: {number}" for name, number in findings.numbers.items()) + "\n")

    assert not findings.faults, "\n".join(findings.faults)


@pytest.mark.slow
async def test_the_audit_finds_what_is_wrong(tmp_path: Path) -> None:
    """One fault of each kind, put in by hand, is named."""
    course = await run_campaign(Extent(seed=1, jobs=3, kills=0), tmp_path)
    before = (await audit(course)).faults
    course.accepted["order-lost"] = "nobody"
    course.sealed["call-lost"] = 1
    for ask in (1_001, 1_002):
        bills: dict[Kind, int] = {"asked": 0, "drawn": 40_000_000}
        for kind, nano in bills.items():
            course.records.books.note(Entry(kind, ask, "bare", "a call", None, "a part", 0, nano))
    with sqlite3.connect(tmp_path / "data" / "easel.db") as database:
        database.execute("UPDATE entries SET spent = spent + 1 WHERE seq = 1")
        database.execute("DELETE FROM entries WHERE key = (SELECT 'close:' || max(id) FROM jobs)")
        database.execute("DELETE FROM chat_messages WHERE author = 'easel'")
        database.execute("UPDATE jobs SET ended = NULL, state = 'running' WHERE number = 1")
    database.close()
    faults = "\n".join((await audit(course)).faults)

    assert before == []
    for words in (
        "order-lost was answered",
        "is running",
        "orders became",
        "is not the sum",
        "is open",
        "is not closed on",
        "call-lost had",
        "is answered by 0 messages",
        "billed a part/0 2 times",
        "the caps count",
        "was asked for",
    ):
        assert words in faults, faults
