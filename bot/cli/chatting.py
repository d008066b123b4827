"""`easel invite`: how the bot comes into a Discord server."""

from __future__ import annotations

import asyncio

import typer

from bot.cli.console import answering, configured

app = typer.Typer()


@app.command()
def invite() -> None:
    """Print the address that adds the Discord bot to a server, with the permissions that it needs."""
    from bot import chatapps

    with answering():
        typer.echo(asyncio.run(chatapps.discord_invitation(configured())))
