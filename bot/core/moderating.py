"""Pictures that people report, and what admins decide about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

from bot.core.replies import Button, Reply, Row, ShownPicture
from bot.core.sentences import say

if TYPE_CHECKING:
    from bot.core.commands import Caller

Verdict = Literal["taken_down", "kept"]
Filing = Literal["reported", "reported_unheard", "reported_before", "reported_kept"]
"""What becomes of a report, by the sentence that its reporter is told."""

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


@dataclass(frozen=True)
class OpenReport:
    """A picture that admins have not decided about: picture `position` of job `number`, and what people said of it."""

    picture: str
    number: int
    position: int
    count: int
    reasons: tuple[str, ...]
    is_down: bool


class Moderating(Protocol):
    """Reports, and decisions of admins."""

    async def open_reports(self, caller: Caller, *, limit: int = 10) -> Sequence[OpenReport]:
        """List the reported pictures that wait for a decision, oldest report first; admins only."""
        ...

    async def report_picture(self, picture: str, reason: str, caller: Caller) -> Filing:
        """Report somebody else's picture that the caller sees, once for each person."""
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


def open_reports_reply(found: Sequence[OpenReport]) -> Reply:
    """List what waits for a decision, with two buttons for each picture."""
    if not found:
        return Reply(kind="info", text=say("reports_none"), private=True)
    rows, buttons = [], []
    for each in found:
        name = f"#{each.number}/{each.position}"
        people = "1 person" if each.count == 1 else f"{each.count} people"
        why = ", ".join(REASONS.get(reason, reason) for reason in each.reasons)
        shown = "not shown" if each.is_down else "shown"
        rows.append(Row(label=name, value=f"{people} · {why} · {shown}", job=each.number))
        buttons += [
            Button(act="take_down", label=f"{name} Take down", picture=each.picture),
            Button(act="keep", label=f"{name} Keep", picture=each.picture),
        ]
    return Reply(
        kind="info", text=say("reports_open"), rows=tuple(rows), buttons=tuple(buttons), private=True
    )


def reported(number: int, picture: ShownPicture, reason: str, reporter: str, *, is_down: bool) -> Reply:
    """Tell admins of a report: the picture as a spoiler, and what they can decide."""
    return Reply(
        kind="question",
        text=say("report_down" if is_down else "report_filed", number=number),
        rows=(Row(label="Why", value=REASONS.get(reason, reason)), Row(label="Reported by", value=reporter)),
        # One that is down is shown to nobody; the first message has it.
        pictures=() if is_down else (picture,),
        buttons=_decisions(picture.id),
        number=number,
        spoiler=True,
    )


def reported_again(number: int, picture: str) -> Reply:
    """Ask admins once more about a picture that they kept; who reported it and why are in the list of reports."""
    return Reply(
        kind="question", text=say("report_again", number=number), buttons=_decisions(picture), number=number
    )


def _decisions(picture: str) -> tuple[Button, ...]:
    return (
        Button(act="take_down", label="Take down", picture=picture),
        Button(act="keep", label="Keep", picture=picture),
    )
