"""What I can spend, and where my credits went."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.amounts import format_exact
from bot.core.commands import Caller, Command, Options
from bot.core.replies import Reply, Row
from bot.core.sentences import say
from bot.core.studio import Balance, StatementLine, Studio
from bot.core.wording import date_words

STATEMENT_LINES = 10


class Credits(Options):
    """Nothing to choose."""


async def show_credits(_: Credits, caller: Caller, studio: Studio) -> Reply:
    """Show the caller's balance and the newest lines of the statement."""
    balance = await studio.balance(caller)
    statement = await studio.statement(caller, limit=STATEMENT_LINES)
    text = say("credits", available=balance.available)
    return Reply(kind="info", text=text, rows=(*balance_rows(balance), *_lines(statement)), private=True)


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
    examples=("/credits",),
)
