"""The shell command `easel`: one module for each group of commands."""

from __future__ import annotations

import typer

from bot.cli import backing_up, examining, listing, pausing, running, tenants

app = typer.Typer(
    name="easel",
    help="Makes and edits pictures in team chat, and keeps the books.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)

app.command()(running.run)
app.command()(examining.doctor)
app.command()(listing.jobs)
app.command()(pausing.pause)
app.command()(pausing.resume)
app.command()(backing_up.backup)
app.add_typer(tenants.app, name="tenants")
app.command()(running.web_invite)


def main() -> None:
    """Run the shell command."""
    app()
