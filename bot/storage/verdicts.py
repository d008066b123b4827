"""What is decided about jobs of unknown outcome and late pictures: each once, whoever presses what how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, true, union, update

from bot.core.accounts import PAYERS, HoldRequest, Line, decide_hold
from bot.core.errors import OutOfCredits, Refusal
from bot.core.jobs import CallState, JobState
from bot.core.lost import LostCase, LostOrder, Verdict, counted_now, is_failure, late_price
from bot.core.pictures import PictureRequest
from bot.core.plans import Plans, Spender
from bot.core.reports import Sums
from bot.storage import ledger, metering, replies, sums
from bot.storage.admission import Send
from bot.storage.audit import Deed, note
from bot.storage.calls import calls_of
from bot.storage.schema import calls, jobs, people, pictures, verdicts
from bot.storage.terms import terms_of_other
from bot.storage.transaction import Tx

_IS_LATE = (pictures.c.is_late == 1, pictures.c.deleted.is_(None))


@dataclass(frozen=True)
class Deciding:
    """With what a decision is made: the plans that a charge obeys, and what sends a job's reply."""

    plans: Plans
    send: Send


def cases(db: Tx, tenant: str, *, limit: int, number: int | None = None) -> list[LostCase]:
    """List what is to be decided in a tenant, newest first, or about one job by its number."""
    late = select(pictures.c.job).where(*_IS_LATE)
    decided = select(verdicts.c.job).where(verdicts.c.picture.is_(None))
    unknown = select(calls.c.job).where(calls.c.state == CallState.UNKNOWN, calls.c.job.not_in(decided))
    query = (
        select(jobs, people.c.name)
        .join(people, people.c.id == jobs.c.person)
        .where(jobs.c.tenant == tenant, jobs.c.ended.is_not(None), jobs.c.id.in_(union(late, unknown)))
        .where(true() if number is None else jobs.c.number == number)
        .order_by(jobs.c.seq.desc())
        .limit(limit)
    )
    return [_case(db, row) for row in db.execute(query).all()]


def decide(db: Tx, order: LostOrder, means: Deciding, *, now: int) -> Verdict | None:
    """Carry out a decision; None where there is nothing of that kind. Raises Refusal, and then nothing is decided.

    Charge and Deliver with a picture deliver every late picture of the job; Charge takes what the settlement would
    have taken. Without one, Forgive gives back to the caps what they counted, and Charge lets them keep it.
    """
    query = select(jobs.c.id, people.c.name).join(people, people.c.id == jobs.c.person)
    found = db.execute(
        query.where(jobs.c.tenant == order.tenant, jobs.c.number == order.number)
    ).one_or_none()
    if found is None:
        return None
    job = db.execute(select(jobs).where(jobs.c.id == found.id).with_for_update()).one()
    if job.ended is None or (order.act == "deliver" and order.picture is None):
        return None
    key = f"late:{order.picture}" if order.picture else f"unknown:{job.id}"
    before = db.execute(select(verdicts).where(verdicts.c.key == key)).one_or_none()
    if before is not None:
        return Verdict(order.number, found.name, before.act, is_new=False, is_late=order.picture is not None)
    done = _late(db, job, order, means, now) if order.picture else _unknown(db, job, order, now)
    if done is None:
        return None
    count, amount = done
    values = {"key": key, "job": job.id, "picture": order.picture, "act": order.act, "by": order.by}
    db.execute(verdicts.insert(), {**values, "amount": amount, "at": now})
    deed = Deed(order.act, order.by, order.tenant, job.person, amount, f"#{order.number}", order.reason)
    note(db, deed, now=now)
    is_late = order.picture is not None
    return Verdict(
        order.number, found.name, order.act, is_new=True, is_late=is_late, pictures=count, amount=amount
    )


def _unknown(db: Tx, job: Any, order: LostOrder, now: int) -> tuple[int, int] | None:
    """Let the caps keep what they counted, or give it back to them."""
    case = _case(db, job)
    if not any(call.state is CallState.UNKNOWN for call in calls_of(db, job.id)):
        return None
    if order.act == "charge":
        return 0, case.counted
    lines = _cap_lines(db, job.id, -case.free)
    ledger.lock(db, [line.account for line in lines])
    ledger.post(db, f"forgive:{job.id}", lines, now=now)
    db.execute(update(jobs).where(jobs.c.id == job.id).values(counted=job.counted - case.free))
    return 0, case.free


