"""`easel manifest`: the file that makes the Slack app."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bot.cli.console import answering, configured, fail

app = typer.Typer()


@app.command()
def manifest(
    prefix: Annotated[str, typer.Option(help="What every command's name begins with, such as art-.")] = "",
    *,
    http: Annotated[
        bool, typer.Option("--http", help="Slack calls EASEL_PUBLIC_URL instead of a socket of ours.")
    ] = False,
) -> None:
    """Print the manifest that makes the Slack app; paste it at https://api.slack.com/apps."""
    from bot.platforms.slack.manifest import manifest as made

    url = configured().settings.public_url if http else None
    if http and url is None:
        fail("Slack must reach Easel from outside. Set EASEL_PUBLIC_URL first, or leave --http out.")
    with answering():
        typer.echo(json.dumps(made(prefix, url), indent=2, ensure_ascii=False))
