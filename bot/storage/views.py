"""What people ask about jobs, pictures and money: reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, bindparam, cast, func, or_, select, true

from bot.core.accounts import Account, Meter, credits_account
from bot.core.jobs import JobState
from bot.core.periods import period_of
from bot.core.pictures import PictureRequest, alt_text
from bot.core.replies import ShownPicture
from bot.core.studio import JobCard
from bot.storage import ledger, metering
from bot.storage.schema import (
    accounts,
    adjustments,
    identities,
    inputs,
    jobs,
    lots,
    people,
    pictures,
)
from bot.storage.states import is_waiting
from bot.storage.transaction import Tx

_JOB = select(jobs).where(jobs.c.id == bindparam("this"))
_PICTURES = select(pictures).where(pictures.c.job == bindparam("of")).order_by(pictures.c.position)


@dataclass(frozen=True)
class PictureRow:
    """A picture: who may see it, and where its bytes are. `original_*` are the vendor's bytes where they differ."""

    id: str
    job: str | None
    person: str
    tenant: str
    is_private: bool
    position: int
    sha256: str
    mime: str
    width: int
    height: int
    original_sha256: str | None
    original_mime: str | None
    is_late: bool
    is_deleted: bool
    size_bytes: int = 0
    created: int = 0


@dataclass(frozen=True)
class Movement:
    """One closed job or adjustment of a person's money; `amount` is negative when credits went out."""

    at: int
    kind: str
    amount: int
    number: int | None
    words: str
    payers: tuple[str, ...]
    until: int | None = None


@dataclass(frozen=True)
class Viewer:
    """Who looks: nobody sees another person's private pictures, or anything of another tenant."""

    person: str
    tenant: str

    def may_see(self, table: Any) -> ColumnElement[bool]:
        """Build the condition for a table with person, tenant and is_private."""
        return or_(
            table.c.person == self.person, and_(table.c.tenant == self.tenant, table.c.is_private == 0)
        )


def card(db: Tx, job: str) -> JobCard | None:
    """Read one job as its owner sees it."""
    row = db.execute(_JOB, {"this": job}).one_or_none()
    return _card(db, row) if row else None


def card_by_number(db: Tx, viewer: Viewer, number: int) -> JobCard | None:
    """Read job `number` of the viewer's tenant, if they may see it."""
    query = select(jobs).where(jobs.c.tenant == viewer.tenant, jobs.c.number == number, viewer.may_see(jobs))
    row = db.execute(query).one_or_none()
    return _card(db, row, viewer) if row else None


@dataclass(frozen=True)
class Whose:
    """Whose jobs are meant: a person's in a tenant, or in one channel of it; all of them, or those that all may see."""

    person: str
    tenant: str
    channel: str | None = None
    only_public: bool = False


def cards_of(db: Tx, whose: Whose, *, limit: int, only_open: bool = False) -> list[JobCard]:
    """List somebody's newest jobs, newest first."""
    query = select(jobs).where(jobs.c.person == whose.person, jobs.c.tenant == whose.tenant)
    if only_open:
        query = query.where(jobs.c.state.in_((JobState.WAITING, JobState.RUNNING)))
    if whose.channel is not None:
        query = query.where(jobs.c.channel == whose.channel)
    if whose.only_public:
        query = query.where(jobs.c.is_private == 0)
    rows = db.execute(query.order_by(jobs.c.seq.desc()).limit(limit)).all()
    return [_card(db, row) for row in rows]


def picture(db: Tx, picture_id: str, viewer: Viewer) -> PictureRow | None:
    """Read a picture that the viewer may see, deleted or not."""
    row = db.execute(
        select(pictures).where(pictures.c.id == picture_id, viewer.may_see(pictures))
    ).one_or_none()
    return _picture(row) if row else None


def pictures_for(db: Tx, ids: Sequence[str], viewer: Viewer) -> dict[str, PictureRow]:
    """Read those of the pictures that the viewer may see, deleted or not."""
    rows = db.execute(select(pictures).where(pictures.c.id.in_(ids), viewer.may_see(pictures)))
    return {row.id: _picture(row) for row in rows}


def pictures_by_id(db: Tx, ids: Sequence[str]) -> dict[str, PictureRow]:
    """Read pictures by id, whoever they belong to."""
    rows = db.execute(select(pictures).where(pictures.c.id.in_(ids)))
    return {row.id: _picture(row) for row in rows}


