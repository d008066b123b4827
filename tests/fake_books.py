"""The part of the fake studio that keeps books for admins: it answers what a test has put there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.core.commands import Caller
from bot.core.errors import NotAllowed
from bot.core.lost import LostAct, LostCase, Verdict
from bot.core.replies import ReplyFile
from bot.core.reports import DIMENSIONS, Days, Report, Shares, Span, Sums
from bot.core.studio import NewFile, Refunded

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
    refunds: list[tuple[int, str]] = field(default_factory=list)
    cases: list[LostCase] = field(default_factory=list)
    lost_acts: list[tuple[LostAct, int, str | None]] = field(default_factory=list)

    async def attach(self, file: NewFile, caller: Caller) -> ReplyFile:
        self.files[file.name] = file
        return ReplyFile(id=f"document-{len(self.files)}", name=file.name, mime=file.mime, alt=file.alt)

    async def refund(self, number: int, reason: str, caller: Caller) -> Refunded:
        if not caller.is_admin:
            raise NotAllowed("admins_only")
        self.refunds.append((number, reason))
        return Refunded(number, "Ann", 5_000, 300)

    async def lost(self, caller: Caller, *, limit: int = 10, number: int | None = None) -> Sequence[LostCase]:
        if not caller.is_admin:
            raise NotAllowed("admins_only")
        return [case for case in self.cases if number in (None, case.number)][:limit]

    async def decide_lost(
        self, act: LostAct, number: int, picture: str | None, caller: Caller, *, reason: str = ""
    ) -> Verdict:
        if not caller.is_admin:
            raise NotAllowed("admins_only")
        self.lost_acts.append((act, number, picture))
        return Verdict(number, "Ann", act, is_new=True, is_late=picture is not None, pictures=1, amount=5_300)

    async def report(self, period: str, caller: Caller) -> Report:
        if not caller.is_admin:
            raise NotAllowed("admins_only")
        self.periods.append(period)
        return self.reported

    async def report_files(self, report: Report, caller: Caller) -> tuple[ReplyFile, ...]:
        return (await self.attach(NewFile("sums.csv", "text/csv", b""), caller),)
