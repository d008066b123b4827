"""Delivers replies: a job's first message before it runs, its pictures into that message's thread, nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from bot.core.captions import Mention, caption
from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.fitting import Room
from bot.core.ports import Undeliverable
from bot.core.postings import Posting
from bot.core.replies import Address, Button, Posted, Reply
from bot.core.sentences import say
from bot.platforms.slack.api import GONE, SlackFailed
from bot.platforms.slack.blocks import Look, rich
from bot.platforms.slack.ports import SlackPorts
from bot.platforms.slack.posting import CLOSED, NO_FILES, NOT_HERE, Poster
from bot.platforms.slack.progress import CONTROL, Progress, first_key, first_words
from bot.platforms.slack.uploads import FILE_BYTES_MAX, MIMES, Place, Upload, Uploads

log = structlog.get_logger(__name__)

FILES_MAX = 10
BASE = "base"
"""The message in whose thread files stand that belong to no job."""
THREAD_GONE = frozenset({"thread_not_found", "message_not_found"})
NOT_READY_TRIES = 5
NOT_READY_SECONDS = 1.0


@dataclass(frozen=True)
class _Order:
    """What is delivered, where, under which key, and what was noted of it."""

    address: Address
    reply: Reply
    key: str
    notes: dict[str, Posting]
    first: Posting | None

    @property
    def is_public(self) -> bool:
        """Whether others see it: the pictures of a job, and what became of it, in a conversation of several."""
        return self.reply.job is not None and bool(self.address.channel) and not self.address.is_direct

    def look(self, **more: object) -> Look:
        """Say how its message is shown."""
        asker = self.address.user if self.is_public else None
        return replace(Look(asker=asker or None, is_public=self.is_public), **more)  # type: ignore[arg-type]

    def note(self, part: str) -> Posting:
        """Return the note of a part, a new one if there is none."""
        new = Posting(self.key, part, platform=self.address.platform, tenant=self.address.tenant)
        return self.notes.get(part) or new


class Delivery:
    """Implements `bot.core.ports.Deliver` for Slack."""

    def __init__(self, ports: SlackPorts, poster: Poster, uploads: Uploads, progress: Progress) -> None:
        self._ports = ports
        self._poster = poster
        self._uploads = uploads
        self._progress = progress

    async def __call__(self, address: Address, reply: Reply, *, key: str) -> Posted:
        """Post a reply; raises Undeliverable. A conversation that is closed to us becomes the person's own."""
        try:
            if reply.job is not None and key == first_key(reply.job):
                return await self.first(address, reply, "")
            if reply.private and reply.job is not None:
                address = directly(address)
            return await self._somewhere(address, reply, key)
        except SlackFailed as failed:
            if failed.error in GONE:
                log.error("Slack does not accept the token")
            raise Undeliverable(failed.error, is_final=failed.error in CLOSED) from failed
        except Refusal as refusal:
            raise Undeliverable(refusal.key, is_final=True) from refusal

    async def first(self, address: Address, reply: Reply, name: str) -> Posted:
        """Post the first message of a job, once; raises SlackFailed where it may not stand, and NotFound."""
        job = reply.job or ""
        notes = dict(await self._ports.postings.find(first_key(job)))
        done = notes.get(CONTROL)
        if done is None or done.message is None:
            caller = Caller(person=address.person, address=address, name=name, event=f"first {job}")
            view = await self._ports.watch.look(reply.number or 0, caller)
            if view.card.request.private:
                address = directly(address)
            order = _Order(address, reply, first_key(job), notes, None)
            said = replace(order, reply=first_words(view, name if order.is_public else ""))
            done = await self._said(said, CONTROL, said.look())
        return _posted(done)

    async def _somewhere(self, address: Address, reply: Reply, key: str) -> Posted:
        try:
            return await self._deliver(await self._order(address, reply, key))
        except SlackFailed as failed:
            if not address.channel or not address.user or failed.error not in NOT_HERE | CLOSED:
                raise
            log.info("a conversation is closed to us", problem=failed.error)
            # Whoever removed us while a job ran does not want us back; its first message has joined where it could.
            is_ours_to_join = reply.job is None and failed.error in NOT_HERE
            if is_ours_to_join and await self._poster.join(address.channel):
                return await self._deliver(await self._order(address, reply, key))
        moved = reply.model_copy(update={"text": f"{reply.text}\n{say('slack_moved')}"})
        return await self._deliver(await self._order(to_person(address), moved, f"{key}:direct"))

    async def _order(self, address: Address, reply: Reply, key: str) -> _Order:
        notes = dict(await self._ports.postings.find(key))
        first = None
        if reply.job is not None and key == f"{reply.job}:result":
            first = (await self._ports.postings.find(first_key(reply.job))).get(CONTROL)
        return _Order(address, _with_original(reply), key, notes, first if first and first.message else None)

    async def _deliver(self, order: _Order) -> Posted:
        reply = order.reply
        if reply.job is not None:
            # What follows is the last word: nothing on its way may come after it.
            await self._progress.end(reply.job)
        done = order.notes.get(CONTROL)
        if done is not None and done.message is not None:
            return _posted(done)
        try:
            uploads = await self._attached(order)
        except Refusal as refusal:
            log.info("a file is not there to be shown", problem=refusal.key)
            uploads = []
        if not uploads:
            return _posted(await self._told(order, order.look()))
        base = order.first or order.notes.get(BASE) or await self._based(order)
        try:
            order, shown = await self._shown(order, base, uploads)
        except SlackFailed as failed:
            if failed.error in THREAD_GONE and base is order.first:
                # Somebody has deleted the first message: another one takes its place.
                base = order.notes.get(BASE) or await self._based(order)
                order, shown = await self._shown(order, base, await self._attached(order))
            elif failed.error in NO_FILES:
                return _posted(await self._unseen(order, base))
            else:
                raise
        return _posted(await self._control(order, shown))

    async def _shown(
        self, order: _Order, base: Posting, uploads: Sequence[Upload]
    ) -> tuple[_Order, tuple[Posting, ...]]:
        """Share files in the thread of a message; returns the order with that message as its first one."""
        place = Place(base.channel or "", base.thread or base.message, _caption(order))
        return replace(order, first=base), await self._shared(uploads, place)

    async def _unseen(self, order: _Order, base: Posting) -> Posting:
        """Say that Slack does not show the pictures, and where they are: by address, where others reach us."""
        log.warning("Slack shows no files", job=order.reply.job)
        links = await self._links(order)
        words = say("slack_not_shown_linked" if links else "slack_not_shown")
        text = f"{order.reply.text}\n{words}"
        reply = order.reply.model_copy(update={"text": text, "kind": "info", "rows": ()})
        order = replace(order, reply=reply, first=base)
        return await self._told(order, order.look(links=links))

    async def _links(self, order: _Order) -> tuple[tuple[str, str], ...]:
        """Make an address for each picture, with what it is called; none where nobody outside reaches us."""
        address, found = order.address, []
        caller = Caller(person=address.person, address=address, name="", event=order.key)
        for picture in order.reply.pictures:
            try:
                link = await self._ports.gallery.original_link(picture.id, caller)
            except Refusal:
                continue
            if link is not None:
                found.append((say("slack_picture_link", position=picture.position), link))
        return tuple(found)

    async def _attached(self, order: _Order) -> list[Upload]:
        """Find the files of a reply: pictures as Slack shows them, and documents; raises Refusal."""
        gallery, address = self._ports.gallery, order.address
        caller = Caller(person=address.person, address=address, name="", event=order.key)
        found = []
        for picture in order.reply.pictures:
            fitted = await gallery.fitted(picture.id, caller, Room(FILE_BYTES_MAX, MIMES))
            note = replace(order.note(f"file {picture.id}"), pictures=(picture.id,))
            found.append(Upload(note, fitted.path, fitted.name, fitted.size_bytes, picture.alt))
        for file in order.reply.files:
            served = await gallery.document(file.id, caller)
            size = (await asyncio.to_thread(served.path.stat)).st_size
            found.append(Upload(order.note(f"file {file.id}"), served.path, file.name, size, file.alt))
        return found[:FILES_MAX]

    async def _shared(self, uploads: Sequence[Upload], place: Place) -> tuple[Posting, ...]:
        done = [each.posting for each in uploads if each.posting.message]
        if len(done) == len(uploads):
            return tuple(done)
        return await self._uploads.share(uploads, place)

    async def _control(self, order: _Order, shown: tuple[Posting, ...]) -> Posting:
        """Turn the first message into the picture itself, with its cost and buttons."""
        files = {each.pictures[0]: each.file for each in shown if each.pictures and each.file}
        for _ in range(NOT_READY_TRIES):
            try:
                return await self._told(order, order.look(files=files), shown)
            except SlackFailed as failed:
                if failed.error != "invalid_blocks" or not files:
                    raise
            # A file may stand in a block only some time after it is shown.
            await asyncio.sleep(NOT_READY_SECONDS)
        return await self._told(order, order.look(), shown)

    async def _told(self, order: _Order, look: Look, shown: Sequence[Posting] = ()) -> Posting:
        """Say it in the job's first message, else in a message of its own."""
        first = order.first
        if first is None or not first.message or not first.channel:
            return await self._said(order, CONTROL, look)
        try:
            await self._poster.update(first.channel, first.message, order.reply, look)
        except SlackFailed as failed:
            if failed.error not in {"message_not_found", "cant_update_message", "edit_window_closed"}:
                raise
            # The caption of what is shown has named who asked.
            return await self._said(order, CONTROL, replace(look, asker=None) if shown else look)
        # A reply in the thread names only its first message, and is later than what it is about by Slack's own clock.
        at = shown[0].posted_at if shown else self._ports.clock()
        pictures = tuple(picture for each in shown for picture in each.pictures)
        done = replace(first, key=order.key, part=CONTROL, posted_at=at, pictures=pictures)
        await self._ports.postings.note(done)
        return done

    async def _based(self, order: _Order) -> Posting:
        """Post the message that files are shown under: an upload needs a conversation's own id and a thread."""
        bare = order.reply.model_copy(update={"pictures": (), "files": (), "buttons": ()})
        # Who asked is named in the caption of the files: here they would be told a second time.
        return await self._said(replace(order, reply=bare), BASE, order.look(asker=None))

    async def _said(self, order: _Order, part: str, look: Look) -> Posting:
        """Post a message and note where it stands."""
        address = order.address
        channel, stamp = await self._poster.post(
            address.channel or address.user, order.reply, thread=address.thread, look=look
        )
        done = replace(
            order.note(part),
            channel=channel,
            thread=address.thread,
            message=stamp,
            posted_at=self._ports.clock(),
        )
        await self._ports.postings.note(done)
        return done


