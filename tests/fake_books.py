"""The part of the fake studio that keeps books for admins: it answers what a test has put there."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.core.commands import Caller
from bot.core.errors import NotAllowed
from bot.core.replies import ReplyFile
from bot.core.reports import DIMENSIONS, Days, Report, Shares, Span, Sums
from bot.core.studio import NewFile

NOTHING = Report(
    tenant="tenant",
    span=Span("2026-11", "November 2026", Days(20_758, 20_787), Days(20_727, 20_747), is_open=True),
    total=Sums(),
    before=Sums(),
    shares={each: Shares((), Sums(), 0) for each in DIMENSIONS},
)


@dataclass
class FakeBooks:
    """Answers with the report that a test has put there."""

    files: dict[str, NewFile] = field(default_factory=dict)
    reported: Report = NOTHING
    periods: list[str] = field(default_factory=list)

    async def attach(self, file: NewFile, caller: Caller) -> ReplyFile:
        self.files[file.name] = file
        return ReplyFile(id=f"document-{len(self.files)}", name=file.name, mime=file.mime, alt=file.alt)

    async def report(self, period: str, caller: Caller) -> Report:
        if not caller.is_admin:
            raise NotAllowed("admins_only")
        self.periods.append(period)
        return self.reported

    async def report_files(self, report: Report, caller: Caller) -> tuple[ReplyFile, ...]:
        return (await self.attach(NewFile("sums.csv", "text/csv", b""), caller),)
