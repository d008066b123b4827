"""The table of all results, and its place in the README."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from benchmarks.result import Result

README = Path(__file__).parents[1] / "README.md"
MARKER = "<!-- benchmarks -->"
HEAD = "| what | measured | baseline of the same run | ratio | target | met |\n|---|---|---|---|---|---|"


def table(results: Sequence[Result]) -> str:
    """Write results as Markdown, under the machine that gave them."""
    rows = [
        f"| {each.what} | {each.measured} | {each.baseline} | {_ratio(each.ratio)} | {each.target} | {_met(each)} |"
        for each in results
    ]
    return "\n".join([_machine(), "", HEAD, *rows])


def write(results: Sequence[Result], readme: Path = README) -> None:
    """Put the table between the two markers of the README; raises ValueError when they are not there."""
    before, _, after = readme.read_text(encoding="utf-8").split(MARKER)
    readme.write_text(f"{before}{MARKER}\n{table(results)}\n{MARKER}{after}", encoding="utf-8")


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()}), Python {platform.python_version()},"
        f" SQLite {sqlite3.sqlite_version} with synchronous=FULL; ratio = measured ÷ baseline."
    )


def _ratio(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"


def _met(result: Result) -> str:
    return "" if result.is_met is None else "yes" if result.is_met else "no"
