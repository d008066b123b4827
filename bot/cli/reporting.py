"""`easel report`: what was drawn in a period and what it cost."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import answering, cells, configured, console, fail, table
from bot.core.errors import Refusal
from bot.core.reports import CsvRow, Report
from bot.core.reportwords import CSV_HEADER, csv_cells, report_rows, report_words
from bot.core.spreadsheets import table as csv_table
from bot.storage import reports
from bot.storage.reading import reading

app = typer.Typer()

CSV_ROWS_MAX = 10_000_000

Period = Annotated[str, typer.Argument(help="today, week, month, 2026-11, 2026-W47 or 2026-11-21.")]
Tenant = Annotated[str, typer.Option("--tenant", help="Whose jobs: see `easel tenants list`.")]
Csv = Annotated[
    Path | None, typer.Option("--csv", help="Write the sums of every day into this file.", dir_okay=False)
]


@app.command()
def report(period: Period = "month", tenant: Tenant = "local", csv: Csv = None) -> None:
    """Sum up a period by person, channel, model and vendor. Works while Easel runs."""
    with answering():
        try:
            found, rows = asyncio.run(_read(tenant, period, is_table_wanted=csv is not None))
        except Refusal as refusal:
            fail(str(refusal))
        if csv is not None:
            try:
                csv.write_bytes(csv_table(CSV_HEADER, (csv_cells(row) for row in rows)))
            except OSError as error:
                fail(f"The file {csv} could not be written: {error.strerror}.")
    out = console()
    out.print(*cells(report_words(found)))
    shown = table("", "")
    for row in report_rows(found):
        shown.add_row(*cells(row.label, row.value))
    out.print(shown)


async def _read(tenant: str, period: str, *, is_table_wanted: bool) -> tuple[Report, list[CsvRow]]:
    now = time.time_ns() // 1_000_000
    async with reading(configured().database_url) as database:
        found = await database.read(reports.report, tenant, period, now=now)
        if not is_table_wanted:
            return found, []
        return found, await database.read(reports.rows, tenant, found.span.days, limit=CSV_ROWS_MAX)
