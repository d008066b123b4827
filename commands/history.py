"""What I have ordered, and one job in full."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.amounts import format_exact
from bot.core.commands import Caller, Command, Options, Says
from bot.core.phrases import date_words, shortened
from bot.core.replies import Reply, Row
from bot.core.sentences import say
from bot.core.studio import JobCard, Studio
from bot.core.wording import job_reply, state_words

JOBS_LISTED = 10


class History(Options):
    """Which job to show; without one, the newest are listed."""

    number: Annotated[
        int | None, Field(description="Number of the job to show", ge=1, le=999_999_999), Says("job")
    ] = None


async def history(options: History, caller: Caller, studio: Studio) -> Reply:
    """Show one job, or list the newest."""
    if options.number is not None:
        return job_reply(await studio.job(options.number, caller))
    cards = await studio.history(caller, limit=JOBS_LISTED)
    text = say("history" if cards else "history_empty")
    return Reply(kind="info", text=text, rows=tuple(job_row(card) for card in cards), private=True)


def job_row(card: JobCard) -> Row:
    """Say what a job was in one line."""
    cost = f"{format_exact(card.held)} held" if card.state.is_open else format_exact(card.charged or 0)
    words = (shortened(card.request.prompt, 60), state_words(card), cost, date_words(card.created))
    return Row(label=f"#{card.number}", value=" · ".join(words), job=card.number, link=card.link)


HISTORY = Command(
    name="history",
    summary="See your newest jobs, or one with all its settings",
    options=History,
    handler=history,
    positional=("number",),
    examples=("/history", "/history 142"),
)
