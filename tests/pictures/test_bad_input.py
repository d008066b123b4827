"""Bad input, from the line or the file to the answer: a sentence that helps, and nothing charged, held or queued."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.core.catalogue import Catalogue
from bot.core.errors import BadPicture, Refusal
from bot.core.front import Incoming, Uploaded
from bot.core.replies import Reply
from bot.gallery import EaselGallery
from bot.reception import Reception
from bot.storage.schema import calls, entries, inputs, jobs, pictures
from commands import COMMANDS
from config import load
from tests.flows.house import House
from tests.flows.world import Terms, caller
from tests.pictures.furnished import files_in, gallery_of, house_in

SENTENCE_CHARACTERS_MAX = 200
MANY = 30_000


class ShippedTerms(Terms):
    """Every model that Easel ships with, whether or not there is a key."""

    def catalogue(self) -> Catalogue:
        return load({}).catalogue


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_in(tmp_path, terms=ShippedTerms(allowance="100000")) as opened:
        yield opened


class Guest:
    """Somebody who writes lines and attaches files."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.gallery: EaselGallery = gallery_of(house)
        studio = house.life.studio
        self._front = Reception(COMMANDS, studio, self.gallery, quote=studio.quote)
        self._events = 0

    async def say(self, text: str, *attachments: Uploaded, picture: str | None = None) -> Reply:
        self._events += 1
        who = caller(f"event-{self._events}")
        return await self._front.receive(Incoming(text, who, attachments, picture))

    async def attach(self, name: str, content: bytes) -> Uploaded:
        self._events += 1
        upload = self.house.site.folder / "upload"
        upload.write_bytes(content)
        try:
            return await self.gallery.keep(caller(f"event-{self._events}"), name, upload)
        finally:
            upload.unlink()

    async def assert_refused(self, answer: Reply | Refusal, *words: str) -> None:
        """Assert that this is one short sentence with these words, and that it changed nothing."""
        text = answer.text if isinstance(answer, Reply) else str(answer)
        if isinstance(answer, Reply):
            assert answer.kind in {"refusal", "question"}, text
            assert answer.private
        assert len(text) < SENTENCE_CHARACTERS_MAX, text
        for word in words:
            assert word in text
        for table in (jobs, calls, inputs, entries):
            assert await self.house.rows(table) == []


@pytest.fixture
def guest(house: House) -> Guest:
    return Guest(house)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def animated_gif() -> bytes:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue", "lime")]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=80)


def truncated_jpeg() -> bytes:
    whole = encoded(Image.effect_noise((300, 200), 90).convert("RGB"), "JPEG")
    return whole[: len(whole) // 2]


def bomb() -> bytes:
    """A whole, valid PNG of 900 million pixels, made row by row; it is about a hundred kilobytes."""
    packer, packed = zlib.compressobj(9), bytearray()
    rows = bytes(1 + MANY // 8) * 100
    for _ in range(MANY // 100):
        packed += packer.compress(rows)
    packed += packer.flush()
    header = struct.pack(">IIBBBBB", MANY, MANY, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in ((b"IHDR", header), (b"IDAT", bytes(packed)), (b"IEND", b""))
    )


LOGIN_PAGE = b"<!DOCTYPE html>\n<html lang=en><head><title>Sign in</title></head><body>Sign in</body></html>"
DRAWING = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/imagine", ["what to draw", "/imagine"]),
        ("/imagine     ", ["what to draw"]),
        ("/imagine " + "x" * 32_001, ["prompt", "32000"]),
        ("/imagine \x00\x00", ["what to draw"]),
        ("/imagine \ud800\udfff\udc00", ["what to draw"]),
        ("/imagine \u202e\u2066\u200f", ["what to draw"]),
        ("/imagine a fox --size 5000x100", ["5000x100", "too long and narrow", "nearest"]),
        ("/imagine a fox --size banana", ["size", "banana", "1920x1080"]),
        ("/imagine a fox --model dall-e-9", ["dall-e-9", "gpt-image-2", "/models"]),
        ("/imagine a fox --model " + "m" * 64, ["m" * 30, "gpt-image-2", "/models"]),
        ("/imagine a fox --count 0", ["count", "from 1 to 10"]),
        ("/imagine a fox --count 11", ["count", "from 1 to 10"]),
        ("/imagine a fox --count -1", ["count", "from 1 to 10"]),
        ("/imagine a fox --count many", ["count", "many", "from 1 to 10"]),
        ("/imagine a fox --quality ultra", ["quality", "ultra", "low, medium, high"]),
        ("/imagine a fox --format tiff", ["format", "tiff", "png, jpeg, webp"]),
        (
            "/imagine a fox --model sketch --background transparent --format jpeg",
            ["jpeg", "transparent", "png or webp"],
        ),
        ("/imagine a fox --background transparent", ["transparent background", "--model"]),
        ("/edit --picture 999/1 make it night", ["999", "/history"]),
        ("/edit --picture " + "0" * 24 + " make it night", ["picture", "/history"]),
    ],
)
async def test_a_bad_line_is_answered_in_a_sentence(guest: Guest, line: str, words: list[str]) -> None:
    """It names the field and what is allowed."""
    await guest.assert_refused(await guest.say(line), *words)


async def test_invisible_characters_never_reach_a_prompt(guest: Guest) -> None:
    """NUL, lone surrogates and overrides of the direction are left out of what is drawn, and change no price."""
    await guest.say("/imagine a \x00\x01red\ud83d \u202efox\u2066 in\u200b a teacup\x1b[31m")

    [card] = await guest.house.life.studio.history(caller("look"))
    assert card.request.prompt == "a red fox in a teacup[31m"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("holiday.png", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", ["a PDF", "PNG or JPEG"]),
        ("layers.psd", lambda: b"8BPS\x00\x01" + bytes(200), ["a Photoshop file", "PNG or JPEG"]),
        ("logo.svg", lambda: DRAWING, ["an SVG drawing", "PNG or JPEG"]),
        ("photo.jpg", lambda: LOGIN_PAGE, ["a web page", "PNG or JPEG"]),
        ("cut.jpg", truncated_jpeg, ["damaged or cut off", "PNG or JPEG"]),
        ("huge.png", bomb, ["50 million pixels", "Scale it down"]),
        ("nothing.png", lambda: b"", ["empty"]),
        ("noise.png", lambda: bytes(range(256)), ["kind of file", "PNG or JPEG"]),
        ("heavy.png", lambda: encoded(Image.new("1", (8, 8)), "PNG") + bytes(26_000_000), ["25 MB"]),
    ],
)
async def test_a_bad_file_is_refused_in_a_sentence(
    guest: Guest, name: str, content: Callable[[], bytes], words: list[str]
) -> None:
    """By what it is, whatever it is called; nothing of it is kept."""
    with pytest.raises(BadPicture) as refusal:
        await guest.attach(name, content())

    await guest.assert_refused(refusal.value, *words)
    assert await guest.house.rows(pictures) == []
    assert files_in(guest.house.site.folder / "pictures") == []


