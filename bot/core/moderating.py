"""Pictures that people report, and what admins decide about them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

from bot.core.replies import Button, Reply, Row, ShownPicture
from bot.core.sentences import say

if TYPE_CHECKING:
    from bot.core.commands import Caller

Verdict = Literal["taken_down", "kept"]

REASONS = MappingProxyType(
    {
        "violence": "Violence or harm",
        "sexual": "Sexual",
        "hate": "Hate",
        "person": "A real person",
        "other": "Something else",
    }
)
"""Why a picture is reported, by the word that a button sends."""


class Moderating(Protocol):
    """Reports, and decisions of admins."""

    async def report_picture(self, picture: str, reason: str, caller: Caller) -> bool:
        """Report somebody else's picture that the caller sees; False when they have reported it before."""
        ...

    async def decide_report(self, picture: str, verdict: Verdict, caller: Caller) -> bool:
        """Take a picture down or keep it; False when it was decided so before. Admins only."""
        ...


def ask_reason(job: str | None, picture: str) -> Reply:
    """Ask why a picture is reported, with a button for each reason."""
    buttons = tuple(
        Button(act="report", label=label, job=job, picture=picture, words=reason)
        for reason, label in REASONS.items()
    )
    return Reply(kind="question", text=say("ask_report"), buttons=buttons, private=True)


def reported(number: int, picture: ShownPicture, reason: str, reporter: str, *, is_down: bool) -> Reply:
    """Tell admins of a report: the picture as a spoiler, and what they can decide."""
    buttons = (
        Button(act="take_down", label="Take down", picture=picture.id),
        Button(act="keep", label="Keep", picture=picture.id),
    )
    return Reply(
        kind="question",
        text=say("report_down" if is_down else "report_filed", number=number),
        rows=(Row(label="Why", value=REASONS.get(reason, reason)), Row(label="Reported by", value=reporter)),
        # One that is down is shown to nobody; the first message has it.
        pictures=() if is_down else (picture,),
        buttons=buttons,
        number=number,
        spoiler=True,
    )
