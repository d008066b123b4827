"""The books: append-only entries, and accounts whose counters are the sums of their entries.

`post` and `join` are the only functions that write either. A lock on several accounts is always taken in the ledger's
order (rank, then id), so holds and closings never wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from sqlalchemy import (
    BigInteger,
    Insert,
    bindparam,
    cast,
    func,
    select,
    update,
)

from bot.core.accounts import (
    PAYERS,
    RANKS,
    Account,
    Adjustment,
    HoldRequest,
    Line,
    Scope,
    credits_account,
    decide_close,
    decide_hold,
    is_lot,
    lot_account,
    split,
)
from bot.core.jobs import JobState
from bot.storage.insert import insert_into
from bot.storage.schema import accounts, adjustments, entries, jobs, lots, verdicts
from bot.storage.transaction import Dialect, Tx, dialect_of

_TOUCHED = "accounts touched by this transaction"
_COLUMNS = (accounts.c.id, accounts.c.scope, accounts.c.granted, accounts.c.held, accounts.c.spent)
_HELD_BY = (
    select(accounts.c.scope, entries.c.account, entries.c.held)
    .join(accounts, accounts.c.id == entries.c.account)
    .where(entries.c.key == bindparam("hold"))
    .order_by(accounts.c.rank, accounts.c.id)
)
_LOCK = (
    select(*_COLUMNS)
    .where(accounts.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(accounts.c.rank, accounts.c.id)
    .with_for_update()
)
_COUNT = (
    update(accounts)
    .where(accounts.c.id == bindparam("_account"))
    .values(
        granted=accounts.c.granted + bindparam("_granted"),
        held=accounts.c.held + bindparam("_held"),
        spent=accounts.c.spent + bindparam("_spent"),
    )
)
_later = entries.alias()
_RESET_AFTER = (
    select(_later.c.seq)
    .where(_later.c.account == entries.c.account, _later.c.seq > entries.c.seq)
    .where(_later.c.key.startswith("reset:"))
    .exists()
)
_LIVE_LOTS = select(lots.c.account).where(lots.c.person == bindparam("of"), lots.c.until > bindparam("at"))


def hold(db: Tx, request: HoldRequest, found: Mapping[str, Account], *, now: int) -> None:
    """Hold the price of a job on the accounts that `open_accounts` found, or raise OutOfCredits or CapReached."""
    if not post(db, f"hold:{request.job}", decide_hold(request, found), now=now):
        raise RuntimeError(f"job {request.job} has a hold already")


def close(db: Tx, job: str, *, charged: int, counted: int, now: int) -> bool:
    """Close the hold of `job`: `charged` is what the person pays, `counted` what the caps keep.

    Returns False, and changes nothing, when the hold is closed already.
    """
    lines = decide_close(held_by(db, job), charged=charged, counted=counted)
    lock(db, [line.account for line in lines])
    return post(db, f"close:{job}", lines, now=now)


def held_by(db: Tx, job: str) -> list[tuple[Scope, Line]]:
    """List the accounts that the hold of `job` took from, in the ledger's order."""
    rows = db.execute(_HELD_BY, {"hold": f"hold:{job}"})
    return [(row.scope, Line(row.account, held=row.held)) for row in rows]


def paid_by(db: Tx, job: str, *, since_reset: bool = False) -> list[tuple[Scope, Line]]:
    """List what `job` took from the person's own accounts: at its closing, and for pictures charged later.

    With `since_reset` without what a reset has given back.
    """
    later = select(verdicts.c.picture).where(
        verdicts.c.job == job, verdicts.c.act == "charge", verdicts.c.picture.is_not(None)
    )
    keys = [f"close:{job}", *(f"charge:{picture}" for picture in db.execute(later).scalars())]
    spent = cast(func.sum(entries.c.spent), BigInteger)
    query = (
        select(accounts.c.scope, entries.c.account, spent.label("spent"))
        .join(accounts, accounts.c.id == entries.c.account)
        .where(entries.c.key.in_(keys), accounts.c.scope.in_(PAYERS))
        .group_by(accounts.c.scope, accounts.c.rank, entries.c.account)
        .order_by(accounts.c.rank, entries.c.account)
    )
    rows = db.execute(query.where(~_RESET_AFTER) if since_reset else query)
    return [(row.scope, Line(row.account, spent=row.spent)) for row in rows]


