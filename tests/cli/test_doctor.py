"""`easel doctor`: what it finds, and the next step that it names."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.core.catalogue import Catalogue
from bot.doctor import Finding, Patient, examine
from bot.storage import Tx
from bot.storage.health import has_wal_reset_bug
from bot.storage.schema import accounts, jobs
from bot.vendors import DIALECTS
from config import load
from tests.cli.conftest import Shell, furnish, now, write
from tests.storage.builders import Order

PLENTY = 10**12
AREAS = {"settings", "folder", "process", "disk", "database", "clock", "books", "jobs", "sqlite", "keys"} | {
    "models",
    "address",
}


def patient(shell: Shell, **changes: Any) -> Patient:
    """Somebody in good health; `changes` are fields of the patient."""
    config = shell.config
    healthy = Patient(config, config.offered(DIALECTS), now(), "3.51.3", lambda _: PLENTY)
    return replace(healthy, **changes)


async def found(someone: Patient) -> dict[str, Finding]:
    """Examine somebody; of several findings in an area, keep the gravest."""
    gravest: dict[str, Finding] = {}
    async for finding in examine(someone):
        order = ("ok", "note", "fix")
        known = gravest.get(finding.area)
        if known is None or order.index(finding.grade) > order.index(known.grade):
            gravest[finding.area] = finding
    return gravest


async def test_a_healthy_easel_has_nothing_to_fix(shell: Shell) -> None:
    """Every area is looked at, and every note names a next step."""
    await write(shell.config, furnish, Order("a"))

    findings = await found(patient(shell))

    assert set(findings) == AREAS
    assert not [each for each in findings.values() if each.grade == "fix"]
    assert all(each.next_step for each in findings.values() if each.grade == "note")


async def test_a_vendor_that_cannot_fetch_pictures_is_named(shell: Shell) -> None:
    """Without a public address it draws from words alone, and the next step says what is missing."""
    keyed = load({"EASEL_DATA_DIR": str(shell.config.settings.data_dir), "APIXO_API_KEY": "k"})

    findings = await found(patient(shell, config=keyed, offered=keyed.offered(DIALECTS)))

    assert "APIXO" in findings["reach"].text
    assert "EASEL_PUBLIC_URL" in str(findings["reach"].next_step)


def spoil_an_account(db: Tx) -> None:
    db.execute(update(accounts).values(spent=accounts.c.spent + 1))


def leave_a_hold_open(db: Tx) -> None:
    db.execute(update(jobs).values(state="done"))


@pytest.mark.parametrize(
    ("spoil", "named"), [(spoil_an_account, "account credits"), (leave_a_hold_open, "the hold of job job-a")]
)
async def test_wrong_books_are_found(shell: Shell, spoil: Any, named: str) -> None:
    """A counter beside its entries, and a hold that outlived its job; the command ends with 1."""
    await write(shell.config, furnish, Order("a"))
    await write(shell.config, spoil)

    books = (await found(patient(shell)))["books"]
    result = await asyncio.to_thread(shell, "doctor", "--json")

    assert books.grade == "fix"
    assert named in books.text
    assert result.exit_code == 1
    assert {"area": "books", "grade": "fix"}.items() <= json.loads(result.output)[
        [each["area"] for each in json.loads(result.output)].index("books")
    ].items()


@pytest.mark.parametrize(("free_mb", "grade"), [(499, "fix"), (501, "note"), (1_001, "ok")])
async def test_room_on_the_disk_is_measured(shell: Shell, free_mb: int, grade: str) -> None:
    """Below the least that orders need it is to be fixed, below twice that it is noted."""
    shell.folder.mkdir(mode=0o700)

    disk = (await found(patient(shell, free_bytes=lambda _: free_mb * 1_000_000)))["disk"]

    assert disk.grade == grade


async def test_a_clock_that_was_set_back_is_found(shell: Shell) -> None:
    """The books know a later time."""
    await write(shell.config, furnish, Order("a"))

    clock = (await found(patient(shell, now=now() - 3_600_000)))["clock"]

    assert (clock.grade, "NTP" in str(clock.next_step)) == ("fix", True)


@pytest.mark.parametrize(
    ("days", "successor", "grade", "said"),
    [
        (61, None, "ok", "in 61 days"),
        (60, None, "note", "in 60 days"),
        (1, "sketch-2", "note", "in 1 day, on"),
        (0, "sketch-2", "note", "sketch-2 is drawn instead"),
        (0, None, "fix", "names no successor"),
    ],
)
async def test_retirements_are_named(
    shell: Shell, days: int, successor: str | None, grade: str, said: str
) -> None:
    """Sixty days ahead, and what is drawn instead."""
    someone = patient(shell)
    retires = datetime.fromtimestamp(someone.now // 1_000, UTC).date() + timedelta(days=days)
    model = someone.offered.models[0].model_copy(update={"retires": retires, "successor": successor})
    offered = Catalogue.model_construct(vendors=someone.offered.vendors, models=(model,))

    findings = [each async for each in examine(replace(someone, offered=offered))]

    [about] = [each for each in findings if said in each.text]
    assert (about.area, about.grade) == ("models", grade)


async def test_jobs_of_a_vendor_that_is_gone_are_found(shell: Shell) -> None:
    """They cannot go on until it is back."""
    await write(shell.config, furnish, Order("a"))
    nobody = Catalogue.model_construct(vendors=(), models=())

    findings = await found(patient(shell, offered=nobody))

    assert "Put sketch back" in str(findings["jobs"].next_step)
    assert findings["models"].grade == "fix"


def test_settings_that_cannot_be_read_are_named(shell: Shell) -> None:
    """With the sentence that the start would end with."""
    shell.environment["PORT"] = "eighty"

    result = shell("doctor")

    assert result.exit_code == 1
    assert "PORT must be a port" in result.output


async def test_a_folder_that_others_may_read_is_noted(shell: Shell) -> None:
    """With the command that closes it."""
    shell.folder.mkdir()
    shell.folder.chmod(0o755)

    folder = (await found(patient(shell)))["folder"]

    assert folder.next_step == f"chmod 700 {shell.folder}"


@pytest.mark.parametrize(
    ("version", "is_bad"),
    [
        ("3.40.1", True),
        ("3.44.5", True),
        ("3.44.6", False),
        ("3.45.3", True),
        ("3.50.6", True),
        ("3.50.7", False),
        ("3.51.2", True),
        ("3.51.3", False),
        ("3.52.0", False),
        ("4.0.0", False),
    ],
)
def test_versions_of_sqlite_are_told_apart(version: str, is_bad: bool) -> None:
    """The repair went into 3.51.3 and back into two older branches."""
    assert has_wal_reset_bug(version) is is_bad
