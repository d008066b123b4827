"""`easel jobs`: read-only, with and without a running Easel."""

from __future__ import annotations

import asyncio
import json
import os
import stat

from bot.core.jobs import CallState
from bot.storage import Tx, jobs, workers
from bot.storage.jobs import Claim
from tests.cli.conftest import Shell, furnish, now, write
from tests.storage.builders import Calling, Order, call_out, places, store, take
from tests.storage.builders import give_up as end_call


def drawn_out(db: Tx) -> None:
    """Leave one job running, one waiting, one lost whose picture came late, and one done."""
    workers.register(db, "w1", host="here", pid=1, now=now())
    furnish(db, Order("lost"), Order("done"), Order("running"), Order("waiting"))
    lost, done = Calling("job-lost"), Calling("job-done")
    epoch = take(db, lost.job, now=now())
    call_out(db, lost, epoch, now=now())
    end_call(db, lost, CallState.UNKNOWN)
    jobs.finish(db, Claim(lost.job, epoch), places(1), reason=None, now=now())
    store(db, lost, now=now())
    epoch = take(db, done.job, now=now())
    call_out(db, done, epoch, now=now())
    store(db, done, now=now())
    jobs.finish(db, Claim(done.job, epoch), places(1), reason=None, now=now())


async def ids(shell: Shell, *words: str) -> list[str]:
    """List jobs as a program reads them."""
    result = await asyncio.to_thread(shell, "jobs", "--json", *words)
    assert result.exit_code == 0, result.output
    return [each.get("id", each.get("job")) for each in json.loads(result.output)]


async def test_jobs_are_found_by_their_state(shell: Shell) -> None:
    """Open ones are shown unless something else is asked; a late picture names its job."""
    await write(shell.config, drawn_out)

    assert await ids(shell) == ["job-waiting", "job-running"]
    assert await ids(shell, "--running") == ["job-running"]
    assert await ids(shell, "--waiting") == ["job-waiting"]
    assert await ids(shell, "--lost") == ["job-lost"]
    assert await ids(shell, "--lost", "--running") == ["job-running", "job-lost"]
    assert await ids(shell, "--late") == ["job-lost"]
    assert await ids(shell, "--limit", "1") == ["job-waiting"]


async def test_the_tables_say_what_the_operator_needs(shell: Shell) -> None:
    """Number, person, state and credits; that nobody paid for what was lost; no words of people."""
    await write(shell.config, drawn_out)

    opened = (await asyncio.to_thread(shell, "jobs")).output
    lost = (await asyncio.to_thread(shell, "jobs", "--lost")).output
    late = (await asyncio.to_thread(shell, "jobs", "--late")).output

    assert [line.split()[:5] for line in opened.splitlines()[1:]] == [
        ["#4", "web:local", "Ann", "sketch", "waiting"],
        ["#3", "web:local", "Ann", "sketch", "running"],
    ]
    assert "Nobody was charged for a lost job" in lost
    assert late.splitlines()[1].split()[1:4] == ["#1", "web:local", "Ann"]
    assert "lighthouse" not in opened + lost + late


def test_without_a_database_the_first_step_is_named(shell: Shell) -> None:
    """Looking makes nothing."""
    result = shell("jobs")

    assert (result.exit_code, shell.folder.exists()) == (2, False)
    assert "Start Easel once: easel run" in result.output


async def test_looking_writes_nothing(shell: Shell) -> None:
    """A folder that may not be written to can be looked at all the same, and stays as it is."""
    await write(shell.config, drawn_out)
    path = shell.folder / "easel.db"
    before = path.read_bytes()

    assert await ids(shell) == ["job-waiting", "job-running"]
    assert path.read_bytes() == before


async def test_what_is_no_database_is_named(shell: Shell) -> None:
    """A file of something else ends in a sentence."""
    shell.folder.mkdir()
    (shell.folder / "easel.db").write_bytes(os.urandom(8_192))

    result = await asyncio.to_thread(shell, "jobs")

    assert result.exit_code == 2
    assert "cannot be read" in result.output


async def test_commands_work_beside_a_running_easel(shell: Shell) -> None:
    """As processes of their own; nobody else may read the folder that was made."""
    async with shell.running():
        listed, (code, doctor) = await asyncio.gather(
            shell.beside("tenants", "list", "--json"), shell.beside("doctor")
        )

    assert json.loads(listed[1])[0]["id"] == "local"
    assert code == 0, doctor
    assert "runs and answers" in doctor
    assert stat.S_IMODE(shell.folder.stat().st_mode) == 0o700
