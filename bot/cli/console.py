"""How shell commands speak: sentences, tables and JSON on standard output, faults on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from bot.core.errors import EaselError
from config import Config, ConfigError, load

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
PIPE_COLUMNS = 200
"""A table that goes into a file or a pipe is as wide as it needs to be."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def console() -> Console:
    """Open standard output, in colours on a terminal."""
    return Console(width=None if sys.stdout.isatty() else PIPE_COLUMNS, highlight=False)


def configured() -> Config:
    """Read the configuration, or end with what is wrong in it."""
    try:
        return load()
    except ConfigError as error:
        fail(str(error))


def fail(sentence: str) -> NoReturn:
    """End with a sentence."""
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(2)


@contextmanager
def answering() -> Iterator[None]:
    """Turn the faults that Easel names into a sentence and an exit code."""
    try:
        yield
    except (ConfigError, EaselError) as error:
        fail(str(error))


def print_json(rows: Sequence[DataclassInstance]) -> None:
    """Print dataclasses as one JSON array."""
    typer.echo(json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False))


def table(*columns: str, right: Iterable[str] = ()) -> Table:
    """Make a quiet table: no lines, grey headings, numbers to the right."""
    made = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        made.add_column(name, justify="right" if name in right else "left", no_wrap=name != "why")
    return made


def ago(at: int | None, now: int) -> str:
    """Say how long ago a time was, coarsely: "3 min", "2 h", "5 days"."""
    if at is None:
        return ""
    seconds = max(0, (now - at) // 1_000)
    for size, unit in ((2 * DAY, "days"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= size:
            return f"{seconds // (DAY if unit == 'days' else size)} {unit}"
    return f"{seconds} s"


def day(at: int) -> str:
    """Write a date, UTC."""
    return f"{datetime.fromtimestamp(at // 1_000, UTC):%Y-%m-%d}"


def moment(at: int) -> str:
    """Write a time, UTC."""
    return f"{datetime.fromtimestamp(at // 1_000, UTC):%Y-%m-%d %H:%M}"


def cells(*values: Any) -> list[str]:
    """Turn values into cells whose text is never read as markup."""
    return [str(value).replace("[", "\\[") for value in values]
