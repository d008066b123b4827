"""The generated reference pages for whoever operates Easel: shell commands and metrics."""

from __future__ import annotations

from collections.abc import Iterator

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from bot.cli import app
from bot.metrics import OUTCOMES, Metrics
from docs.owner_pages import NOTE

SHELL = (
    "What `easel` does at the shell. Looking works beside a running Easel and writes nothing. What changes something is"
    " handed to the Easel that runs, or done at once while none runs."
)
READERS = (
    "`GET /metrics` on the web server gives these numbers to Prometheus. Who may read it: whoever shows"
    " `EASEL_METRICS_TOKEN` as a bearer token; without one this machine only, while nobody else reaches the web chat."
)
PROCESS = "The client adds `process_*`: memory, processor time, open files and when the process started."


def cli_page() -> str:
    """Describe every shell command with its arguments and options."""
    lines = [
        "# Shell commands",
        "",
        NOTE,
        "",
        SHELL,
        "Exit codes: 0 done, 1 `doctor` found something to fix or a bug ended `run`, 2 a sentence says what is wrong.",
        "",
        "`easel --install-completion` lets your shell complete commands, options and vendors.",
    ]
    for path, command in _commands(typer.main.get_command(app), "easel"):
        lines += ["", f"## {path}", "", (command.help or "").strip(), *_parameters(command)]
    return "\n".join(lines) + "\n"


def metrics_page() -> str:
    """List every metric."""
    described = Metrics("").described
    rows = [
        f"| `{each.name}` | {each.kind} | {', '.join(f'`{label}`' for label in each.labels)} | {each.meaning} |"
        for each in described
    ]
    lines = [
        "# Metrics",
        "",
        NOTE,
        "",
        READERS,
        "Amounts are whole millicredits, 1,000 to a credit. Counts are of this process and begin at zero with it.",
        "",
        "| name | kind | labels | meaning |",
        "|---|---|---|---|",
        *rows,
        "",
        f"`outcome` is one of {', '.join(OUTCOMES)}.",
        PROCESS,
    ]
    return "\n".join(lines) + "\n"


def _commands(command: object, path: str) -> Iterator[tuple[str, TyperCommand]]:
    """Yield every command that does something, with all its words."""
    if isinstance(command, TyperGroup):
        for name, each in command.commands.items():
            yield from _commands(each, f"{path} {name}")
    elif isinstance(command, TyperCommand):
        yield path, command


def _parameters(command: TyperCommand) -> Iterator[str]:
    if command.params:
        yield from ("", "| argument or option | meaning |", "|---|---|")
    for each in command.params:
        name = each.opts[0] if isinstance(each, TyperOption) else str(each.name).upper()
        default = f" Default {each.default}." if isinstance(each.default, int) and each.default else ""
        yield f"| `{name}` | {getattr(each, 'help', None) or ''}{default} |"
