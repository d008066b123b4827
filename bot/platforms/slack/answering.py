"""From what the front says to what the person sees: privately, where they are, as a form where one is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog

from bot.core.commands import Caller
from bot.core.forms import Form
from bot.core.replies import Reply
from bot.platforms.slack.api import SlackApi, SlackFailed
from bot.platforms.slack.blocks import blocks_of, fallback
from bot.platforms.slack.posting import Poster
from bot.platforms.slack.views import fits, view_of

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Whence:
    """How somebody can be answered.

    `trigger` opens a form within three seconds; `response_url` answers privately, five times in half an hour.
    """

    caller: Caller
    trigger: str = ""
    response_url: str = ""


class Answering:
    """Answers people."""

    def __init__(self, api: SlackApi, poster: Poster, session: aiohttp.ClientSession) -> None:
        self._api = api
        self._poster = poster
        self._session = session

    async def answer(self, whence: Whence, reply: Reply) -> None:
        """Show a reply to the person alone; a form where the reply asks for one and one can be opened."""
        if reply.form is not None and await self._opened(whence, reply.form):
            return
        try:
            await self._tell(whence, reply)
        except SlackFailed as failed:
            # The order stands all the same; its pictures come, or wait in /history.
            log.warning("an answer could not be given", problem=failed.error)

    async def _opened(self, whence: Whence, form: Form) -> bool:
        if not whence.trigger or not fits(form):
            return False
        try:
            await self._api.call("views.open", trigger_id=whence.trigger, view=view_of(form))
        except SlackFailed as failed:
            log.info("a form could not be opened", problem=failed.error)
            return False
        return True

    async def _tell(self, whence: Whence, reply: Reply) -> None:
        address = whence.caller.address
        if whence.response_url:
            await self._respond(whence.response_url, reply)
        elif address.is_direct or not address.channel:
            await self._poster.post(address.channel or address.user, reply, thread=address.thread)
        else:
            await self._whisper(whence, reply)

    async def _whisper(self, whence: Whence, reply: Reply) -> None:
        address = whence.caller.address
        try:
            await self._poster.whisper(address.channel, address.user, reply, thread=address.thread)
        except SlackFailed as failed:
            log.info("nobody there can be whispered to", problem=failed.error)
            await self._poster.post(address.user, reply, thread=None)

    async def _respond(self, url: str, reply: Reply) -> None:
        body: Mapping[str, Any] = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": fallback(reply),
            "blocks": blocks_of(reply),
        }
        try:
            async with self._session.post(url, json=body, timeout=aiohttp.ClientTimeout(total=10)) as answer:
                if answer.status != 200:
                    raise SlackFailed(f"response_{answer.status}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SlackFailed("unreachable") from error
