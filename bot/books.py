"""The books that admins read: reports, with a chart and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot import charts
from bot.core.catalogue import Catalogue
from bot.core.commands import Caller
from bot.core.errors import NotAllowed, NotFound, Refusal
from bot.core.front import Bell
from bot.core.lost import LostAct, LostCase, LostOrder, Verdict
from bot.core.pictures import PictureRequest
from bot.core.replies import ReplyFile
from bot.core.reports import Report
from bot.core.reportwords import CSV_HEADER, chart_parts, chart_words, csv_cells
from bot.core.spreadsheets import MIME, table
from bot.core.studio import NewFile, Receipt, Refunded
from bot.core.vendorsheets import terms_of
from bot.documents import Documents
from bot.purse import Purse
from bot.storage import receipts, reports, verdicts
from bot.storage.admission import Send
from bot.storage.refunds import RefundOrder, refund_job
from bot.storage.shelf import Shelf
from bot.storage.types import clean_text
from bot.storage.verdicts import Deciding

log = structlog.get_logger(__name__)

CSV_ROWS_MAX = 100_000
REASON_CHARACTERS_MAX = 200


class Books(Purse):
    """Reports of the caller's tenant."""

    _catalogue: Catalogue
    _shelf: Shelf
    _documents: Documents
    _send: Send
    _bell: Bell

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

    async def receipt(self, number: int, caller: Caller) -> Receipt:
        """Say why job `number` cost what it cost: one's own, for admins any of their tenant."""
        await self._rights.check_place(caller)
        found = await self._database.read(receipts.booked, caller.tenant, number)
        is_own = found is not None and found.person == caller.person
        if found is None or not (is_own or await self._rights.may_administer(caller)):
            raise NotFound("job_unknown", number=number)
        card = found.card
        if not is_own and card.request.private:
            card = replace(card, request=card.request.model_copy(update={"prompt": ""}), pictures=())
        name = None if is_own else found.name
        terms = self._terms_of_model(card.request)
        return Receipt(card, name, found.paid, found.refunds, terms, found.passed_on)

    def _terms_of_model(self, request: PictureRequest) -> tuple[tuple[str, str], ...]:
        """Name the licence and the terms that a picture came with, as far as the catalogue still has them."""
        try:
            model = self._catalogue.model(request.model, request.vendor)
            vendor = self._catalogue.vendor(request.vendor)
        except KeyError:
            return ()
        return (("Licence", model.licence), *terms_of(vendor))

    async def refund(self, number: int, reason: str, caller: Caller) -> Refunded:
        """Give back what job `number` cost, once; admins only. Raises a Refusal that says why not."""
        await self._rights.check_admin(caller)
        order = RefundOrder(caller.tenant, number, caller.person, clean_text(reason)[:REASON_CHARACTERS_MAX])
        done = await self._database.write(refund_job, order, now=self._clock())
        if done is None:
            raise NotFound("job_unknown", number=number)
        if done.outcome != "given":
            raise Refusal(f"refund_{done.outcome.replace(' ', '_')}", number=number)
        self._bell.ring()
        given = done.to_allowance + done.to_credits
        log.warning("refunded", tenant=caller.tenant, number=number, by=caller.person, given=given)
        return Refunded(number, done.name, done.to_allowance, done.to_credits)

    async def lost(self, caller: Caller, *, limit: int = 10, number: int | None = None) -> Sequence[LostCase]:
        """List jobs of unknown outcome and late pictures, newest first, or the one of a number; admins only."""
        await self._rights.check_admin(caller)
        return await self._database.read(verdicts.cases, caller.tenant, limit=limit, number=number)

    async def decide_lost(
        self, act: LostAct, number: int, picture: str | None, caller: Caller, *, reason: str = ""
    ) -> Verdict:
        """Charge, forgive or deliver, once; admins only.

        Forgiving lets people spend what the vendor may have billed already, so only those who run Easel may.
        """
        await self._rights.check_admin(caller)
        if act == "forgive":
            await self._rights.check_operator(caller)
        order = LostOrder(caller.tenant, number, act, caller.person, picture, reason[:REASON_CHARACTERS_MAX])
        means = Deciding(self._plans, self._send)
        done = await self._database.write(verdicts.decide, order, means, now=self._clock())
        if done is None:
            raise NotFound("lost_nothing", number=number)
        self._bell.ring()
        log.warning("lost job decided", tenant=caller.tenant, number=number, act=done.act, new=done.is_new)
        return done
