"""Pauses and tenants, decided at the shell while Easel runs and while it does not."""

from __future__ import annotations

import asyncio
import json
import socket
import stat
from pathlib import Path

import aiohttp
import pytest

from bot import adminsocket
from bot.operating import Pause
from bot.storage import people
from bot.storage.folder import FolderLock
from bot.storage.people import Tenant
from tests.cli.conftest import Shell, furnish, now, write
from tests.storage.builders import Order

WHY = "the bill is being checked"


async def say(address: str, line: str) -> str:
    """Send a line to the chat as its page does; returns the answer's sentence."""
    async with aiohttp.ClientSession(address, cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        await browser.get("/")
        fields = {"event": f"event-{now()}", "text": line}
        form = aiohttp.FormData(fields, default_to_multipart=True)
        headers = {"Origin": address, "X-Easel": "1", "Sec-Fetch-Site": "same-origin"}
        answer = await (await browser.post("/api/messages", data=form, headers=headers)).json()
        return str(answer["messages"][1]["text"])


async def test_a_pause_reaches_the_easel_that_runs(shell: Shell) -> None:
    """The next order is refused with the operator's words and holds nothing; resuming lets it in."""
    async with shell.running() as address:
        paused = await asyncio.to_thread(shell, "pause", WHY)
        refusal = await say(address, "/imagine a fox")
        jobs = await asyncio.to_thread(shell, "jobs", "--json")
        resumed = await asyncio.to_thread(shell, "resume")
        accepted = await say(address, "/imagine a fox --quality low")

    assert paused.output == f"Easel is paused: {WHY}. Jobs that run now may finish.\n"
    assert refusal.startswith(f"Easel is paused: {WHY}. Nothing was ordered")
    assert json.loads(jobs.output) == []
    assert resumed.output == "Easel goes on.\n"
    assert "is ordered" in accepted


async def test_a_pause_survives_a_restart(shell: Shell) -> None:
    """It is kept in the database, and the doctor says how to lift it."""
    assert (await asyncio.to_thread(shell, "pause", WHY, "--vendor", "sketch")).exit_code == 0

    async with shell.running() as address:
        refusal = await say(address, "/imagine a fox")
    doctor = await asyncio.to_thread(shell, "doctor")

    assert f"This model is paused: {WHY}." in refusal
    assert "easel resume --vendor sketch" in doctor.output
    assert doctor.exit_code == 0


async def test_what_waits_goes_on_when_the_pause_is_lifted(shell: Shell) -> None:
    """A job that was accepted before the pause waits through it, and runs as soon as it is lifted."""
    await write(shell.config, furnish, Order("a"), Order("b"))
    await asyncio.to_thread(shell, "pause", WHY)

    async with shell.running(), asyncio.timeout(30):
        await until_done(shell, "job-a")
        waiting = (await asyncio.to_thread(shell, "jobs", "--waiting", "--json")).output
        await asyncio.to_thread(shell, "resume")
        await until_done(shell, "job-b")

    assert [each["id"] for each in json.loads(waiting)] == ["job-b"]


async def until_done(shell: Shell, job: str) -> None:
    """Wait until a job is not open any more."""
    while job in (await asyncio.to_thread(shell, "jobs", "--json")).output:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.05)


async def test_only_its_owner_may_use_the_socket(shell: Shell) -> None:
    """The socket in the data folder is closed to everybody else, and goes when Easel stops."""
    path = shell.folder / adminsocket.NAME

    async with shell.running():
        mode = stat.S_IMODE(path.stat().st_mode)

    assert mode == 0o600
    assert not path.exists()


async def test_a_line_that_is_no_act_is_answered(shell: Shell) -> None:
    """Also one that is too long, or never ends."""
    async with shell.running():
        said = await adminsocket.ask(shell.folder, '{"act": "burn"}')
        with pytest.raises(adminsocket.NoAnswer):
            await adminsocket.ask(shell.folder, "x" * (adminsocket.LINE_BYTES_MAX + 10))
        again = await adminsocket.ask(shell.folder, Pause(reason=WHY).model_dump_json())

    assert said is not None
    assert again is not None
    assert json.loads(said)["ok"] is False
    assert json.loads(again)["ok"] is True


def test_a_stale_socket_is_no_easel(shell: Shell) -> None:
    """What a killed process left behind does not keep a command from working alone."""
    shell.folder.mkdir()
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(shell.folder / adminsocket.NAME))
    left.close()

    assert shell("pause", WHY).exit_code == 0


def test_a_folder_that_is_taken_is_left_alone(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody holds it and does not listen, the command says who, and changes nothing."""
    monkeypatch.setattr("bot.cli.acting.START_SECONDS", 0.0)
    with FolderLock(shell.folder, now=now()):
        result = shell("pause", WHY)

    assert result.exit_code == 2
    assert "has used" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("resume",), "Easel is not paused, so there is nothing to resume."),
        (
            ("pause", "x", "--vendor", "acme"),
            "There is no vendor acme. Choose one of openai, cometapi, callmissed, apixo, runflow, sketch.",
        ),
        (("pause", " . "), "Say why in 1 to 90 characters; people who order read it."),
        (("pause", "x" * 91), "Say why in 1 to 90 characters; people who order read it."),
        (("tenants", "approve", "discord:1"), "There is no tenant discord:1. See: easel tenants list"),
    ],
)
def test_what_cannot_be_done_is_said(shell: Shell, words: tuple[str, ...], said: str) -> None:
    """In one sentence, with exit code 2."""
    result = shell(*words)

    assert (result.exit_code, result.output) == (2, f"{said}\n")


async def test_tenants_are_let_in_and_kept_out(shell: Shell) -> None:
    """Those that wait come first in the list; a decision is kept."""
    waiting = Tenant("discord:7", "discord", "Atelier", "waiting", "UTC", "")
    await write(shell.config, furnish)
    await write(shell.config, people.know_tenant, waiting, now=now())

    listed = json.loads((await asyncio.to_thread(shell, "tenants", "list", "--json")).output)
    approved = await asyncio.to_thread(shell, "tenants", "approve", "discord:7")
    async with shell.running():
        refused = await asyncio.to_thread(shell, "tenants", "refuse", "discord:7")
        shown = await asyncio.to_thread(shell, "tenants", "list")

    assert [each["state"] for each in listed] == ["waiting", "approved"]
    assert (approved.output, refused.output) == ("discord:7 is approved.\n", "discord:7 is refused.\n")
    assert "Atelier" in shown.output
    assert "refused" in shown.output


async def test_a_deep_folder_has_a_socket_too(tmp_path: Path) -> None:
    """A path longer than a socket's may be does not matter."""
    folder = tmp_path / ("deep" * 20) / ("deeper" * 10)
    folder.mkdir(parents=True)

    async def echo(line: str) -> str:
        return line.strip()

    async with adminsocket.AdminSocket(folder, echo).serving():
        said = await adminsocket.ask(folder, "hello")

    assert said == "hello\n"
