"""`easel jobs`: what runs, waits, was lost or came late."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

import typer

from bot.cli.console import AsJson, ago, answering, cells, configured, console, print_json, table
from bot.core.amounts import format_exact
from bot.core.jobs import JobState
from bot.storage import operator
from bot.storage.operator import JobLine, LatePicture
from bot.storage.reading import reading

app = typer.Typer()

DECIDE = " easel quota lost charge, forgive or deliver NUMBER --tenant WHERE"
STYLES = {"running": "green", "waiting": "yellow", "lost": "red"}


@app.command()
def jobs(
    *,
    running: Annotated[bool, typer.Option("--running", help="Only jobs that are being drawn.")] = False,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only jobs that wait.")] = False,
    lost: Annotated[bool, typer.Option("--lost", help="Jobs whose outcome nobody knows.")] = False,
    late: Annotated[
        bool, typer.Option("--late", help="Paid pictures that arrived after their job had ended.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first; those that are open, if nothing else is asked. Works while Easel runs."""
    chosen = {JobState.RUNNING: running, JobState.WAITING: waiting, JobState.LOST: lost}
    states = [state for state, is_asked in chosen.items() if is_asked]
    if late and states:
        raise typer.BadParameter("--late lists pictures, so it stands alone.")
    with answering():
        if late:
            _show_late(asyncio.run(_late(limit)), as_json=as_json)
        else:
            lines = asyncio.run(_jobs(states or [JobState.RUNNING, JobState.WAITING], limit))
            _show_jobs(lines, is_open=not lost, as_json=as_json)


async def _jobs(states: list[JobState], limit: int) -> list[JobLine]:
    async with reading(configured().database_url) as database:
        return await database.read(operator.jobs_in, states, limit=limit)


async def _late(limit: int) -> list[LatePicture]:
    async with reading(configured().database_url) as database:
        return await database.read(operator.late_pictures, limit=limit)


def _show_jobs(lines: list[JobLine], *, is_open: bool, as_json: bool) -> None:
    if as_json:
        print_json(lines)
        return
    out = console()
    if not lines:
        out.print("No job is open." if is_open else "No job was lost.")
        return
    now = time.time_ns() // 1_000_000
    shown = table(
        "job", "where", "who", "model", "state", "pictures", "credits", "since", "why", right=("credits",)
    )
    for line in lines:
        since = line.ended or line.started or line.created
        amount = line.held if line.charged is None else line.counted or 0
        shown.add_row(
            *cells(f"#{line.number}", line.tenant, line.person, line.model),
            f"[{STYLES.get(line.state, 'default')}]{line.state}[/]",
            *cells(f"{line.stored}/{line.wanted}", _figure(amount), ago(since, now), line.reason or ""),
        )
    out.print(shown)
    if not is_open:
        out.print(
            "\n[dim]Nobody was charged for a lost job; the caps count it. Compare with the vendor's bill, then decide:"
            f"{DECIDE}[/]"
        )


def _show_late(lines: list[LatePicture], *, as_json: bool) -> None:
    if as_json:
        print_json(lines)
        return
    out = console()
    if not lines:
        out.print("No picture has arrived late.")
        return
    now = time.time_ns() // 1_000_000
    shown = table("picture", "job", "where", "who", "size", "arrived", right=("size",))
    for line in lines:
        arrived = f"{ago(line.arrived, now)} ago"
        shown.add_row(
            *cells(
                line.picture,
                f"#{line.number}",
                line.tenant,
                line.person,
                f"{line.width}x{line.height}",
                arrived,
            )
        )
    out.print(shown)
    out.print(f"\n[dim]Nobody was charged for these. Decide:{DECIDE}[/]")


def _figure(amount: int) -> str:
    return format_exact(amount).removesuffix(" credits").removesuffix(" credit")