def _late(db: Tx, job: Any, order: LostOrder, means: Deciding, now: int) -> tuple[int, int] | None:
    """Deliver the late pictures, and charge for them if that is what was decided."""
    late = _late_rows(db, job.id)
    ids = [row.id for row in late]
    if order.picture not in ids or order.act == "forgive":
        return None
    # What has come since the button was shown is decided by itself: its price was not on it.
    known = ids.index(order.picture) + 1
    case = _case(db, job, known)
    late = late[:known]
    amount = case.price if order.act == "charge" else 0
    if amount and ledger.noted(db, f"refund:{job.id}") is not None:
        raise Refusal("lost_refunded", number=job.number)
    lines = [
        *_payer_lines(db, job, amount, means.plans, now),
        *_cap_lines(db, job.id, case.counted - job.counted),
    ]
    ledger.lock(db, [line.account for line in lines])
    ledger.post(db, f"{order.act}:{order.picture}", lines, now=now)
    db.execute(update(pictures).where(pictures.c.id.in_([row.id for row in late])).values(is_late=0))
    db.execute(
        update(jobs)
        .where(jobs.c.id == job.id)
        .values(
            state=JobState.DONE,
            stored=job.stored + len(late),
            charged=job.charged + amount,
            counted=case.counted,
            version=job.version + 1,
        )
    )
    was_failure = is_failure(JobState(job.state))
    sums.book(db, job, job.day, Sums(0, len(late), -int(was_failure), amount))
    replies.owe(db, job.id, job.address, now=now, about=f"late-{order.picture}")
    means.send(db, job.id, at=now)
    return len(late), amount


def _payer_lines(db: Tx, job: Any, amount: int, plans: Plans, now: int) -> list[Line]:
    """Split a charge over the allowance in force and the person's credits; raises Refusal when both are too little."""
    if not amount:
        return []
    terms = terms_of_other(db, Spender(job.person, job.tenant, job.channel), plans, now=now)
    meters = (terms.allowance,) if terms and terms.allowance else ()
    request = HoldRequest(job.id, job.person, amount, meters)
    # The caps of the job are locked after these: payers come first in the ledger's order.
    found = metering.open_accounts(db, request, now=now)
    try:
        lines = decide_hold(request, found)
    except OutOfCredits as short:
        have = short.values["have"]
        raise Refusal("lost_too_dear", number=job.number, price=amount, have=have) from short
    return [Line(line.account, spent=line.held) for line in lines]


def _cap_lines(db: Tx, job: str, change: int) -> list[Line]:
    """Change what the caps that a job was held on have counted."""
    if not change:
        return []
    return [
        Line(line.account, spent=change) for scope, line in ledger.held_by(db, job) if scope not in PAYERS
    ]


def _case(db: Tx, row: Any, known: int | None = None) -> LostCase:
    """Describe what is to be decided about a job, with its first `known` late pictures or all."""
    request = PictureRequest.model_validate_json(row.request)
    made = calls_of(db, row.id)
    every = _late_rows(db, row.id)
    late = every[:known]
    later = {each.call for each in every} - {each.call for each in late}
    priced = [call for call in made if call.id not in later]
    forgiven = select(verdicts.c.key).where(
        verdicts.c.key == f"unknown:{row.id}", verdicts.c.act == "forgive"
    )
    is_forgiven = db.execute(forgiven).first() is not None
    counted = counted_now(request, row.held, made, is_forgiven=is_forgiven)
    return LostCase(
        job=row.id,
        number=row.number,
        person=getattr(row, "name", ""),
        ended=row.ended,
        picture=late[-1].id if late else None,
        pictures=len(late),
        price=late_price(request, row.held, priced, {each.call for each in late}),
        counted=counted,
        free=counted - counted_now(request, row.held, made, is_forgiven=True),
    )


def _late_rows(db: Tx, job: str) -> Sequence[Any]:
    query = select(pictures.c.id, pictures.c.call).where(pictures.c.job == job, *_IS_LATE)
    return db.execute(query.order_by(pictures.c.created, pictures.c.id)).all()
