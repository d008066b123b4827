"""Hears what is said in chats: most of it is no order, and then nothing happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from bot.chatting import ChatReception
from bot.core.amounts import price_figure
from bot.core.chat import ChannelReplies, Event, Known, NumberedPicture, PersonReplies, Post, Sender
from bot.core.chatting import Heard
from bot.core.commands import Caller
from bot.core.conversation import decide
from bot.core.decisions import (
    AskBack,
    AskWhich,
    Decision,
    GiveHelp,
    Ignore,
    OrderEdit,
    OrderNew,
    RunCommand,
    Unknown,
)
from bot.core.errors import NotFound, Refusal
from bot.core.forms import FormDraft
from bot.core.front import Front, Incoming, Uploaded
from bot.core.phrases import shortened
from bot.core.ports import Clock
from bot.core.presses import priced
from bot.core.replies import Button, Reply
from bot.core.sentences import say
from bot.core.studio import Studio
from bot.storage import heard as notes
from bot.storage import people, postings
from bot.storage.database import Database
from bot.storage.postings import Spot
from bot.storage.transaction import Tx

log = structlog.get_logger(__name__)

ASK_SECONDS = 120
"""How long a question under a chat message can be answered."""

ASKED_PICTURES_MAX = 10
WORDS_SHOWN = 40


@dataclass(frozen=True)
class HearingMeans:
    """What a listener works with."""

    front: Front
    chat: ChatReception
    studio: Studio
    commands: frozenset[str]
    database: Database
    clock: Clock


class ChatListener:
    """Implements `bot.core.chatting.Listener`."""

    def __init__(self, means: HearingMeans) -> None:
        self._means = means

    async def hear(self, heard: Heard) -> Reply | None:
        """Do what a message says, once; None when it is no order or was heard before."""
        caller = replace(heard.caller, event=heard.id, by_message=True)
        message = replace(heard.message, author=caller.person, tenant=caller.tenant)
        if not _may_be_order(heard) or await self._is_known(heard) or await self._is_shut(heard):
            return None
        decision: Decision | Refusal
        try:
            decision = decide(message, await self._known(heard))
        except Refusal as refusal:
            decision = refusal
        if isinstance(decision, Ignore) or not await self._take(heard):
            return None
        heard = replace(heard, caller=caller)
        reply = await self._answer(decision, heard)
        await self._done(heard)
        return reply

    async def _answer(self, decision: Decision | Refusal, heard: Heard) -> Reply:
        uploads: tuple[Uploaded, ...] = ()
        try:
            if isinstance(decision, Refusal):
                raise decision
            if heard.fetch is not None and heard.message.attachments:
                uploads = await heard.fetch()
            reply = await self._carried_out(decision, heard.caller, uploads)
        except Refusal as refusal:
            reply = Reply(kind="refusal", text=str(refusal), private=True)
        if any(button.act == "confirm" for button in reply.buttons):
            reply = reply.model_copy(update={"lives_seconds": ASK_SECONDS})
        reply = await self._means.chat.kept(reply, heard.caller, uploads)
        return await self._faced(reply, heard) if heard.is_overheard and reply.private else reply

    async def _carried_out(self, decision: Decision, caller: Caller, uploads: tuple[Uploaded, ...]) -> Reply:
        receive = self._means.front.receive
        match decision:
            case OrderNew(words):
                return await receive(Incoming(f"/imagine {words}", caller, uploads))
            case OrderEdit(picture, words, names_number=names_number):
                reply = await receive(Incoming(f"/edit {words}", caller, uploads, picture.id))
                return _naming(reply, picture) if names_number else reply
            case AskBack(words, pictures) | AskWhich(words, pictures):
                return await self._ask(words, pictures[-ASKED_PICTURES_MAX:], caller, uploads)
            case RunCommand("edit", words, under) if len(under) > 1:
                return await self._ask(words, under[:ASKED_PICTURES_MAX], caller, uploads)
            case RunCommand(name, words, under):
                meant = under[0].id if under else None
                return await receive(Incoming(f"/{name} {words}", caller, uploads, meant))
            case GiveHelp():
                return await receive(Incoming("/help", caller))
            case Unknown() | Ignore():
                raise NotFound("picture_unknown")

    async def _ask(
        self, words: str, pictures: Sequence[NumberedPicture], caller: Caller, uploads: tuple[Uploaded, ...]
    ) -> Reply:
        """Ask which picture is meant, or whether it is meant at all; each button says what it costs."""
        if not words.strip():
            return _asking_words(pictures, uploads)
        buttons: list[Button] = []
        price = 0
        for picture in pictures:
            said = Incoming(f"/edit {words}", caller, uploads, picture.id)
            held = await self._means.front.price(said)
            if held is None:
                # What would be refused is refused now, in the words of an order.
                return await self._means.front.receive(said)
            price = held
            name = "Edit" if len(pictures) == 1 else f"#{picture.job}/{picture.index}"
            buttons.append(
                Button(
                    act="confirm",
                    label=f"{name} · {price_figure(held)}",
                    job=priced(f"{caller.event}/{picture.job}/{picture.index}", held),
                    picture=picture.id,
                    words=said.text,
                )
            )
        shown = shortened(words, WORDS_SHOWN)
        if len(pictures) == 1:
            text = say("ask_edit_with", number=pictures[0].job, words=shown, price=price)
        else:
            text = say("ask_edit_of", words=shown)
        return Reply(kind="question", text=text, buttons=tuple(buttons), private=True)

    async def _faced(self, reply: Reply, heard: Heard) -> Reply:
        """Say in public only what everybody may read; the rest is behind a button for the author."""
        if reply.kind == "question" and not reply.pictures and not reply.files:
            return reply.model_copy(update={"private": False})
        is_no = reply.kind in {"refusal", "failure"}
        button = await self._means.chat.details(reply, heard.caller, ASK_SECONDS)
        return Reply(
            kind="refusal" if is_no else "info",
            text=say("did_not_start" if is_no else "only_for_you"),
            buttons=(button,),
            lives_seconds=ASK_SECONDS,
        )

    async def _known(self, heard: Heard) -> Known:
        spot = _spot(heard)
        answered, thread = await self._means.database.read(_posts, spot, heard.answered)
        try:
            rules = await self._means.studio.rules(heard.caller)
            own = await self._means.studio.preferences(heard.caller)
            replies, person = rules.replies, own.replies
        except Refusal:
            replies, person = ChannelReplies.ASKER, PersonReplies.DRAW
        return Known(heard.bot, answered, thread, replies, person, self._means.commands)

    async def _is_shut(self, heard: Heard) -> bool:
        """Whether this place is not let in, so that nothing may be said where everybody reads it."""
        tenant = await self._means.database.read(people.find_tenant, heard.caller.tenant)
        return heard.is_overheard and (tenant is None or tenant.state != "approved")

    async def _is_known(self, heard: Heard) -> bool:
        return await self._means.database.read(notes.is_known, *_key(heard), now=self._means.clock())

    async def _take(self, heard: Heard) -> bool:
        return await self._means.database.write(notes.take, *_key(heard), now=self._means.clock())

    async def _done(self, heard: Heard) -> None:
        await self._means.database.write_patiently(notes.done, *_key(heard), now=self._means.clock())


def _may_be_order(heard: Heard) -> bool:
    """Whether it is worth asking the database: most of what is said in a chat has nothing to do with us."""
    message = heard.message
    if message.sender is not Sender.PERSON or message.event is not Event.POSTED:
        return False
    is_ours = message.is_direct or heard.bot in message.mentions
    return is_ours or heard.answered is not None or heard.caller.address.thread is not None


def _posts(db: Tx, spot: Spot, answered: str | None) -> tuple[Post | None, tuple[Post, ...]]:
    post = postings.post_of(db, spot, answered) if answered else None
    return post, postings.posts_in(db, spot)


def _spot(heard: Heard) -> Spot:
    address = heard.caller.address
    return Spot(address.platform, address.tenant, address.channel, address.thread)


def _key(heard: Heard) -> tuple[str, str, str]:
    return heard.caller.address.platform, heard.caller.tenant, heard.id


def _naming(reply: Reply, picture: NumberedPicture) -> Reply:
    """Say first which picture was understood, where the message did not name it."""
    if reply.kind != "accepted":
        return reply
    named = say("edits", number=f"{picture.job}/{picture.index}")
    return reply.model_copy(update={"text": f"{named} {reply.text}"})


def _asking_words(pictures: Sequence[NumberedPicture], uploads: tuple[Uploaded, ...]) -> Reply:
    """Ask what should change, with a form for each picture that may be meant."""
    kept = tuple((each.picture, each.name) for each in uploads)
    buttons = tuple(
        Button(
            act="edit",
            label="Edit…" if len(pictures) == 1 else f"#{picture.job}/{picture.index}",
            picture=picture.id,
            draft=FormDraft(command="edit", picture=picture.id, uploads=kept),
        )
        for picture in pictures
    )
    text = say("ask_edit" if len(pictures) == 1 else "ask_edit_which")
    return Reply(kind="question", text=text, buttons=buttons, private=True)
