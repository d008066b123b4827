"""What must hold after a campaign, counted at the vendor's side and in the database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select

from bot.storage import ledger
from bot.storage.database import open_database
from bot.storage.schema import accounts, calls, chat_messages, entries, events, jobs, pictures
from bot.storage.transaction import Tx
from tests.doubles.vendor_server import Entry
from tests.kill.campaign import Course


@dataclass
class Findings:
    """What a campaign came to: numbers to print, and sentences about what is wrong."""

    numbers: dict[str, int | float | str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


async def audit(course: Course) -> Findings:
    """Count everything; Easel must have stopped."""
    database = await open_database(f"sqlite:///{course.records.data / 'easel.db'}")
    try:
        return await database.read(_audit, course)
    finally:
        await database.close()


def billed_twice(books: list[Entry]) -> list[str]:
    """List what the vendor billed more than once: prompts are unique, so one is a job and an index a part."""
    bills = Counter((e.vendor, e.prompt, e.index) for e in books if e.kind == "drawn" and e.bill_nano)
    return [
        f"{vendor} billed {prompt}/{index} {n} times" for (vendor, prompt, index), n in bills.items() if n > 1
    ]


def _audit(db: Tx, course: Course) -> Findings:
    books = course.records.books.entries()
    checks = (_orders, _money, _seals, _answers, _bills)
    faults = [fault for check in checks for fault in check(db, course)]
    faults += billed_twice(books)
    if course.exit_code:
        faults.append(f"exit code {course.exit_code} after SIGTERM")
    return Findings(_numbers(db, course, books), faults)


def _orders(db: Tx, course: Course) -> Iterator[str]:
    """Each accepted order is one job that has ended, and no other job exists."""
    known = {row.event.partition(":")[2]: row.job for row in db.execute(select(events))}
    for event, job in course.accepted.items():
        if known.get(event) != job:
            yield f"{event} was answered with {job} and became {known.get(event)}"
    rows = db.execute(select(jobs.c.id, jobs.c.state)).all()
    yield from (f"job {row.id} is {row.state}" for row in rows if row.state in {"waiting", "running"})
    if len(rows) != len(course.accepted):
        yield f"{len(course.accepted)} orders became {len(rows)} jobs"


def _money(db: Tx, course: Course) -> Iterator[str]:
    """Each hold is closed once, and what was spent is what was charged."""
    yield from (f"account {name} is not the sum of its entries" for name in ledger.unbalanced(db))
    yield from (f"the hold of {job} is open" for job in ledger.open_holds_of_ended_jobs(db))
    closings = Counter(
        key for key in db.execute(select(entries.c.key).where(entries.c.key.like("close:%"))).scalars()
    )
    holds = Counter(
        key for key in db.execute(select(entries.c.key).where(entries.c.key.like("hold:%"))).scalars()
    )
    for key, lines in holds.items():
        if closings.pop(key.replace("hold:", "close:"), 0) != lines:
            yield f"{key} is not closed on the accounts that it took from"
    yield from (f"{key} closes nothing" for key in closings)
    spent = dict(
        db.execute(select(accounts.c.scope, func.sum(accounts.c.spent)).group_by(accounts.c.scope)).all()
    )
    held = db.execute(select(func.sum(accounts.c.held))).scalar_one()
    charged, counted = db.execute(select(func.sum(jobs.c.charged), func.sum(jobs.c.counted))).one()
    if (spent["allowance"] + spent.get("credits", 0), spent["bot"], held) != (charged, counted, 0):
        yield f"spent {spent}, held {held}, charged {charged}, counted {counted}"
    if counted < (billed := _billed(course)):
        yield f"the caps count {counted} and the vendor billed {billed}"


def _billed(course: Course) -> int:
    """Sum the vendor's bills, in millicredits."""
    return sum(entry.bill_nano for entry in course.records.books.entries()) // 10_000


def _seals(db: Tx, course: Course) -> Iterator[str]:
    """No picture is lost whose answer was durable when the process died, and none lacks its bytes."""
    for call, wanted in course.sealed.items():
        got = db.execute(select(func.count()).where(pictures.c.call == call)).scalar_one()
        if got != wanted:
            yield f"call {call} had {wanted} durable pictures at a kill and has {got}"
    for sha256 in db.execute(select(pictures.c.sha256)).scalars():
        if not (course.records.data / "pictures" / sha256[:2] / sha256[2:]).exists():
            yield f"no bytes for {sha256}"
    settled = calls.c.state.in_(("stored", "refused")) | (calls.c.reason == "too_many_takes")
    known = set(db.execute(select(calls.c.id).where(settled)).scalars())
    seals = {seal.parent.name for seal in course.records.data.glob("pictures/incoming/*/answer.json")}
    if seals - known:
        yield f"whole answers that nobody took up: {seals - known}"


def _answers(db: Tx, course: Course) -> Iterator[str]:
    """The chat shows each job's end once, in the one message that answers its order."""
    rows = db.execute(select(chat_messages).where(chat_messages.c.author == "easel")).all()
    ends = Counter(
        json.loads(row.body)["reply"]["job"] for row in rows if row.reply_key is not None and not row.deleted
    )
    shown = Counter(row.job or row.id for row in rows)
    for row in db.execute(select(jobs.c.id, jobs.c.number)):
        if ends[row.id] != 1 or shown[row.id] != 1:
            yield f"#{row.number} is answered by {shown[row.id]} messages, {ends[row.id]} of them final"
    told = Counter(each["job"] for each in course.feed if each.get("kind") in {"result", "failure"})
    yield from (
        f"the browser was told {told[job]} ends of {job}"
        for job in course.accepted.values()
        if told[job] != 1
    )


def _bills(db: Tx, course: Course) -> Iterator[str]:
    """Without keys no part is ever asked for again, unless the vendor said that it drew nothing."""
    drew_nothing = {e.ask for e in course.records.books.entries() if e.kind in {"busy", "failed"}}
    asked = [e for e in course.records.books.entries() if e.kind == "asked" and e.ask not in drew_nothing]
    again = Counter((e.prompt, e.index) for e in asked if e.vendor == "bare")
    yield from (f"bare was asked for {part} {n} times" for part, n in again.items() if n > 1)
    if any(e.key is None for e in asked if e.vendor == "keyed"):
        yield "keyed was asked without a key"
    known = set(db.execute(select(calls.c.id)).scalars())
    yield from (f"call {e.call} is not in the books" for e in asked if e.call not in known)


def _numbers(db: Tx, course: Course, books: list[Entry]) -> dict[str, int | float | str]:
    kinds = Counter(e.kind for e in books)
    states = db.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state)).all()
    late = db.execute(select(func.count()).where(pictures.c.is_late == 1)).scalar_one()
    return {
        "seconds": round(course.seconds, 1),
        "jobs": len(course.accepted),
        "posts": course.sent,
        **{f"jobs {state}": number for state, number in states},
        "kills": len(course.instants),
        **{f"kills {name}": n for name, n in Counter(course.instants).items()},
        **{f"vendor {kind}": n for kind, n in kinds.items()},
        "sealed at a kill": len(course.sealed),
        "pictures": db.execute(select(func.count()).select_from(pictures)).scalar_one(),
        "late pictures": late,
        "charged": db.execute(select(func.sum(jobs.c.charged))).scalar_one(),
        "counted": db.execute(select(func.sum(jobs.c.counted))).scalar_one(),
        "billed, as millicredits": _billed(course),
    }
