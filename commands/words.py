"""For admins: words that may not be asked for here."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.core.commands import Caller, Command, Options, Says
from bot.core.errors import BadOption
from bot.core.replies import Button, Reply, Row
from bot.core.sentences import say
from bot.core.studio import Studio

AT_ONCE_CHARACTERS_MAX = 2_000
ROW_CHARACTERS = 300


class Words(Options):
    """What to do with which words; without anything, the list is shown."""

    do: Annotated[
        Literal["list", "add", "remove"], Field(description="What to do with the words"), Says()
    ] = "list"
    entries: Annotated[
        str,
        Field(
            description="The words, with a comma between them; * at an end for any letters",
            max_length=AT_ONCE_CHARACTERS_MAX,
        ),
    ] = ""


async def words(options: Words, caller: Caller, studio: Studio) -> Reply:
    """Change the list, and show it to the admin only."""
    entries = [each.strip() for each in options.entries.replace("\n", ",").split(",") if each.strip()]
    match options.do:
        case "list" if entries:
            raise BadOption("words_unwanted", command="easel words list", given=options.entries[:40])
        case "list":
            found = await studio.change_words(caller)
        case _ if not entries:
            raise BadOption("value_missing", name="entries", example=f"/easel words {options.do} swordfish")
        case "add":
            found = await studio.change_words(caller, add=entries)
        case _:
            found = await studio.change_words(caller, remove=entries)
    buttons = [Button(act="change_words", label="Add", words="/easel words add ")]
    if found:
        buttons.append(Button(act="change_words", label="Remove", words="/easel words remove "))
    text = say("words_listed", count=len(found)) if found else say("words_none")
    return Reply(kind="info", text=text, rows=_rows(found), buttons=tuple(buttons), private=True)


def _rows(found: tuple[str, ...]) -> tuple[Row, ...]:
    """List the words by their first character, so that long lists stay readable."""
    groups: dict[str, list[str]] = {}
    for each in found:
        groups.setdefault(each[:1], []).append(each)
    return tuple(Row(label=first, value=", ".join(each)[:ROW_CHARACTERS]) for first, each in groups.items())


WORDS = Command(
    name="words",
    summary="See and change the words that may not be asked for",
    options=Words,
    handler=words,
    words="entries",
    positional=("do",),
    examples=("/easel words add swordfish, sword*", "/easel words list"),
    admins_only=True,
)
