"""The audit log: one row for each administrative act, written in the transaction of the act itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.storage.schema import channels, deeds, people
from bot.storage.transaction import Tx
from bot.storage.types import clean_text

OPERATOR = "operator"
"""Who did it, when it was done at the shell."""

WORDS_MAX = 200


@dataclass(frozen=True)
class Deed:
    """Who did what to whom, and why.

    `by` is a person's id or OPERATOR; `tenant` is None for what concerns all of Easel. `whom` is a person's id or what
    else was meant, `amount` millicredits, `detail` what was set, in words.
    """

    act: str
    by: str
    tenant: str | None
    whom: str = ""
    amount: int | None = None
    detail: str = ""
    reason: str = ""


@dataclass(frozen=True)
class DeedLine:
    """A deed as it is listed: people and channels by their names."""

    at: int
    tenant: str | None
    by: str
    act: str
    whom: str
    amount: int | None
    detail: str
    reason: str


def note(db: Tx, deed: Deed, *, now: int) -> None:
    """Write a deed down; call it where the act has surely changed something."""
    words = {name: clean_text(getattr(deed, name))[:WORDS_MAX] for name in ("whom", "detail", "reason")}
    values = {"act": deed.act, "by": deed.by, "tenant": deed.tenant, "amount": deed.amount, "at": now}
    db.execute(deeds.insert(), {**values, **words})


def newest(db: Tx, tenant: str | None = None, *, limit: int) -> Sequence[DeedLine]:
    """List the newest deeds, newest first: of one tenant, or all."""
    doer, meant = people.alias("doer"), people.alias("meant")
    is_channel = (channels.c.tenant == deeds.c.tenant) & ("channel:" + channels.c.channel == deeds.c.whom)
    query = (
        select(
            deeds.c.at,
            deeds.c.tenant,
            func.coalesce(doer.c.name, deeds.c.by),
            deeds.c.act,
            func.coalesce(meant.c.name, func.nullif(channels.c.name, ""), deeds.c.whom),
            deeds.c.amount,
            deeds.c.detail,
            deeds.c.reason,
        )
        .outerjoin(doer, doer.c.id == deeds.c.by)
        .outerjoin(meant, meant.c.id == deeds.c.whom)
        .outerjoin(channels, is_channel)
        .order_by(deeds.c.seq.desc())
        .limit(limit)
    )
    if tenant is not None:
        query = query.where(deeds.c.tenant == tenant)
    return [DeedLine(*row) for row in db.execute(query)]
