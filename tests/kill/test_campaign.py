"""Nothing is lost, repeated or charged twice, whenever the process is killed.

`make kill` runs the long form: KILL_JOBS, KILL_KILLS and KILL_SEED say how long.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.kill.audit import audit
from tests.kill.campaign import Extent, run_campaign

EXTENT = Extent(
    seed=int(os.environ.get("KILL_SEED", "1")),
    jobs=int(os.environ.get("KILL_JOBS", "24")),
    kills=int(os.environ.get("KILL_KILLS", "5")),
)


@pytest.mark.slow
async def test_whenever_it_is_killed_the_books_are_right(tmp_path: Path) -> None:
    """Every job ends and answers once, no hold closes twice, no part is paid twice, no durable picture is lost."""
    course = await run_campaign(EXTENT, tmp_path)
    findings = await audit(course)
    sys.stdout.write("\n".join(f"{name}: {number}" for name, number in findings.numbers.items()) + "\n")

    assert not findings.faults, "\n".join(findings.faults)
