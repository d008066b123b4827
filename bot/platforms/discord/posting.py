"""One message, posted exactly once: marked before the request, found again after a crash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.core.ports import Clock
from bot.core.postings import Posting, Postings
from bot.platforms.discord.callers import PLATFORM
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.incoming import EPOCH_MILLISECONDS, made_at
from bot.platforms.discord.quiet import Quiet
from bot.platforms.discord.rest import Body, Rest, SentFile
from bot.platforms.discord.threads import Spot

log = structlog.get_logger(__name__)

NONCE_MAX = 25
UNCERTAIN = frozenset({"unreachable", "busy"})
CLOCKS_APART_MILLISECONDS = 60_000
FOLLOW_UP = "follow-up"
"""Begins the names of parts that are sent by the token of an interaction."""


@dataclass(frozen=True)
class Part:
    """One message of a delivery: which of how many, what it says, what it shows."""

    key: str
    index: int
    body: Body
    files: tuple[SentFile, ...] = ()
    pictures: tuple[str, ...] = ()
    mark: str = ""
    """What is found in the ids of its buttons, or in the names of its files, if it was posted."""

    tenant: str | None = None
    """Whose it is, where a reply to it is to be found by what it shows."""

    token: str | None = None
    """The interaction that it follows, where the bot does not post by itself; Discord knows no nonce of that."""

    @property
    def name(self) -> str:
        """Its name in the notes."""
        return str(self.index) if self.token is None else f"{FOLLOW_UP} {self.index}"

    @property
    def blank(self) -> Posting:
        """Its note while nothing of it was sent."""
        platform = PLATFORM if self.tenant else None
        return Posting(self.key, self.name, nonce=self.nonce, platform=platform, tenant=self.tenant)

    @property
    def nonce(self) -> str | None:
        """What Discord knows it again by, if anything."""
        return nonce_of(self.key, self.index) if self.token is None else None


def nonce_of(key: str, index: int) -> str:
    """Name a request: its job and part, at most 25 characters."""
    job = key.partition(":")[0] if key.endswith(":result") else ""
    if len(job) != NONCE_MAX - 1:
        job = hashlib.blake2s(key.encode(), digest_size=12).hexdigest()
    return f"{job}{'0123456789abcdefghijklmnopqrstuvwxyz'[index % 36]}"


def status_key(job: str) -> str:
    """Name the status message of a job in the notes."""
    return f"{job}:status"


class Poster:
    """Posts parts of deliveries."""

    def __init__(self, rest: Rest, postings: Postings, quiet: Quiet, clock: Clock) -> None:
        self._rest = rest
        self._postings = postings
        self._quiet = quiet
        self._clock = clock
        self.application = ""
        self.own: frozenset[str] = frozenset()

    async def post(self, part: Part, spot: Spot, noted: Posting | None) -> Posting:
        """Post a part once; raises DiscordFault, "unreadable" when nobody can tell whether it is there."""
        posting = noted or part.blank
        step = posting.next_step(self._clock())
        if step == "done":
            return posting
        where = Spot(posting.thread or posting.channel or spot.channel, posting.channel or spot.parent)
        if step == "search":
            found = await self._search(part, where, posting.sending_since or 0)
            if found is not None:
                return await self._posted(posting, where, found, part)
            posting = replace(posting, sending_since=None)
        if posting.sending_since is None:
            posting = replace(posting, sending_since=self._clock(), channel=spot.parent, thread=spot.thread)
            await self._postings.note(posting)
        try:
            sent = await self._send(part, spot)
        except DiscordFault as fault:
            if fault.name in UNCERTAIN:
                raise
            # Of a repeat it is only the second request that was refused.
            found = await self._search(part, where, posting.sending_since or 0) if step == "repeat" else None
            if found is not None:
                return await self._posted(posting, where, found, part)
            # A refused request has posted nothing, so a next try may begin anew, perhaps elsewhere.
            await self._postings.note(part.blank)
            raise
        return await self._posted(posting, spot, sent, part)

    async def ask(self, spot: Spot, request: Any) -> Any:
        """Do a request in a channel that may be silenced; refusals are counted."""
        self._quiet.check(spot.parent)
        try:
            done = await request()
        except DiscordFault as fault:
            self._quiet.refused(spot.parent, fault)
            raise
        self._quiet.worked(spot.parent)
        return done

    async def _send(self, part: Part, spot: Spot) -> Mapping[str, Any]:
        if part.token is not None:
            return await self._rest.follow_up(
                self.application, part.token, part.body, part.files, is_once=True
            )
        body: dict[str, Any] = {**part.body, "nonce": part.nonce, "enforce_nonce": True}
        if spot.replies_to:
            body["message_reference"] = {"message_id": spot.replies_to, "fail_if_not_exists": False}
            body["allowed_mentions"] = {**part.body.get("allowed_mentions", {}), "replied_user": False}
        sent: Mapping[str, Any] = await self.ask(
            spot, lambda: self._rest.post(spot.channel, body, part.files)
        )
        return sent

    async def _posted(self, posting: Posting, spot: Spot, sent: Mapping[str, Any], part: Part) -> Posting:
        done = replace(
            posting,
            channel=spot.parent,
            thread=spot.thread,
            message=str(sent["id"]),
            posted_at=made_at(sent["id"]),
            pictures=part.pictures,
        )
        await self._postings.note(done)
        return done

    async def _search(self, part: Part, spot: Spot, since: int) -> Mapping[str, Any] | None:
        """Look through our own messages since the mark for one that shows this part."""
        after = str(max(0, since - CLOCKS_APART_MILLISECONDS - EPOCH_MILLISECONDS) << 22)
        # Also where the channel is left alone because it takes no posts: it may be readable all the same.
        try:
            while True:
                page = await self._rest.messages_after(spot.channel, after)
                found = next((each for each in page if self._is_ours(each) and _shows(each, part)), None)
                if found is not None or len(page) < 100:
                    break
                after = max((str(each["id"]) for each in page), key=int)
            if not page:
                await self._check_history(spot.channel, after)
        except DiscordFault as fault:
            if fault.is_final:
                raise DiscordFault("unreadable") from fault
            raise
        return found

    async def _check_history(self, channel: str, message: str) -> None:
        """Raise the fault that hides the history: a list of it is then empty, a single message is refused."""
        try:
            await self._rest.message(channel, message)
        except DiscordFault as fault:
            if fault.name != "message_gone":
                raise

    def _is_ours(self, message: Mapping[str, Any]) -> bool:
        author = str(message.get("author", {}).get("id"))
        return bool(self.own.intersection({author, str(message.get("application_id"))}))


def _shows(message: Mapping[str, Any], part: Part) -> bool:
    names = [each.get("filename", "") for each in message.get("attachments", ())]
    if part.pictures:
        return any(part.pictures[0] in name for name in names)
    codes = [
        item.get("custom_id", "")
        for row in message.get("components", ())
        for item in row.get("components", ())
    ]
    return bool(part.mark) and any(part.mark in code for code in codes)


def bodies(body: Body, count: int, more: Sequence[str]) -> list[Body]:
    """Give the first message the words and buttons, and every further one a line of its own."""
    return [body, *({**body, "content": line, "components": []} for line in more[: max(0, count - 1)])]
