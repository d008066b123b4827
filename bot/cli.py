"""The shell command `easel`."""

from __future__ import annotations

import asyncio
import errno
from typing import Annotated, NoReturn

import typer
from pydantic import SecretStr

from bot import app as easel_app
from bot import logs
from bot.core.errors import EaselError
from config import Config, ConfigError, load

app = typer.Typer(
    name="easel",
    help="Makes and edits pictures in team chat, and keeps the books.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)

PORT_TAKEN = "Port {port} is in use. Stop what uses it, or choose another: PORT=8090 easel run"


@app.callback()
def _easel() -> None:
    """Keep the commands apart even while there are few."""


@app.command()
def run() -> None:
    """Run Easel with everything that is configured; with nothing, the web chat on this machine."""
    config = _configured()
    logs.set_up(config.settings.log_level, _secrets(config))
    try:
        asyncio.run(easel_app.run(config, lambda address: typer.echo(f"Easel is ready: {address}")))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            _fail(PORT_TAKEN.format(port=config.settings.port))
        _fail(f"Easel cannot start: {error.strerror or error}")
    except (ConfigError, EaselError) as error:
        _fail(str(error))


@app.command()
def web_invite(name: Annotated[str, typer.Argument(help="Who the invitation is for.")]) -> None:
    """Print a personal link to a web chat that others can reach."""
    try:
        typer.echo(easel_app.invite(_configured(), name))
    except (ConfigError, EaselError) as error:
        _fail(str(error))


@app.command()
def late() -> None:
    """List paid pictures that arrived after their job had ended; nobody was charged for them."""
    try:
        rows = asyncio.run(easel_app.late_pictures(_configured()))
    except (ConfigError, EaselError) as error:
        _fail(str(error))
    for row in rows:
        typer.echo(f"{row.id}  job {row.job}  {row.width}x{row.height}  person {row.person}")
    if not rows:
        typer.echo("No picture has arrived late.")


def main() -> None:
    """Run the shell command."""
    app()


def _configured() -> Config:
    try:
        return load()
    except ConfigError as error:
        _fail(str(error))


def _secrets(config: Config) -> list[str]:
    """Collect everything that must never reach a log."""
    values = [*dict(config.settings).values(), *(access.key for access in config.access.values())]
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(2)
