"""The books that admins read: reports, with a chart and a table."""

from __future__ import annotations

from bot import charts
from bot.core.commands import Caller
from bot.core.errors import NotAllowed
from bot.core.replies import ReplyFile
from bot.core.reports import Report
from bot.core.reportwords import CSV_HEADER, chart_parts, chart_words, csv_cells
from bot.core.spreadsheets import MIME, table
from bot.core.studio import NewFile
from bot.documents import Documents
from bot.purse import Purse
from bot.storage import reports
from bot.storage.shelf import Shelf

CSV_ROWS_MAX = 100_000


class Books(Purse):
    """Reports of the caller's tenant."""

    _shelf: Shelf
    _documents: Documents

    async def report(self, period: str, caller: Caller) -> Report:
        """Sum up a period of the caller's tenant; admins only. Raises BadOption for a period that cannot be read."""
        await self._rights.check_admin(caller)
        return await self._database.read(reports.report, caller.tenant, period, now=self._clock())

    async def report_files(self, report: Report, caller: Caller) -> tuple[ReplyFile, ...]:
        """Make a report's chart, where there is something to draw, and its table; for the caller alone."""
        await self._rights.check_admin(caller)
        if report.tenant != caller.tenant:
            raise NotAllowed("admins_only")
        name = f"easel-{report.span.key}"
        made = []
        if report.total.charged:
            title, parts = chart_words(report), chart_parts(report)
            drawn = await self._shelf.draw(charts.bars, title, parts, pixels=charts.PIXELS_MAX)
            said = ", ".join(f"{who} {words}" for who, _, words in parts)
            made.append(NewFile(f"{name}.png", "image/png", drawn, f"{title}: {said}"))
        rows = await self._database.read(reports.rows, caller.tenant, report.span.days, limit=CSV_ROWS_MAX)
        content = table(CSV_HEADER, (csv_cells(row) for row in rows))
        made.append(NewFile(f"{name}.csv", MIME, content, chart_words(report)))
        return tuple([await self._documents.keep(each, caller) for each in made])
