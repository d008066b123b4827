"""Between options that came one by one, the drafts that keep them, and lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.core.amounts import format_exact
from bot.core.commands import Caller, Command
from bot.core.errors import BadOption, NotAllowed, Refusal
from bot.core.forms import FormDraft
from bot.core.front import Filled, Uploaded
from bot.core.line import parse_line, split_command
from bot.core.mending import MENDED
from bot.core.options import Kind
from bot.core.reading import first_values, specs_of
from bot.core.replies import Button
from bot.core.studio import JobCard
from bot.core.wording import chosen_of

_VALUELESS = re.compile(r"(?:--|––|—|–)[A-Za-z][\w-]*\s*=?\s*\Z")


def declared(name: str, commands: Mapping[str, Command[Any]]) -> Command[Any]:
    """Find "imagine" or "quota grant", named as it is called; raises BadOption for what is not declared."""
    group, _, act = name.partition(" ")
    command = commands.get(group)
    if command is None:
        raise BadOption("command_unknown", name=group[:40], near="help")
    if not act:
        return command
    found = command.act(act)
    if found is None:
        allowed = ", ".join(each.name for each in command.acts)
        raise BadOption("act_unknown", command=group, given=act[:40], allowed=allowed)
    return replace(found, name=name)


def draft_of(filled: Filled) -> FormDraft:
    """Write down what was said with a command, as texts that are read again."""
    values = {name.replace("-", "_"): _written(value) for name, value in filled.values.items()}
    uploads = [(each.picture, each.name) for each in filled.attachments]
    if filled.mask is not None:
        uploads.append((filled.mask.picture, "mask"))
    return FormDraft(
        command=filled.command,
        values={name: value for name, value in values.items() if value},
        picture=filled.picture,
        uploads=tuple(uploads),
    )


def filled_of(draft: FormDraft, caller: Caller) -> Filled:
    """Take up what a draft holds."""
    uploads = tuple(Uploaded(id, name, 0, 0) for id, name in draft.uploads)
    return Filled(draft.command, caller, draft.values, uploads, picture=draft.picture)


def draft_of_line(line: str, commands: Mapping[str, Command[Any]], picture: str | None = None) -> FormDraft:
    """Take a line apart for a form; what cannot be read is all words, so that nothing typed is lost.

    An option at the end that has no value yet is left out: its field is empty in the form.
    """
    default = "edit" if picture else "imagine"
    try:
        name, words = split_command(line, commands, direct=True)
    except Refusal:
        return FormDraft(command=default, values={commands[default].words or "": line}, picture=picture)
    command = commands[name or default]
    if command.acts and (parts := words.split(maxsplit=1)) and (act := command.act(parts[0].lower())):
        command, words = replace(act, name=f"{command.name} {act.name}"), "".join(parts[1:])
    try:
        given, rest = first_values(command, parse_line(words, specs_of(command)))
    except Refusal as refusal:
        if refusal.key == "option_value_missing" and (shorter := _VALUELESS.sub("", words)) != words:
            return draft_of_line(f"/{command.name} {shorter}", commands, picture)
        # Without a place for words, its own form is asked for: nothing but a picture's words may be drawn.
        said = {command.words: words.strip()} if command.words else {}
        return FormDraft(command=command.name, values=said, picture=picture)
    values = {field: _written(value) for field, value in given.items()}
    named = values.pop("picture", None)
    if command.words and rest:
        values[command.words] = rest
    return FormDraft(command=command.name, values=values, picture=picture or named)


def draft_of_card(card: JobCard) -> FormDraft:
    """Write down what a job was ordered with, apart from pictures that came along."""
    chosen = {name: _written(value) for name, value in chosen_of(card).items()}
    return FormDraft(
        command=card.command, values={"prompt": card.request.prompt, **chosen}, picture=card.request.parent
    )


def ways_on_with(
    refusal: Refusal, draft: FormDraft, commands: Mapping[str, Command[Any]]
) -> tuple[Button, ...]:
    """Offer what was refused for changing, and mended where we know how; nothing is spent by that."""
    is_empty = not (draft.values or draft.uploads or draft.picture) and refusal.key != "words_missing"
    if isinstance(refusal, NotAllowed) or is_empty:
        return ()
    as_typed = Button(act="change_words", label="Change words", picture=draft.picture, draft=draft)
    mended = _mended(refusal)
    if mended is None or mended[0] not in commands[draft.command.partition(" ")[0]].options.model_fields:
        return (as_typed,)
    name, value = mended
    better = draft.model_copy(update={"values": {**draft.values, name: value}})
    label = f"Use {value}"
    return (Button(act="change_words", label=label, picture=draft.picture, draft=better), as_typed)


def _mended(refusal: Refusal) -> tuple[str, str] | None:
    if refusal.key == "option_not_choice_near":
        return refusal.values["name"].replace("-", "_"), refusal.values["near"]
    if refusal.key in MENDED:
        name, value = MENDED[refusal.key]
        return name, str(refusal.values[value])
    return None


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def amounts_written(command: Command[Any], values: Mapping[str, object]) -> dict[str, object]:
    """Write amounts in millicredits as people type them, so that a draft can be read again."""
    amounts = {spec.name.replace("-", "_") for spec in specs_of(command) if spec.kind is Kind.AMOUNT}
    return {
        name: format_exact(value).partition(" ")[0] if name in amounts and isinstance(value, int) else value
        for name, value in values.items()
    }
