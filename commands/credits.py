"""What I can spend, where my credits went, and why one job cost what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bot.core.amounts import format_exact
from bot.core.commands import Caller, Command, Options, Says
from bot.core.phrases import date_words
from bot.core.receipts import PAGES_MAX, receipt_reply, statement_page
from bot.core.replies import Button, Reply, Row
from bot.core.sentences import say
from bot.core.studio import Balance, CapLine, StatementLine, Studio
from commands.caps import ABOUTS, cap_row

STATEMENT_LINES = 10
OWN_LIMITS = {**ABOUTS, "person": "Your own limit"}


class Credits(Options):
    """Which job is meant; without one, which page of the statement."""

    number: Annotated[
        int | None,
        Field(description="Number of a job, to see why it was charged", ge=1, le=999_999_999),
        Says("job"),
    ] = None
    page: Annotated[
        int, Field(description="Page of the statement, 1 is the newest", ge=1, le=PAGES_MAX), Says()
    ] = 1


async def show_credits(options: Credits, caller: Caller, studio: Studio) -> Reply:
    """Show the caller's balance and a page of the statement, or one job's receipt."""
    if options.number is not None:
        return receipt_reply(await studio.receipt(options.number, caller))
    balance = await studio.balance(caller)
    found = await studio.statement(caller, limit=STATEMENT_LINES, page=options.page)
    lines, has_older = statement_page(found, STATEMENT_LINES)
    buttons = _pages(options.page, has_older=has_older)
    caps = (await studio.standing(caller)).caps
    rows = (*balance_rows(balance), *(cap_row(cap, OWN_LIMITS) for cap in caps), *_lines(lines))
    text = _can_spend(balance.available, caps)
    return Reply(kind="info", text=text, rows=rows, buttons=buttons, private=True)


def _can_spend(available: int, caps: Sequence[CapLine]) -> str:
    """Say what may be spent now; a limit can leave less than there is."""
    least = min((cap.left for cap in caps), default=available)
    if least >= available:
        return say("credits", available=available)
    return say("credits_limited", available=available, left=least)


def _pages(page: int, *, has_older: bool) -> tuple[Button, ...]:
    """Offer the pages beside this one."""
    beside = [("Newer", page - 1)] if page > 1 else []
    beside += [("Older", page + 1)] if has_older and page < PAGES_MAX else []
    return tuple(Button(act="say", label=label, words=f"/credits --page {to}") for label, to in beside)


def balance_rows(balance: Balance) -> tuple[Row, ...]:
    """List what a person has."""
    rows = [
        Row(label="Available", value=format_exact(balance.available)),
        Row(label="Credits", value=format_exact(balance.credits_available)),
        Row(label="Held", value=format_exact(balance.held)),
        Row(label="Spent", value=format_exact(balance.spent)),
        Row(label="Plan", value=balance.plan),
    ]
    if balance.allowance_resets is not None:
        left_figure = format_exact(balance.allowance_left).partition(" ")[0]
        left = f"{left_figure} of {format_exact(balance.allowance_limit)} left"
        rows.insert(1, Row(label="Allowance", value=f"{left}, resets {date_words(balance.allowance_resets)}"))
    return (*rows, *ending_rows(balance))


def ending_rows(balance: Balance) -> tuple[Row, ...]:
    """List the credits that end."""
    return tuple(Row(label=f"Until {day}", value=format_exact(amount)) for amount, day in balance.ending)


def _lines(statement: Sequence[StatementLine]) -> tuple[Row, ...]:
    return tuple(Row(label=date_words(line.at), value=_line(line), job=line.job) for line in statement)


def _line(line: StatementLine) -> str:
    parts = [format_exact(line.amount), line.text.strip()]
    if line.source and line.job is not None:
        parts.append(f"from {line.source}")
    return " · ".join(parts)


CREDITS = Command(
    name="credits",
    summary="See what you can spend and where it went",
    options=Credits,
    handler=show_credits,
    positional=("number",),
    examples=("/credits", "/credits 142", "/credits --page 2"),
)