@cache
def _new_entries(dialect: Dialect) -> Insert:
    statement = insert_into(dialect, entries).on_conflict_do_nothing(index_elements=["key", "account"])
    return statement.returning(entries.c.account)


@cache
def _create_or_lock(dialect: Dialect) -> Insert:
    statement = insert_into(dialect, accounts)
    # Assigning a column that nothing points at locks the row that is already there.
    statement = statement.on_conflict_do_update(index_elements=["id"], set_={"rank": statement.excluded.rank})
    return statement.returning(*_COLUMNS, accounts.c.opened)


def post(db: Tx, key: str, lines: Sequence[Line], *, now: int) -> bool:
    """Write entries and counters under `key`; returns False when `key` was posted before."""
    if not lines:
        return True
    written = _write(db, [(key, line) for line in lines], now)
    if written == 0:
        return False
    if written != len(lines):
        raise RuntimeError(f"the ledger has half of {key}")
    _count(db, lines)
    return True


def join(db: Tx, account_id: str, holds: Mapping[str, int], *, now: int) -> None:
    """Let open jobs hold on one more account, as if it had been there when they were taken.

    `holds` are millicredits by job; the jobs are locked and have no hold there yet, and the account is locked.
    """
    lines = {job: Line(account_id, held=held) for job, held in holds.items() if held}
    if not lines:
        return
    written = _write(db, [(f"hold:{job}", line) for job, line in lines.items()], now)
    if written != len(lines):
        raise RuntimeError(f"{account_id} had holds already")
    _count(db, [Line(account_id, held=sum(line.held for line in lines.values()))])


def _write(db: Tx, keyed: Sequence[tuple[str, Line]], now: int) -> int:
    values = [
        {"key": key, "account": x.account, "granted": x.granted, "held": x.held, "spent": x.spent, "at": now}
        for key, x in keyed
    ]
    return len(db.execute(_new_entries(dialect_of(db)), values).all())


def _count(db: Tx, lines: Sequence[Line]) -> None:
    values = [
        {"_account": x.account, "_granted": x.granted, "_held": x.held, "_spent": x.spent} for x in lines
    ]
    db.execute(_COUNT, values)
    if _TOUCHED in db.info:
        db.info[_TOUCHED].update(line.account for line in lines)


def create_or_lock(db: Tx, wanted: Iterable[tuple[str, Scope]]) -> Mapping[str, tuple[Account, bool]]:
    """Create or lock accounts in the ledger's order; tells of each whether it still has to be opened."""
    ordered = sorted(wanted, key=lambda pair: (RANKS[pair[1]], pair[0]))
    rows = db.execute(
        _create_or_lock(dialect_of(db)),
        [{"id": account, "scope": scope, "rank": RANKS[scope]} for account, scope in ordered],
    )
    return {row.id: (Account(*row[:5]), not row.opened) for row in rows}


def lock(db: Tx, ids: Sequence[str]) -> Mapping[str, Account]:
    """Lock existing accounts in the ledger's order and read them."""
    rows = db.execute(_LOCK, {"ids": list(ids)})
    return {row.id: Account(*row) for row in rows}


def account(db: Tx, account_id: str, scope: Scope) -> Account:
    """Read one account; one that was never touched is empty."""
    row = db.execute(select(*_COLUMNS).where(accounts.c.id == account_id)).one_or_none()
    return Account(*row) if row else Account(account_id, scope)


def grant(db: Tx, order: Adjustment, *, now: int) -> bool:
    """Give a person credits; returns False when this event granted before."""
    if order.amount < 0:
        raise ValueError(f"a grant gives; {order.amount} would take")
    key = f"grant:{order.event}"
    account = credits_account(order.person)
    if order.until is None:
        lock_balance(db, order.person)
    else:
        lot = lot_account(order.person, order.until)
        create_or_lock(db, [(account, "credits"), (lot, "credits")])
        statement = insert_into(dialect_of(db), lots).on_conflict_do_nothing()
        db.execute(statement, {"account": lot, "person": order.person, "until": order.until})
        account = lot
    if noted(db, key) is not None:
        return False
    post(db, key, [Line(account, granted=order.amount)], now=now)
    note(db, key, order, "grant", now)
    return True


