"""What I prefer: defaults of my orders, a standing style and references, how my replies count, my home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.core.chat import PersonReplies
from bot.core.commands import Caller, Command, Options, Says
from bot.core.errors import BadOption
from bot.core.pictures import Format
from bot.core.preferences import (
    STANDING_REFERENCES_MAX,
    STYLE_CHARACTERS_MAX,
    Export,
    Place,
    Preferences,
)
from bot.core.reading import as_value
from bot.core.replies import Button, Reply, Row
from bot.core.sentences import say
from bot.core.studio import Studio

What = Literal["style", "references", "replies", "home", "reset", "export", "forget"]
DEFAULTS = ("model", "size", "quality", "count", "format")
FIELDS = (*DEFAULTS, "style", "references", "replies", "home")
SURE = "sure"
QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "'": "'", "‘": "’"}


class Settings(Options):
    """What to change; without anything, all of it is shown."""

    what: Annotated[What | None, Field(description="What to change beside the defaults below"), Says()] = None
    value: Annotated[
        str,
        Field(description="What it should be: words, draw or ask, a server", max_length=STYLE_CHARACTERS_MAX),
    ] = ""
    size: Annotated[
        str | None,
        Field(description="Size of new pictures, as in /imagine", max_length=40),
        Says("size", ("ar",)),
    ] = None
    quality: Annotated[
        str | None, Field(description="Quality of my pictures", max_length=40), Says(aliases=("q",))
    ] = None
    count: Annotated[
        int | None, Field(description="How many pictures I get", ge=1, le=10), Says(aliases=("n",))
    ] = None
    model: Annotated[
        str | None, Field(description="Which model draws for me; /models lists them", max_length=64), Says()
    ] = None
    format: Annotated[Format | None, Field(description="Kind of file"), Says()] = None
    references: Annotated[
        tuple[str, ...],
        Field(description="Up to four pictures to draw from every time", max_length=STANDING_REFERENCES_MAX),
    ] = ()


async def settings(options: Settings, caller: Caller, studio: Studio) -> Reply:
    """Change what was said, and show everything."""
    changes: dict[str, Any] = {
        name: getattr(options, name) for name in DEFAULTS if getattr(options, name) is not None
    }
    value = _unquoted(options.value)
    match options.what:
        case None if options.value:
            raise BadOption("words_unwanted", command="settings", given=options.value[:40])
        case "style" if not value:
            return _asked("ask_style", 'style "…"', "/settings style ")
        case "references" if not options.references:
            count = len((await studio.preferences(caller)).references)
            return _asked("ask_references", "references", "/settings references", count=count)
        case "home" if not value:
            return _homes(await studio.homes(caller))
        case "style" | "home":
            changes[options.what] = value
        case "replies":
            changes["replies"] = _replies(value)
        case "reset":
            changes |= dict.fromkeys(_reset(value))
        case "export":
            return await _export(value, caller, studio)
        case "forget":
            return await _forget(value, caller, studio)
        case _:
            pass
    if options.references:
        changes["references"] = options.references
    if changes:
        chosen = await studio.prefer(changes, caller)
        return await _card("settings_changed", chosen, caller, studio)
    return await _card("settings", await studio.preferences(caller), caller, studio)


async def _card(key: str, chosen: Preferences, caller: Caller, studio: Studio) -> Reply:
    """Show each value with a button that changes it."""
    asks = chosen.replies is PersonReplies.ASK
    homes = await studio.homes(caller)
    rows = (
        *(Row(label=name.capitalize(), value=_shown(getattr(chosen, name))) for name in DEFAULTS),
        Row(label="Style", value=chosen.style or "none"),
        Row(label="References", value=str(len(chosen.references) or "none")),
        Row(label="Replies", value="ask first" if asks else "draw at once"),
        Row(label="Home", value=homes.get(chosen.home or "", "the server that you use")),
    )
    examples = {"model": "", "size": "wide", "quality": "high", "count": "2", "format": "webp"}
    buttons = [
        _line(name.capitalize(), f"/settings --{name} {getattr(chosen, name) or examples[name]}".strip())
        for name in DEFAULTS
    ]
    buttons += [
        _line("Style", f"/settings style {as_value(chosen.style) if chosen.style else ''}".rstrip() + " "),
        Button(act="say", label="References", words="/settings references"),
        Button(
            act="say",
            label="Draw replies at once" if asks else "Ask before replies",
            words=f"/settings replies {'draw' if asks else 'ask'}",
        ),
    ]
    if len(homes) > 1:
        buttons.append(Button(act="say", label="Home", words="/settings home"))
    buttons += [
        Button(act="say", label="Export", words="/settings export"),
        Button(act="say", label="Forget me…", words="/settings forget"),
    ]
    if chosen != Preferences():
        buttons.append(Button(act="say", label="Reset all", words="/settings reset"))
    return Reply(kind="info", text=say(key), rows=rows, buttons=tuple(buttons), private=True)


async def _export(value: str, caller: Caller, studio: Studio) -> Reply:
    """Hand over a part of all that is the caller's own, with a button for the next one."""
    begin = Place.read(value) if value else Place()
    if begin is None:
        raise BadOption("words_unwanted", command="settings export", given=value[:40])
    part = await studio.export(begin, caller)
    following = Button(act="say", label="Next part", words=f"/settings export {part.following}")
    text = say("export_more" if part.following else "export", what=_counted(part))
    buttons = (following,) if part.following else ()
    return Reply(kind="info", text=text, files=(part.file,), buttons=buttons, private=True)


