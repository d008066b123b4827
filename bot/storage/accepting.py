"""Acceptance: one event becomes one job with its hold, or one refusal, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import count

from sqlalchemy import Insert, bindparam, func, or_, select, update

from bot.core.accounts import Account, HoldRequest
from bot.core.alarms import of_hold, of_refusal
from bot.core.errors import CapReached, Refusal, TooMany
from bot.core.jobs import JobState
from bot.core.pictures import PictureRequest
from bot.core.replies import Address
from bot.storage import alarms, channels, ledger, metering, pauses, replies, terms
from bot.storage.admission import Places, admit
from bot.storage.channels import Seen
from bot.storage.insert import insert_into
from bot.storage.schema import events, inputs, jobs, tenants
from bot.storage.states import is_running, is_waiting
from bot.storage.terms import Limits, Queue
from bot.storage.transaction import Dialect, Tx, dialect_of

_THIS = (
    events.c.platform == bindparam("of_platform"),
    events.c.tenant == bindparam("of_tenant"),
    events.c.event == bindparam("of_event"),
)
_FIND = select(events.c.event, events.c.job, events.c.refusal).where(*_THIS)
_REMEMBER = update(events).where(*_THIS)
_OF_PERSON = jobs.c.person == bindparam("of_person")
_OF_VENDOR = jobs.c.vendor == bindparam("of_vendor")
# An offset reads no further than the limit, however long the queue is.
_WAITING = select(jobs.c.seq).where(is_waiting()).offset(bindparam("others")).limit(1)
_WAITING_OF_PERSON = _WAITING.where(_OF_PERSON)
_WAITING_FOR_VENDOR = _WAITING.where(_OF_VENDOR)
_TURNS = select(
    select(func.min(jobs.c.turn)).where(is_waiting(), _OF_VENDOR).scalar_subquery().label("served"),
    select(func.max(jobs.c.turn)).where(is_waiting(), _OF_VENDOR, _OF_PERSON).scalar_subquery().label("last"),
)
_OPEN_OF_PERSON = (
    select(jobs.c.number, jobs.c.request)
    .where(or_(is_waiting(), is_running()), _OF_PERSON, jobs.c.tenant == bindparam("of_tenant"))
    .order_by(jobs.c.seq)
)
_NUMBER = (
    update(tenants)
    .where(tenants.c.id == bindparam("this"))
    .values(jobs=tenants.c.jobs + 1)
    .returning(tenants.c.jobs)
)
_JOB = jobs.insert()


@dataclass(frozen=True)
class Event:
    """What made somebody's wish known to us, once: a platform's own id of it."""

    platform: str
    tenant: str
    id: str


@dataclass(frozen=True)
class NewJob:
    """A job to accept: who ordered what, and where the answer goes.

    `limits` reads what it is compared with in the accepting transaction itself, so that a plan, cap or tenant that was
    changed a moment ago counts; it may raise a Refusal. One that `holds_back` waits for its first message; with
    `is_once` it is refused while the person has the same one open here.
    """

    id: str
    event: Event
    command: str
    address: Address
    person: str
    request: PictureRequest
    limits: Callable[[Tx], Limits]
    wait_milliseconds: int
    run_milliseconds: int
    holds_back: bool = False
    picture_price: int = 0
    """What an ordinary picture costs: whoever has less left is told so."""
    is_once: bool = False
    channel_name: str = ""
    """What people call the channel, where somebody told."""


@dataclass(frozen=True)
class Outcome:
    """What an event became: the id of a job, or the refusal that it got. `is_new` is False for a repetition."""

    job: str | None
    refusal: Refusal | None
    is_new: bool
    little_left: int | None = None
    """What the person has left to spend, once in a period when it is little."""


def accept(db: Tx, new: NewJob, places: Places, *, now: int) -> Outcome:
    """Accept a job: its event, hold, number and place in the queue. A second event gets what the first one got."""
    if not _first(db, new.event, now):
        return outcome(db, new.event)
    try:
        pauses.check(db, places.vendor)
        pauses.check_here(db, new.address.tenant)
        limits = new.limits(db)
        hold = HoldRequest(new.id, new.person, new.request.hold, limits.meters)
        found = metering.open_accounts(db, hold, now=now)
        _check_once(db, new)
        _check_queue(db, new.person, limits.queue, places.vendor)
        _hold(db, hold, found, now)
    except Refusal as refusal:
        _remember(db, new.event, refusal, new.person)
        return Outcome(None, refusal, is_new=True)
    _insert(db, new, limits.queue, places.vendor, now)
    channels.learn(db, Seen.of(new.address, new.channel_name), now=now)
    db.execute(_REMEMBER, {**_key(new.event), "job": new.id})
    if new.holds_back:
        replies.owe_first(db, new.id, new.address, places.send, now=now)
    admit(db, places, now=now)
    left = terms.little_left(hold, found, new.picture_price)
    may_tell = left is not None and new.address.has_private_answers
    told = may_tell and terms.tell_once(db, new.address.tenant, hold, now=now)
    alarms.ring(db, of_hold(hold.meters, found, hold.amount), now=now)
    return Outcome(new.id, None, is_new=True, little_left=left if told else None)


def refuse(db: Tx, event: Event, refusal: Refusal, person: str, *, now: int) -> Outcome:
    """Remember that `event` was refused before anything was held; a second event gets what the first one got."""
    if not _first(db, event, now):
        return outcome(db, event)
    _remember(db, event, refusal, person)
    return Outcome(None, refusal, is_new=True)


def outcome(db: Tx, event: Event) -> Outcome:
    """Read what an event became."""
    found = known(db, event)
    if found is None:
        raise LookupError(f"the event {event.id} was never seen")
    return found


def known(db: Tx, event: Event) -> Outcome | None:
    """Read what an event became, or None if it was never seen."""
    row = db.execute(_FIND, _key(event)).one_or_none()
    if row is None or row.job:
        return Outcome(row.job, None, is_new=False) if row else None
    told = json.loads(row.refusal)
    return Outcome(None, Refusal(told["key"], **told["values"]), is_new=False)


def untried(db: Tx, event: Event) -> str:
    """Name the event by which a refused wish is tried anew: the first not refused, so presses at once share it."""
    id = event.id
    for again in count(2):
        found = known(db, replace(event, id=id))
        if found is None or found.job is not None:
            break
        id = f"{event.id}-{again}"
    return id


def _key(event: Event) -> dict[str, str]:
    return {"of_platform": event.platform, "of_tenant": event.tenant, "of_event": event.id}


@cache
def _new_event(dialect: Dialect) -> Insert:
    return insert_into(dialect, events).on_conflict_do_nothing().returning(events.c.event)


def _first(db: Tx, event: Event, now: int) -> bool:
    values = {"platform": event.platform, "tenant": event.tenant, "event": event.id, "created": now}
    return db.execute(_new_event(dialect_of(db)), values).one_or_none() is not None


def _remember(db: Tx, event: Event, refusal: Refusal, person: str) -> None:
    """Write down a refusal, and whose it is: what they typed may be in it, and goes when they are forgotten."""
    told = json.dumps({"key": refusal.key, "values": refusal.values, "person": person})
    db.execute(_REMEMBER, {**_key(event), "refusal": told})


def _hold(db: Tx, hold: HoldRequest, found: Mapping[str, Account], now: int) -> None:
    """Hold the price; a cap that refuses it is an alarm."""
    try:
        ledger.hold(db, hold, found, now=now)
    except CapReached:
        alarms.ring(db, of_refusal(hold.meters, found, hold.amount), now=now)
        raise


def _check_once(db: Tx, new: NewJob) -> None:
    """Refuse a second job that is the same; the person's accounts are locked, so of two at once one comes first."""
    if not new.is_once:
        return
    mine = {"of_person": new.person, "of_tenant": new.address.tenant}
    for row in db.execute(_OPEN_OF_PERSON, mine):
        if new.request.is_same_as(PictureRequest.model_validate_json(row.request)):
            raise Refusal("already_drawing", number=row.number)


