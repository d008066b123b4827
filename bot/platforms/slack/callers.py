"""Who acts: the caller behind a command, click, form or message, with the rights that Slack knows of."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

import structlog

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.ports import Clock
from bot.core.replies import Address
from bot.core.text import slack_people
from bot.platforms.slack.api import SlackApi, SlackFailed
from bot.platforms.slack.incoming import Ask, Person, Said, Spot
from bot.platforms.slack.ports import SlackPorts

log = structlog.get_logger(__name__)

PLATFORM = "slack"
GROUP = "<!subteam^"
CACHED_MILLISECONDS = 60_000
GROUPS_MILLISECONDS = 10 * 60_000
CACHED_MAX = 10_000
NAMED_MAX = 5


def workspace_of(spot: Spot) -> str:
    """Return the id of a workspace; one of an organisation is told apart by both ids."""
    return f"{spot.enterprise}.{spot.team}" if spot.enterprise else spot.team


@dataclass(frozen=True)
class Profile:
    """What Slack knows of somebody; without `users:read` it is nothing."""

    name: str = ""
    is_admin: bool = False
    is_guest: bool = False


class Profiles:
    """Reads people's rights and groups where the scopes for it were granted, and remembers them for a short while."""

    def __init__(self, api: SlackApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[int, Profile]] = OrderedDict()
        self._groups: tuple[int, dict[str, frozenset[str]]] = (0, {})
        self._is_blind = False

    async def of(self, person: Person, team: str) -> Profile:
        """Return what is known of somebody; who belongs to another workspace is a guest."""
        found = self._known.get((team, person.id))
        if found is None or self._clock() - found[0] > CACHED_MILLISECONDS:
            found = (self._clock(), await self._read(person, team))
            self._known[team, person.id] = found
            while len(self._known) > CACHED_MAX:
                self._known.popitem(last=False)
        return found[1]

    async def groups(self, user: str) -> tuple[str, ...]:
        """Return the ids of the user groups that somebody is in; none without `usergroups:read`."""
        read_at, members = self._groups
        if self._clock() - read_at > GROUPS_MILLISECONDS:
            members = await self._read_groups()
            self._groups = (self._clock(), members)
        return tuple(sorted(group for group, users in members.items() if user in users))

    async def sees_groups(self) -> bool:
        """Whether `usergroups:read` was granted."""
        await self.groups("")
        return not self._is_blind

    async def _read(self, person: Person, team: str) -> Profile:
        is_stranger = person.team is not None and person.team != team
        try:
            answer = await self._api.call("users.info", user=person.id)
        except SlackFailed as failed:
            if failed.error != "missing_scope":
                log.info("a profile could not be read", problem=failed.error)
            return Profile(person.name, is_guest=is_stranger)
        user = answer.get("user") or {}
        shown = user.get("profile") or {}
        is_stranger = is_stranger or bool(user.get("is_stranger")) or user.get("team_id", team) != team
        is_guest = bool(user.get("is_restricted") or user.get("is_ultra_restricted")) or is_stranger
        return Profile(
            name=str(shown.get("display_name") or user.get("real_name") or user.get("name") or person.name),
            is_admin=bool(user.get("is_admin") or user.get("is_owner")) and not is_guest,
            is_guest=is_guest,
        )

    async def _read_groups(self) -> dict[str, frozenset[str]]:
        try:
            answer = await self._api.call("usergroups.list", include_users=True)
            self._is_blind = False
        except SlackFailed as failed:
            self._is_blind = failed.error == "missing_scope"
            if failed.error != "missing_scope":
                log.info("user groups could not be read", problem=failed.error)
            return {}
        return {
            str(group["id"]): frozenset(group.get("users") or ()) for group in answer.get("usergroups") or ()
        }


class Callers:
    """Finds the caller of every act."""

    def __init__(self, ports: SlackPorts, profiles: Profiles) -> None:
        self._ports = ports
        self._profiles = profiles
        self.installed: Spot | None = None
        """Where the token is good; None when that is a whole organisation."""

    async def of_ask(self, ask: Ask) -> Caller:
        """Return who used a command, button, shortcut or form."""
        return await self.of(ask.person, ask.spot, ask.key)

    async def meet(self, line: str, text: str, caller: Caller) -> None:
        """Make rows, as at a first visit, of people whom a `/quota` line names and who may never have used us.

        `text` is the line as Slack tells it. Raises Refusal for a plan of a group whose members we may not see.
        """
        command, *words = line.lower().split()[:2] or [""]
        if command != "/quota":
            return
        if words == ["plan"] and GROUP in text and not await self._profiles.sees_groups():
            raise Refusal("slack_groups_unseen")
        for user, name in slack_people(text)[:NAMED_MAX]:
            await self._ports.people.known(PLATFORM, caller.tenant, user, name or user)

    async def of_said(self, said: Said) -> Caller:
        """Return who wrote a message."""
        return await self.of(said.person, said.spot, f"m{said.spot.channel}/{said.spot.message}")

    async def tenant(self, spot: Spot) -> str:
        """Return our id of a workspace."""
        return (await self._ports.know_tenant(PLATFORM, workspace_of(self._home(spot)), "")).id

    async def of(self, person: Person, spot: Spot, event: str) -> Caller:
        """Return the caller, known to our own books; jobs of theirs wait for their first message."""
        home = self._home(spot)
        tenant = await self.tenant(spot)
        if spot.team and spot.team != home.team:
            person = replace(person, team=person.team or spot.team)
        profile = await self._profiles.of(person, home.team)
        name = profile.name or person.name
        known = await self._ports.people.known(PLATFORM, tenant, person.id, name)
        address = Address(
            platform=PLATFORM,
            tenant=tenant,
            channel=spot.channel,
            thread=spot.thread,
            message=spot.message,
            person=known,
            user=person.id,
            is_direct=spot.is_direct or not spot.channel,
        )
        return Caller(
            person=known,
            address=address,
            name=name,
            event=event,
            is_admin=profile.is_admin,
            is_guest=profile.is_guest,
            roles=await self._profiles.groups(person.id),
            holds_back=True,
            channel_name=f"#{spot.name}" if spot.name else "",
        )

    def _home(self, spot: Spot) -> Spot:
        """Return the workspace that Easel is installed in: in shared channels people of others act, too."""
        if self.installed is None:
            return spot
        return replace(spot, team=self.installed.team, enterprise=self.installed.enterprise)
