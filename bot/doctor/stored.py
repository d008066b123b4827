"""What the database says: whether it is whole, right, and what stands in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.doctor.findings import SECOND, Finding, Patient, moment
from bot.storage import claims, health, operator, pauses
from bot.storage.health import Books
from bot.storage.operator import Standing
from bot.storage.pauses import EVERY_VENDOR, Pause
from bot.storage.reading import NoDatabase, reading
from bot.storage.transaction import Tx
from config import ConfigError

CLOCK_SLACK_SECONDS = 5
FIRST_DAY = datetime(2026, 11, 1, tzinfo=UTC)
"""A clock before this day is wrong."""

WEB = ("local", "web:")
SET_CLOCK = "Set the clock, best by NTP: timedatectl set-ntp true"


@dataclass(frozen=True)
class _Seen:
    """What one look into the database gave."""

    revisions: tuple[str | None, str | None]
    damage: str | None
    books: Books
    standing: tuple[Standing, ...]
    late: int
    pauses: tuple[Pause, ...]
    newest: int
    tenants_waiting: int
    claims: tuple[tuple[str, str | None], ...]
    """Tenants without an admin, each with the code by which somebody becomes one, where one is in force."""


async def stored(patient: Patient) -> AsyncIterator[Finding]:
    """Look into the database once."""
    try:
        async with reading(patient.config.database_url) as database:
            seen = await database.read(_look, patient.now)
    except NoDatabase as error:
        first, _, step = str(error).partition(". ")
        is_missing = "yet" in first
        yield Finding("database", "note" if is_missing else "fix", first[:1].lower() + first[1:], step)
        return
    except ConfigError as error:
        yield Finding("database", "fix", str(error), "Correct DATABASE_URL, or leave it out.")
        return
    for finding in (_schema(seen), _clock(patient, seen), _books(seen.books)):
        yield finding
    for finding in _work(patient, seen):
        yield finding


def _look(db: Tx, now: int) -> _Seen:
    there, newest = health.revisions(db)
    return _Seen(
        revisions=(there, newest),
        damage=health.damage(db),
        # What an older schema does not have yet cannot be proved before it is brought up.
        books=health.prove_books(db) if there == newest else Books(),
        standing=tuple(operator.standing(db)),
        late=len(operator.late_pictures(db, limit=1_000)),
        pauses=tuple(pauses.in_force(db)),
        newest=operator.newest_time(db),
        tenants_waiting=sum(each.state == "waiting" for each in operator.tenants_known(db)),
        claims=tuple((each, claims.in_force(db, each, now=now)) for each in claims.without_admin(db)),
    )


def _schema(seen: _Seen) -> Finding:
    there, newest = seen.revisions
    if seen.damage:
        return Finding(
            "database", "fix", f"the file is damaged: {seen.damage}", "Stop Easel and restore a backup."
        )
    if there != newest:
        return Finding(
            "database",
            "note",
            f"it is at schema {there}, this Easel at {newest}",
            "The next start brings it up.",
        )
    return Finding("database", "ok", f"whole, at schema {there}")


def _clock(patient: Patient, seen: _Seen) -> Finding:
    ahead = (seen.newest - patient.now) // SECOND
    if ahead > CLOCK_SLACK_SECONDS:
        text = (
            f"this machine's clock says {moment(patient.now)}, and the books go on to {moment(seen.newest)}"
        )
        return Finding("clock", "fix", text, SET_CLOCK)
    if patient.now < FIRST_DAY.timestamp() * SECOND:
        return Finding(
            "clock",
            "fix",
            f"it says {moment(patient.now)}",
            SET_CLOCK,
        )
    return Finding("clock", "ok", f"{moment(patient.now)}, and nothing in the books is later")


def _books(books: Books) -> Finding:
    if books.are_right:
        return Finding(
            "books",
            "ok",
            "every account is the sum of its entries, every ended job's hold is closed, and reports are right",
        )
    wrong = [f"account {name}" for name in books.accounts]
    wrong += [f"the hold of job {job}" for job in books.holds]
    wrong += [f"the report of {name}" for name in books.sums]
    named = ", ".join(wrong[:3]) + (f" and {len(wrong) - 3} more" if len(wrong) > 3 else "")
    step = (
        'Stop orders (easel pause "the books are checked"), keep a copy (easel backup FOLDER) and report it.'
    )
    return Finding("books", "fix", f"wrong: {named}", step)


def _work(patient: Patient, seen: _Seen) -> Iterator[Finding]:
    for pause in seen.pauses:
        everything = pause.vendor == EVERY_VENDOR
        step = "easel resume" if everything else f"easel resume --vendor {pause.vendor}"
        name = "everything" if everything else pause.vendor
        yield Finding("pause", "note", f"{name} is paused since {moment(pause.since)}: {pause.reason}", step)
    if seen.tenants_waiting:
        yield Finding("tenants", "note", f"{seen.tenants_waiting} wait to be let in", "easel tenants list")
    for tenant, code in seen.claims:
        # On the web chat of this machine alone, whoever opens it is its admin.
        if code or not tenant.startswith(WEB):
            step = f"Write there: /quota claim {code}" if code else f"easel tenants claim {tenant}"
            yield Finding("admins", "note", f"{tenant} has no admin yet", step)
    if seen.late:
        yield Finding("jobs", "note", f"{seen.late} paid pictures arrived late", "easel jobs --late")
    counts = {
        state: sum(each.jobs for each in seen.standing if each.state == state)
        for state in ("running", "waiting")
    }
    yield Finding("jobs", "ok", f"{counts['running']} running, {counts['waiting']} waiting")
    offered = {vendor.name for vendor in patient.offered.vendors}
    for each in seen.standing:
        if each.vendor not in offered:
            text = f"{each.jobs} {each.state} jobs are of {each.vendor}, which is not on offer"
            yield Finding("jobs", "fix", text, f"Put {each.vendor} back into the catalogue, with its key.")
