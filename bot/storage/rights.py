"""Admins that were named, by tenant: persons, and roles or groups of the platform."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import and_, delete, func, or_, select, update

from bot.storage.audit import Deed, note
from bot.storage.insert import insert
from bot.storage.schema import admins, people, tenants
from bot.storage.transaction import Tx
from bot.storage.types import clean_text

Kind = Literal["person", "role"]


@dataclass(frozen=True)
class Named:
    """An admin that is named: a person by our id, or a role or group by the platform's; `name` is how it is called.

    `reason` is why, for the log; it is not kept with the right.
    """

    kind: Kind
    subject: str
    name: str
    reason: str = ""


@dataclass(frozen=True)
class Standing:
    """How somebody stands in a tenant now."""

    state: str
    is_named: bool
    has_seen_admin: bool


def standing(db: Tx, tenant: str, person: str, roles: Collection[str]) -> Standing | None:
    """Read a tenant's state and whether the person, or a role that they have now, was named; None if it is unknown."""
    row = db.execute(
        select(tenants.c.state, tenants.c.admin_seen).where(tenants.c.id == tenant)
    ).one_or_none()
    if row is None:
        return None
    of_person = and_(admins.c.kind == "person", admins.c.subject == person)
    of_roles = and_(admins.c.kind == "role", admins.c.subject.in_(roles))
    found = db.execute(
        select(admins.c.subject).where(admins.c.tenant == tenant, or_(of_person, of_roles)).limit(1)
    )
    return Standing(row.state, found.first() is not None, row.admin_seen is not None)


def see_admin(db: Tx, tenant: str, *, now: int) -> None:
    """Remember that the tenant has an admin, so that none needs to be made."""
    db.execute(
        update(tenants).where(tenants.c.id == tenant, tenants.c.admin_seen.is_(None)).values(admin_seen=now)
    )


def name(db: Tx, tenant: str, who: Named, by: str, *, now: int) -> bool:
    """Name an admin; False when they are one already."""
    statement = insert(db, admins).on_conflict_do_nothing().returning(admins.c.subject)
    called = clean_text(who.name)
    values = {"tenant": tenant, "kind": who.kind, "subject": who.subject, "name": called, "by": by, "at": now}
    if db.execute(statement, values).one_or_none() is None:
        return False
    note(db, _deed("admin added", by, tenant, who), now=now)
    return True


def unname(db: Tx, tenant: str, who: Named, by: str, *, now: int) -> bool:
    """Take an admin's right away; False when they were not named."""
    these = (admins.c.tenant == tenant, admins.c.kind == who.kind, admins.c.subject == who.subject)
    if not db.execute(delete(admins).where(*these)).rowcount:
        return False
    note(db, _deed("admin removed", by, tenant, who), now=now)
    return True


def named(db: Tx, tenant: str) -> Sequence[Named]:
    """List the admins that were named, those named first before."""
    called = func.coalesce(people.c.name, admins.c.name)
    query = select(admins.c.kind, admins.c.subject, called).outerjoin(people, people.c.id == admins.c.subject)
    rows = db.execute(query.where(admins.c.tenant == tenant).order_by(admins.c.at, admins.c.subject))
    return [Named(*row) for row in rows]


def _deed(act: str, by: str, tenant: str, who: Named) -> Deed:
    whom = who.subject if who.kind == "person" else who.name
    return Deed(act, by, tenant, whom=whom, detail=who.kind, reason=who.reason)
