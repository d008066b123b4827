"""Reports of pictures: filed by those who see them, told to admins, decided by admins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from bot.choices import Choices
from bot.core.commands import Caller
from bot.core.errors import NotFound, Refusal, TooMany
from bot.core.front import Bell
from bot.core.moderating import Filing, OpenReport, Verdict, reported, reported_again
from bot.core.replies import Address, Reply
from bot.core.variants import with_variants
from bot.core.wording import kept_result
from bot.storage import moderating as reports
from bot.storage import people, replies, restoring, views
from bot.storage.admission import Send
from bot.storage.moderating import Filed, NewReport
from bot.storage.people import Identity
from bot.storage.replies import Message
from bot.storage.transaction import Tx
from bot.storage.views import Viewer

log = structlog.get_logger(__name__)

REPORTS_MAX = 10
HOUR_MILLISECONDS = 3_600_000


@dataclass(frozen=True)
class _Told:
    """What admins are told of a report, and where."""

    addresses: Sequence[Address]
    first: Reply
    down: Reply
    again: Reply


class Moderation(Choices):
    """What people report and admins decide."""

    _send: Send
    _bell: Bell

    async def report_picture(self, picture: str, reason: str, caller: Caller) -> Filing:
        """Report somebody else's picture that the caller sees, once for each person."""
        await self._rights.check_place(caller)
        row = await self._database.read(views.picture, picture, Viewer(caller.person, caller.tenant))
        card = await self._database.read(views.card, row.job) if row and row.job else None
        shown = next((each for each in card.pictures if each.id == picture), None) if card else None
        if row is None or card is None or shown is None:
            raise NotFound("picture_unknown")
        if row.person == caller.person:
            raise Refusal("report_own")
        now = self._clock()
        since = now - HOUR_MILLISECONDS
        if await self._database.read(reports.filed_since, caller.person, since) >= REPORTS_MAX:
            raise TooMany("reports_too_many")
        new = NewReport(picture, caller.person, row.tenant, reason)
        operators = sorted(self._rights.operators)
        addresses = await self._database.read(reports.whom_to_tell, row.tenant, operators)
        first, down = (
            reported(card.number, shown, reason[:200], caller.name, is_down=is_down)
            for is_down in (False, True)
        )
        told = _Told(addresses, first, down, reported_again(card.number, picture))
        filed = await self._database.write(_file, new, told, self._send, now=now)
        self._bell.ring()
        log.warning("picture reported", picture=picture, by=caller.person, taken_down=filed.has_taken_down)
        if not addresses:
            log.warning("nobody could be told of a report", tenant=row.tenant, number=card.number)
        return _filing(filed, addresses)

    async def open_reports(self, caller: Caller, *, limit: int = 10) -> Sequence[OpenReport]:
        """List the reported pictures that wait for a decision, oldest report first; admins only."""
        await self._rights.check_admin(caller)
        return await self._database.read(reports.undecided, caller.tenant, limit=limit)

    async def decide_report(self, picture: str, verdict: Verdict, caller: Caller) -> bool:
        """Take a picture down or keep it; False when it was decided so before. Admins only."""
        found = await self._database.read(views.pictures_by_id, [picture])
        if caller.address.is_direct and picture in found:
            caller = await self._as_in(found[picture].tenant, caller)
        await self._rights.check_admin(caller)
        if picture not in found or found[picture].tenant != caller.tenant:
            raise NotFound("picture_unknown")
        is_new = await self._database.write(self._decided, picture, verdict, caller.person, now=self._clock())
        self._bell.ring()
        log.warning("picture decided", picture=picture, verdict=verdict, by=caller.person, new=is_new)
        return is_new

    def _decided(self, db: Tx, picture: str, verdict: Verdict, by: str, *, now: int) -> bool:
        """Decide; what is kept is shown again wherever it was taken out of its messages."""
        if not reports.decide(db, picture, verdict, by, now=now):
            return False
        job = restoring.job_of(db, picture) if verdict == "kept" else None
        card = views.card(db, job) if job else None
        shown = next((each for each in card.pictures if each.id == picture), None) if card else None
        if card and shown:
            reply = kept_result(with_variants(card, self._catalogue), shown)
            restoring.put_back(db, picture, reply, self._send, now=now)
        return True

    async def _as_in(self, tenant: str, caller: Caller) -> Caller:
        """Say who somebody is in another server than they are at home in: they were told of its report directly.

        What they may do at home counts for nothing there.
        """
        who = Identity(caller.address.platform, tenant, caller.address.user, "")
        person = await self._database.read(people.person_of, who)
        if caller.tenant == tenant or person is None:
            return caller
        address = caller.address.model_copy(update={"tenant": tenant, "person": person})
        return replace(caller, person=person, address=address, is_admin=False, roles=())


def _filing(filed: Filed, addresses: Sequence[Address]) -> Filing:
    if filed.is_settled:
        return "reported_kept"
    if not filed.is_new:
        return "reported_before"
    return "reported" if addresses else "reported_unheard"


def _file(db: Tx, new: NewReport, told: _Told, send: Send, *, now: int) -> Filed:
    """File a report; of a picture's first one, of one that takes it down or asks again, the admins are told."""
    filed = reports.file_report(db, new, now=now)
    kinds = (
        ("reported", told.first, filed.is_first),
        ("down", told.down, filed.has_taken_down),
        (f"again {filed.asks_again}", told.again, filed.asks_again is not None),
    )
    for kind, reply, is_told in kinds:
        for place, address in enumerate(told.addresses if is_told else ()):
            message = Message(f"{kind}:{new.picture}:{place}", address, reply)
            replies.owe_message(db, message, send, now=now)
    return filed
