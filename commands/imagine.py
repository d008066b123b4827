"""Draw a picture from words."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.commands import Caller, Command
from bot.core.replies import Reply
from bot.core.studio import Draft, Studio
from bot.core.wording import accepted
from commands.rendering import PROMPT_CHARACTERS_MAX, Rendering


class Imagine(Rendering):
    """What to draw, and how."""

    prompt: Annotated[str, Field(description="What to draw", min_length=1, max_length=PROMPT_CHARACTERS_MAX)]


async def imagine(options: Imagine, caller: Caller, studio: Studio) -> Reply:
    """Order pictures of the words."""
    return accepted(await studio.order(await imagined(options, caller, studio), caller))


async def imagined(options: Imagine, _caller: Caller, _studio: Studio) -> Draft:
    """Tell what would be ordered."""
    return Draft(command="imagine", **options.model_dump())


IMAGINE = Command(
    name="imagine",
    summary="Draw a picture from words",
    options=Imagine,
    handler=imagine,
    words="prompt",
    draft=imagined,
    examples=(
        '/imagine a lighthouse at dusk, headline "OPEN LATE" --size wide',
        "/imagine a fox asleep in a teacup --quality high --count 2",
    ),
)
