"""What every command that draws lets people choose."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from bot.core.commands import Options, Says
from bot.core.pictures import Background, Format

PROMPT_CHARACTERS_MAX = 32_000
REFERENCES_MAX = 16


class Rendering(Options):
    """How pictures are drawn; what is left out is the model's own default."""

    size: Annotated[
        str | None,
        Field(
            description="Shape, resolution, ratio or pixels: wide, 4k, wide-4k, 16:9, 1920x1080",
            max_length=40,
        ),
        Says("size", ("ar",)),
    ] = None
    quality: Annotated[
        str | None,
        Field(description="low, medium, high, xhigh, max or auto, as far as the model has it", max_length=40),
        Says(aliases=("q",)),
    ] = None
    count: Annotated[
        int | None, Field(description="How many pictures", ge=1, le=10), Says(aliases=("n",))
    ] = None
    model: Annotated[
        str | None, Field(description="Which model draws; /models lists them", max_length=64), Says()
    ] = None
    format: Annotated[Format | None, Field(description="Kind of file"), Says()] = None
    background: Annotated[Background | None, Field(description="What is behind the subject"), Says()] = None
    private: Annotated[
        bool | None,
        Field(description="Only you see it; an edit is as private as its picture unless you say otherwise"),
        Says("flag"),
    ] = None
    plain: Annotated[
        bool, Field(description="Leave your standing style and references out this time"), Says("flag")
    ] = False
    references: Annotated[
        tuple[str, ...],
        Field(description="Attached pictures to draw from, in their order", max_length=REFERENCES_MAX),
    ] = ()
    mask: Annotated[
        str | None, Field(description="Attached file that says where to draw; its name begins with mask")
    ] = None

    def chosen(self) -> dict[str, Any]:
        """Return what was chosen otherwise than the default, apart from pictures, by option."""
        return self.model_dump(include=set(TYPED), exclude_defaults=True)


TYPED = ("size", "quality", "count", "model", "format", "background", "private", "plain")
