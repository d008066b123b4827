"""What people, channels and servers chose: rows of JSON, read whole and changed under a lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, Table, and_, delete, select, update

from bot.core.preferences import ChannelRules, Kept, Preferences, Standing, TenantRules
from bot.storage.insert import insert
from bot.storage.recounting import recount
from bot.storage.schema import (
    channel_rules,
    identities,
    jobs,
    pictures,
    preferences,
    standing_references,
    tenant_rules,
    tenants,
)
from bot.storage.transaction import Tx

Choice = TypeVar("Choice", bound=Kept)

ONE_ID_EVERYWHERE = ("discord",)
KEPT_ELSEWHERE = frozenset({"references", "allowed_channels", "time_zone"})


@dataclass(frozen=True)
class Where:
    """A person in a channel of a tenant. A direct message has no channel whose rules would hold."""

    person: str
    tenant: str
    channel: str


def standing(db: Tx, where: Where) -> Standing:
    """Read everything that holds for an order, at one moment."""
    tenant = _read(db, tenant_rules, TenantRules, {"tenant": where.tenant})
    return Standing(preferences_of(db, where.person), rules_of(db, where, tenant), tenant)


def preferences_of(db: Tx, person: str) -> Preferences:
    """Read what a person prefers."""
    kept = _read(db, preferences, Preferences, {"person": person})
    return kept.model_copy(update={"references": _references(db, f"person:{person}")})


def rules_of(db: Tx, where: Where, tenant: TenantRules | None = None) -> ChannelRules:
    """Read what holds in a channel, with `allowed` decided."""
    if not where.channel:
        return ChannelRules(allowed=True)
    tenant = tenant or _read(db, tenant_rules, TenantRules, {"tenant": where.tenant})
    kept = _read(db, channel_rules, ChannelRules, {"tenant": where.tenant, "channel": where.channel})
    allowed = not tenant.only_chosen if kept.allowed is None else kept.allowed
    return kept.model_copy(update={"allowed": allowed, "references": _references(db, _channel(where))})


def tenant_rules_of(db: Tx, tenant: str) -> TenantRules:
    """Read what holds in a whole tenant."""
    kept = _read(db, tenant_rules, TenantRules, {"tenant": tenant})
    zone = db.execute(select(tenants.c.time_zone).where(tenants.c.id == tenant)).scalar_one_or_none()
    chosen = select(channel_rules.c.channel).where(
        channel_rules.c.tenant == tenant, channel_rules.c.allowed == 1
    )
    channels = tuple(db.execute(chosen.order_by(channel_rules.c.channel)).scalars())
    return kept.model_copy(update={"allowed_channels": channels, "time_zone": zone or "UTC"})


def prefer(db: Tx, person: str, changes: Mapping[str, Any], *, now: int) -> Preferences:
    """Change some of what a person prefers; None takes the default back."""
    _change(db, preferences, Preferences, ({"person": person}, changes), now=now)
    if "home" in changes:
        home = {"home": changes["home"]}
        for other in db.execute(_same_user(person).order_by(identities.c.person)).scalars().unique():
            _change(db, preferences, Preferences, ({"person": other}, home), now=now)
    if "references" in changes:
        _set_references(db, f"person:{person}", changes["references"] or ())
    return preferences_of(db, person)


def homes(db: Tx, person: str, platform: str) -> dict[str, str]:
    """List the approved tenants of a platform where the user behind a person has used Easel: names by id."""
    persons = [person, *db.execute(_same_user(person)).scalars()]
    used = select(identities.c.tenant).where(identities.c.person.in_(persons))
    rows = db.execute(
        select(tenants.c.id, tenants.c.name)
        .where(tenants.c.platform == platform, tenants.c.state == "approved", tenants.c.id.in_(used))
        .order_by(tenants.c.name, tenants.c.id)
    )
    return {row.id: row.name for row in rows}


def set_rules(db: Tx, where: Where, changes: Mapping[str, Any], *, now: int) -> ChannelRules:
    """Change some of a channel's rules; None takes the default back."""
    key = {"tenant": where.tenant, "channel": where.channel}
    kept = _change(db, channel_rules, ChannelRules, (key, changes), now=now)
    allowed = None if kept.allowed is None else int(kept.allowed)
    db.execute(update(channel_rules).where(*_are(channel_rules, key)).values(allowed=allowed))
    if "references" in changes:
        chosen = changes["references"] or ()
        _set_references(db, _channel(where), chosen)
        # Everybody in the channel draws from them now.
        shown = update(pictures).where(pictures.c.id.in_(chosen), pictures.c.person == where.person)
        db.execute(shown.values(is_private=0, tenant=where.tenant))
    return rules_of(db, where)


