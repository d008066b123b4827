"""What only Discord needs: in which servers a user is at home, and small things remembered between starts."""

from __future__ import annotations

from sqlalchemy import delete, select

from bot.storage.insert import insert
from bot.storage.preferences import preferences_of
from bot.storage.schema import identities, remembered, tenants
from bot.storage.transaction import Tx


def homes(db: Tx, platform: str, user: str) -> list[tuple[str, bool]]:
    """List the approved servers where a user has used Easel, and whether each was chosen as their home."""
    rows = db.execute(
        select(identities.c.tenant, identities.c.person)
        .join(tenants, tenants.c.id == identities.c.tenant)
        .where(identities.c.platform == platform, identities.c.user == user, tenants.c.state == "approved")
        .order_by(tenants.c.created, tenants.c.id)
    ).all()
    chosen = next((home for row in rows if (home := preferences_of(db, row.person).home)), None)
    return [(row.tenant, row.tenant == chosen) for row in rows]


def remember(db: Tx, key: str, value: str, *, now: int) -> None:
    """Keep a small text under a key, in place of what was there."""
    statement = insert(db, remembered)
    kept = statement.on_conflict_do_update(
        index_elements=["key"], set_={"value": statement.excluded.value, "changed": now}
    )
    db.execute(kept, {"key": key, "value": value, "changed": now})


def remember_first(db: Tx, key: str, value: str, *, now: int) -> str:
    """Keep a small text under a key unless one is there; returns what is there now."""
    values = {"key": key, "value": value, "changed": now}
    db.execute(insert(db, remembered).values(values).on_conflict_do_nothing())
    return str(db.execute(select(remembered.c.value).where(remembered.c.key == key)).scalar_one())


def take(db: Tx, key: str) -> str | None:
    """Read what was kept under a key and keep it no more; of several who take it one gets it."""
    taken = delete(remembered).where(remembered.c.key == key).returning(remembered.c.value)
    return db.execute(taken).scalar_one_or_none()


def recall(db: Tx, key: str) -> str | None:
    """Read what was kept under a key."""
    return db.execute(select(remembered.c.value).where(remembered.c.key == key)).scalar_one_or_none()
