"""Claims: the code that makes its bearer the first admin of a tenant. One use, one hour, few tries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import select, update

from bot.core.claims import is_same_code
from bot.storage import rights
from bot.storage.insert import insert
from bot.storage.rights import Named
from bot.storage.schema import admins, claims, tenants
from bot.storage.transaction import Tx

HOUR = 3_600_000
TRIES_MAX = 10

Outcome = Literal["done", "wrong", "gone"]


def make(db: Tx, tenant: str, code: str, *, now: int) -> str | None:
    """Return the code in force, or put `code` in force; None where nobody needs one, or nobody may act."""
    state = db.execute(select(tenants.c.state).where(tenants.c.id == tenant)).scalar_one_or_none()
    if state != "approved" or rights.named(db, tenant):
        return None
    row = db.execute(select(claims).where(claims.c.tenant == tenant).with_for_update()).one_or_none()
    if row is not None and row.used_by is None and row.expires > now and row.tries < TRIES_MAX:
        return str(row.code)
    values = {"code": code, "expires": now + HOUR, "tries": 0, "used_by": None}
    statement = insert(db, claims).values(tenant=tenant, **values)
    db.execute(statement.on_conflict_do_update(index_elements=["tenant"], set_=values))
    return code


def claim(db: Tx, tenant: str, given: str, who: Named, *, now: int) -> Outcome:
    """Make `who` the tenant's first admin if the code is right; who used it may say it again."""
    row = db.execute(select(claims).where(claims.c.tenant == tenant).with_for_update()).one_or_none()
    if row is None or row.expires <= now or row.tries >= TRIES_MAX or row.used_by not in (None, who.subject):
        return "gone"
    if not is_same_code(given, row.code):
        db.execute(update(claims).where(claims.c.tenant == tenant).values(tries=claims.c.tries + 1))
        return "wrong"
    if row.used_by is None:
        if rights.named(db, tenant):
            return "gone"
        db.execute(update(claims).where(claims.c.tenant == tenant).values(used_by=who.subject))
        rights.name(db, tenant, who, who.subject, now=now)
        rights.see_admin(db, tenant, now=now)
    return "done"


def in_force(db: Tx, tenant: str, *, now: int) -> str | None:
    """Read a tenant's code, None when it has none that works."""
    row = db.execute(select(claims).where(claims.c.tenant == tenant)).one_or_none()
    works = row is not None and row.used_by is None and row.expires > now and row.tries < TRIES_MAX
    return str(row.code) if row is not None and works else None


def without_admin(db: Tx) -> Sequence[str]:
    """List the tenants that were let in and of which no admin was named or seen."""
    has_named = select(admins.c.tenant).where(admins.c.tenant == tenants.c.id).exists()
    query = select(tenants.c.id).where(
        tenants.c.state == "approved", tenants.c.admin_seen.is_(None), ~has_named
    )
    return list(db.execute(query.order_by(tenants.c.created)).scalars())
