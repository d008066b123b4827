"""Writes the reference pages that are made from the code: `python -m docs.generate`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.core.commands import Command
from bot.core.sentences import SENTENCES
from bot.platforms.slack.manifest import manifest
from commands import COMMANDS
from commands.explaining import option_rows
from docs.error_pages import errors_page
from docs.flow_pages import flows_page
from docs.operator_pages import cli_page, metrics_page
from docs.owner_pages import NOTE, catalogue_page, settings_page

FOLDER = Path(__file__).parent / "reference"
SLACK = Path(__file__).parents[1] / "config" / "slack-manifest.json"
BLANKS = (
    "Everything that Easel says of itself. Blanks stand in braces: `credits` rounds a price up, `exact` keeps every"
    " decimal, `dollars` is money."
)


def pages() -> Mapping[str, Callable[[], str]]:
    """Return what writes each generated page, by its file name."""
    return {
        "catalogue.md": catalogue_page,
        "cli.md": cli_page,
        "commands.md": commands_page,
        "errors.md": errors_page,
        "flows.md": flows_page,
        "metrics.md": metrics_page,
        "sentences.md": sentences_page,
        "settings.md": settings_page,
    }


def commands_page() -> str:
    """Describe every command with its options and examples."""
    lines = ["# Commands", "", NOTE, "", "What people can ask for, in the order that `/help` shows."]
    for command in COMMANDS:
        lines += ["", f"## /{command.name}", *_described(command)]
        for act in command.acts:
            lines += ["", f"### /{command.name} {act.name}", *_described(act)]
    return "\n".join(lines) + "\n"


def sentences_page() -> str:
    """List every sentence with its key."""
    lines = [
        "# Sentences",
        "",
        NOTE,
        "",
        BLANKS,
        "",
        "| key | sentence |",
        "|---|---|",
        *(f"| `{key}` | {_cell(sentence)} |" for key, sentence in SENTENCES.items()),
    ]
    return "\n".join(lines) + "\n"


def _described(command: Command[Any]) -> Iterator[str]:
    yield ""
    yield f"{command.summary}." + (" Admins only." if command.admins_only else "")
    rows = option_rows(command)
    if rows:
        yield from ("", "| option | what it takes |", "|---|---|")
        yield from (f"| `{row.label}` | {_cell(row.value)} |" for row in rows)
    if command.examples:
        yield from ("", "```", *command.examples, "```")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def main() -> None:
    """Write the pages, and the manifest of the Slack app."""
    FOLDER.mkdir(exist_ok=True)
    for name, page in pages().items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
    SLACK.write_text(json.dumps(manifest(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
