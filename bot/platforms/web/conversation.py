"""What people say and press, and what Easel answers, as messages of the chat."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.chatlog import ChatDraft, ChatMessage
from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.front import Incoming, Press, Uploaded
from bot.core.ports import Removal, Undeliverable
from bot.core.replies import Act, Address, Posted, Reply
from bot.core.studio import JobCard
from bot.platforms.web.bodies import Card, EaselBody, PersonBody
from bot.platforms.web.ports import WebPorts
from bot.platforms.web.visitors import TENANT, Visitor


@dataclass(frozen=True)
class Said:
    """A line that a person sent. `event` is made by the page: sent twice, it is one order."""

    event: str
    body: PersonBody
    root: str | None = None


@dataclass(frozen=True)
class Pressed:
    """A button that a person pressed, in the message `message`."""

    event: str
    act: Act
    job: str | None = None
    picture: str | None = None
    words: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class Answer:
    """What became of it: messages that are new or changed, or only a sentence."""

    kind: str
    messages: tuple[ChatMessage, ...] = ()
    notice: str | None = None


class Conversation:
    """Keeps both sides of the chat and hands what people say to the front."""

    def __init__(self, ports: WebPorts) -> None:
        self._ports = ports

    async def has(self, event: str, visitor: Visitor) -> bool:
        """Say whether the event is known, so that its uploads need not be kept again."""
        return await self._ports.chat.find_event(event, visitor.person) is not None

    async def say(self, said: Said, visitor: Visitor) -> Answer:
        """Keep what a person said, hand it on, keep the answer; the same event gives the same messages."""
        chat = self._ports.chat
        mine = await chat.find_event(said.event, visitor.person) or await self._keep(said, visitor)
        body = PersonBody.model_validate_json(mine.body)
        caller = visitor.caller(said.event, thread=mine.root, message=mine.id)
        attachments = tuple(attached.uploaded() for attached in body.attachments)
        reply = await self._ports.front.receive(Incoming(body.text, caller, attachments, body.picture))
        card = await self._card(reply, caller)
        root = await self._thread(mine, card, caller)
        answers = [await self._answer(reply, card, caller, root=root)]
        if reply.aside is not None:
            beside = replace(caller, event=f"{caller.event}/aside")
            answers.append(await self._answer(reply.aside, None, beside, root=root))
        self._ports.bell.ring()
        return Answer(reply.kind, (await chat.find(mine.id, visitor.person) or mine, *answers))

    async def press(self, pressed: Pressed, visitor: Visitor) -> Answer:
        """Hand a press on. New work and lists become messages; a plain sentence is only shown."""
        chat = self._ports.chat
        place = await chat.find(pressed.message, visitor.person) if pressed.message else None
        root = place.root if place else None
        caller = visitor.caller(pressed.event, thread=root, message=pressed.message if place else None)
        press = Press(pressed.act, caller, job=pressed.job, picture=pressed.picture, words=pressed.words)
        if place and pressed.act == "confirm":
            press = replace(press, attachments=await self._attachments(place, visitor))
        reply = await self._ports.front.press(press)
        answer = Answer(reply.kind, notice=reply.text)
        is_line = pressed.act == "say"
        if is_line or reply.kind == "accepted" or reply.rows or reply.buttons or reply.pictures:
            card = await self._card(reply, caller)
            answer = Answer(reply.kind, (await self._answer(reply, card, caller, root=root),))
        elif pressed.act == "delete" and reply.kind == "info":
            answer = replace(answer, messages=await self._forget(pressed, visitor))
        self._ports.bell.ring()
        return answer

    async def deliver(self, address: Address, reply: Reply, *, key: str) -> Posted:
        """Put a reply where it belongs, once by `key`; in the message of its job while that waits.

        Raises Undeliverable where it names nobody.
        """
        if not address.person:
            raise Undeliverable("nobody", is_final=True)
        caller = Caller(person=address.person, address=address, name="", event=key)
        card = await self._card(reply, caller)
        draft = self._draft(reply, card, caller, root=address.thread)
        own = reply.job or draft.id
        message = await self._ports.chat.deliver(
            replace(draft, id=own, job=reply.job, event=None, reply_key=key)
        )
        self._ports.bell.ring()
        return Posted(message=message.id, thread=message.root, posted_at=self._ports.clock())

    async def _keep(self, said: Said, visitor: Visitor) -> ChatMessage:
        chat = self._ports.chat
        thread = await chat.find(said.root, visitor.person) if said.root else None
        new = self._ports.new_id()
        return await chat.add(
            ChatDraft(
                id=new,
                tenant=TENANT,
                person=visitor.person,
                root=thread.root if thread else new,
                author="person",
                body=said.body.model_dump_json(),
                created=self._ports.clock(),
                event=said.event,
            )
        )

    async def _card(self, reply: Reply, caller: Caller) -> JobCard | None:
        if reply.number is None:
            return None
        try:
            return await self._ports.studio.job(reply.number, caller)
        except Refusal:
            return None

    async def _thread(self, mine: ChatMessage, card: JobCard | None, caller: Caller) -> str:
        """Return the thread of an order: where it was said or, for "#12: make it night", its parent's."""
        if mine.root != mine.id or card is None or card.parent_number is None:
            return mine.root
        try:
            parent = await self._ports.studio.job(card.parent_number, caller)
        except Refusal:
            return mine.root
        message = await self._ports.chat.find(parent.id, caller.person)
        if message is None:
            return mine.root
        await self._ports.chat.adopt(mine.root, caller.person, message.root)
        return message.root

    async def _answer(
        self, reply: Reply, card: JobCard | None, caller: Caller, *, root: str | None
    ) -> ChatMessage:
        return await self._ports.chat.add(self._draft(reply, card, caller, root=root))

    def _draft(self, reply: Reply, card: JobCard | None, caller: Caller, *, root: str | None) -> ChatDraft:
        body = EaselBody(reply=reply, card=Card.of(card) if card else None, answers=caller.address.message)
        job = reply.job if reply.kind == "accepted" else None
        new = job or self._ports.new_id()
        return ChatDraft(
            id=new,
            tenant=caller.tenant,
            person=caller.person,
            root=root or new,
            author="easel",
            body=body.model_dump_json(),
            created=self._ports.clock(),
            job=job,
            event=f"{caller.event}/answer",
        )

    async def _attachments(self, question: ChatMessage, visitor: Visitor) -> tuple[Uploaded, ...]:
        """Return what came with the line that a question of ours answers."""
        if question.author != "easel" or question.is_deleted:
            return ()
        asked = EaselBody.model_validate_json(question.body).answers
        line = await self._ports.chat.find(asked, visitor.person) if asked else None
        if line is None or line.author != "person":
            return ()
        body = PersonBody.model_validate_json(line.body)
        return tuple(attached.uploaded() for attached in body.attachments)

    async def remove(self, removal: Removal) -> None:
        """Take a picture out of the message that shows it."""
        await self._without(str(removal.address.message), removal.picture, removal.address.person)
        self._ports.bell.ring()

    async def _forget(self, pressed: Pressed, visitor: Visitor) -> tuple[ChatMessage, ...]:
        """Take a deleted picture out of the messages that show it: its job's, and the one that was pressed in."""
        places = dict.fromkeys(place for place in (pressed.job, pressed.message) if place)
        found = [await self._without(place, pressed.picture, visitor.person) for place in places]
        return tuple(message for message in found if message)

    async def _without(self, place: str, picture: str | None, person: str) -> ChatMessage | None:
        """Take a picture out of a message; the message of a job goes with its last picture."""
        message = await self._ports.chat.find(place, person)
        if message is None or message.author != "easel" or picture is None:
            return None
        body = EaselBody.model_validate_json(message.body).without(picture)
        is_deleted = message.job is not None and not body.reply.pictures
        return await self._ports.chat.rewrite(
            message.id, person, body.model_dump_json(), is_deleted=is_deleted
        )
