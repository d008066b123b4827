"""Takes what people say and press: reads it, runs the command, and answers in words whatever happens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from bot.core.asides import offering_setup
from bot.core.commands import Caller, Command
from bot.core.conversation import selector, word_count
from bot.core.errors import BadOption, NotAllowed, NotFound, Refusal, Unconfirmed
from bot.core.filling import amounts_written, declared, draft_of, filled_of, ways_on_with
from bot.core.forms import FormDraft
from bot.core.front import Filled, Gallery, Incoming, Press
from bot.core.line import HELP, clean, split_command
from bot.core.lostwords import verdict_reply
from bot.core.mending import ways_on
from bot.core.moderating import REASONS, Verdict, ask_reason
from bot.core.presses import confirm, dearer, mark_for, mark_of, number_of, price_of
from bot.core.reading import fill, read
from bot.core.replies import Button, Reply
from bot.core.sentences import say
from bot.core.studio import Draft, JobCard, Studio
from bot.core.wording import accepted, already, cancelled, job_reply, meant_by, which_picture

log = structlog.get_logger(__name__)

Quote = Callable[[Draft, Caller], Awaitable[int]]
"""Prices a draft in millicredits without ordering it."""

FORMS = frozenset({"web"})
"""Platforms whose box is a form: whatever is sent there is meant."""

REFERENCE_CHARACTERS = 8


class Reception:
    """The front of the house; implements `bot.core.front.Front`.

    Without `quote` nothing can be asked back with its price, so every platform counts as a form.
    """

    def __init__(
        self,
        commands: Sequence[Command[Any]],
        studio: Studio,
        gallery: Gallery,
        *,
        quote: Quote | None = None,
    ) -> None:
        self._commands = {command.name: command for command in commands}
        self._studio = studio
        self._gallery = gallery
        self._quote = quote

    async def receive(self, incoming: Incoming) -> Reply:
        """Read the line and run its command; a refusal is a reply too, which keeps what was typed."""
        return await self._answered(self._received(incoming), incoming)

    async def submit(self, filled: Filled) -> Reply:
        """Run a command with these options; a refusal is a reply too, which keeps what was chosen."""
        said = Incoming("", filled.caller, filled.attachments, filled.picture, self._kept(filled))
        return await self._answered(self._submitted(filled), said)

    async def press(self, press: Press) -> Reply:
        """Do what the button says; a refusal is a reply too."""
        words = (press.words or "") if press.act in {"say", "confirm"} else ""
        said = Incoming(words, press.caller, press.attachments, press.picture, press.draft)
        return await self._answered(self._pressed(press, said), said)

    async def price(self, incoming: Incoming) -> int | None:
        """Say what a line would hold; None for what is no order, or would be refused."""
        try:
            name, words = split_command(incoming.text, self._commands, direct=True)
            if name is None:
                name, words, incoming = await self._meant(clean(incoming.text).strip(), incoming)
            command = self._commands[name]
            if self._quote is None or command.draft is None or words.strip().lower() in HELP:
                return None
            options = read(command, words, incoming.attachments, incoming.picture)
            draft = await command.draft(options, incoming.caller, self._studio)
            return await self._quote(draft, incoming.caller) if isinstance(draft, Draft) else None
        except Refusal:
            return None

    async def _answered(self, work: Awaitable[Reply], said: Incoming) -> Reply:
        try:
            return await work
        except Unconfirmed as dear:
            return self._ask_price(dear, said)
        except Refusal as refusal:
            return self._refused(refusal, said)
        except Exception:  # the edge: what nobody foresaw is logged and answered calmly
            caller = said.caller
            reference = caller.event[-REFERENCE_CHARACTERS:]
            log.exception(
                "no answer was found", reference=reference, tenant=caller.tenant, person=caller.person
            )
            return Reply(kind="failure", text=say("bug", reference=reference), private=True)

    async def _received(self, incoming: Incoming) -> Reply:
        caller = await self._studio.admit(incoming.caller)
        reply = await self._line(replace(incoming, caller=caller))
        words = clean(incoming.text).strip()
        # The web's box is for words; what begins with a slash is a command there too.
        is_command = caller.address.platform not in FORMS or words.startswith("/")
        return await self._with_offer(reply, caller, words) if is_command else reply

    async def _with_offer(self, reply: Reply, caller: Caller, command: str) -> Reply:
        """Show the first admin of a server, once, how to set it up; never where others see it too."""
        is_shown = reply.kind == "accepted" or (reply.kind == "info" and reply.private)
        if caller.by_message or not is_shown or not await self._studio.offer_setup(caller):
            return reply
        return reply if command.removeprefix("/").startswith("easel setup") else offering_setup(reply)

    async def _pressed(self, press: Press, said: Incoming) -> Reply:
        caller = await self._studio.admit(press.caller)
        return await self._press(replace(press, caller=caller), replace(said, caller=caller))

    async def _line(self, incoming: Incoming) -> Reply:
        name, words = split_command(incoming.text, self._commands, direct=True)
        if name is not None:
            return await self._run(self._commands[name], words, incoming)
        text = clean(incoming.text).strip()
        if text.lower() in HELP or not (text or incoming.attachments or incoming.picture):
            return await self._help(incoming)
        name, words, meant = await self._meant(text, incoming)
        if self._quote and name == "edit" and _is_slight(words, incoming):
            return await self._ask_back(self._quote, words, meant)
        return await self._run(self._commands[name], words, meant)

    async def _meant(self, text: str, incoming: Incoming) -> tuple[str, str, Incoming]:
        """Tell which command plain words are for, what they say to it, and the picture that they are about."""
        picture, words = await self._picture_meant(text, incoming)
        if picture is None:
            return "imagine", text, incoming
        return "edit", words, replace(incoming, picture=picture)

    async def _picture_meant(self, text: str, incoming: Incoming) -> tuple[str | None, str]:
        """Find the picture that a line is about, as an id or a number, and the words without its selector."""
        named, words = selector(text)
        if named and named.job is not None:
            return str(named).removeprefix("#"), words
        if named is None or named.index is None or incoming.picture is None:
            return incoming.picture, text
        card = await self._studio.job_of(incoming.picture, incoming.caller)
        if card is None:
            return incoming.picture, text
        return await self._studio.picture(card.number, named.index, incoming.caller), words

    async def _run(self, command: Command[Any], words: str, incoming: Incoming) -> Reply:
        caller = incoming.caller
        name, *rest = words.split(maxsplit=1) or [""]
        act = command.act(name.lower())
        if act is None and command.admins_only and not caller.is_admin:
            raise NotAllowed("admins_only")
        if words.strip().lower() in HELP:
            return await self._help(incoming, command.name)
        if command.acts and words.strip():
            if act is None:
                allowed = ", ".join(each.name for each in command.acts)
                raise BadOption("act_unknown", command=command.name, given=name[:40], allowed=allowed)
            return await self._run(replace(act, name=f"{command.name} {act.name}"), "".join(rest), incoming)
        options = read(command, words, incoming.attachments, incoming.picture)
        return await command.handler(options, caller, self._studio)

    def _kept(self, filled: Filled) -> FormDraft:
        """Write down what was chosen, whether or not it can be read."""
        try:
            command = declared(filled.command, self._commands)
        except Refusal:
            return draft_of(filled)
        return draft_of(replace(filled, values=amounts_written(command, filled.values)))

    async def _submitted(self, filled: Filled) -> Reply:
        caller = await self._studio.admit(filled.caller)
        return await self._with_offer(await self._filled(filled), caller, filled.command)

    async def _filled(self, filled: Filled) -> Reply:
        caller = await self._studio.admit(filled.caller)
        command = declared(filled.command, self._commands)
        if command.admins_only and not (caller.is_admin or caller.is_operator):
            raise NotAllowed("admins_only")
        options = fill(command, filled.values, (filled.attachments, filled.mask), filled.picture)
        return await command.handler(options, caller, self._studio)

    async def _help(self, incoming: Incoming, command: str = "") -> Reply:
        explain = self._commands["help"]
        group = command.partition(" ")[0]
        named = group if group in self._commands else ""
        return await explain.handler(read(explain, named), incoming.caller, self._studio)

    async def _ask_back(self, quote: Quote, words: str, incoming: Incoming) -> Reply:
        """Ask with the price before something is drawn that may not be meant."""
        draft = Draft(command="edit", prompt=words, parent=incoming.picture)
        price = await quote(draft, incoming.caller)
        button = confirm("Edit", price, replace(incoming, text=f"/edit {words}"))
        text = say("ask_slight", words=words[:40], price=price)
        return Reply(kind="question", text=text, buttons=(button,), private=True)

    def _ask_price(self, dear: Unconfirmed, incoming: Incoming) -> Reply:
        """Show what a dear order costs, with a button that orders it."""
        draw = confirm("Draw", dear.price, incoming)
        told = self._refused(dear, incoming)
        return told.model_copy(update={"kind": "question", "buttons": (draw, *told.buttons)})

    async def _press(self, press: Press, said: Incoming) -> Reply:
        match press.act:
            case "say":
                return await self._line(said)
            case "confirm":
                return await self._confirmed(press, said)
            case "again" | "try_again" | "vary" | "finish":
                return await self._repeated(press)
            case "cancel":
                return cancelled(await self._studio.cancel(number_of(press), press.caller))
            case "open":
                return job_reply(await self._studio.job(number_of(press), press.caller))
            case "change_words":
                button = Button(
                    act="change_words",
                    label="Change words",
                    picture=press.picture,
                    words=press.words,
                    draft=press.draft,
                )
                return Reply(kind="question", text=say("ask_words"), buttons=(button,), private=True)
            case "take_down" | "keep":
                return await self._decide(press)
            case "edit" | "original" | "delete" | "report":
                return await self._about_picture(press)
            case "charge" | "forgive" | "deliver":
                number = number_of(press)
                done = await self._studio.decide_lost(press.act, number, press.picture, press.caller)
                return verdict_reply(done)
            case _:
                raise Refusal("button_gone")

    async def _confirmed(self, press: Press, said: Incoming) -> Reply:
        """Order what a question asked about. Every press of it is one event, and nobody can name another's."""
        event = f"{press.caller.person}:sure-{press.job}"
        seen = replace(press.caller, event=event, has_seen_price=True, price_shown=price_of(press))
        caller = await self._studio.untried(seen)
        if twin := await self._studio.ordered(caller):
            return self._twin(twin, press.caller)
        if said.draft is not None:
            return await self._filled(filled_of(said.draft, caller))
        return await self._line(replace(said, caller=caller))

    async def _repeated(self, press: Press) -> Reply:
        """Order what was drawn before once more, or from it; what became dear since its button was shown is asked."""
        press = replace(press, caller=replace(press.caller, price_shown=price_of(press)))
        try:
            return await (self._variant(press) if press.act in {"vary", "finish"} else self._again(press))
        except Unconfirmed as dear:
            return dearer(press, dear.price, str(dear))

    async def _again(self, press: Press) -> Reply:
        """Order the same once more; a double tap is one job, also one on "Draw another"."""
        number, caller = number_of(press), press.caller
        if mark := mark_of(press):
            another = replace(caller, event=f"{caller.person}:another-{mark}")
            caller = await self._studio.untried(another)
            if twin := await self._studio.ordered(caller):
                return self._twin(twin, press.caller)
            return accepted(await self._studio.again(number, caller))
        return await self._once(lambda caller: self._studio.again(number, caller), caller)

    async def _variant(self, press: Press) -> Reply:
        """Make another of a picture, or finish it; a double tap is one job."""
        picture, caller, act = press.picture, press.caller, press.act
        if picture is None:
            card = await self._studio.job(number_of(press), caller)
            meant = meant_by(card, act)
            if len(meant) != 1:
                return which_picture(card, act, words=press.words, price=price_of(press))
            picture = meant[0][1].id
        order = self._studio.finish if act == "finish" else self._studio.vary
        return await self._once(partial(order, picture), caller)

    async def _once(self, order: Callable[[Caller], Awaitable[JobCard]], caller: Caller) -> Reply:
        """Order what a button says, unless the same is open already; then say so, with a button for another."""
        try:
            return accepted(await order(replace(caller, orders_once=True)))
        except Refusal as refusal:
            if refusal.key != "already_drawing":
                raise
            return self._twin(await self._studio.job(refusal.values["number"], caller), caller)

    def _twin(self, card: JobCard, caller: Caller) -> Reply:
        """Say what became of a press that is repeated."""
        return already(card, mark_for(caller.event)) if card.state.is_open else job_reply(card)

    async def _about_picture(self, press: Press) -> Reply:
        """Do what a button says with its picture; with several in the job, ask which."""
        if press.picture is None:
            card = await self._studio.job(number_of(press), press.caller)
            meant = meant_by(card, press.act)
            if not meant:
                raise Refusal("no_original") if press.act == "original" else NotFound("picture_gone")
            if len(meant) > 1:
                return which_picture(card, press.act)
            press = replace(press, picture=meant[0][1].id, words=None)
        picture, words = press.picture, press.words
        if press.act == "edit":
            button = Button(
                act="edit", label="Edit…", job=press.job, picture=picture, words=words, draft=press.draft
            )
            return Reply(kind="question", text=say("ask_edit"), buttons=(button,), private=True)
        if press.act == "original":
            button = Button(act="original", label="Original", job=press.job, picture=picture)
            return Reply(kind="info", text=say("original_here"), buttons=(button,), private=True)
        if press.act == "report":
            return await self._report(press)
        if words != "sure":
            await self._check_may_delete(picture or "", press.caller)
            button = Button(
                act="delete", label="Delete for good", job=press.job, picture=picture, words="sure"
            )
            return Reply(kind="question", text=say("ask_delete"), buttons=(button,), private=True)
        await self._gallery.delete(picture or "", press.caller)
        return Reply(kind="info", text=say("deleted"), private=True, removes=True)

    async def _check_may_delete(self, picture: str, caller: Caller) -> None:
        """Refuse before asking whether they are sure; whoever may delete is looked up again when they are."""
        card = await self._studio.job_of(picture, caller)
        if card is not None and not (await self._studio.job(card.number, caller)).may_change:
            raise NotAllowed("not_yours")

    async def _report(self, press: Press) -> Reply:
        """Report a picture; first ask why."""
        if press.words not in REASONS:
            return ask_reason(press.job, press.picture or "")
        filed = await self._studio.report_picture(press.picture or "", press.words or "", press.caller)
        return Reply(kind="info", text=say(filed), private=True)

    async def _decide(self, press: Press) -> Reply:
        """Take a reported picture down, or keep it."""
        verdict: Verdict = "kept" if press.act == "keep" else "taken_down"
        is_new = await self._studio.decide_report(press.picture or "", verdict, press.caller)
        return Reply(
            kind="info",
            text=say(f"decided_{verdict}" if is_new else f"decided_{verdict}_before"),
            private=True,
        )

    def _refused(self, refusal: Refusal, incoming: Incoming) -> Reply:
        """Say what is wrong, with the line mended or kept for changing."""
        if incoming.draft is None:
            buttons = ways_on(refusal, incoming.text, self._commands)
        else:
            buttons = ways_on_with(refusal, incoming.draft, self._commands)
        with_picture = tuple(button.model_copy(update={"picture": incoming.picture}) for button in buttons)
        is_question = refusal.key == "words_missing"
        return Reply(
            kind="question" if is_question else "refusal",
            text=str(refusal),
            buttons=with_picture,
            private=True,
        )


def _is_slight(words: str, incoming: Incoming) -> bool:
    """Whether this may not be meant as an order: one word, only emoji or a bare number, typed in a chat."""
    is_form = incoming.caller.address.platform in FORMS
    return (
        not is_form
        and bool(words)
        and not incoming.attachments
        and "--" not in words
        and word_count(words) < 2
    )
