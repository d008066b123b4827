"""What stands beside a picture in a chat; platforms escape it.

In public: the model, the start of the words, the cost. Receipts are for private answers, balances for nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.phrases import shortened
from bot.core.replies import Reply, ShownPicture
from bot.core.sentences import say
from bot.core.wording import COST

LINES_MAX = 4
PROMPT_CHARACTERS_MAX = 120
PLACE = "\0"
"""Stands in a sentence where a mention goes."""


@dataclass(frozen=True)
class Mention:
    """Where the asker is named, by the platform's id; `pings` when they are to be told."""

    user: str
    pings: bool = False


@dataclass(frozen=True)
class Caption:
    """The lines beside a picture, each of texts and mentions, and what each picture shows, said aloud."""

    lines: tuple[tuple[str | Mention, ...], ...]
    alts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The words alone, without mentions."""
        lines = ("".join(part for part in line if isinstance(part, str)) for line in self.lines)
        return "\n".join(lines)


def caption(reply: Reply, asker: Mention | None = None, *, characters_max: int = 2_000) -> Caption:
    """Write the lines beside a job's pictures: made with what, of which words, at what cost, for whom.

    At most four lines; what the reply says of missing pictures takes one of them.
    """
    made, *others = reply.text.split("\n")
    cost = next((row.value for row in reply.rows if row.label == COST), None)
    first = made if cost is None or reply.private else f"{made} · {cost}"
    words = [shortened(line, PROMPT_CHARACTERS_MAX + 2) for line in others[:1]]
    notes = others[1 : LINES_MAX - (2 if asker is None else 1)]
    lines: list[tuple[str | Mention, ...]] = [(line,) for line in (first, *words, *notes)]
    if asker is not None:
        before, _, after = say("asked_by", who=PLACE).partition(PLACE)
        lines = [*lines[: LINES_MAX - 1], (before, asker, *([after] if after else []))]
    return Caption(_within(lines, characters_max), tuple(alt(each) for each in reply.pictures))


def alt(picture: ShownPicture, characters_max: int = 1_000) -> str:
    """Describe a picture aloud in as many characters as a platform takes."""
    return picture.alt if len(picture.alt) <= characters_max else picture.alt[: characters_max - 1] + "…"


def _within(
    lines: list[tuple[str | Mention, ...]], characters_max: int
) -> tuple[tuple[str | Mention, ...], ...]:
    """Keep the lines that fit; the first one always stays, cut if it must be."""
    kept: list[tuple[str | Mention, ...]] = []
    left = characters_max
    for line in lines:
        length = sum(len(part) if isinstance(part, str) else len(part.user) + 4 for part in line) + 1
        if kept and length > left:
            continue
        text = line[0]
        kept.append((text[:left], *line[1:]) if isinstance(text, str) else line)
        left -= length
    return tuple(kept)
