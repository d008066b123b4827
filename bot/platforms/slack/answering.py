"""From what the front says to what the person sees: privately, where they are, as a form where one is meant."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import structlog

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.forms import Form
from bot.core.ports import Undeliverable
from bot.core.postings import Posting
from bot.core.replies import Reply
from bot.core.sentences import say
from bot.platforms.slack.api import SlackFailed
from bot.platforms.slack.blocks import PLAIN, Look
from bot.platforms.slack.delivering import Delivery, directly
from bot.platforms.slack.ports import SlackPorts
from bot.platforms.slack.posting import Poster
from bot.platforms.slack.questions import Questions
from bot.platforms.slack.uploads import FILE_BYTES_MAX, Place, Upload, Uploads, shown_files
from bot.platforms.slack.views import Whither, fits

log = structlog.get_logger(__name__)

RESPOND_SECONDS = 10.0
RESPONSE_GONE = "response_404"
"""After half an hour, or five answers: https://docs.slack.dev/interactivity/handling-user-interaction."""
ORIGINAL = "Original"


@dataclass(frozen=True)
class Whence:
    """How somebody can be answered.

    `trigger` opens a form within three seconds; `response_url` answers privately, five times in half an hour. With
    `is_ephemeral` they pressed in a question that only they see: the answer takes its place.
    """

    caller: Caller
    trigger: str = ""
    response_url: str = ""
    is_ephemeral: bool = False


class Answering:
    """Answers people."""

    def __init__(
        self,
        ports: SlackPorts,
        says: tuple[Poster, Delivery, Uploads, Questions],
        session: aiohttp.ClientSession,
    ) -> None:
        self._ports = ports
        self._poster, self._delivery, self._uploads, self._questions = says
        self._session = session

    async def answer(self, whence: Whence, reply: Reply, ways: tuple[tuple[str, str], ...] = ()) -> None:
        """Show a reply to the person alone; a form where the reply asks for one and one can be opened."""
        if reply.form is not None and await self._opened(whence, reply.form):
            return
        try:
            if reply.kind == "info" and reply.buttons and reply.buttons[0].act == "original":
                reply, look = await self._original(whence, reply)
            else:
                reply, look = await self._with_files(whence, reply)
            await self._tell(whence, reply, replace(look, ways=ways))
        except (SlackFailed, Undeliverable) as failed:
            # The order stands all the same; its pictures come, or wait in /history.
            log.warning("an answer could not be given", problem=str(failed))

    async def settle(self, whence: Whence) -> None:
        """Take a question away that was answered by what now stands in the conversation."""
        if whence.is_ephemeral and whence.response_url:
            try:
                await self._respond(whence.response_url, {"delete_original": True})
            except SlackFailed as failed:
                log.info("a question could not be taken away", problem=failed.error)

    async def _opened(self, whence: Whence, form: Form) -> bool:
        if not whence.trigger or not fits(form):
            return False
        address = whence.caller.address
        whither = Whither(
            form.draft,
            address.channel,
            address.thread,
            address.message,
            whence.response_url,
            whence.caller.channel_name.removeprefix("#"),
        )
        try:
            await self._poster.open(whence.trigger, form, whither)
        except SlackFailed as failed:
            log.info("a form could not be opened", problem=failed.error)
            return False
        return True

    async def _with_files(self, whence: Whence, reply: Reply) -> tuple[Reply, Look]:
        """Show pictures that Slack has already; everything else goes to the person's own conversation with the bot."""
        if not reply.pictures and not reply.files:
            return reply, PLAIN
        files = await self._known(whence, reply)
        missing = tuple(each for each in reply.pictures if each.id not in files)
        if not missing and not reply.files:
            return reply, Look(files=files)
        caller = whence.caller
        handed = reply.model_copy(update={"job": None, "form": None, "private": True})
        await self._delivery(directly(caller.address), handed, key=f"answer {caller.tenant} {caller.event}")
        told = Reply(kind="info", text=say("slack_sent_direct"), private=True)
        return told, PLAIN

    async def _known(self, whence: Whence, reply: Reply) -> Mapping[str, str]:
        """Find the files of pictures that were uploaded before."""
        found: dict[str, str] = {}
        for picture in reply.pictures:
            if picture.id in found:
                continue
            card = await self._ports.studio.job_of(picture.id, whence.caller)
            for key in (f"{card.id}:result", f"{card.id}:result:direct") if card else ():
                found |= shown_files(await self._ports.postings.find(key))
        return found

    async def _original(self, whence: Whence, reply: Reply) -> tuple[Reply, Look]:
        """Send the vendor's own bytes to the person's own conversation with the bot."""
        caller = whence.caller
        try:
            served = await self._ports.gallery.serve(reply.buttons[0].picture or "", caller, "original")
        except Refusal as refusal:
            return Reply(kind="refusal", text=str(refusal), private=True), PLAIN
        size = (await asyncio.to_thread(served.path.stat)).st_size
        if size > FILE_BYTES_MAX:
            link = await self._ports.gallery.original_link(reply.buttons[0].picture or "", caller)
            key = "original_too_large" if link is None else "original_linked"
            told = Reply(kind="info", text=say(key, size=-(-size // 2**20)), private=True)
            return told, replace(PLAIN, links=((ORIGINAL, link),) if link else ())
        bare = reply.model_copy(update={"buttons": ()})
        channel, stamp = await self._poster.post(caller.address.user, bare)
        note = Posting(f"answer {caller.tenant} {caller.event}", "file original")
        card = await self._ports.studio.job_of(reply.buttons[0].picture or "", caller)
        alt = card.alt_of(reply.buttons[0].picture) if card else ""
        upload = Upload(note, served.path, served.name, size, alt)
        await self._uploads.share([upload], Place(channel, stamp))
        return Reply(kind="info", text=say("slack_sent_direct"), private=True), PLAIN

    async def _tell(self, whence: Whence, reply: Reply, look: Look) -> None:
        address = whence.caller.address
        if whence.response_url and await self._responded(whence, reply, look):
            return
        if address.is_direct or not address.channel:
            where = await self._poster.post(
                address.channel or address.user, reply, thread=address.thread, look=look
            )
            if reply.lives_seconds:
                await self._questions.keep(*where, reply.lives_seconds)
        else:
            await self._whisper(whence, reply, look)

    async def _responded(self, whence: Whence, reply: Reply, look: Look) -> bool:
        """Answer where they asked; False when that address takes nothing more: a form is open longer than it lives."""
        body = {
            "response_type": "ephemeral",
            "replace_original": whence.is_ephemeral,
            **self._poster.rendered(reply, look),
        }
        try:
            await self._respond(whence.response_url, body)
        except SlackFailed as failed:
            if failed.error != RESPONSE_GONE:
                raise
            return False
        return True

    async def _whisper(self, whence: Whence, reply: Reply, look: Look) -> None:
        address = whence.caller.address
        try:
            await self._poster.whisper(address, reply, look)
        except SlackFailed as failed:
            log.info("nobody there can be whispered to", problem=failed.error)
            await self._poster.post(address.user, reply, look=look)

    async def _respond(self, url: str, body: Mapping[str, Any]) -> None:
        timeout = aiohttp.ClientTimeout(total=RESPOND_SECONDS)
        try:
            async with self._session.post(url, json=dict(body), timeout=timeout) as answer:
                if answer.status != 200:
                    raise SlackFailed(f"response_{answer.status}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SlackFailed("unreachable") from error
