"""Reports of pictures, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from bot.core.moderating import OpenReport
from bot.core.replies import Address
from bot.storage import alarms, removals
from bot.storage.audit import Deed, note
from bot.storage.insert import insert
from bot.storage.preferences import tenant_rules_of
from bot.storage.rights import named
from bot.storage.schema import identities, jobs, pictures, reports, takedowns, tenants
from bot.storage.transaction import Tx
from bot.storage.types import clean_text

Verdict = Literal["taken_down", "kept"]

REPORTS_THAT_TAKE_DOWN = 3
REPORTS_THAT_ASK_AGAIN = 3
"""So many people report what an admin kept before the admins are asked once more."""
BY_REPORTS = "reports"


@dataclass(frozen=True)
class NewReport:
    """Who reports which picture, and why."""

    picture: str
    reporter: str
    tenant: str
    reason: str


@dataclass(frozen=True)
class Filed:
    """What a report did: whether it is this person's first of the picture, and whether it took the picture down.

    It is settled while an admin has kept the picture and too few people have reported it since. With enough of them it
    `asks_again`: when the picture was kept.
    """

    is_new: bool
    is_first: bool = False
    has_taken_down: bool = False
    is_settled: bool = False
    asks_again: int | None = None


def file_report(db: Tx, new: NewReport, *, now: int) -> Filed:
    """Store a report, once for each person; the third person's takes the picture down until an admin decides."""
    # The picture's row is the lock: two reports at once are counted one after the other.
    db.execute(select(pictures.c.id).where(pictures.c.id == new.picture).with_for_update())
    statement = insert(db, reports).on_conflict_do_nothing().returning(reports.c.picture)
    values = {**vars(new), "reason": clean_text(new.reason)[:200], "at": now}
    is_new = db.execute(statement, values).one_or_none() is not None
    decided = _decision_of(db, new.picture)
    if decided is not None and decided.verdict == "kept":
        since = _reported_since(db, new.picture, decided.at)
        asks = is_new and since == REPORTS_THAT_ASK_AGAIN
        is_settled = since < REPORTS_THAT_ASK_AGAIN
        return Filed(is_new, is_settled=is_settled, asks_again=decided.at if asks else None)
    if not is_new:
        return Filed(is_new)
    number = _reported_since(db, new.picture)
    takes_down = number >= REPORTS_THAT_TAKE_DOWN and decided is None
    if takes_down:
        _decide(db, new.picture, "taken_down", BY_REPORTS, now)
    return Filed(is_new, is_first=number == 1, has_taken_down=takes_down)


def undecided(db: Tx, tenant: str, *, limit: int) -> list[OpenReport]:
    """List reported pictures of a tenant that no admin has decided about and that are still there, the oldest first."""
    is_settled = and_(takedowns.c.by.is_not(None), takedowns.c.by != BY_REPORTS, ~_is_asked_again())
    rows = db.execute(
        select(
            pictures.c.id, pictures.c.position, pictures.c.hidden, jobs.c.number, func.count().label("people")
        )
        .join(pictures, pictures.c.id == reports.c.picture)
        .join(jobs, jobs.c.id == pictures.c.job)
        .outerjoin(takedowns, takedowns.c.picture == reports.c.picture)
        .where(
            reports.c.tenant == tenant,
            pictures.c.deleted.is_(None),
            or_(takedowns.c.by.is_(None), ~is_settled),
        )
        .group_by(pictures.c.id, pictures.c.position, pictures.c.hidden, jobs.c.number)
        .order_by(func.min(reports.c.at), pictures.c.id)
        .limit(limit)
    ).all()
    return [
        OpenReport(
            row.id, row.number, row.position, row.people, _reasons(db, row.id), is_down=row.hidden is not None
        )
        for row in rows
    ]


def _reasons(db: Tx, picture: str) -> tuple[str, ...]:
    query = select(reports.c.reason).where(reports.c.picture == picture).order_by(reports.c.at).limit(3)
    return tuple(dict.fromkeys(reason for reason in db.execute(query).scalars() if reason))