async def test_a_moving_picture_is_taken_as_its_first_frame(guest: Guest) -> None:
    """That is said, and costs nothing."""
    taken = await guest.attach("dance.gif", animated_gif())

    assert (taken.converted_from, taken.width, taken.height) == ("GIF", 20, 10)
    assert await guest.house.rows(entries) == []


def holed(size: tuple[int, int], alpha: int) -> bytes:
    mask = Image.new("RGBA", size, (0, 0, 0, 255))
    mask.paste((0, 0, 0, alpha), (2, 2, 9, 9))
    return encoded(mask, "PNG")


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (holed((40, 30), 0), ["mask is 40x30", "picture is 60x40"]),
        (holed((60, 40), 255), ["no transparent place"]),
        (holed((60, 40), 1), ["no transparent place"]),
        (encoded(Image.new("RGB", (60, 40)), "JPEG"), ["no transparent place"]),
    ],
)
async def test_a_mask_that_does_not_fit_is_refused(guest: Guest, mask: bytes, words: list[str]) -> None:
    """Of another size, or with nothing that is fully transparent."""
    photo = await guest.attach("photo.png", encoded(Image.new("RGB", (60, 40), "navy"), "PNG"))
    attached = await guest.attach("mask.png", mask)

    reply = await guest.say("/edit make it night", attached, picture=photo.picture)

    await guest.assert_refused(reply, *words)


async def test_a_mask_needs_a_picture(guest: Guest) -> None:
    """A mask alone, and two masks, are refused."""
    mask = await guest.attach("mask.png", holed((60, 40), 0))
    other = await guest.attach("mask 2.png", holed((60, 41), 0))

    await guest.assert_refused(await guest.say("/imagine a fox", mask), "mask needs a picture")
    await guest.assert_refused(await guest.say("/imagine a fox", mask, other), "one mask")


async def test_seventeen_references_are_too_many(guest: Guest) -> None:
    """Sixteen is the most of any model; for fewer, a model that can is named."""
    photo = await guest.attach("photo.png", encoded(Image.new("RGB", (60, 40), "navy"), "PNG"))

    await guest.assert_refused(await guest.say("/imagine a fox", *[photo] * 17), "17 pictures", "takes 16")
    reply = await guest.say("/imagine a fox --model sketch", *[photo] * 5)
    await guest.assert_refused(reply, "5 pictures", "gpt-image-2")


@pytest.mark.parametrize("person", ["bob"])
async def test_a_private_picture_of_somebody_else_is_unknown(guest: Guest, person: str) -> None:
    """An upload is its owner's alone: for others it is as if there were none."""
    photo = await guest.attach("photo.png", encoded(Image.new("RGB", (60, 40), "navy"), "PNG"))
    front = Reception(COMMANDS, guest.house.life.studio, guest.gallery)

    reply = await front.receive(Incoming("make it night", caller("x", person), picture=photo.picture))

    await guest.assert_refused(reply, "no such picture")
