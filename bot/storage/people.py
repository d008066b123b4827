"""People, the platform identities that point at them, and tenants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update

from bot.core.plans import Allowance
from bot.storage.insert import insert
from bot.storage.schema import identities, people, tenants
from bot.storage.transaction import Tx
from bot.storage.types import clean_text


@dataclass(frozen=True)
class Identity:
    """Who somebody is on a platform."""

    platform: str
    tenant: str
    user: str
    name: str


@dataclass(frozen=True)
class Tenant:
    """A Discord server, a Slack workspace or the web chat; `id` is "platform:tenant"."""

    id: str
    platform: str
    name: str
    state: str
    time_zone: str
    plan: str
    cap: Allowance | None = None
    """What operators let it spend in a period; None where they set no limit."""

    @property
    def is_approved(self) -> bool:
        """Whether its people may order."""
        return self.state == "approved"


def know_person(db: Tx, who: Identity, new_id: str, *, now: int) -> str:
    """Find the person behind an identity, or make one with `new_id`; returns the person's id."""
    found = person_of(db, who)
    if found:
        return found
    db.execute(people.insert(), {"id": new_id, "name": clean_text(who.name), "created": now})
    statement = insert(db, identities).on_conflict_do_nothing()
    values = {"platform": who.platform, "tenant": who.tenant, "user": who.user, "name": clean_text(who.name)}
    db.execute(statement, {**values, "person": new_id})
    person = person_of(db, who) or new_id
    if person != new_id:
        db.execute(people.delete().where(people.c.id == new_id))
    return person


def person_of(db: Tx, who: Identity) -> str | None:
    """Find the person behind an identity."""
    return db.execute(select(identities.c.person).where(*_is(who))).scalar_one_or_none()


def _is(who: Identity) -> tuple[ColumnElement[bool], ...]:
    return (
        identities.c.platform == who.platform,
        identities.c.tenant == who.tenant,
        identities.c.user == who.user,
    )


def met(db: Tx, who: Identity) -> tuple[str, bool] | None:
    """Find the person behind an identity, and whether others have mentioned it, so that it has no name yet."""
    row = db.execute(select(identities.c.person, identities.c.name).where(*_is(who))).one_or_none()
    return None if row is None else (row.person, row.name == who.user != who.name != "")


def name_person(db: Tx, who: Identity) -> None:
    """Write down what an identity is called, and its person."""
    named = (
        update(identities).where(*_is(who)).values(name=clean_text(who.name)).returning(identities.c.person)
    )
    person = db.execute(named).scalar_one_or_none()
    db.execute(update(people).where(people.c.id == person).values(name=clean_text(who.name)))


def is_of(db: Tx, person: str, tenant: str) -> bool:
    """Whether a person has used Easel in this tenant."""
    found = select(identities.c.person).where(identities.c.person == person, identities.c.tenant == tenant)
    return db.execute(found.limit(1)).first() is not None


def find_person(db: Tx, platform: str, tenant: str, who: str) -> list[str]:
    """Find people of a tenant by user id or, failing that, by name in any case."""
    here = select(identities.c.person).where(identities.c.platform == platform, identities.c.tenant == tenant)
    by_id = db.execute(here.where(identities.c.user.in_((who, who.casefold())))).scalars().all()
    # SQLite lowers only the letters of ASCII.
    called = or_(identities.c.name == who, func.lower(identities.c.name) == who.lower())
    return list(by_id or db.execute(here.where(called)).scalars().unique())


def know_tenant(db: Tx, tenant: Tenant, *, now: int) -> Tenant:
    """Find a tenant, or add it as given."""
    statement = insert(db, tenants).on_conflict_do_nothing().returning(tenants.c.id)
    cap = {"cap": tenant.cap.credits, "cap_per": tenant.cap.per} if tenant.cap else {}
    columns = ("id", "platform", "name", "state", "time_zone", "plan")
    values = {name: getattr(tenant, name) for name in columns}
    db.execute(statement, {**values, **cap, "created": now})
    return _tenant(db.execute(select(tenants).where(tenants.c.id == tenant.id)).one())


def find_tenant(db: Tx, tenant: str) -> Tenant | None:
    """Read a tenant by id, or None."""
    row = db.execute(select(tenants).where(tenants.c.id == tenant)).one_or_none()
    return _tenant(row) if row else None


def _tenant(row: Any) -> Tenant:
    cap = None if row.cap is None else Allowance.model_construct(credits=row.cap, per=row.cap_per)
    return Tenant(row.id, row.platform, row.name, row.state, row.time_zone, row.plan, cap)
