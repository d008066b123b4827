"""What can be asked for, and what came of it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Format = Literal["png", "jpeg", "webp"]
Background = Literal["auto", "opaque", "transparent"]
Role = Literal["parent", "reference", "mask"]

PRICED = frozenset(
    {
        "parts",
        "input_nano",
        "picture_nano",
        "partials",
        "markup_percent",
        "may_move",
        "size_words",
        "model_words",
    }
)
"""What says how a request is worded, split and priced, and not what is asked for."""


class PictureRequest(BaseModel):
    """A priced request for pictures, valid by construction; a job keeps it as JSON.

    `parts` says how many pictures each paid call asks for; their sum is what the person ordered. Costs are integer
    nano-dollars: `input_nano` bounds the input of one call from above, `picture_nano` is one picture's list cost.
    `partials` says how many unfinished pictures are wanted on the way; what they cost is in `picture_nano`.
    `markup_percent` turns cost into price. A size of 0 x 0 means the model chooses ("auto"). `style` joins the prompt,
    and the last `standing` references are standing ones; `plain` says that the person wanted neither. One that
    `may_move` may be drawn by another vendor while it is certain that nothing was executed.
    """

    model_config = ConfigDict(frozen=True)

    prompt: str
    vendor: str
    model: str
    quality: str
    width: int
    height: int
    trim_width: int | None = None
    trim_height: int | None = None
    format: Format = "png"
    background: Background = "auto"
    parts: tuple[int, ...] = (1,)
    parent: str | None = None
    references: tuple[str, ...] = ()
    mask: str | None = None
    private: bool = False
    input_nano: int = 0
    picture_nano: int = 0
    partials: int = 0
    markup_percent: int = 100
    size_words: str = ""
    model_words: str = ""
    """How the model is ordered again, where its name alone means another vendor's."""
    style: str = ""
    standing: int = 0
    plain: bool = False
    may_move: bool = False

    @property
    def count(self) -> int:
        """How many pictures were ordered."""
        return sum(self.parts)

    @property
    def words(self) -> str:
        """What the vendor is asked: the prompt, and the standing style after it."""
        return with_style(self.prompt, self.style)

    @property
    def inputs(self) -> tuple[tuple[str, Role], ...]:
        """Every picture that the request is made from: the parent first, the mask last."""
        found: list[tuple[str, Role]] = [(self.parent, "parent")] if self.parent else []
        found += [(reference, "reference") for reference in self.references]
        if self.mask:
            found.append((self.mask, "mask"))
        return tuple(found)

    def quoted_nano(self, part: int) -> int:
        """Bound the cost of one call from above."""
        return self.input_nano + self.picture_nano * self.parts[part]

    def price(self, cost_nano: int) -> int:
        """Turn a cost in nano-dollars into a price in millicredits; the only rounding, up."""
        return -(-cost_nano * self.markup_percent // 1_000_000)

    def is_same_as(self, other: PictureRequest) -> bool:
        """Whether both ask for the same, in whatever words; by any vendor where it may be drawn by another one."""
        left_out = set(PRICED)
        if self.may_move or other.may_move:
            left_out.add("vendor")
        one, two = (each.model_dump(exclude=left_out) for each in (self, other))
        return self.count == other.count and one == two

    @property
    def hold(self) -> int:
        """The upper bound of what the whole request can cost, in millicredits."""
        return self.price(sum(self.quoted_nano(part) for part in range(len(self.parts))))


def with_style(prompt: str, style: str) -> str:
    """Put a standing style after a prompt."""
    return f"{prompt}\n\nStyle: {style}" if style else prompt


def alt_text(request: PictureRequest, position: int) -> str:
    """Describe a picture aloud: which of how many, what was asked, and that a machine made it."""
    which = f"Picture {position} of {request.count}" if request.count > 1 else "Picture"
    return f"{which}, AI-generated: {request.prompt[:200]}"
