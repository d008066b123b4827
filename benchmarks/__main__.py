"""`python -m benchmarks`: measures everything, prints the table and writes it into the README."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks import (
    accepting,
    burst,
    burst_slack,
    growth,
    pace,
    pictures,
    process,
    reports,
    starting,
    vendors,
    working,
)
from benchmarks.result import FULL, QUICK, Benchmark, Result, Sizes
from benchmarks.table import table, write

BENCHMARKS: Mapping[str, Benchmark] = {
    "accepting": accepting.measure,
    "growth": growth.measure,
    "reports": reports.measure,
    "vendors": vendors.measure,
    "pace": pace.measure,
    "starting": starting.measure,
    "working": working.measure,
    "burst": burst.measure,
    "burst_slack": burst_slack.measure,
    "process": process.measure,
    "pictures": pictures.measure,
}


async def measure(names: list[str], sizes: Sizes) -> list[Result]:
    """Run benchmarks one after the other, each in an empty folder."""
    results: list[Result] = []
    for name in names:
        sys.stderr.write(f"{name} …\n")
        with tempfile.TemporaryDirectory() as folder:
            results += await BENCHMARKS[name](sizes, Path(folder))
    return results


def main() -> None:
    """Measure what the arguments name; only a full run goes into the README."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run, not how fast is it")
    wanted = parser.parse_args()
    if unknown := sorted(set(wanted.names) - set(BENCHMARKS)):
        parser.error(f"there is no {unknown[0]}; choose from {', '.join(BENCHMARKS)}")
    results = asyncio.run(measure(wanted.names or list(BENCHMARKS), QUICK if wanted.quick else FULL))
    sys.stdout.write(f"{table(results)}\n")
    if not wanted.quick and not wanted.names:
        write(results)


if __name__ == "__main__":
    main()
