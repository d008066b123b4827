"""The command that people run, in front of a simulated OpenAI that knows no keys, killed again and again."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kill.audit import audit
from tests.kill.campaign import Course
from tests.kill.openai_campaign import BATCHES, run_openai_campaign

pytestmark = pytest.mark.slow
SEED = int(os.environ.get("KILL_SEED", "1"))
MILLICREDIT_NANO = 10_000


@dataclass(frozen=True)
class Ended:
    """How an order ended. Money is in millicredits; `bill` is the vendor's, rounded up."""

    prompt: str
    state: str
    reason: str | None
    charged: int
    counted: int
    is_whole: bool
    bill: int


def ends(course: Course) -> list[Ended]:
    """Read how every order ended, by the number in its words."""
    bills: Counter[str] = Counter()
    for entry in course.records.books.entries():
        bills[entry.prompt] += entry.bill_nano
    rows = course.records.rows(
        "SELECT json_extract(request, '$.prompt'), state, reason, charged, counted, stored = pictures FROM jobs"
    )
    ended = []
    for prompt, state, reason, charged, counted, is_whole in rows:
        bill = -(-bills[prompt] // MILLICREDIT_NANO)
        ended.append(Ended(prompt, state, reason, charged, counted, is_whole=bool(is_whole), bill=bill))
    return sorted(ended, key=lambda each: int(each.prompt.split()[1]))


async def test_nothing_is_lost_repeated_or_charged_twice(tmp_path: Path) -> None:
    """Every order ends and answers once; people pay the vendor's bill for what they got, and for nothing else."""
    course = await run_openai_campaign(SEED, tmp_path)
    findings = await audit(course)
    ended = ends(course)
    sys.stdout.write("\n".join(f"{name}: {number}" for name, number in findings.numbers.items()) + "\n")

    assert not findings.faults, "\n".join(findings.faults)
    assert {"partial", "answering", "between parts"} <= set(course.instants)
    assert all(entry.key is None for entry in course.records.books.entries())
    assert [each for each in ended if each.is_whole and not each.charged == each.counted == each.bill] == []
    assert [each for each in ended if each.state != "done" and each.charged] == []
    assert [each for each in ended if each.state == "lost" and each.counted < max(each.bill, 1)] == []
    assert [each for each in ended if each.reason == "refused-input" and each.counted] == []
    assert [(each.state, each.reason) for each in ended[-len(BATCHES[-1]) :]] == [
        ("done", None),
        ("done", "busy"),
        ("failed", "refused-input"),
        ("lost", "unknown"),
        ("done", None),
    ]
