"""Delivers replies: a job's first message before it runs, its pictures into that message's thread, nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.fitting import Room
from bot.core.ports import Undeliverable
from bot.core.postings import Posting
from bot.core.replies import Address, Posted, Reply
from bot.core.sentences import say
from bot.platforms.slack.api import SlackFailed
from bot.platforms.slack.blocks import blocks_of, fallback
from bot.platforms.slack.ports import SlackPorts
from bot.platforms.slack.posting import CLOSED, GONE, NOT_HERE, Poster
from bot.platforms.slack.uploads import FILE_BYTES_MAX, MIMES, Place, Upload, Uploads

log = structlog.get_logger(__name__)

PICTURES_MAX = 10
CONTROL = "0"
"""The part that carries words and buttons; the pictures are parts of their own."""


def first_key(job: str) -> str:
    """Name the first message of a job in the notes."""
    return f"{job}:first"


class Delivery:
    """Implements `bot.core.ports.Deliver` for Slack."""

    def __init__(self, ports: SlackPorts, poster: Poster, uploads: Uploads) -> None:
        self._ports = ports
        self._poster = poster
        self._uploads = uploads

    async def __call__(self, address: Address, reply: Reply, *, key: str) -> Posted:
        """Post a reply; raises Undeliverable. A conversation that is closed to us becomes the person's own."""
        try:
            return await self._deliver(address, reply, key)
        except SlackFailed as failed:
            if failed.error in NOT_HERE | CLOSED and address.user and not address.is_direct:
                direct = address.model_copy(update={"channel": "", "thread": None, "is_direct": True})
                try:
                    return await self._deliver(direct, _moved(reply), f"{key}:direct")
                except SlackFailed as again:
                    failed = again
            if failed.error in GONE:
                log.error("Slack does not accept the token")
            raise Undeliverable(failed.error, is_final=failed.error in GONE | CLOSED) from failed
        except Refusal as refusal:
            raise Undeliverable(refusal.key, is_final=True) from refusal

    async def first(self, address: Address, reply: Reply, job: str) -> Posted:
        """Post the first message of a job, once; raises SlackFailed where it may not stand."""
        notes = await self._ports.postings.find(first_key(job))
        done = notes.get(CONTROL)
        if done is None or done.message is None:
            done = await self._said(address, reply, Posting(first_key(job), CONTROL))
        return _posted(done)

    async def _deliver(self, address: Address, reply: Reply, key: str) -> Posted:
        caller = Caller(person=address.person, address=address, name="", event=key)
        first = await self._first_of(reply)
        notes = dict(await self._ports.postings.find(key))
        if not reply.pictures:
            return _posted(await self._told(address, reply, key, (first, notes)))
        if first is None or not first.message or not first.channel:
            # An upload needs the conversation's own id, which only a message to the person gives.
            bare = reply.model_copy(update={"pictures": (), "buttons": ()})
            first = await self._said(address, bare, Posting(first_key(reply.job or key), CONTROL))
        place = Place(first.channel or "", first.thread or first.message, _caption(reply, address))
        uploads = [
            Upload(
                notes.get(f"file {picture.id}") or Posting(key, f"file {picture.id}", pictures=(picture.id,)),
                await self._ports.gallery.fitted(picture.id, caller, Room(FILE_BYTES_MAX, MIMES)),
                picture.alt,
            )
            for picture in reply.pictures[:PICTURES_MAX]
        ]
        shown = await self._shared(uploads, place)
        done = await self._control(address, reply, replace(first, key=key), shown)
        # A reply in the thread names only its first message, and is later than what it is about by Slack's own clock.
        return Posted(
            message=done.message or "",
            thread=done.thread or done.message,
            posted_at=shown[0].posted_at or done.posted_at or 0,
        )

    async def _shared(self, uploads: Sequence[Upload], place: Place) -> tuple[Posting, ...]:
        done = [each.posting for each in uploads if each.posting.message]
        if len(done) == len(uploads):
            return tuple(done)
        return await self._uploads.share(uploads, place)

    async def _control(
        self, address: Address, reply: Reply, note: Posting, shown: tuple[Posting, ...]
    ) -> Posting:
        """Turn the job's first message into the picture itself, with its cost and buttons."""
        files = {each.pictures[0]: each.file for each in shown if each.pictures and each.file}
        channel, stamp = note.channel or "", note.message or ""
        try:
            await self._poster.update(channel, stamp, blocks_of(reply, files=files), fallback(reply))
        except SlackFailed as failed:
            if failed.error in {"message_not_found", "cant_update_message"}:
                return await self._said(address, reply, Posting(note.key, CONTROL))
            if failed.error != "invalid_blocks":
                raise
            # The file cannot stand in a block yet: the picture is in the thread all the same.
            await self._poster.update(channel, stamp, blocks_of(reply), fallback(reply))
        done = replace(note, posted_at=self._ports.clock(), pictures=tuple(files))
        await self._ports.postings.note(done)
        return done

    async def _told(
        self, address: Address, reply: Reply, key: str, known: tuple[Posting | None, dict[str, Posting]]
    ) -> Posting:
        """Say something without pictures: into the job's first message, else as a message of its own."""
        first, notes = known
        done = notes.get(CONTROL)
        if done is not None and done.message is not None:
            return done
        if first is not None and first.message and first.channel:
            await self._poster.update(first.channel, first.message, blocks_of(reply), fallback(reply))
            done = replace(first, key=key, posted_at=self._ports.clock())
            await self._ports.postings.note(done)
            return done
        return await self._said(address, reply, Posting(key, CONTROL))

    async def _said(self, address: Address, reply: Reply, note: Posting) -> Posting:
        """Post a message and note where it stands."""
        asker = None if address.is_direct or not address.channel else address.user
        channel, stamp = await self._poster.post(
            address.channel or address.user, reply, thread=address.thread, asker=asker
        )
        done = replace(
            note, channel=channel, thread=address.thread, message=stamp, posted_at=self._ports.clock()
        )
        await self._ports.postings.note(done)
        return done

    async def _first_of(self, reply: Reply) -> Posting | None:
        if reply.job is None:
            return None
        notes = await self._ports.postings.find(first_key(reply.job))
        return notes.get(CONTROL)


def _caption(reply: Reply, address: Address) -> list[dict[str, object]]:
    """Name the asker once, beside the pictures; rich text, in which words are only words."""
    words = {"type": "text", "text": f" {reply.text}"[:3_000]}
    named = [] if address.is_direct or not address.user else [{"type": "user", "user_id": address.user}]
    return [
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [*named, words]}]},
    ]


def _moved(reply: Reply) -> Reply:
    return reply.model_copy(update={"text": f"{reply.text}\n{say('slack_moved')}"})


def _posted(note: Posting) -> Posted:
    return Posted(message=note.message or "", thread=note.thread, posted_at=note.posted_at or 0)
