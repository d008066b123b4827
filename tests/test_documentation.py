"""What the documentation promises: everything is in it, and what it names is there."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from bot.cli import app
from bot.core import errors
from bot.core.errors import (
    EaselError,
    OutcomeUnknown,
    Refusal,
    VendorAccount,
    VendorError,
    VendorFailed,
    VendorRefused,
    VendorRejected,
)
from bot.core.jobs import CallState
from bot.core.sentences import SENTENCES
from bot.core.wording import FAILURES
from bot.losses import loss_of
from bot.metrics import Metrics
from commands import COMMANDS
from config.settings import MEANINGS
from docs.error_pages import BILL_OR_NOTHING, BILL_OR_QUOTE, ENDS, NOTHING, refusals
from docs.generate import FOLDER, pages

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bot").rglob("*.md")])
each_page = pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
INVENTED = ("commands/renewal", "tests/commands/test_renewal", "acme", "matrix")
"""Files that the how-to pages make up, to be written by whoever follows them."""

PATH = re.compile(r"(?<![\w./-])(?:bot|commands|config|docs|tests|benchmarks|\.ci)/[\w./*-]*[\w*/]")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
MACHINE = re.compile(r"/work\b|/home/|/root\b|/Users/|/mnt/")


@pytest.mark.parametrize("name", pages())
def test_generated_pages_are_current(name: str) -> None:
    """`make docs` would change nothing."""
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name](), "run `make docs`"


def reference(name: str) -> str:
    """Read a reference page."""
    return (FOLDER / name).read_text(encoding="utf-8")


def test_every_command_is_documented() -> None:
    """And every act of a group."""
    titles = reference("commands.md").splitlines()

    for command in COMMANDS:
        assert f"## /{command.name}" in titles
        assert all(f"### /{command.name} {act.name}" in titles for act in command.acts)


def test_every_variable_is_documented() -> None:
    """Those of the settings, and those that the catalogue names; nothing that is not read."""
    catalogue = tomllib.loads((ROOT / "config" / "catalogue.toml").read_text(encoding="utf-8"))
    keys = ("key_variable", "base_url_variable", "callback_secret_variable")
    wanted = {*MEANINGS, *(each[key] for each in catalogue["vendors"] for key in keys if key in each)}
    example = (ROOT / "config" / "example.env").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `([A-Z_]+)` \|", reference("settings.md"), re.MULTILINE)) == wanted
    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == wanted


def test_every_model_is_documented() -> None:
    """With its vendor."""
    catalogue = tomllib.loads((ROOT / "config" / "catalogue.toml").read_text(encoding="utf-8"))
    page = reference("catalogue.md")

    assert all(f"## {model['name']} of {model['vendor']}\n" in page for model in catalogue["models"])
    assert all(f"| `{vendor['name']}` (" in page for vendor in catalogue["vendors"])


def test_every_sentence_is_documented_and_said() -> None:
    """A sentence that nothing says is removed; those whose key is put together begin as one that is said."""
    page = reference("sentences.md")
    written = set(_literals())
    begun = tuple(each for each in written if each.endswith("_") and each != "_")

    assert all(f"| `{key}` |" in page for key in SENTENCES)
    assert not [key for key in SENTENCES if key not in written and not key.startswith(begun)]


def _literals() -> Iterator[str]:
    for package in ("bot", "commands"):
        for path in (ROOT / package).rglob("*.py"):
            if path.name != "sentences.py":
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield node.value


def test_every_error_is_documented() -> None:
    """Every class; every refusal has a sentence, and each sentence of a refusal is on the page."""
    page = reference("errors.md")
    named = {name for name, each in vars(errors).items() if isinstance(each, type)}
    silent = {EaselError.__name__, VendorError.__name__, "Conflict"}
    found = refusals()
    told = {key for keys in found.values() for key in keys}

    assert not [name for name in named - silent if name not in page]
    assert all(f"| `{key}` |" in page for key in told)
    ours = [each for each in Refusal.__subclasses__() if each.__module__.startswith("bot.")]
    assert ours
    for each in ours:
        assert found[each.__name__], each


def test_every_end_without_a_picture_is_documented() -> None:
    """Each reason that has a sentence, with what the caps count by the rules of the losses."""
    counted = {end.reason: end.counted for end in ENDS}
    raised = [
        VendorRefused("x", stage="input"),
        VendorRefused("x", stage="output"),
        VendorRefused("x"),
        VendorRejected("x"),
        VendorAccount("x"),
        VendorFailed("x"),
        OutcomeUnknown("x"),
        OutcomeUnknown("too_slow"),
        OutcomeUnknown("storage_full"),
    ]

    assert set(counted) == set(FAILURES)
    for error in raised:
        loss = loss_of(error, is_repeat=False)
        is_free = loss.state is CallState.VOID or loss.billed_nano == 0
        assert counted[loss.reason] in ({NOTHING, BILL_OR_NOTHING} if is_free else {BILL_OR_QUOTE}), loss


def test_every_shell_command_is_documented() -> None:
    """Groups with each of their commands."""
    titles = reference("cli.md").splitlines()

    assert all(f"## {path}" in titles for path in _shell(typer.main.get_command(app), "easel"))


def _shell(command: object, path: str) -> Iterator[str]:
    if isinstance(command, TyperGroup):
        for name, each in command.commands.items():
            yield from _shell(each, f"{path} {name}")
    else:
        yield path


def test_every_metric_is_documented() -> None:
    """By the name under which Prometheus finds it."""
    page = reference("metrics.md")
    ending = {"counter": "_total", "info": "_info"}
    names = [f"{each.name}{ending.get(each.type, '')}" for each in Metrics("").registry.collect()]

    assert names
    assert not [name for name in names if not name.startswith("process_") and f"| `{name}` |" not in page]


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    """To files that are there, and to headings that they have."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    broken = []
    for link in LINK.findall(text):
        target, _, heading = link.partition("#")
        if target.startswith(("https://", "http://")):
            continue
        found = (page.parent / target).resolve() if target else page
        if not found.exists() or (heading and heading not in _headings(found)):
            broken.append(link)

    assert not broken


def _headings(page: Path) -> set[str]:
    lines = FENCE.sub("", page.read_text(encoding="utf-8")).splitlines()
    titles = [line.lstrip("# ").lower() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


@each_page
def test_paths_are_there(page: Path) -> None:
    """Whatever of this project a page names, also in its commands, exists."""
    named = {each.rstrip("/") for each in PATH.findall(page.read_text(encoding="utf-8"))}
    real = {each for each in named if not any(word in each for word in INVENTED)}

    assert not [each for each in sorted(real) if not any(ROOT.glob(each))]


@each_page
def test_no_page_knows_a_machine(page: Path) -> None:
    """Paths are those of the project, or of an example anywhere."""
    assert not MACHINE.search(page.read_text(encoding="utf-8"))
