"""What is chosen is kept whole, and two changes at once lose nothing."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.core.preferences import Preferences
from bot.storage import Database, Tx, preferences, retention
from bot.storage.calls import NewPicture
from bot.storage.pictures import Owner, delete, keep_upload
from bot.storage.preferences import Where
from tests.storage.builders import HOUSE, NOW, furnish

MAIN = Where("ann", HOUSE, "main")


async def start(database: Database) -> None:
    await database.write(furnish, "ann", "bob")


def upload(db: Tx, name: str, person: str = "ann") -> None:
    new = NewPicture(name, 0, f"sha-{name}", "image/png", 8, 8, 99)
    keep_upload(db, new, Owner(person, HOUSE, "main"), now=NOW)


async def prefer(database: Database, **changes: Any) -> Preferences:
    return await database.write(preferences.prefer, "ann", changes, now=NOW)


async def test_nothing_chosen_is_the_default(database: Database) -> None:
    """Neither a person nor a channel nor a server needs a row."""
    await start(database)

    standing = await database.read(preferences.standing, MAIN)

    assert standing.preferences == Preferences()
    assert standing.channel.is_allowed
    assert standing.tenant.words == ()


async def test_a_change_leaves_the_rest(database: Database) -> None:
    """And None takes the default back."""
    await start(database)

    await prefer(database, size="wide", count=2)
    await prefer(database, style="in ink")
    kept = await prefer(database, count=None)

    assert kept == Preferences(size="wide", style="in ink")
    assert await database.read(preferences.preferences_of, "ann") == kept
    assert await database.read(preferences.preferences_of, "bob") == Preferences()


async def test_changes_at_once_are_all_kept(database: Database) -> None:
    """Each reads what the one before wrote."""
    await start(database)

    await asyncio.gather(
        prefer(database, size="wide"), prefer(database, count=3), prefer(database, quality="low")
    )

    kept = await database.read(preferences.preferences_of, "ann")
    assert (kept.size, kept.count, kept.quality) == ("wide", 3, "low")


async def test_a_server_may_allow_chosen_channels_only(database: Database) -> None:
    """A channel's own word counts more than the server's; a direct message is no channel."""
    await start(database)
    side, direct = Where("ann", HOUSE, "side"), Where("ann", HOUSE, "")

    await database.write(preferences.set_tenant_rules, HOUSE, {"only_chosen": True}, now=NOW)
    await database.write(preferences.set_rules, MAIN, {"allowed": True}, now=NOW)

    assert (await database.read(preferences.rules_of, MAIN)).is_allowed
    assert not (await database.read(preferences.rules_of, side)).is_allowed
    assert (await database.read(preferences.rules_of, direct)).is_allowed
    assert (await database.read(preferences.tenant_rules_of, HOUSE)).allowed_channels == ("main",)

    await database.write(preferences.set_tenant_rules, HOUSE, {"only_chosen": None}, now=NOW)
    await database.write(preferences.set_rules, MAIN, {"allowed": False}, now=NOW)
    assert not (await database.read(preferences.rules_of, MAIN)).is_allowed
    assert (await database.read(preferences.rules_of, side)).is_allowed


async def test_standing_references_are_kept_and_forgotten_with_their_picture(database: Database) -> None:
    """Their bytes stay however old they are; a deleted one is no reference any more."""
    await start(database)
    for name in ("one", "two"):
        await database.write(upload, name)

    kept = await prefer(database, references=("two", "one"))
    hashes = ("sha-one", "sha-two")
    needed = await database.read(retention.needed, hashes, kept_since=NOW + 1)
    await database.write(delete, "two", "ann", now=NOW)

    assert kept.references == ("two", "one")
    assert needed == {"sha-one", "sha-two"}
    assert (await database.read(preferences.preferences_of, "ann")).references == ("one",)
    assert (await prefer(database, references=None)).references == ()
    assert await database.read(retention.needed, hashes, kept_since=NOW + 1) == set()


async def test_references_of_a_channel_are_for_all(database: Database) -> None:
    """An upload is its owner's alone until it stands for a channel."""
    await start(database)
    await database.write(upload, "logo")

    await database.write(preferences.set_rules, MAIN, {"references": ("logo",)}, now=NOW)

    rules = await database.read(preferences.rules_of, Where("bob", HOUSE, "main"))
    assert rules.references == ("logo",)


async def test_the_time_zone_is_the_tenants_own(database: Database) -> None:
    """It is told with the rules and kept where periods find it."""
    await start(database)

    rules = await database.write(
        preferences.set_tenant_rules, HOUSE, {"time_zone": "Europe/Berlin", "contact": "Ann"}, now=NOW
    )

    assert (rules.time_zone, rules.contact) == ("Europe/Berlin", "Ann")
