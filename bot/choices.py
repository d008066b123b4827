"""What people and admins choose, checked before it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from bot.core.catalogue import Catalogue
from bot.core.commands import Caller
from bot.core.errors import BadOption, NotAllowed, NotFound, NotOffered, Refusal
from bot.core.periods import unit_of
from bot.core.plans import Plans
from bot.core.ports import Clock
from bot.core.preferences import (
    STANDING_REFERENCES_MAX,
    STYLE_CHARACTERS_MAX,
    ChannelRules,
    Limit,
    Preferences,
    Setup,
    Standing,
    TenantRules,
)
from bot.core.retirement import in_service
from bot.core.sizes import read_size
from bot.core.wordlist import ENTRIES_MAX, ENTRY_CHARACTERS_MAX, normal
from bot.purse import Purse
from bot.rights import Rights
from bot.storage import preferences, views
from bot.storage.audit import Deed, note
from bot.storage.database import Database
from bot.storage.preferences import Where
from bot.storage.transaction import Tx
from bot.storage.types import clean_text
from bot.storage.views import Viewer
from bot.trying import test_model

log = structlog.get_logger(__name__)

LISTED_MAX = 10
OWN_WORDS = frozenset({"style", "references", "contact"})


class Choices(Purse):
    """Preferences of people, rules of channels and servers."""

    def __init__(
        self, database: Database, plans: Plans, clock: Clock, rights: Rights, catalogue: Catalogue
    ) -> None:
        super().__init__(database, plans, clock, rights)
        self._catalogue = catalogue

    async def rules(self, caller: Caller) -> ChannelRules:
        """Tell what holds in the caller's channel, `allowed` decided."""
        return await self._database.read(preferences.rules_of, _where(caller))

    async def preferences(self, caller: Caller) -> Preferences:
        """Tell what the caller prefers."""
        return await self._database.read(preferences.preferences_of, caller.person)

    async def tenant_rules(self, caller: Caller) -> TenantRules:
        """Tell what holds in the caller's server; the words that may not be asked for are for admins only."""
        found = await self._database.read(preferences.tenant_rules_of, caller.tenant)
        is_admin = await self._rights.may_administer(caller)
        return found if is_admin else found.model_copy(update={"words": ()})

    async def prefer(self, changes: Mapping[str, Any], caller: Caller) -> Preferences:
        """Change some of what the caller prefers, by field; None takes the default back."""
        before = await self.preferences(caller)
        checked = self._checked_defaults({**before.model_dump(), **changes}, changes)
        await self._check_references(checked, caller)
        if home := checked.get("home"):
            checked["home"] = _among(home, await self.homes(caller))
        log.info("preferences changed", person=caller.person, fields=sorted(checked))
        return await self._database.write(preferences.prefer, caller.person, checked, now=self._clock())

    async def homes(self, caller: Caller) -> Mapping[str, str]:
        """List the servers that can be the caller's home: names by id."""
        return await self._database.read(preferences.homes, caller.person, caller.address.platform)

    async def set_rules(self, changes: Mapping[str, Any], caller: Caller) -> ChannelRules:
        """Change some of the rules of the caller's channel, by field; None takes the default back. Admins only."""
        await self._rights.check_admin(caller)
        if caller.address.is_direct:
            raise Refusal("no_channel")
        checked = dict(changes)
        if checked.get("style"):
            checked["style"] = _style(checked["style"])
        await self._check_references(checked, caller)
        log.info("channel rules changed", tenant=caller.tenant, by=caller.person, fields=sorted(checked))
        return await self._database.write(_set_rules, _where(caller), checked, now=self._clock())

    async def set_tenant_rules(self, changes: Mapping[str, Any], caller: Caller) -> TenantRules:
        """Change some of the rules of the caller's server, by field; None takes the default back. Admins only."""
        await self._rights.check_admin(caller)
        checked = dict(changes)
        if zone := checked.get("time_zone"):
            checked["time_zone"] = _zone(zone)
        if model := checked.get("model"):
            checked["model"] = self._model(model)
        if contact := checked.get("contact"):
            checked["contact"] = " ".join(clean_text(contact).split())[:100]
        log.info("server rules changed", tenant=caller.tenant, by=caller.person, fields=sorted(checked))
        if channel := checked.get("admin_channel"):
            checked["admin_channel"] = _channel(channel, caller)
        return await self._database.write(_set_tenant_rules, _where(caller), checked, now=self._clock())

    async def setup(self, caller: Caller) -> Setup:
        """Show how the caller's server is set up. Admins only."""
        await self._rights.check_admin(caller)
        # What an admin has of their own is nobody else's.
        terms = await self._terms_of_anybody(caller)
        limits = [Limit(each.scope, each.limit, unit_of(each.period)) for each in terms.limits.meters]
        return Setup(
            rules=await self.tenant_rules(caller),
            allowance=next((each for each in limits if each.scope == "allowance"), None),
            caps=tuple(each for each in limits if each.scope != "allowance"),
            has_test=test_model(self._on_offer()) is not None,
        )

    async def offer_setup(self, caller: Caller) -> bool:
        """Whether the caller is the first admin of a server to be shown how to set it up; True once."""
        if not caller.is_admin or (await self.tenant_rules(caller)).setup_offered:
            return False
        return await self._database.write(preferences.offer_setup, caller.tenant, now=self._clock())

    async def change_words(
        self, caller: Caller, *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Change and return the words that may not be asked for in the caller's server. Admins only."""
        await self._rights.check_admin(caller)
        more, fewer = [_entry(each) for each in add], [_entry(each) for each in remove]
        words = (await self.tenant_rules(caller)).words
        if not more and not fewer:
            return words
        if len({*words, *more} - {*fewer}) > ENTRIES_MAX:
            raise Refusal("words_too_many", limit=ENTRIES_MAX)
        log.info("words changed", tenant=caller.tenant, by=caller.person, more=len(more), fewer=len(fewer))
        found = await self._database.write(_change_words, _where(caller), more, fewer, now=self._clock())
        return found.words

    async def _standing(self, caller: Caller) -> Standing:
        """Read everything that holds for an order of the caller; raises NotAllowed where Easel is not to be used."""
        standing = await self._chosen(caller)
        if not standing.channel.is_allowed:
            raise NotAllowed("channel_off")
        return standing

    async def _chosen(self, caller: Caller) -> Standing:
        return await self._database.read(preferences.standing, _where(caller))

    def _on_offer(self) -> Catalogue:
        return in_service(self._catalogue, self._today())

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock() // 1000, UTC).date()

    def _model(self, name: str) -> str:
        catalogue = self._on_offer()
        try:
            return catalogue.address(catalogue.model(name.strip().lower()))
        except KeyError:
            names = _listed(catalogue.address(each) for each in catalogue.models)
            raise NotOffered("model_unknown", model=name[:30], models=names) from None

    def _checked_defaults(self, wanted: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
        """Check what was changed against the model that would draw."""
        checked = dict(changes)
        catalogue = self._on_offer()
        models = catalogue.models
        if changes.get("model"):
            checked["model"] = self._model(changes["model"])
        if not models:
            raise NotOffered("no_model")
        name = checked.get("model") or wanted.get("model")
        model = next((each for each in models if catalogue.address(each) == name), models[0])
        if quality := changes.get("quality"):
            checked["quality"] = quality.lower()
            if checked["quality"] not in (*model.qualities, "auto"):
                qualities = ", ".join(model.qualities)
                raise BadOption("quality_unknown", quality=quality[:40], qualities=qualities)
        if size := changes.get("size"):
            read_size(size, model.sizes)
        if (kind := changes.get("format")) and kind not in model.formats:
            raise NotOffered(
                "format_not_offered", format=kind, model=model.title, formats=", ".join(model.formats)
            )
        if changes.get("style"):
            checked["style"] = _style(changes["style"])
        return checked

    async def _check_references(self, checked: Mapping[str, Any], caller: Caller) -> None:
        """Raise NotFound or BadOption unless all standing references are pictures that the caller may show."""
        chosen = checked.get("references") or ()
        if len(chosen) > STANDING_REFERENCES_MAX:
            raise BadOption("too_many_references", count=len(chosen), limit=STANDING_REFERENCES_MAX)
        viewer = Viewer(caller.person, caller.tenant)
        found = await self._database.read(views.pictures_for, chosen, viewer) if chosen else {}
        if any(each not in found or found[each].is_deleted for each in chosen):
            raise NotFound("picture_unknown")


def _set_rules(db: Tx, where: Where, changes: Mapping[str, Any], *, now: int) -> ChannelRules:
    note(
        db,
        Deed(
            "channel rules",
            where.person,
            where.tenant,
            whom=f"channel:{where.channel}",
            detail=_told(changes),
        ),
        now=now,
    )
    return preferences.set_rules(db, where, changes, now=now)


def _set_tenant_rules(db: Tx, where: Where, changes: Mapping[str, Any], *, now: int) -> TenantRules:
    note(db, Deed("server rules", where.person, where.tenant, detail=_told(changes)), now=now)
    return preferences.set_tenant_rules(db, where.tenant, changes, now=now)


def _change_words(
    db: Tx, where: Where, more: Sequence[str], fewer: Sequence[str], *, now: int
) -> TenantRules:
    detail = f"{len(more)} added, {len(fewer)} removed"
    note(db, Deed("word list", where.person, where.tenant, detail=detail), now=now)
    return preferences.change_words(db, where.tenant, more, fewer, now=now)


def _told(changes: Mapping[str, Any]) -> str:
    """Say what was set; of people's own words only that they were."""
    return ", ".join(
        f"{name} set" if name in OWN_WORDS else f"{name} {value}" for name, value in sorted(changes.items())
    )


def _channel(named: str, caller: Caller) -> str | None:
    """Return the id of the channel that was named; None for none."""
    if named.lower() in {"none", "off"}:
        return None
    if named.lower() == "here" and not caller.address.is_direct:
        return caller.address.channel
    if not named.startswith("channel:"):
        raise BadOption("option_not_where", name="admin-channel")
    return named.removeprefix("channel:")


def _where(caller: Caller) -> Where:
    channel = "" if caller.address.is_direct else caller.address.channel
    return Where(caller.person, caller.tenant, channel)


def _entry(words: str) -> str:
    entry = normal(words)
    if not entry or len(entry) > ENTRY_CHARACTERS_MAX:
        raise BadOption("words_entry", limit=ENTRY_CHARACTERS_MAX)
    return entry


def _zone(name: str) -> str:
    """Return an IANA time zone as it is known; raises BadOption."""
    try:
        return ZoneInfo(name.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise BadOption("zone_unknown", given=" ".join(name.split())[:40]) from unknown


def _style(words: str) -> str:
    style = clean_text(words).strip()
    if len(style) > STYLE_CHARACTERS_MAX:
        raise BadOption("option_too_long", name="style", limit=STYLE_CHARACTERS_MAX)
    return style


def _among(wanted: str, homes: Mapping[str, str]) -> str:
    """Find a server by id or name in any case; raises BadOption."""
    for tenant, name in homes.items():
        if wanted.casefold() in {tenant.casefold(), name.casefold()}:
            return tenant
    raise BadOption("home_unknown", homes=_listed(homes.values()) or "none")


def _listed(names: Any) -> str:
    return ", ".join(list(dict.fromkeys(names))[:LISTED_MAX])[:80]
