"""`easel run`, and invitations to the web chat that runs."""

from __future__ import annotations

import asyncio
import errno
from typing import Annotated

import typer
from pydantic import SecretStr

from bot.cli.console import answering, configured, fail
from config import Config

app = typer.Typer()

PORT_TAKEN = "Port {port} is in use. Stop what uses it, or choose another: PORT=8090 easel run"


@app.command()
def run() -> None:
    """Run Easel with everything that is configured; with nothing, the web chat on this machine."""
    from bot import app as easel
    from bot import background, logs

    config = configured()
    logs.set_up(config.settings.log_level, _secrets(config))
    with answering():
        try:
            asyncio.run(easel.run(config, lambda address: typer.echo(f"Easel is ready: {address}")))
        except background.BackgroundDied:
            raise typer.Exit(1) from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                fail(PORT_TAKEN.format(port=config.settings.port))
            fail(f"Easel cannot start: {error.strerror or error}")


@app.command()
def web_invite(name: Annotated[str, typer.Argument(help="Who the invitation is for.")]) -> None:
    """Print a personal link to a web chat that others can reach."""
    from bot import app as easel
    from bot import webapp

    with answering():
        typer.echo(webapp.invite(configured(), name, now=easel.now()))


def _secrets(config: Config) -> list[str]:
    """Collect everything that must never reach a log."""
    values = [*dict(config.settings).values(), *(access.key for access in config.access.values())]
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
