"""What vendors asked for, and since when: a row for each price that the catalogue ever had at a start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from bot.storage.insert import insert
from bot.storage.schema import prices
from bot.storage.transaction import Tx


@dataclass(frozen=True)
class Listed:
    """What a vendor asks for one square picture of a model and quality, in nano-dollars."""

    vendor: str
    model: str
    quality: str
    nano: int


@dataclass(frozen=True)
class Priced:
    """A price and when it was seen first."""

    listed: Listed
    since: int


def note(db: Tx, listed: Iterable[Listed], *, now: int) -> int:
    """Keep the prices that differ from what they were; returns how many. Safe to repeat."""
    latest = {
        (each.listed.vendor, each.listed.model, each.listed.quality): each.listed.nano for each in history(db)
    }
    changed = [each for each in listed if latest.get((each.vendor, each.model, each.quality)) != each.nano]
    for each in changed:
        statement = insert(db, prices).values(**vars(each), since=now)
        key = ["vendor", "model", "quality", "since"]
        db.execute(statement.on_conflict_do_update(index_elements=key, set_={"nano": each.nano}))
    return len(changed)


def history(db: Tx) -> list[Priced]:
    """List every price, the earliest first."""
    rows = db.execute(select(prices).order_by(prices.c.since))
    return [Priced(Listed(row.vendor, row.model, row.quality, row.nano), row.since) for row in rows]