def set_tenant_rules(db: Tx, tenant: str, changes: Mapping[str, Any], *, now: int) -> TenantRules:
    """Change some of a tenant's rules; None takes the default back."""
    _change(db, tenant_rules, TenantRules, ({"tenant": tenant}, changes), now=now)
    if zone := changes.get("time_zone"):
        db.execute(update(tenants).where(tenants.c.id == tenant).values(time_zone=zone))
        recount(db, tenant, zone, now=now)
    return tenant_rules_of(db, tenant)


def has_free_job(db: Tx, tenant: str, *, since: int) -> bool:
    """Whether a tenant has had a job at no price since then."""
    free = select(jobs.c.seq).where(jobs.c.tenant == tenant, jobs.c.held == 0, jobs.c.created > since)
    return db.execute(free.limit(1)).first() is not None


def offer_setup(db: Tx, tenant: str, *, now: int) -> bool:
    """Remember that a tenant's setup was offered; False when it was before."""
    rules = _locked(db, tenant_rules, TenantRules, {"tenant": tenant}, now=now)
    if not rules.setup_offered:
        set_tenant_rules(db, tenant, {"setup_offered": True}, now=now)
    return not rules.setup_offered


def change_words(db: Tx, tenant: str, more: Sequence[str], fewer: Sequence[str], *, now: int) -> TenantRules:
    """Add and remove words that may not be asked for in a tenant."""
    rules = _locked(db, tenant_rules, TenantRules, {"tenant": tenant}, now=now)
    words = tuple(sorted({*rules.words, *more} - {*fewer}))
    return set_tenant_rules(db, tenant, {"words": words}, now=now)


def _same_user(person: str) -> Select[Any]:
    """Build the query for the other persons behind a user whom a platform knows by one id in all its tenants."""
    own = identities.alias("own")
    is_same = and_(own.c.platform == identities.c.platform, own.c.user == identities.c.user)
    is_same = and_(is_same, own.c.platform.in_(ONE_ID_EVERYWHERE))
    others = select(identities.c.person).join(own, is_same)
    return others.where(own.c.person == person, identities.c.person != person)


def _read(db: Tx, table: Table, kind: type[Choice], key: Mapping[str, str]) -> Choice:
    kept = db.execute(select(table.c.kept).where(*_are(table, key))).scalar_one_or_none()
    return kind.model_validate_json(kept) if kept else kind()


def _change(
    db: Tx, table: Table, kind: type[Choice], what: tuple[Mapping[str, str], Mapping[str, Any]], *, now: int
) -> Choice:
    key, changes = what
    before = _locked(db, table, kind, key, now=now)
    known = {name: value for name, value in changes.items() if name not in KEPT_ELSEWHERE}
    dropped = {name for name, value in known.items() if value is None}
    values = {**before.model_dump(exclude=dropped), **{k: v for k, v in known.items() if v is not None}}
    kept = kind.model_validate(values)
    written = kept.model_dump_json(exclude_defaults=True, exclude=set(KEPT_ELSEWHERE))
    db.execute(update(table).where(*_are(table, key)).values(kept=written, changed=now))
    return kept


def _locked(db: Tx, table: Table, kind: type[Choice], key: Mapping[str, str], *, now: int) -> Choice:
    """Read what is kept until the transaction ends."""
    # The row is made first, so that two changes at once wait for each other and neither is lost.
    db.execute(insert(db, table).on_conflict_do_nothing(), {**key, "kept": "{}", "changed": now})
    held = db.execute(select(table.c.kept).where(*_are(table, key)).with_for_update()).scalar_one()
    return kind.model_validate_json(held)


def _references(db: Tx, owner: str) -> tuple[str, ...]:
    """List the standing references that are still there."""
    rows = db.execute(
        select(standing_references.c.picture)
        .join(pictures, pictures.c.id == standing_references.c.picture)
        .where(standing_references.c.owner == owner, pictures.c.deleted.is_(None))
        .order_by(standing_references.c.position)
    )
    return tuple(rows.scalars())


def _set_references(db: Tx, owner: str, chosen: Sequence[str]) -> None:
    db.execute(delete(standing_references).where(standing_references.c.owner == owner))
    if chosen:
        rows = [{"owner": owner, "position": place, "picture": each} for place, each in enumerate(chosen)]
        db.execute(standing_references.insert(), rows)


def _channel(where: Where) -> str:
    return f"channel:{where.tenant}/{where.channel}"


def _are(table: Table, key: Mapping[str, str]) -> list[Any]:
    return [table.c[name] == value for name, value in key.items()]
