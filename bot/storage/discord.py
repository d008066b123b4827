"""What only Discord needs: one person in many servers, their homes, and small things remembered between starts."""

from __future__ import annotations

from sqlalchemy import select

from bot.storage.insert import insert
from bot.storage.people import Identity, know_person, person_of
from bot.storage.preferences import preferences_of
from bot.storage.schema import identities, remembered, tenants
from bot.storage.transaction import Tx
from bot.storage.types import clean_text


def know_user(db: Tx, who: Identity, new_id: str, *, now: int) -> str:
    """Find the person behind a user, who is the same in every server; makes the row at the first visit."""
    found = person_of(db, who)
    if found is not None:
        return found
    elsewhere = (
        select(identities.c.person)
        .where(identities.c.platform == who.platform, identities.c.user == who.user)
        .limit(1)
    )
    person: str | None = db.execute(elsewhere).scalar_one_or_none()
    if person is None:
        return know_person(db, who, new_id, now=now)
    values = {
        "platform": who.platform,
        "tenant": who.tenant,
        "user": who.user,
        "name": clean_text(who.name),
        "person": person,
    }
    db.execute(insert(db, identities).on_conflict_do_nothing(), values)
    return person


def homes(db: Tx, platform: str, user: str) -> list[tuple[str, bool]]:
    """List the approved servers where a user has used Easel, and whether each was chosen as their home."""
    rows = db.execute(
        select(identities.c.tenant, identities.c.person)
        .join(tenants, tenants.c.id == identities.c.tenant)
        .where(identities.c.platform == platform, identities.c.user == user, tenants.c.state == "approved")
        .order_by(tenants.c.created, tenants.c.id)
    ).all()
    chosen = preferences_of(db, rows[0].person).home if rows else None
    return [(row.tenant, row.tenant == chosen) for row in rows]


def remember(db: Tx, key: str, value: str, *, now: int) -> None:
    """Keep a small text under a key, in place of what was there."""
    statement = insert(db, remembered)
    kept = statement.on_conflict_do_update(
        index_elements=["key"], set_={"value": statement.excluded.value, "changed": now}
    )
    db.execute(kept, {"key": key, "value": value, "changed": now})


def recall(db: Tx, key: str) -> str | None:
    """Read what was kept under a key."""
    return db.execute(select(remembered.c.value).where(remembered.c.key == key)).scalar_one_or_none()
