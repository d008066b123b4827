"""`easel manifest`: the file that makes the Slack app."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bot.cli.console import answering, configured, fail

app = typer.Typer()


@app.command()
def manifest(
    prefix: Annotated[
        str | None,
        typer.Option(help="What every command's name begins with, such as art-; else SLACK_COMMAND_PREFIX."),
    ] = None,
    *,
    http: Annotated[
        bool, typer.Option("--http", help="Slack calls EASEL_PUBLIC_URL instead of a socket of ours.")
    ] = False,
) -> None:
    """Print the manifest that makes the Slack app; paste it at https://api.slack.com/apps."""
    from bot.platforms.slack.manifest import manifest as made

    settings = configured().settings
    url = settings.public_url if http else None
    if http and url is None:
        fail("Slack must reach Easel from outside. Set EASEL_PUBLIC_URL first, or leave --http out.")
    with answering():
        named = settings.slack_command_prefix if prefix is None else prefix
        typer.echo(json.dumps(made(named, url), indent=2, ensure_ascii=False))
    if named != settings.slack_command_prefix:
        typer.echo(
            f"Set SLACK_COMMAND_PREFIX={named} so that Easel calls its commands by these names.", err=True
        )