@dataclass(frozen=True)
class Money:
    """What a person has at one moment: the balance, the allowance in force, and the sums over their jobs.

    `held` is what open jobs hold, `spent` what ended ones cost without what was refunded, in millicredits.
    """

    balance: Account
    allowance: Account
    held: int
    spent: int
    ending: tuple[tuple[int, int], ...] = ()
    """What can be spent of credits that end, and when, the soonest first."""


def money(db: Tx, person: str, allowance: str | None, *, now: int) -> Money:
    """Read a person's money; `allowance` is the account of the allowance in force."""
    rest = accounts.c.granted - accounts.c.held - accounts.c.spent
    ending = _lots(rest).where(lots.c.person == person, lots.c.until > now, rest > 0)
    is_open = jobs.c.state.in_((JobState.WAITING, JobState.RUNNING))
    held = select(_sum(jobs.c.held)).where(jobs.c.person == person, is_open)
    spent = select(_sum(jobs.c.charged)).where(jobs.c.person == person)
    refunded = select(_sum(adjustments.c.amount)).where(
        adjustments.c.person == person, adjustments.c.kind == "refund"
    )
    return Money(
        balance=ledger.account(db, credits_account(person), "credits"),
        allowance=ledger.account(db, allowance, "allowance") if allowance else Account("", "allowance"),
        held=int(db.execute(held).scalar_one()),
        spent=int(db.execute(spent).scalar_one()) - int(db.execute(refunded).scalar_one()),
        ending=tuple((row.until, row.rest) for row in db.execute(ending)),
    )


def _lots(rest: Any) -> Select[Any]:
    query = select(lots.c.until, rest.label("rest")).join(accounts, accounts.c.id == lots.c.account)
    return query.order_by(lots.c.until)


def counted(db: Tx, meters: Sequence[Meter]) -> list[Account]:
    """Read what caps have counted; of one that no order has met yet, what its period has spent so far."""
    return [metering.counted_by(db, meter) for meter in meters]


def spending(
    db: Tx, tenant: str, zone: str, *, limit: int, now: int
) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Count a tenant's people, and list who spent most this month, with how many millicredits."""
    known = select(func.count(func.distinct(identities.c.person))).where(identities.c.tenant == tenant)
    month = period_of(now, zone, "month")
    total = _sum(jobs.c.charged)
    most = (
        select(people.c.name, total)
        .join(jobs, jobs.c.person == people.c.id)
        .where(jobs.c.tenant == tenant, jobs.c.created >= month.start_ms, jobs.c.charged > 0)
        .group_by(people.c.id, people.c.name)
        .order_by(total.desc(), people.c.name)
        .limit(limit)
    )
    return int(db.execute(known).scalar_one()), tuple((row[0], int(row[1])) for row in db.execute(most))


def statement(db: Tx, person: str, tenant: str, *, limit: int, now: int) -> tuple[list[Movement], int]:
    """Read a person's newest movements and what their open jobs hold, at one moment."""
    return movements(db, person, tenant, limit=limit, now=now), money(db, person, None, now=now).held


def movements(db: Tx, person: str, tenant: str, *, limit: int, now: int) -> list[Movement]:
    """List the newest movements of a person's money, newest first: one per job, adjustment and end of credits."""
    ended = (
        select(jobs)
        .where(jobs.c.person == person, jobs.c.tenant == tenant, jobs.c.ended.is_not(None))
        .order_by(jobs.c.ended.desc(), jobs.c.seq.desc())
        .limit(limit)
    )
    found = [_job_movement(db, row) for row in db.execute(ended).all()]
    adjusted = (
        select(adjustments)
        .where(adjustments.c.person == person, adjustments.c.amount != 0)
        .order_by(adjustments.c.at.desc())
        .limit(limit)
    )
    found += [
        Movement(row.at, row.kind, row.amount, None, row.reason, (), row.until)
        for row in db.execute(adjusted)
    ]
    gone = accounts.c.granted - accounts.c.spent - accounts.c.held
    ended_lots = _lots(gone).where(lots.c.person == person, lots.c.until <= now, gone > 0)
    found += [Movement(row.until, "ended", -row.rest, None, "", ()) for row in db.execute(ended_lots)]
    return sorted(found, key=lambda movement: movement.at, reverse=True)[:limit]


