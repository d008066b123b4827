"""The shell command `easel`: one module for each group of commands."""

from __future__ import annotations

import typer

from bot.cli import (
    auditing,
    backing_up,
    chatting,
    examining,
    forgetting,
    listing,
    manifests,
    pausing,
    quotas,
    refunding,
    reporting,
    running,
    selling,
    tenants,
)

app = typer.Typer(
    name="easel",
    help="Makes and edits pictures in team chat, and keeps the books.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)

for group in (
    running,
    examining,
    forgetting,
    listing,
    selling,
    reporting,
    pausing,
    quotas,
    refunding,
    auditing,
    backing_up,
    manifests,
    chatting,
):
    app.add_typer(group.app)
app.add_typer(tenants.app, name="tenants")


def main() -> None:
    """Run the shell command."""
    app()
