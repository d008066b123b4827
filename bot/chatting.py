"""The front for chat platforms: what a button or a form stands for is kept, for its owner only, for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.core.asides import telling_conversions
from bot.core.chatting import Sent
from bot.core.codes import fits
from bot.core.commands import Caller, Command
from bot.core.errors import NotAllowed, NotFound, Refusal
from bot.core.fields import Offered, form_of
from bot.core.filling import declared, draft_of_card, draft_of_line
from bot.core.forms import Choice, Form, FormDraft
from bot.core.front import Filled, Front, Incoming, Press, Uploaded
from bot.core.ports import Clock, NewId
from bot.core.replies import Act, Button, Reply
from bot.core.sentences import say
from bot.core.studio import NewFile, Studio
from bot.storage import drafts, postings
from bot.storage.database import Database
from bot.storage.drafts import DraftRow
from bot.suggesting import Suggesting

KEPT_SECONDS = 3_600
KEPT_ACTS: frozenset[Act] = frozenset({"say", "confirm", "details"})
"""What only the person may press to whom it was offered."""

FORM_ACTS: frozenset[Act] = frozenset({"edit", "change_words"})
FILE_NAME = "prompt.txt"


class KeptButton(BaseModel):
    """What a button stands for: the press that it is, what came along, or an answer for one person's eyes."""

    model_config = ConfigDict(frozen=True)

    act: Act
    job: str | None = None
    picture: str | None = None
    words: str | None = None
    uploads: tuple[tuple[str, str], ...] = ()
    draft: FormDraft | None = None
    reply: Reply | None = None


@dataclass(frozen=True)
class ChatMeans:
    """What a chat platform's front works with; `box_characters` is the longest text that its forms take."""

    front: Front
    studio: Studio
    commands: Mapping[str, Command[Any]]
    database: Database
    clock: Clock
    new_id: NewId
    suggesting: Suggesting
    box_characters: int = 4_000


