"""The benchmarks run, small; how fast anything is is not judged here."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.result import QUICK, Result
from benchmarks.table import MARKER, write
from tests.longer import few

LONG = {"burst", "burst_slack", "growth", "pictures", "process", "reports", "vendors", "working"}
"""They start processes, fill large books, or work on pictures of the largest size."""


@pytest.mark.parametrize("name", few(BENCHMARKS, BENCHMARKS.keys() - LONG))
async def test_a_benchmark_runs(name: str, tmp_path: Path) -> None:
    """Each gives at least one line, with a ratio to its baseline."""
    results = await BENCHMARKS[name](QUICK, tmp_path)

    assert results
    assert all(result.ratio > 0 and result.measured and result.baseline for result in results)


def test_the_table_stands_between_its_markers(tmp_path: Path) -> None:
    """Writing it twice leaves one, and the rest of the page alone."""
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{MARKER}\nold\n{MARKER}\nafter\n", encoding="utf-8")

    for ratio in (1.0, 0.25):
        write([Result("a thing", "2 s", "another: 8 s", ratio, "at most 1", is_met=True)], readme)

    before, table, after = readme.read_text(encoding="utf-8").split(MARKER)
    assert (before, after) == ("before\n", "\nafter\n")
    assert table.count("| a thing | 2 s | another: 8 s | 0.25 | at most 1 | yes |") == 1
