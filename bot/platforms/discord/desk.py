"""Takes interactions: commands, commands on messages, buttons, forms and autocompletion."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from bot.core.chatting import Filled, Sent
from bot.core.codes import press_of
from bot.core.commands import Caller
from bot.core.errors import NotFound, Refusal
from bot.core.forms import FormDraft
from bot.core.front import Press, Uploaded
from bot.core.replies import Act, Reply
from bot.platforms.discord import forms
from bot.platforms.discord.answering import Answering
from bot.platforms.discord.callers import PLATFORM, Callers
from bot.platforms.discord.declaring import EDIT_PICTURE, ON_MESSAGE
from bot.platforms.discord.downloads import Downloads
from bot.platforms.discord.exchange import Exchange
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.incoming import Ask, Shown, User, target_of
from bot.platforms.discord.options import Typed, fields_of, member_of, mentioned, named, read, typed
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.removing import Removing
from bot.platforms.discord.rest import Rest

log = structlog.get_logger(__name__)

COMMAND, BUTTON, COMPLETION, FORM = 2, 3, 4, 5
SUGGEST_SECONDS = 2.0
IN_PLACE = frozenset({"confirm", "delete"})
"""What is pressed in a private message and answered by changing it."""

SPENDING = frozenset({"again", "vary", "finish", "try_again", "confirm", "edit", "change_words"})
"""What ends in an order, or in the form of one."""

Told = tuple[Reply, Caller]


class Desk:
    """Answers every interaction, whatever happens."""

    def __init__(
        self, rest: Rest, ports: DiscordPorts, callers: Callers, answering: Answering, removing: Removing
    ) -> None:
        self._rest = rest
        self._ports = ports
        self._callers = callers
        self._answering = answering
        self._removing = removing
        self.downloads: Downloads

    async def take(self, ask: Ask) -> None:
        """Answer an interaction."""
        match ask.kind:
            case 2 if ask.data.get("type") == ON_MESSAGE:
                await self._answering.answer(Exchange(self._rest, ask), self._on_message(ask))
            case 2:
                said = typed(ask.data, ask.place.guild)
                work = self._command(ask, said)
                await self._answering.answer(Exchange(self._rest, ask), work, may_wait=self._has_words(said))
            case 3:
                await self._button(ask)
            case 4:
                await self._suggest(ask)
            case 5:
                await self._answering.answer(Exchange(self._rest, ask), self._form(ask))

    def _has_words(self, said: Typed) -> bool:
        """Whether a command is an order with its words, so that it is never answered by a form."""
        words = next((each.words for each in self._ports.commands if each.name == said.command), None)
        return not said.wants_form and bool(words and said.values.get(words))

    async def _command(self, ask: Ask, said: Typed) -> Told:
        spends = any(each.draft is not None for each in self._ports.commands if each.name == said.command)
        caller = await self._callers.of_ask(ask, spends=spends)
        uploads = await self.downloads.keep(said.attached, caller)
        [*masks] = await self.downloads.keep([said.mask] if said.mask else [], caller)
        if ask.place.guild is not None:
            # Who is named in an option may never have used us; their row is made as at a first visit.
            said = replace(said, values=read(said.values, fields_of(said.command, self._ports.commands)))
            for user in (*named(ask.data), *await self._mentioned(said, ask.place.guild)):
                await self._ports.members.known(PLATFORM, caller.tenant, user.id, user.name)
        if said.wants_form:
            return await self._form_for(said, (*uploads, *masks), caller), caller
        filled = Filled(said.command, caller, said.values, uploads, masks[0] if masks else None)
        return await self._ports.front.submit(filled), caller

    async def _mentioned(self, said: Typed, guild: str) -> list[User]:
        """Find whom the texts of a command mention; nobody who is not in the server."""
        found = []
        for user in mentioned(said.values):
            try:
                found.append(member_of(await self._rest.member(guild, user)))
            except DiscordFault as fault:
                log.info("a member could not be found", problem=fault.name)
        return found

    async def _form_for(self, said: Typed, uploads: tuple[Uploaded, ...], caller: Caller) -> Reply:
        """Ask for the form of a command, with what was typed so far; words that no box takes come back as a file."""
        values = {name: _as_text(value) for name, value in said.values.items() if value is not None}
        draft = FormDraft(
            command=said.command,
            values={name: value for name, value in values.items() if name != "picture"},
            picture=values.get("picture"),
            uploads=tuple((each.picture, each.name) for each in uploads),
        )
        return await self._ports.front.press(
            Press("change_words", caller, picture=draft.picture, draft=draft)
        )

    async def _on_message(self, ask: Ask) -> Told:
        """Edit or report the picture of a message; a picture of somebody else's becomes a reference."""
        caller = await self._callers.of_ask(ask)
        target = target_of(ask.data, ask.own)
        is_edit = ask.data.get("name") == EDIT_PICTURE
        if target is None:
            raise NotFound("picture_unknown")
        if press := await self._press_on(target, "edit" if is_edit else "report", caller):
            return await self._ports.front.press(press), caller
        if not is_edit:
            raise Refusal("report_ours_only")
        if not target.attached:
            raise NotFound("no_picture_there")
        uploads = await self.downloads.keep(target.attached, caller)
        return await self._ports.front.submit(Filled("edit", caller, attachments=uploads)), caller

    async def _press_on(self, target: Shown, act: Act, caller: Caller) -> Press | None:
        """Press a button of a message of ours, or what it would be in a further one, which has none."""
        if not target.is_ours:
            return None
        if press := _press_on(target, act, caller):
            return press
        number = await self._ports.shown.job_at(caller.address, target.id)
        return None if number is None else Press(act, caller, job=str(number), words=str(number))

    async def _button(self, ask: Ask) -> None:
        code = str(ask.data.get("custom_id", ""))
        is_private = ask.message is not None and ask.message.is_ephemeral
        act = _act_of(code)
        exchange = Exchange(self._rest, ask, in_place=is_private and act in IN_PLACE)
        reply = await self._answering.answer(exchange, self._press(ask, code))
        if reply is not None and act == "confirm" and reply.kind == "accepted" and not is_private:
            await self._removing.question(ask)

    async def _press(self, ask: Ask, code: str) -> Told:
        caller = await self._callers.of_ask(ask, spends=_act_of(code) in SPENDING)
        return await self._ports.front.press(press_of(code, caller)), caller

    async def _form(self, ask: Ask) -> Told:
        draft = forms.draft_of(str(ask.data.get("custom_id", "")))
        if draft is None:
            raise Refusal("button_gone")
        caller = await self._callers.of_ask(ask)
        values, attached = forms.filled(ask.data)
        uploads = await self.downloads.keep(attached, caller)
        return await self._ports.front.send(
            Sent(draft, forms.submission_of(ask.data, ask.id), caller, values, uploads)
        ), caller

    async def _suggest(self, ask: Ask) -> None:
        """Offer values; when that takes too long or is refused, there are none."""
        said = typed(ask.data, ask.place.guild)
        option = said.focused or ""
        choices: list[dict[str, object]] = []
        try:
            async with asyncio.timeout(SUGGEST_SECONDS):
                caller = await self._callers.of_ask(ask, spends=False)
                given = str(said.values.get(option.replace("-", "_"), ""))
                found = await self._ports.front.suggest(said.command, option, given, caller)
            numbers = _focused_type(ask) == 4
            choices = [
                {"name": each.label[:100], "value": int(each.value) if numbers else each.value[:100]}
                for each in found[:25]
                if not numbers or each.value.isdecimal()
            ]
        except (Refusal, TimeoutError, DiscordFault) as error:
            log.info("nothing could be suggested", problem=type(error).__name__)
        try:
            await Exchange(self._rest, ask).choices(choices)
        except DiscordFault as fault:
            log.info("suggestions came too late", problem=fault.name)


def _press_on(target: Shown, act: Act, caller: Caller) -> Press | None:
    """Press a button of a message of ours that is about its job; None when it shows no result."""
    for code in target.codes:
        try:
            press = press_of(code, caller)
        except Refusal:
            continue
        if press.act == "again" or (press.act == act and press.ask is None):
            return Press(act, caller, job=press.job, picture=press.picture, words=press.words)
    return None


def _focused_type(ask: Ask) -> int:
    options = ask.data.get("options", ())
    while options and options[0].get("type") in {1, 2}:
        options = options[0].get("options", ())
    return next((each["type"] for each in options if each.get("focused")), 3)


def _act_of(code: str) -> str:
    return code.split(":")[1] if code.count(":") > 1 else ""


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