def _check_queue(db: Tx, person: str, queue: Queue, vendor: str) -> None:
    mine = {"of_person": person, "others": queue.person_waiting_max - 1}
    if db.execute(_WAITING_OF_PERSON, mine).one_or_none() is not None:
        raise TooMany("too_many_waiting", limit=queue.person_waiting_max)
    everybody = {"of_vendor": vendor, "others": queue.waiting_max - 1}
    if db.execute(_WAITING_FOR_VENDOR, everybody).one_or_none() is not None:
        raise TooMany("queue_full")


def _insert(db: Tx, new: NewJob, queue: Queue, vendor: str, now: int) -> None:
    address = new.address
    number = db.execute(_NUMBER, {"this": address.tenant}).scalar_one()
    db.execute(
        _JOB,
        {
            "id": new.id,
            "number": number,
            "platform": address.platform,
            "tenant": address.tenant,
            "channel": address.channel,
            "thread": address.thread,
            "person": new.person,
            "command": new.command,
            "request": new.request.model_dump_json(),
            "address": address.model_dump_json(),
            "vendor": vendor,
            "model": new.request.model,
            "state": JobState.WAITING,
            "is_private": int(new.request.private),
            "turn": turn_of(db, new.person, vendor),
            "person_running_max": queue.person_running_max,
            "held": new.request.hold,
            "pictures": new.request.count,
            "created": now,
            "wait_until": now + new.wait_milliseconds,
            "not_before": now + new.wait_milliseconds if new.holds_back else 0,
            "run_milliseconds": new.run_milliseconds,
        },
    )
    rows = [
        {"job": new.id, "position": position, "picture": picture, "role": role}
        for position, (picture, role) in enumerate(new.request.inputs)
    ]
    if rows:
        db.execute(inputs.insert(), rows)


def turn_of(db: Tx, person: str, vendor: str) -> int:
    """Give a person's next job its turn: one after their last waiting one, at least the turn now being served."""
    row = db.execute(_TURNS, {"of_vendor": vendor, "of_person": person}).one()
    return max(row.served or 0, 0 if row.last is None else row.last + 1)