def directly(address: Address) -> Address:
    """Return the person's own conversation with the bot, if it is not there already."""
    return address if address.is_direct else to_person(address)


def to_person(address: Address) -> Address:
    """Return the person's own conversation with the bot: two people's own looks like it, and is closed to us."""
    return address.model_copy(update={"channel": "", "thread": None, "message": None, "is_direct": True})


def _with_original(reply: Reply) -> Reply:
    """Offer a picture's own bytes where Slack shows other ones."""
    has_original = any(each.act == "original" for each in reply.buttons)
    if reply.kind != "result" or has_original or len(reply.pictures) != 1 or reply.pictures[0].mime in MIMES:
        return reply
    own = Button(act="original", label="Original", job=reply.job, picture=reply.pictures[0].id)
    return reply.model_copy(update={"buttons": (*reply.buttons, own)})


def _caption(order: _Order) -> list[dict[str, object]]:
    """Name the asker once, beside the pictures; rich text, in which words are only words."""
    [first, *_] = caption(order.reply).lines
    is_named = order.is_public and order.address.user
    asker: tuple[str | Mention, ...] = (Mention(order.address.user), " ") if is_named else ()
    return [rich([(*asker, *first)])]


def _posted(note: Posting) -> Posted:
    return Posted(
        message=note.message or "", thread=note.thread or note.message, posted_at=note.posted_at or 0
    )
