"""`easel backup`."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.cli.console import AsJson, answering, configured, fail
from bot.storage.backup import BackupReport, back_up
from bot.storage.database import database_url, sqlite_path

app = typer.Typer()

MEGABYTE = 1_000_000


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder, or one with an earlier backup.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Copy the database, then the pictures, to a folder; works while Easel runs."""
    config = configured()
    with answering():
        database = sqlite_path(database_url(config.database_url))
        try:
            report = _with_bars(config.settings.data_dir, database, folder)
        except OSError as error:
            fail(f"The backup is not whole: {error.strerror or error}. Make room or name another folder.")
    if as_json:
        typer.echo(json.dumps(asdict(report), indent=2))
        return
    size = f"{report.database_bytes / MEGABYTE:,.1f} MB"
    typer.echo(f"{report.folder} is whole: a database of {size}, {_pictures(report)}.")
    typer.echo(f"To try it: PORT=8090 EASEL_DATA_DIR=<a copy of {report.folder}> easel run")


def _with_bars(source: Path, database: Path, folder: Path) -> BackupReport:
    """Copy with a bar for each part, on standard error; no bars where nobody watches."""
    columns = (TextColumn("{task.description:<9}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bars = {part: progress.add_task(part, total=None) for part in ("database", "pictures")}
        return back_up(
            source,
            database,
            folder,
            now=time.time_ns() // 1_000_000,
            tell=lambda part, done, total: progress.update(bars[part], completed=done, total=total),
        )


def _pictures(report: BackupReport) -> str:
    changed = [f"{report.copied} new"] if report.copied else []
    changed += [f"{report.removed} gone"] if report.removed else []
    return f"{report.pictures} pictures" + (f" ({', '.join(changed)})" if changed else "")