def _job_movement(db: Tx, row: Any) -> Movement:
    payers = dict.fromkeys(scope for scope, line in ledger.paid_by(db, row.id) if line.spent)
    words = PictureRequest.model_validate_json(row.request).prompt
    return Movement(row.ended, row.state, -row.charged, row.number, words, tuple(payers))


def _sum(column: Any) -> Any:
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def _position(db: Tx, row: Any) -> int | None:
    if row.state != JobState.WAITING:
        return None
    before = or_(jobs.c.turn < row.turn, and_(jobs.c.turn == row.turn, jobs.c.seq < row.seq))
    query = select(func.count()).select_from(jobs).where(is_waiting(), jobs.c.vendor == row.vendor, before)
    return int(db.execute(query).scalar_one())


def _made_of(
    db: Tx, row: Any, request: PictureRequest, viewer: Viewer | None
) -> tuple[int | None, int | None]:
    """Find the job that this one edits, and the one that its only reference is from, as far as the viewer sees them."""
    if not request.inputs:
        return None, None
    is_shown = viewer.may_see(jobs) if viewer else true()
    query: Select[Any] = (
        select(inputs.c.role, jobs.c.number)
        .join(pictures, pictures.c.job == jobs.c.id)
        .join(inputs, inputs.c.picture == pictures.c.id)
        .where(inputs.c.job == row.id, inputs.c.role.in_(("parent", "reference")), is_shown)
    )
    found = {each.role: each.number for each in db.execute(query)}
    return found.get("parent"), found.get("reference") if len(request.references) == 1 else None


def _children(db: Tx, row: Any, own: Sequence[str], viewer: Viewer | None) -> tuple[int, ...]:
    """Find the jobs that edit the pictures of this one, as far as the viewer sees them."""
    if not own:
        return ()
    is_shown = viewer.may_see(jobs) if viewer else true()
    children = (
        select(jobs.c.number)
        .join(inputs, inputs.c.job == jobs.c.id)
        .where(inputs.c.picture.in_(own), inputs.c.role == "parent", jobs.c.person == row.person, is_shown)
        .order_by(jobs.c.number)
        .distinct()
    )
    return tuple(db.execute(children).scalars())


def _card(db: Tx, row: Any, viewer: Viewer | None = None) -> JobCard:
    request = PictureRequest.model_validate_json(row.request)
    rows = db.execute(_PICTURES, {"of": row.id}).all()
    there = [each for each in rows if each.deleted is None and not each.is_late]
    own = [each.id for each in rows]
    parent_number, drawn_from = _made_of(db, row, request, viewer)
    return JobCard(
        id=row.id,
        number=row.number,
        state=JobState(row.state),
        request=request,
        command=row.command,
        held=row.held,
        charged=row.charged,
        created=row.created,
        started=row.started,
        ended=row.ended,
        position=_position(db, row),
        pictures=tuple(_shown(each, request) for each in there if each.hidden is None),
        reason=row.reason,
        parent_number=parent_number,
        drawn_from=drawn_from,
        child_numbers=_children(db, row, own, viewer),
        may_change=viewer is None or viewer.person == row.person,
        taken_down=tuple(_shown(each, request) for each in there if each.hidden is not None),
        partial=row.partial if row.state == JobState.RUNNING else None,
    )


def _shown(row: Any, request: PictureRequest) -> ShownPicture:
    return ShownPicture(
        id=row.id,
        alt=alt_text(request, row.position),
        mime=row.mime,
        width=row.width,
        height=row.height,
        has_original=row.original_sha256 is not None,
        position=row.position,
    )


def _picture(row: Any) -> PictureRow:
    return PictureRow(
        id=row.id,
        job=row.job,
        person=row.person,
        tenant=row.tenant,
        is_private=bool(row.is_private),
        position=row.position,
        sha256=row.sha256,
        mime=row.mime,
        width=row.width,
        height=row.height,
        original_sha256=row.original_sha256,
        original_mime=row.original_mime,
        is_late=bool(row.is_late),
        is_deleted=row.deleted is not None or row.hidden is not None,
        size_bytes=row.size_bytes,
        created=row.created,
    )
