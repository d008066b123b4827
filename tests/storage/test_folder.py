"""Two processes never work in one data folder."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.folder import FolderLock, FolderTaken

ROOT = Path(__file__).parents[2]
NOW = 1_700_000_000_000

HOLD = f"""
import sys
from pathlib import Path
from bot.storage.folder import FolderLock
with FolderLock(Path(sys.argv[1]), now={NOW}):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
async def holder(tmp_path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another process that holds the folder until its input ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLD, str(tmp_path / "data")),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    assert await process.stdout.readline() == b"held\n"
    yield process
    if process.returncode is None:
        process.kill()
    await process.communicate(b"")


async def test_a_second_process_learns_who_holds_it(
    holder: asyncio.subprocess.Process, tmp_path: Path
) -> None:
    """Its process, machine and start time, and what to do."""
    with pytest.raises(FolderTaken) as caught:
        FolderLock(tmp_path / "data", now=NOW + 1).acquire()

    assert (caught.value.pid, caught.value.host, caught.value.since) == (
        holder.pid,
        socket.gethostname(),
        NOW,
    )
    assert f"process {holder.pid} on {socket.gethostname()}" in str(caught.value)
    assert "since 2023-11-14 22:13 UTC" in str(caught.value)
    assert "EASEL_DATA_DIR" in str(caught.value)


async def test_the_lock_ends_with_its_process(holder: asyncio.subprocess.Process, tmp_path: Path) -> None:
    """After kill -9 the folder is free at once."""
    holder.send_signal(signal.SIGKILL)
    await holder.wait()

    with FolderLock(tmp_path / "data", now=NOW):
        assert (tmp_path / "data" / "easel.lock.json").exists()


async def test_a_folder_that_was_given_back_is_free(
    holder: asyncio.subprocess.Process, tmp_path: Path
) -> None:
    """An orderly end leaves no note behind."""
    await holder.communicate(b"")

    assert not (tmp_path / "data" / "easel.lock.json").exists()
    with FolderLock(tmp_path / "data", now=NOW):
        pass


def test_the_same_process_cannot_take_it_twice(tmp_path: Path) -> None:
    """Two locks in one process exclude each other as two processes do."""
    with FolderLock(tmp_path, now=NOW), pytest.raises(FolderTaken):
        FolderLock(tmp_path, now=NOW).acquire()


@pytest.mark.parametrize("note", ["", "[1]", '{"pid": 1}', "null", "\udcff"])
def test_a_holder_without_a_note_is_still_respected(tmp_path: Path, note: str) -> None:
    """A torn or missing note costs only the name of the holder."""
    with FolderLock(tmp_path, now=NOW):
        (tmp_path / "easel.lock.json").write_bytes(note.encode("utf-8", "surrogateescape"))
        with pytest.raises(FolderTaken, match="Another Easel") as caught:
            FolderLock(tmp_path, now=NOW).acquire()

    assert caught.value.pid is None
