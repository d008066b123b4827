"""`easel backup`: what it copies can be given to another Easel, which goes on with open jobs."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from bot.storage import Tx, ledger
from bot.storage.backup import NOTE, NoBackup, back_up
from bot.storage.files import PictureFiles
from tests.cli.conftest import Shell, furnish, now, write
from tests.storage.builders import Order, credits_of, state_of


def wrong(db: Tx) -> list[str]:
    """List what is wrong in the books."""
    return [*ledger.unbalanced(db), *ledger.open_holds_of_ended_jobs(db)]


async def test_a_restored_folder_goes_on_with_open_jobs(shell: Shell, tmp_path: Path) -> None:
    """The backup is a data folder: a copy of it draws what was ordered, once, and the books agree."""
    await write(shell.config, furnish, Order("a"), Order("b"))
    stored = PictureFiles(shell.folder / "pictures").store(b"not lost")

    result = await asyncio.to_thread(shell, "backup", str(tmp_path / "backup"))
    shutil.copytree(tmp_path / "backup", tmp_path / "restored")
    restored = Shell(tmp_path / "restored")
    async with restored.running(), asyncio.timeout(30):
        while (await asyncio.to_thread(restored, "jobs", "--json")).output != "[]\n":  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    assert result.exit_code == 0, result.output
    assert "is whole" in result.output
    assert [await write(restored.config, state_of, f"job-{name}") for name in "ab"] == ["done", "done"]
    assert await write(restored.config, wrong) == []
    _, held, spent = await write(restored.config, credits_of)
    assert (held, spent > 0) == (0, True)
    assert PictureFiles(tmp_path / "restored" / "pictures").path(stored.sha256).read_bytes() == b"not lost"
    assert await write(shell.config, state_of, "job-a") == "running"


async def test_a_running_easel_is_copied_as_it_stands(shell: Shell, tmp_path: Path) -> None:
    """One snapshot, with the secret that keeps people signed in; nobody else may read it."""
    async with shell.running():
        result = await asyncio.to_thread(shell, "backup", str(tmp_path / "backup"), "--json")

    report = json.loads(result.output)
    folder = tmp_path / "backup"
    assert report["is_whole"] is True
    assert (folder / "secret.key").read_bytes() == (shell.folder / "secret.key").read_bytes()
    assert [oct(path.stat().st_mode & 0o777) for path in (folder, folder / "easel.db")] == ["0o700", "0o600"]
    with sqlite3.connect(folder / "easel.db") as copy:
        assert copy.execute("SELECT state FROM tenants").fetchall() == [("approved",)]
    copy.close()


async def test_a_second_backup_copies_what_is_new(shell: Shell, tmp_path: Path) -> None:
    """And removes what is gone, so that a deleted picture does not live on in it."""
    await write(shell.config, furnish)
    files = PictureFiles(shell.folder / "pictures")
    old, kept = files.store(b"old"), files.store(b"kept")
    first = await asyncio.to_thread(shell, "backup", str(tmp_path / "b"), "--json")
    files.remove(old.sha256)
    new = files.store(b"new")

    second = await asyncio.to_thread(shell, "backup", str(tmp_path / "b"), "--json")

    counts = [json.loads(each.output) for each in (first, second)]
    assert [(each["pictures"], each["copied"], each["removed"]) for each in counts] == [(2, 2, 0), (2, 1, 1)]
    copies = PictureFiles(tmp_path / "b" / "pictures")
    assert [copies.path(each.sha256).exists() for each in (old, kept, new)] == [False, True, True]


async def test_durable_answers_are_copied_whole(shell: Shell, tmp_path: Path) -> None:
    """What a vendor was paid for and has no row yet comes along; a half answer does not."""
    await write(shell.config, furnish)
    files = PictureFiles(shell.folder / "pictures")
    for call in ("sealed", "half"):
        (files.incoming(call) / "0.png").write_bytes(b"drawn")
    files.seal("sealed", b"{}")

    await asyncio.to_thread(shell, "backup", str(tmp_path / "b"))

    copied = tmp_path / "b" / "pictures" / "incoming"
    assert sorted(path.relative_to(copied).as_posix() for path in copied.rglob("*.*")) == [
        "sealed/0.png",
        "sealed/answer.json",
    ]


async def test_a_backup_that_fails_says_that_it_is_not_whole(shell: Shell, tmp_path: Path) -> None:
    """Its note is written first and last."""
    await write(shell.config, furnish)
    PictureFiles(shell.folder / "pictures").store(b"drawn")

    def break_off(part: str, done: int, total: int) -> None:
        if part == "pictures":
            raise OSError("the cable was pulled")

    with pytest.raises(OSError, match="cable"):
        back_up(shell.folder, shell.folder / "easel.db", tmp_path / "b", now=now(), tell=break_off)

    assert json.loads((tmp_path / "b" / NOTE).read_text())["is_whole"] is False


async def test_nothing_else_is_written_over(shell: Shell, tmp_path: Path) -> None:
    """Neither somebody's folder nor the data folder itself."""
    await write(shell.config, furnish)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("Ann")

    for folder, why in ((tmp_path / "letters", "holds something else"), (shell.folder, "cannot lie in")):
        with pytest.raises(NoBackup, match=why):
            back_up(shell.folder, shell.folder / "easel.db", folder, now=now(), tell=lambda *_: None)


def test_nothing_is_backed_up_before_the_first_start(shell: Shell, tmp_path: Path) -> None:
    """And no empty backup is left behind."""
    result = shell("backup", str(tmp_path / "b"))

    assert (result.exit_code, (tmp_path / "b").exists()) == (2, False)
