"""What a process that was killed leaves behind is taken up by the next one, at once."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from bot.secretfile import own_secret
from bot.storage.files import PictureFiles
from tests.doubles.vendor_server import VendorServer, noise
from tests.kill.chat import Chat
from tests.kill.conftest import QUICK
from tests.kill.easel import Easel, easel_in
from tests.kill.records import Records


async def test_a_restart_waits_for_nobody(easel: Easel, chat: Chat, records: Records) -> None:
    """The job of a killed process goes on as soon as the next one runs, though its owner beat a moment ago."""
    await chat.say("event-0001", "a fox, takes 1.5 seconds --model keyed --size 192x192")
    await records.until_asked(1)
    await easel.kill()

    await easel.start()
    async with asyncio.timeout(10):
        await records.until_over()

    assert records.jobs() == [("done", 4_000)]
    assert records.bills() == 1


@pytest.mark.slow
async def test_a_repeat_that_is_turned_away_keeps_its_key(
    easel: Easel, chat: Chat, vendor: VendorServer, records: Records
) -> None:
    """A vendor that is busy when a call is repeated says nothing of the first try: no new key, no second bill."""
    await chat.say("event-0001", "a fox, takes 1 seconds --model keyed --size 192x192")
    await records.until_asked(1)
    await easel.kill()
    vendor.temper = replace(QUICK, busy_share=1.0)
    await easel.start()
    await records.until(lambda: records.entries("busy") > 0)

    vendor.temper = QUICK
    await records.until_over()

    assert records.jobs() == [("done", 4_000)]
    assert records.bills() == 1


@pytest.mark.slow
async def test_a_whole_answer_of_a_lost_job_is_stored(easel: Easel, chat: Chat, records: Records) -> None:
    """Killed after a late answer was made durable and before it got its rows: the next start lists it as late."""
    await chat.say("event-0001", "a fox, takes 60 seconds --model bare --size 192x192")
    await records.until_over()
    await easel.kill()
    [(call,)] = records.rows("SELECT id FROM calls WHERE state = 'unknown'")
    await asyncio.to_thread(_seal, easel.data / "pictures", call)

    await easel.start()

    [(picture, its_call)] = records.rows("SELECT id, call FROM pictures")
    assert its_call == call
    assert await easel.late_pictures() == {picture}
    assert records.jobs() == [("lost", 0)]


@pytest.mark.slow
async def test_an_answer_that_is_broken_keeps_nobody_from_starting(
    easel: Easel, chat: Chat, records: Records
) -> None:
    """A seal whose files are gone is logged and left alone."""
    await chat.say("event-0001", "a fox, takes 60 seconds --model bare --size 192x192")
    await records.until_over()
    await easel.kill()
    [(call,)] = records.rows("SELECT id FROM calls WHERE state = 'unknown'")
    await asyncio.to_thread(_seal, easel.data / "pictures", call)
    (easel.data / "pictures" / "incoming" / call / "0.png").unlink()

    await easel.start()

    assert "an answer could not be taken up" in easel.log.read_text(encoding="utf-8")
    assert await easel.stop() == 0


@pytest.mark.slow
async def test_a_job_is_not_given_up_over_an_answer(easel: Easel, chat: Chat, records: Records) -> None:
    """Taken too often, a job calls nobody any more; an answer that is durable is stored all the same."""
    await chat.say("event-0001", "a fox, takes 60 seconds --model keyed --size 192x192")
    await records.until_asked(1)
    await easel.kill()
    [(call,)] = records.rows("SELECT id FROM calls WHERE state = 'called'")
    await asyncio.to_thread(_seal, easel.data / "pictures", call)
    with sqlite3.connect(easel.data / "easel.db") as database:
        database.execute("UPDATE jobs SET takes = 5")
    database.close()

    await easel.start()
    await records.until_over()

    assert records.jobs() == [("done", 4_000)]
    assert records.entries("asked") == 1


@pytest.mark.slow
async def test_a_start_may_be_killed_at_any_time(tmp_path: Path, vendor: VendorServer) -> None:
    """However far the first start came, the next one works."""
    folder = tmp_path / "fresh"
    folder.mkdir()
    async with easel_in(folder, vendor.address) as easel:
        for seconds in (0.5, 0.7, 0.8, 0.9, 1.0):
            await easel.spawn()
            await asyncio.sleep(seconds)
            await easel.kill()

        await easel.start()
        assert await easel.stop() == 0


def test_a_secret_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that ends while it makes the secret of the sessions leaves none that the next one would trust."""

    def ends(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(os, "fsync", ends)
        with pytest.raises(KeyboardInterrupt):
            own_secret(tmp_path)

    assert not (tmp_path / "secret.key").exists()
    assert own_secret(tmp_path) == own_secret(tmp_path) != ""


def _seal(root: Path, call: str) -> None:
    """Leave what a process leaves that dies right after it made an answer durable."""
    files = PictureFiles(root)
    (files.incoming(call) / "0.png").write_bytes(noise(call, 192, 192))
    answer = {"pictures": [["0.png", "image/png"]], "cost_nano": 40_000_000, "usage": None}
    files.seal(call, json.dumps(answer).encode())