class ChatReception:
    """Implements `bot.core.chatting.ChatFront`."""

    def __init__(self, means: ChatMeans) -> None:
        self._means = means
        self._front = means.front

    async def receive(self, incoming: Incoming) -> Reply:
        """Answer a line."""
        return await self.kept(await self._front.receive(incoming), incoming.caller, incoming.attachments)

    async def submit(self, filled: Filled) -> Reply:
        """Run a command with options that came one by one."""
        return await self.kept(await self._front.submit(filled), filled.caller, filled.attachments)

    async def price(self, incoming: Incoming) -> int | None:
        """Say what a line would hold."""
        return await self._front.price(incoming)

    async def press(self, press: Press) -> Reply:
        """Do what a button stands for; what is kept of it is for its owner only."""
        try:
            await self._means.studio.admit(press.caller)
            kept = await self._find(press.ask, press.caller) if press.ask else None
            if kept and kept.reply:
                return kept.reply.model_copy(update={"private": True})
            if kept:
                press = _taken_up(press, kept)
            elif press.act in KEPT_ACTS:
                raise NotFound("ask_gone")
            elif press.act == "change_words" and press.job:
                draft = await self._draft_of_job(press.job, press.caller)
                press = replace(press, draft=draft, picture=draft.picture)
        except Refusal as refusal:
            return Reply(kind="refusal", text=str(refusal), private=True)
        return await self.kept(await self._front.press(press), press.caller, press.attachments)

    async def send(self, sent: Sent) -> Reply:
        """Run the command of a form; what the draft holds stands where nothing was shown."""
        caller = replace(sent.caller, event=f"form:{sent.draft}:{sent.submission}")
        try:
            await self._means.studio.admit(caller)
            draft = await self.find(sent.draft, caller)
            caller = await self._means.studio.untried(caller)
        except Refusal as refusal:
            return Reply(kind="refusal", text=str(refusal), private=True)
        uploads = (*(Uploaded(id, name, 0, 0) for id, name in draft.uploads), *sent.attachments)
        values = {**draft.values, **sent.values}
        return await self.submit(
            Filled(draft.command, caller, values, uploads, sent.mask, picture=draft.picture)
        )

    async def suggest(self, command: str, option: str, typed: str, caller: Caller) -> tuple[Choice, ...]:
        """Offer values for an option while it is typed; none where something is refused."""
        try:
            caller = await self._means.studio.admit(caller)
            return await self._means.suggesting.suggest(
                declared(command, self._means.commands), option.replace("-", "_"), typed, caller
            )
        except Refusal:
            return ()

    async def find(self, id: str, caller: Caller) -> FormDraft:
        """Find the caller's own draft; raises NotFound, NotAllowed."""
        kept = await self._find(id, caller)
        if kept.draft is not None:
            return kept.draft
        if kept.act not in FORM_ACTS:
            raise NotFound("ask_gone")
        return draft_of_line(kept.words or "", self._means.commands, kept.picture)

    async def kept(self, reply: Reply, caller: Caller, attachments: Sequence[Uploaded] = ()) -> Reply:
        """Keep what the buttons of a reply stand for, and give it its form where it asks for one."""
        reply = telling_conversions(reply, attachments)
        if reply.aside is not None:
            reply = reply.model_copy(update={"aside": await self.kept(reply.aside, caller)})
        uploads = tuple((each.picture, each.name) for each in attachments)
        seconds = reply.lives_seconds or KEPT_SECONDS
        is_asking = _asks_for_form(reply)
        rows: list[DraftRow] = []
        buttons: list[Button] = []
        for button in reply.buttons:
            if button.ask is None and _must_be_kept(button, is_asking=is_asking or bool(uploads)):
                full = self._with_draft(button, uploads)
                id, row = self._row(full, caller, uploads, seconds)
                rows.append(row)
                buttons.append(full.model_copy(update={"ask": id}))
            else:
                buttons.append(button)
        if rows:
            await self._means.database.write(drafts.keep, *rows)
        reply = reply.model_copy(update={"buttons": tuple(buttons)})
        return await self._with_form(reply, caller) if is_asking else reply

    async def details(self, reply: Reply, caller: Caller, seconds: int) -> Button:
        """Keep an answer that only the caller may read, and return the button that shows it."""
        row = self._stored(KeptButton(act="details", reply=reply), caller, seconds)
        await self._means.database.write(drafts.keep, row)
        return Button(act="details", label="Details", ask=row.id)

    def _with_draft(self, button: Button, uploads: tuple[tuple[str, str], ...]) -> Button:
        """Turn the words of a button that opens a form into the draft of that form."""
        if button.act not in FORM_ACTS:
            return button
        commands = self._means.commands
        draft = button.draft or draft_of_line(button.words or "", commands, button.picture)
        if button.act == "edit":
            draft = draft.model_copy(update={"command": "edit"})
        changes = {"picture": button.picture or draft.picture, "uploads": draft.uploads or uploads}
        return button.model_copy(update={"draft": draft.model_copy(update=changes)})

    async def _with_form(self, reply: Reply, caller: Caller) -> Reply:
        """Add the form that a question asks for; words that no box takes come back as a file."""
        button = next(each for each in reversed(reply.buttons) if each.act in FORM_ACTS)
        if button.ask is None or button.draft is None:
            return reply
        longest = max((len(each) for each in button.draft.values.values()), default=0)
        if longest <= self._means.box_characters:
            return reply.model_copy(update={"form": await self._form(button.ask, button.draft, caller)})
        words = max(button.draft.values.values(), key=len)
        file = await self._means.studio.attach(
            NewFile(FILE_NAME, "text/plain", words.encode(), say("alt_prompt")), caller
        )
        text = say("words_too_long_for_form", length=longest, limit=self._means.box_characters)
        return reply.model_copy(update={"text": text, "files": (file,), "buttons": ()})

    async def _form(self, id: str, draft: FormDraft, caller: Caller) -> Form:
        offered = Offered(await self._means.studio.models(caller))
        return form_of(declared(draft.command, self._means.commands), id, draft, offered)

    async def _draft_of_job(self, job: str, caller: Caller) -> FormDraft:
        number = await self._means.database.read(postings.number_of, job, caller.tenant)
        if number is None:
            raise NotFound("job_unknown", number="")
        return draft_of_card(await self._means.studio.job(number, caller))

    async def _find(self, id: str, caller: Caller) -> KeptButton:
        row = await self._means.database.read(drafts.find, id, now=self._means.clock())
        if row is None or row.tenant != caller.tenant:
            raise NotFound("ask_gone")
        if row.person != caller.person:
            raise NotAllowed("ask_not_yours")
        return KeptButton.model_validate_json(row.body)

    def _row(
        self, button: Button, caller: Caller, uploads: tuple[tuple[str, str], ...], seconds: int
    ) -> tuple[str, DraftRow]:
        kept = KeptButton(
            act=button.act,
            job=button.job,
            picture=button.picture,
            words=button.words,
            uploads=uploads,
            draft=button.draft,
        )
        row = self._stored(kept, caller, seconds)
        return row.id, row

    def _stored(self, kept: KeptButton, caller: Caller, seconds: int) -> DraftRow:
        now = self._means.clock()
        body = kept.model_dump_json()
        id = self._means.new_id()
        return DraftRow(id, caller.tenant, caller.person, body, now, now + seconds * 1000)


def _must_be_kept(button: Button, *, is_asking: bool) -> bool:
    """Whether there is more to a button than its code can say, or only one person may press it."""
    if button.act in KEPT_ACTS or button.draft is not None or not fits(button):
        return True
    return button.act in FORM_ACTS and is_asking


def _asks_for_form(reply: Reply) -> bool:
    """Whether a reply is a question that one form answers; a choice among pictures is none, nor is a price."""
    is_asking = reply.kind == "question" and not reply.pictures
    is_asking = is_asking and all(each.act != "confirm" for each in reply.buttons)
    return is_asking and any(each.act in FORM_ACTS for each in reply.buttons)


def _taken_up(press: Press, kept: KeptButton) -> Press:
    uploads = tuple(Uploaded(id, name, 0, 0) for id, name in kept.uploads)
    return replace(
        press,
        act=kept.act,
        job=kept.job,
        picture=kept.picture,
        words=kept.words,
        attachments=uploads,
        draft=kept.draft,
    )
