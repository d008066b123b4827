"""What came in, from its reading to its end: who it was, what they get, and a job's first message before it runs."""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.core.codes import code_of
from bot.core.errors import Refusal
from bot.core.replies import Reply
from bot.core.sentences import say
from bot.core.studio import JobCard
from bot.core.wording import repeating
from bot.platforms.slack.answering import Answering, Whence
from bot.platforms.slack.api import SlackFailed
from bot.platforms.slack.callers import Callers
from bot.platforms.slack.delivering import Delivery, to_person
from bot.platforms.slack.desk import Desk
from bot.platforms.slack.hearing import Hearing
from bot.platforms.slack.home import Home
from bot.platforms.slack.incoming import Ask, Person, Said, Spot
from bot.platforms.slack.ports import SlackPorts
from bot.platforms.slack.posting import CLOSED, NOT_HERE, Poster
from bot.platforms.slack.progress import Progress

log = structlog.get_logger(__name__)

SEND_TO_ME = "Send it to me"
TRY_AGAIN = "Try again"
DIRECT = "direct:"
"""Before a button's code: the answer goes to the person's own conversation with the bot."""


class Acting:
    """Does what people say and press, and sees to it that they learn what came of it."""

    def __init__(
        self,
        ports: SlackPorts,
        callers: Callers,
        does: tuple[Desk, Hearing, Home],
        says: tuple[Answering, Delivery, Poster, Progress],
    ) -> None:
        self._ports = ports
        self._callers = callers
        self._desk, self._hearing, self._home = does
        self._answering, self._delivery, self._poster, self._progress = says

    async def ask(self, ask: Ask) -> Reply:
        """Do what was asked, and answer it; returns what was said, for a form that is still open."""
        caller = await self._callers.of_ask(ask)
        if ask.text.startswith(DIRECT):
            ask = replace(ask, text=ask.text.removeprefix(DIRECT))
            caller = replace(caller, address=to_person(caller.address))
        whence = Whence(caller, ask.trigger, ask.response_url, is_ephemeral=ask.is_question)
        try:
            reply = await self._desk.do(ask, caller)
        except Refusal as refusal:
            reply = Reply(kind="refusal", text=str(refusal), private=True)
        if ask.kind == "form" and reply.kind == "refusal":
            return reply
        await self._conclude(whence, reply)
        return reply

    async def say(self, said: Said, me: str) -> None:
        """Do what a message says."""
        caller = await self._callers.of_said(said)
        try:
            reply = await self._hearing.hear(said, caller, me)
        except Refusal as refusal:
            reply = Reply(kind="refusal", text=str(refusal), private=True)
        if reply is not None:
            await self._conclude(Whence(caller), reply)

    async def tell(self, ask: Ask, reply: Reply) -> None:
        """Tell the sender of a form that is closed already what was wrong with it."""
        caller = await self._callers.of_ask(ask)
        await self._answering.answer(Whence(caller, response_url=ask.response_url), reply)

    async def home(self, person: Person, spot: Spot) -> None:
        """Show somebody their own page."""
        await self._home.show(await self._callers.of(person, spot, f"home {person.id}"))

    async def gone(self, spot: Spot) -> None:
        """Take note that a workspace has removed Easel; what waits there is cancelled."""
        await self._ports.departures.tenant_left(await self._callers.tenant(spot))

    async def _conclude(self, whence: Whence, reply: Reply) -> None:
        if reply.kind != "accepted" or reply.job is None or reply.number is None:
            await self._answering.answer(whence, reply)
            return
        refused = await self._begin(whence, reply, reply.job)
        if refused is not None:
            await self._answering.answer(whence, refused, self._ways(whence, refused))
            return
        await self._answering.settle(whence)
        if reply.aside is not None:
            await self._answering.answer(replace(whence, is_ephemeral=False), reply.aside)
        if reply.private and whence.caller.address.channel:
            # What else there is to say, of a balance, is nobody else's business.
            view = await self._ports.watch.look(reply.number, whence.caller)
            goes_there = view.card.request.private and not whence.caller.address.is_direct
            where = f" {say('slack_comes_direct')}" if goes_there else ""
            told = {"text": f"{reply.text}{where}", "buttons": (), "rows": ()}
            await self._answering.answer(whence, reply.model_copy(update=told))

    async def _begin(self, whence: Whence, reply: Reply, job: str) -> Reply | None:
        """Post the job's first message and let it run; returns what to say where it cannot be posted."""
        caller, address = whence.caller, whence.caller.address
        try:
            try:
                where = await self._delivery.first(address, reply, caller.name)
            except SlackFailed as failed:
                if failed.error not in NOT_HERE or not await self._poster.join(address.channel):
                    raise
                where = await self._delivery.first(address, reply, caller.name)
        except SlackFailed as failed:
            log.info("a first message could not be posted", problem=failed.error)
            if failed.error not in NOT_HERE | CLOSED:
                # It may stand there, or Slack is too busy now. The worker posts it after a minute, if it does not.
                return None
            await self._ports.firsts.not_posted(job, failed.error)
            view = await self._ports.watch.look(reply.number or 0, caller)
            return _not_here(failed.error, view.card)
        if await self._ports.firsts.released(job, where):
            self._progress.follow(job, reply.number or 0, caller)
        return None

    def _ways(self, whence: Whence, refused: Reply) -> tuple[tuple[str, str], ...]:
        if whence.caller.address.channel == "":
            return ()
        [again] = refused.buttons
        return ((f"{SEND_TO_ME}{again.label.removeprefix(TRY_AGAIN)}", f"{DIRECT}{code_of(again)}"),)


def _not_here(error: str, card: JobCard) -> Reply:
    key = "slack_not_in_channel" if error in NOT_HERE else "slack_closed"
    again = repeating("try_again", TRY_AGAIN, card)
    return Reply(kind="refusal", text=say(key), buttons=(again,), private=True)