def decide(db: Tx, picture: str, verdict: Verdict, by: str, *, now: int) -> bool:
    """Take a picture down or keep it; False when an admin has decided the same before, and was not asked again."""
    tenant = db.execute(
        select(pictures.c.tenant).where(pictures.c.id == picture).with_for_update()
    ).scalar_one()
    known = _decision_of(db, picture)
    if known is not None and (known.verdict, known.by != BY_REPORTS) == (verdict, True):
        since = _reported_since(db, picture, known.at)
        if verdict == "taken_down" or since < REPORTS_THAT_ASK_AGAIN:
            return False
    _decide(db, picture, verdict, by, now)
    note(db, Deed(verdict.replace("_", " "), by, tenant, detail=_called(db, picture)), now=now)
    return True


def _called(db: Tx, picture: str) -> str:
    """Name a picture as people do."""
    query = select(jobs.c.number, pictures.c.position).join(jobs, jobs.c.id == pictures.c.job)
    row = db.execute(query.where(pictures.c.id == picture)).one_or_none()
    return f"#{row.number}/{row.position}" if row else ""


def filed_since(db: Tx, reporter: str, since: int) -> int:
    """Count a person's reports since then."""
    query = select(func.count()).select_from(reports)
    return int(db.execute(query.where(reports.c.reporter == reporter, reports.c.at > since)).scalar_one())


def whom_to_tell(db: Tx, tenant: str, operators: Sequence[str] = ()) -> list[Address]:
    """List where admins are told: in their channel, else each that was named, else who runs Easel there."""
    platform = db.execute(select(tenants.c.platform).where(tenants.c.id == tenant)).scalar_one()
    if channel := tenant_rules_of(db, tenant).admin_channel:
        return [Address(platform=platform, tenant=tenant, channel=channel, person="")]
    people = [each.subject for each in named(db, tenant) if each.kind == "person"]
    rows = db.execute(
        select(identities.c.person, identities.c.user)
        .where(
            identities.c.person.in_(people), identities.c.platform == platform, identities.c.tenant == tenant
        )
        .order_by(identities.c.person)
    ).all()
    told = {"platform": platform, "tenant": tenant, "channel": "", "is_direct": True}
    if rows:
        return [Address(person=row.person, user=row.user, **told) for row in rows]
    of_here = [alarms.address_of(db, each) for each in operators if each.startswith(f"{platform}:")]
    # Who runs Easel is the same user in every server of Discord; elsewhere they are of one place.
    return [
        Address(person=each.person if each.tenant == tenant else "", user=each.user, **told)
        for each in of_here
        if each and (platform == "discord" or each.tenant == tenant)
    ]


def _decision_of(db: Tx, picture: str) -> Any:
    return db.execute(select(takedowns).where(takedowns.c.picture == picture)).one_or_none()


def _reported_since(db: Tx, picture: str, since: int = 0) -> int:
    query = select(func.count()).where(reports.c.picture == picture, reports.c.at > since)
    return int(db.execute(query).scalar_one())


def _is_asked_again() -> ColumnElement[bool]:
    """Whether enough people have reported since what an admin kept, by the row of `takedowns`."""
    later = reports.alias()
    count = select(func.count()).where(later.c.picture == takedowns.c.picture, later.c.at > takedowns.c.at)
    return and_(takedowns.c.verdict == "kept", count.scalar_subquery() >= REPORTS_THAT_ASK_AGAIN)


def _decide(db: Tx, picture: str, verdict: Verdict, by: str, now: int) -> None:
    values = {"verdict": verdict, "by": by, "at": now}
    statement = insert(db, takedowns).values(picture=picture, **values)
    db.execute(statement.on_conflict_do_update(index_elements=["picture"], set_=values))
    hidden = now if verdict == "taken_down" else None
    db.execute(update(pictures).where(pictures.c.id == picture).values(hidden=hidden))
    job = select(pictures.c.job).where(pictures.c.id == picture).scalar_subquery()
    db.execute(update(jobs).where(jobs.c.id == job).values(version=jobs.c.version + 1))
    if hidden is not None:
        removals.owe(db, picture, now=now)
