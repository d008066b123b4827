"""Change a picture by words."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.commands import Caller, Command, Says
from bot.core.phrases import shortened
from bot.core.reading import write_line
from bot.core.replies import Button, Reply
from bot.core.sentences import say
from bot.core.studio import Draft, Studio
from bot.core.wording import accepted, which_picture
from commands.rendering import PROMPT_CHARACTERS_MAX, Rendering

OFFERED_PICTURES = 5
LOOKED_THROUGH_JOBS = 20


class Edit(Rendering):
    """What should change in which picture, and how it is drawn."""

    prompt: Annotated[str, Field(description="What should change", max_length=PROMPT_CHARACTERS_MAX)] = ""
    picture: Annotated[
        str | None,
        Field(description="Which picture: 142, or 142/2 for the second of job 142; or reply to it"),
        Says("picture"),
    ] = None


async def edit(options: Edit, caller: Caller, studio: Studio) -> Reply:
    """Order a change of the picture that is meant; ask if it is not clear which."""
    meant = await edited(options, caller, studio)
    return meant if isinstance(meant, Reply) else accepted(await studio.order(meant, caller))


async def edited(options: Edit, caller: Caller, studio: Studio) -> Draft | Reply:
    """Tell what would be ordered, or ask what is meant."""
    line = write_line(options.prompt, options.chosen())
    parent = options.picture
    if parent is None and not options.references:
        return await _offer(line, caller, studio)
    if parent is not None and _is_number(parent):
        job, _, place = parent.partition("/")
        card = await studio.job(int(job), caller)
        if not place and len(card.pictures) > 1:
            return which_picture(card, "edit", words=line)
        parent = await studio.picture(int(job), int(place) if place else None, caller)
    if not options.prompt:
        button = Button(act="edit", label="Edit…", picture=parent, words=line or None)
        return Reply(kind="question", text=say("ask_edit"), buttons=(button,), private=True)
    return Draft(command="edit", parent=parent, **options.model_dump(exclude={"picture"}))


async def _offer(line: str, caller: Caller, studio: Studio) -> Reply:
    """Offer the caller's last pictures of this channel; none is chosen for them."""
    cards = await studio.history(caller, limit=LOOKED_THROUGH_JOBS, only_here=True)
    last = [(card, picture) for card in cards for picture in card.pictures][:OFFERED_PICTURES]
    buttons = tuple(
        Button(
            act="edit",
            label=f"#{card.number}/{picture.position} · {shortened(card.request.prompt, 40)}",
            job=card.id,
            picture=picture.id,
            words=line or None,
        )
        for card, picture in last
    )
    text = say("ask_edit_which" if last else "no_pictures_yet")
    pictures = tuple(picture for _, picture in last)
    return Reply(kind="question", text=text, pictures=pictures, buttons=buttons, private=True)


def _is_number(picture: str) -> bool:
    return picture.partition("/")[0].isdecimal() and len(picture) < 24


EDIT = Command(
    name="edit",
    summary="Change a picture by words",
    options=Edit,
    handler=edit,
    words="prompt",
    draft=edited,
    examples=("/edit --picture 142 make it night", "/edit --picture 142/2 add two gulls --quality high"),
)
