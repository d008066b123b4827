"""Alarms: kept with what caused them, told a moment later, at most once in a quarter of an hour for each cause."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import or_, select, update

from bot.core.alarms import Alarm
from bot.core.replies import Address, Reply
from bot.core.sentences import say
from bot.core.text import user_of
from bot.storage import people, preferences
from bot.storage.admission import Send
from bot.storage.insert import insert
from bot.storage.replies import Message, owe_message
from bot.storage.schema import alarms, first_tenants, identities, tenants
from bot.storage.transaction import Tx

QUARTER = 15 * 60_000


@dataclass(frozen=True)
class Told:
    """An alarm that was told: how often its cause had come, and to how many it went."""

    alarm: Alarm
    count: int
    messages: int


def ring(db: Tx, found: Iterable[Alarm], *, now: int) -> None:
    """Keep alarms; call it last in a transaction, for others may wait for the same cause."""
    statements = {}
    for alarm in found:
        words = {"sentence": alarm.sentence, "blanks": json.dumps(alarm.blanks), "tenant": alarm.tenant}
        about = {"is_once": int(alarm.is_once), "last_at": now, **words}
        news = insert(db, alarms).values(cause=alarm.cause, untold=1, **about)
        again = {**words, "untold": alarms.c.untold + 1, "last_at": now}
        statements[alarm.cause] = news.on_conflict_do_update(
            index_elements=["cause"], set_=again, where=alarms.c.is_once == 0
        )
        for cause in alarm.covers:
            old = insert(db, alarms).values(cause=cause, untold=0, told_at=now, **about)
            statements[cause] = old.on_conflict_do_update(index_elements=["cause"], set_={"untold": 0})
    for cause in sorted(statements):
        db.execute(statements[cause])


def is_due(db: Tx, *, now: int) -> bool:
    """Whether anything is to be told now."""
    return db.execute(_due(now).limit(1)).first() is not None


def tell(db: Tx, operators: Sequence[str], send: Send, *, now: int) -> list[Told]:
    """Owe every operator, and the admins whom it concerns, a message for each cause that is due.

    While operators are named and none of them can be reached yet, a cause that concerns only them waits.
    """
    rows = db.execute(
        _due(now).order_by(alarms.c.last_at, alarms.c.cause).with_for_update(skip_locked=True)
    ).all()
    told = []
    to_operators = [address for each in operators if (address := address_of(db, each))]
    for row in rows:
        alarm = Alarm(row.cause, row.sentence, json.loads(row.blanks), row.tenant, bool(row.is_once))
        to_admins = [address] if row.tenant and (address := admins_of(db, row.tenant)) else []
        if operators and not (to_operators or to_admins):
            continue
        named = _named(db, alarm)
        for place, address in enumerate([*to_operators, *to_admins]):
            message = Message(f"alarm:{row.cause}:{now}:{place}", address, _reply(named, row.untold))
            owe_message(db, message, send, now=now)
        db.execute(update(alarms).where(alarms.c.cause == row.cause).values(untold=0, told_at=now))
        told.append(Told(alarm, row.untold, len(to_operators) + len(to_admins)))
    return told


def address_of(db: Tx, operator: str) -> Address | None:
    """Find where an operator such as "discord:123" or "slack:T1/U1" reads direct messages; None if nowhere yet.

    A Slack user who names no workspace and was never seen is looked for in the first one that was let in.
    """
    platform, _, rest = operator.partition(":")
    workspace, _, user = rest.rpartition("/")
    user = user_of(user) if platform == "web" else user
    tenant = f"{platform}:{workspace}" if workspace else ""
    mine = select(identities).where(identities.c.platform == platform, identities.c.user == user)
    if tenant:
        mine = mine.where(identities.c.tenant == tenant)
    row = db.execute(mine.order_by(identities.c.tenant).limit(1)).one_or_none()
    person = row.person if row else ""
    if row is not None:
        tenant = row.tenant
    elif platform == "slack" and not tenant:
        first = select(first_tenants.c.tenant).where(first_tenants.c.platform == platform)
        tenant = db.execute(first).scalar_one_or_none() or ""
    if row is None and platform != "discord" and not tenant:
        return None
    return Address(platform=platform, tenant=tenant, channel="", person=person, user=user, is_direct=True)


def meet_operators(db: Tx, new: Sequence[tuple[str, str]], *, now: int) -> None:
    """Make the rows of web operators who never came, so that what they are told waits for them: names and new ids."""
    tenant = db.execute(select(tenants.c.id).where(tenants.c.platform == "web").limit(1)).scalar_one_or_none()
    for name, new_id in new if tenant else ():
        people.know_person(db, people.Identity("web", str(tenant), user_of(name), name), new_id, now=now)


def admins_of(db: Tx, tenant: str) -> Address | None:
    """Find the channel in which a tenant's admins read what concerns them; None if they have chosen none."""
    channel = preferences.tenant_rules_of(db, tenant).admin_channel
    platform = db.execute(select(tenants.c.platform).where(tenants.c.id == tenant)).scalar_one_or_none()
    if not channel or platform is None:
        return None
    return Address(platform=platform, tenant=tenant, channel=channel, person="")


def _due(now: int) -> Any:
    is_quiet = or_(alarms.c.told_at.is_(None), alarms.c.told_at <= now - QUARTER)
    return select(alarms).where(alarms.c.untold > 0, is_quiet)


def _named(db: Tx, alarm: Alarm) -> Alarm:
    """Call a server or workspace by its name, which says more than its id."""
    ids = {str(value) for name, value in alarm.blanks.items() if name in {"what", "tenant"}}
    query = select(tenants.c.id, tenants.c.name).where(tenants.c.id.in_(ids), tenants.c.name != "")
    names = {row.id: row.name for row in db.execute(query)} if ids else {}
    return replace(alarm, blanks={name: names.get(value, value) for name, value in alarm.blanks.items()})


def _reply(alarm: Alarm, count: int) -> Reply:
    text = say(alarm.sentence, **alarm.blanks)
    if count > 1:
        text = f"{text} {say('alarm_repeated', count=count)}"
    return Reply(kind="info", text=text, private=True)
