"""A picture that was paid for survives a kill and a full disk, and is on disk before anybody is told."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.core.errors import Refusal
from bot.storage.files import PictureFiles, StoredFile
from bot.storage.schema import calls, jobs, pictures
from bot.storage.transaction import StorageFull
from tests.flows.world import PICTURE, caller
from tests.longer import few
from tests.pictures.furnished import DAY_SECONDS, files_in, gallery_of, house_in
from tests.vendors_for_tests import picture_file

ROOT = Path(__file__).parents[2]
PAGE_BYTES = 4096
DISK_BYTES = 1 << 20
TRACED = "mkdir,fsync,fdatasync,rename,renameat,renameat2,pwrite64"


async def draw_one(folder: Path) -> None:
    """Order a picture, draw, store and settle it."""
    async with house_in(folder) as house:
        await house.order(caller("1"))
        await house.settle()


async def upload_one(folder: Path) -> None:
    """Keep an upload."""
    async with house_in(folder) as house:
        await gallery_of(house).keep(caller("1"), "mine.png", picture_file(folder, "mine"))


def die_after_storing() -> None:
    """Kill this process once bytes have got their name, before anything is written about them."""
    store = PictureFiles.store

    def last_store(self: PictureFiles, source: Path | bytes) -> StoredFile:
        store(self, source)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("a dead process goes on")

    PictureFiles.store = last_store  # type: ignore[method-assign]  # this process is a child of its own


def in_child(words: str, folder: Path, *before: str) -> int:
    """Run `words` of this module in a process of its own, prefixed by the command `before`; gives its exit code."""
    script = (
        "import asyncio, pathlib\n"
        "from tests.storage.test_durability import *\n"
        f"here = pathlib.Path({str(folder)!r})\n"
    )
    done = subprocess.run(
        [*before, sys.executable, "-c", script + words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode


def stored_files(folder: Path) -> list[Path]:
    """The files that lie under their hash."""
    return [path for path in files_in(folder / "pictures") if len(path.parent.name) == 2]


@pytest.mark.slow
async def test_a_kill_between_the_name_and_the_row_loses_no_paid_picture(tmp_path: Path) -> None:
    """The next process takes the sealed answer up: one row, one charge, and the vendor is not asked again."""
    killed = in_child("die_after_storing()\nasyncio.run(draw_one(here))", tmp_path)
    [stored] = stored_files(tmp_path)

    async with house_in(tmp_path) as house:
        assert await house.rows(pictures) == []
        await house.live()

        assert killed == -signal.SIGKILL
        assert house.vendor.asked == []
        [row] = await house.rows(pictures)
        assert house.life.shelf.path(row.sha256) == stored
        assert await house.money(row.job) == ("done", PICTURE, PICTURE)
        assert len(house.platform.posts) == 1
        await house.assert_sound()
        await house.restart()
        await house.live()
        assert len(await house.rows(pictures)) == 1
    assert stored_files(tmp_path) == [stored]


async def test_a_kill_in_an_upload_leaves_an_orphan_that_is_collected(tmp_path: Path) -> None:
    """Nobody was told of it, so it goes after its first day, and its working folder with it."""
    assert in_child("die_after_storing()\nasyncio.run(upload_one(here))", tmp_path) == -signal.SIGKILL
    [orphan] = stored_files(tmp_path)

    async with house_in(tmp_path) as house:
        gallery = gallery_of(house)
        await gallery.clear_up()
        assert orphan.exists()
        house.clock.advance(DAY_SECONDS)
        await gallery.clear_up()

        assert await house.rows(pictures) == []
        assert files_in(tmp_path / "pictures") == []
        assert list((tmp_path / "pictures" / "incoming").iterdir()) == []


@dataclass(frozen=True)
class Step:
    """A system call that succeeded: its text, and the lines of the trace where it began and ended."""

    text: str
    began: int
    ended: int


def steps_of(trace: str) -> list[Step]:
    """Read what strace wrote; a call that another thread interrupted ends on a later line."""
    begun: dict[str, tuple[int, str]] = {}
    steps = []
    for number, line in enumerate(trace.splitlines()):
        thread, _, text = line.partition(" ")
        text = text.strip()
        if text.endswith("<unfinished ...>"):
            begun[thread] = number, text
        elif resumed := re.match(r"<\.\.\. \w+ resumed>", text):
            start, first = begun.pop(thread)
            steps.append(Step(first.removesuffix("<unfinished ...>") + text[resumed.end() :], start, number))
        else:
            steps.append(Step(text, number, number))
    return [step for step in steps if re.search(r"\) = (?!-)\d", step.text)]


def first(steps: list[Step], pattern: str, *, after: Step | None = None) -> Step:
    """Find the first step that matches and began after another one ended."""
    for step in steps:
        if (after is None or step.began > after.ended) and re.search(pattern, step.text):
            return step
    raise AssertionError(f"no {pattern} after {after.text[:200] if after else 'the start'}")


def test_bytes_reach_the_disk_before_the_row_and_the_row_before_the_charge(tmp_path: Path) -> None:
    """fsync of the file, rename, fsync of its folder, COMMIT of the row; then COMMIT of the settlement."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    watch = [strace, "-f", "-y", "-s", "20000", "-e", f"trace={TRACED}", "-o", str(trace)]
    in_child("asyncio.run(draw_one(here))", tmp_path, *watch)
    [stored] = stored_files(tmp_path)
    sha256, steps = stored.parent.name + stored.name, steps_of(trace.read_text(errors="replace"))

    named = first(steps, rf'rename\w*\(.*"[^"]*{stored.parent.name}/{stored.name}"')
    part = re.search(r'"([^"]*/parts/[^"]+)"', named.text)
    assert part
    written = first(steps, rf"fsync\(\d+<{re.escape(part[1])}>\)")
    home = first(steps, rf'mkdir\("{re.escape(str(stored.parent))}"')
    home_kept = first(steps, rf"fsync\(\d+<{re.escape(str(tmp_path / 'pictures'))}>\)", after=home)
    assert written.ended < named.began
    assert home_kept.ended < named.began
    folder_kept = first(steps, rf"fsync\(\d+<{re.escape(str(stored.parent))}>\)", after=named)
    row = first(steps, rf"pwrite64\(\d+<[^>]*-wal>.*{sha256}")
    assert folder_kept.ended < row.began
    committed = first(steps, r"f(data)?sync\(\d+<[^>]*-wal>\)", after=row)
    settled = first(steps, r"pwrite64\(\d+<[^>]*-wal>.*close:0+")
    assert committed.ended < settled.began
    first(steps, r"f(data)?sync\(\d+<[^>]*-wal>\)", after=settled)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """The pictures' folder as a disk of its own, of one megabyte and few files."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    options = f"size={DISK_BYTES},nr_inodes=400,mode=700"
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(folder)], check=True, timeout=10)
    yield folder
    subprocess.run(["umount", str(folder)], check=True, timeout=10)


def fill(disk: Path, *, pages_left: int) -> Path:
    """Leave so many pages free."""
    filler = disk / "filler"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    filler.write_bytes(bytes(free - pages_left * PAGE_BYTES))
    return filler


def use_up_files(disk: Path, *, files_left: int) -> Path:
    """Leave so many files free."""
    filler = disk / "many"
    filler.mkdir()
    for number in range(os.statvfs(disk).f_favail - files_left):
        (filler / str(number)).touch()
    return filler


def empty(filler: Path) -> None:
    """Make room."""
    if filler.is_dir():
        shutil.rmtree(filler)
    else:
        filler.unlink()


def assert_nothing_is_half(disk: Path) -> None:
    """Whatever lies under a hash has that hash, and nothing is being written."""
    for path in stored_files(disk.parent):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.parent.name + path.name
    assert files_in(disk / "parts") == []


def test_a_full_disk_takes_nothing_half_and_works_again(disk: Path) -> None:
    """StorageFull; every file that has a name is whole; with room again the same bytes are stored."""
    files = PictureFiles(disk)
    before = files.store(b"x" * 100_000)
    filler = fill(disk, pages_left=20)

    for _ in range(3):
        with pytest.raises(StorageFull):
            files.store(b"y" * 200_000)
        assert_nothing_is_half(disk)
    filler.unlink()
    after = files.store(b"y" * 200_000)

    assert files.path(before.sha256).read_bytes() == b"x" * 100_000
    assert files.path(after.sha256).stat().st_size == 200_000
    assert_nothing_is_half(disk)


ROOMS: list[tuple[Any, dict[str, int]]] = [
    *((fill, {"pages_left": pages}) for pages in range(5)),
    *((use_up_files, {"files_left": left}) for left in range(7)),
]
FEW_ROOMS = [ROOMS[0], ROOMS[1], ROOMS[5], ROOMS[6]]


@pytest.mark.parametrize("room", few(ROOMS, FEW_ROOMS))
async def test_a_job_on_a_full_disk_ends_in_an_answer_and_charges_nothing_for_nothing(
    disk: Path, room: tuple[Any, dict[str, int]]
) -> None:
    """Wherever the room ends: a picture that is whole and paid, or a sentence and no charge. Then all is well again."""
    use_up, left = room
    async with house_in(disk.parent) as house:
        filler = use_up(disk, **left)
        card = await house.order(caller("1"))
        await house.live()

        state, charged, _ = await house.money(card.id)
        assert (state, charged) in {("done", PICTURE), ("failed", 0), ("lost", 0)}
        assert_nothing_is_half(disk)
        await house.assert_sound()
        assert len(house.vendor.bills) <= 1

        empty(filler)
        again = await house.order(caller("2"))
        await house.live()
        assert (await house.money(again.id))[:2] == ("done", PICTURE)
        assert_nothing_is_half(disk)


@pytest.mark.parametrize(("use_up", "left"), FEW_ROOMS)
async def test_an_upload_on_a_full_disk_is_refused_in_a_sentence(
    disk: Path, use_up: Any, left: dict[str, int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Nothing of it stays, and it works when there is room."""
    upload = picture_file(tmp_path_factory.mktemp("elsewhere"), "mine", side=200)
    async with house_in(disk.parent) as house:
        filler = use_up(disk, **left)
        with pytest.raises(Refusal) as refusal:
            await gallery_of(house).keep(caller("1"), "mine.png", upload)
        assert refusal.value.key == "storage_full"
        assert await house.rows(pictures) == []
        assert stored_files(disk.parent) == []
        assert_nothing_is_half(disk)

        empty(filler)
        await gallery_of(house).keep(caller("2"), "mine.png", upload)
        assert len(stored_files(disk.parent)) == 1
        assert await house.rows(jobs) == await house.rows(calls) == []