def revoke(db: Tx, order: Adjustment, *, now: int) -> int:
    """Take back up to `order.amount` unspent millicredits, never what is held; returns what was taken.

    An event that found nothing to take is remembered too, so its repetition takes nothing that was given since.
    """
    if order.amount < 0:
        raise ValueError(f"a revoke takes; {order.amount} would give")
    key = f"revoke:{order.event}"
    locked = create_or_lock(db, purses_of(db, order.person, now))
    done = noted(db, key)
    if done is not None:
        return -done
    # What ends soonest is the least loss.
    purses = [locked[name][0] for name in sorted(locked, key=lambda name: (not is_lot(name), name))]
    taken = min(order.amount, sum(purse.available for purse in purses))
    post(db, key, [Line(x.account, granted=-x.held) for x in split(taken, purses)], now=now)
    note(db, key, replace(order, amount=-taken), "revoke", now)
    return taken


def lock_balance(db: Tx, person: str) -> Account:
    """Create or lock a person's balance."""
    name = credits_account(person)
    return create_or_lock(db, [(name, "credits")])[name][0]


def purses_of(db: Tx, person: str, now: int) -> list[tuple[str, Scope]]:
    """Name a person's balance and the credits that end later than `now`."""
    live = db.execute(_LIVE_LOTS, {"of": person, "at": now}).scalars()
    return [(credits_account(person), "credits"), *((account, "credits") for account in live)]


def noted(db: Tx, key: str) -> int | None:
    """Read the amount of an adjustment that was made before, or None."""
    return db.execute(select(adjustments.c.amount).where(adjustments.c.key == key)).scalar_one_or_none()


def note(db: Tx, key: str, order: Adjustment, kind: str, now: int) -> None:
    """Write down who adjusted what, for the statement."""
    values = {"key": key, "person": order.person, "kind": kind, "amount": order.amount, "job": order.job}
    db.execute(
        adjustments.insert(),
        {**values, "by": order.by, "reason": order.reason, "at": now, "until": order.until},
    )


def prove_touched(db: Tx) -> None:
    """Prove that the counters of every account touched since the last proof are its column sums.

    For tests, at the end of each transaction. The first proof on a connection covers all accounts.
    """
    touched = db.info.get(_TOUCHED)
    wrong = [] if touched == set() else unbalanced(db, sorted(touched) if touched is not None else None)
    db.info[_TOUCHED] = set()
    if wrong:
        raise RuntimeError(f"accounts do not equal their entries: {', '.join(wrong)}")


def unbalanced(db: Tx, ids: Sequence[str] | None = None) -> list[str]:
    """List accounts whose counters are not the sums of their entries; all of them by default."""
    sums = [
        cast(func.coalesce(func.sum(entries.c[name]), 0), BigInteger).label(f"sum_{name}")
        for name in ("granted", "held", "spent")
    ]
    query = (
        select(*_COLUMNS, *sums)
        .outerjoin(entries, entries.c.account == accounts.c.id)
        .group_by(*_COLUMNS)
        .order_by(accounts.c.id)
    )
    if ids is not None:
        query = query.where(accounts.c.id.in_(ids))
    rows = db.execute(query)
    return [
        row.id
        for row in rows
        if (row.granted, row.held, row.spent) != (row.sum_granted, row.sum_held, row.sum_spent)
    ]


def open_holds_of_ended_jobs(db: Tx) -> list[str]:
    """List ended jobs whose hold was never closed; there are none, or the books are wrong."""
    closed = select(entries.c.seq).where(entries.c.key == "close:" + jobs.c.id).exists()
    held = select(entries.c.seq).where(entries.c.key == "hold:" + jobs.c.id).exists()
    open_states = (JobState.WAITING.value, JobState.RUNNING.value)
    rows = db.execute(select(jobs.c.id).where(jobs.c.state.not_in(open_states), held, ~closed))
    return [row.id for row in rows]