def _counted(part: Export) -> str:
    """Say how much a part holds: "3 orders, 1 upload, your settings"."""
    counts = {"order": part.orders, "upload": part.uploads, "message": part.messages}
    found = [f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items() if count]
    return ", ".join(found) or "your settings"


async def _forget(value: str, caller: Caller, studio: Studio) -> Reply:
    """Forget the caller; asked once."""
    if value.lower() != SURE:
        export = Button(act="say", label="Export first", words="/settings export")
        button = Button(act="say", label="Forget me for good", words=f"/settings forget {SURE}")
        return Reply(kind="question", text=say("ask_forget"), buttons=(export, button), private=True)
    if left := await studio.forget(caller):
        return Reply(kind="info", text=say("forget_later", count=left), private=True, removes=True)
    return Reply(kind="info", text=say("forgotten"), private=True, removes=True)


def _homes(homes: Mapping[str, str]) -> Reply:
    buttons = tuple(
        Button(act="say", label=name[:80], words=f"/settings home {as_value(tenant)}")
        for tenant, name in list(homes.items())[:20]
    )
    return Reply(
        kind="question", text=say("ask_home" if homes else "home_none"), buttons=buttons, private=True
    )


def _asked(key: str, label: str, line: str, **values: Any) -> Reply:
    buttons = [_line(label, line)]
    if values.get("count"):
        buttons.append(Button(act="say", label="Use none", words="/settings reset references"))
    return Reply(kind="question", text=say(key, **values), buttons=tuple(buttons), private=True)


def _line(label: str, line: str) -> Button:
    """Put a line into the box, to be changed and sent."""
    return Button(act="change_words", label=label, words=line)


def _shown(value: object) -> str:
    return "as the model has it" if value is None else str(value)


def _unquoted(words: str) -> str:
    """Take the quotes off words that are quoted as a whole."""
    words = words.strip()
    if len(words) > 1 and QUOTES.get(words[0]) == words[-1]:
        return words[1:-1].strip()
    return words


def _replies(value: str) -> PersonReplies:
    allowed = [each.value for each in PersonReplies]
    if value.lower() not in allowed:
        raise BadOption("option_not_choice", name="replies", given=value[:40], allowed=", ".join(allowed))
    return PersonReplies(value.lower())


def _reset(value: str) -> tuple[str, ...]:
    """List what goes back to its default: one thing, or everything."""
    named = value.lower().removeprefix("--")
    if named in {"", "all"}:
        return FIELDS
    if named not in FIELDS:
        raise BadOption("option_not_choice", name="reset", given=value[:40], allowed=", ".join(FIELDS))
    return (named,)


SETTINGS = Command(
    name="settings",
    summary="See and change what your orders begin with",
    options=Settings,
    handler=settings,
    words="value",
    positional=("what",),
    examples=(
        "/settings --size wide --quality high",
        '/settings style "ink on rough paper"',
        "/settings replies ask",
        "/settings reset size",
    ),
)
