"""Picture work happens beside the event loop, and never holds more pixels than there is room for."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image

from bot.core.pictures import PictureRequest
from bot.core.ports import Drawing, DrawnPicture
from bot.storage import cleaning
from bot.storage.files import PictureFiles
from bot.storage.pool import PicturePool
from bot.storage.shelf import Shelf

LARGE = (3840, 2160)
PIXELS = 3840 * 2160
AT_ONCE = 2
ROOT = Path(__file__).parents[2]

MEASURE = """
import re, sys
from pathlib import Path
from bot.storage.cleaning import trim

def kilobytes(name):
    return int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

before = kilobytes("VmRSS")
trim(Path(sys.argv[1]), 3800, 2100)
print(kilobytes("VmHWM") - before)
"""


class Watch:
    """Counts the pixels that are decoded at one time; holds every decoder until another one is there."""

    def __init__(self) -> None:
        self.threads: set[str] = set()
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()
        self._company = threading.Barrier(AT_ONCE)

    def trim(self, path: Path, width: int, height: int) -> bytes:
        with self._lock:
            self._now += PIXELS
            self.most = max(self.most, self._now)
            self.threads.add(threading.current_thread().name.partition("_")[0])
        self._company.wait(20)
        with self._lock:
            self._now -= PIXELS
        return path.read_bytes()[:100] + path.name.encode()


async def test_eight_large_trims_never_hold_more_than_the_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two fit and run side by side; the others wait, although threads are free."""
    watch = Watch()
    monkeypatch.setattr(cleaning, "trim", watch.trim)
    pool = PicturePool(workers=8, pixels=AT_ONCE * PIXELS + PIXELS // 2)
    shelf = Shelf(PictureFiles(tmp_path / "pictures"), pool, tmp_path / "cache")
    picture = tmp_path / "large.png"
    Image.new("RGB", LARGE).save(picture)
    request = PictureRequest(
        prompt="",
        vendor="v",
        model="m",
        quality="low",
        width=3840,
        height=2160,
        trim_width=3800,
        trim_height=2100,
    )
    drawing = Drawing((DrawnPicture(picture, "image/png"),))

    try:
        await asyncio.gather(*(shelf.keep(request, drawing) for _ in range(8)))
    finally:
        pool.close()

    assert watch.most == AT_ONCE * PIXELS
    assert watch.threads == {"pictures"}


@pytest.mark.parametrize(("kind", "times"), [("png", 2.5), ("jpeg", 2.5), ("webp", 6.5)])
def test_one_large_picture_is_decoded_and_encoded_in_bounded_memory(
    tmp_path: Path, kind: str, times: float
) -> None:
    """Trimming a 4K picture costs its pixels twice; the encoder of WebP alone takes four times that."""
    picture = tmp_path / f"large.{kind}"
    Image.linear_gradient("L").resize(LARGE).convert("RGB").save(picture)

    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, str(picture)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )

    assert 0 < int(measured.stdout) * 1024 < times * 4 * PIXELS


async def test_the_event_loop_goes_on_while_pictures_are_worked_on(tmp_path: Path) -> None:
    """Describing, cleaning, checking, trimming, shrinking: none of it runs in the loop's own thread."""
    seen: set[str] = set()
    original = Image.open

    def watched(*arguments: object, **options: object) -> object:
        seen.add(threading.current_thread().name.partition("_")[0])
        return original(*arguments, **options)  # type: ignore[arg-type]  # passed through

    upload = tmp_path / "upload.png"
    mask = Image.new("RGBA", (64, 40), (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (4, 4, 9, 9))
    mask.save(upload)
    pool = PicturePool()
    shelf = Shelf(PictureFiles(tmp_path / "pictures"), pool, tmp_path / "cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Image, "open", watched)
        _, stored = await shelf.keep_upload(upload, "upload-1")
        await shelf.check_mask(stored.sha256, stored.sha256)
        await shelf.thumbnail(stored.sha256)
        await shelf.describe(shelf.path(stored.sha256))
    pool.close()

    assert seen == {"pictures"}
