"""What we send is what the official SDK sends for the same order, and the simulator answers both alike."""

from __future__ import annotations

import base64
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI

from bot.core.catalogue import Wire
from bot.core.errors import VendorFailed
from bot.core.ports import VendorOrder
from bot.vendors.openai.bodies import ask_of
from tests.doubles.openai_requests import SentFile
from tests.doubles.openai_simulator import KEY
from tests.vendors.openai.desk import Desk, model

NEW: dict[str, dict[str, Any]] = {
    "plain": {},
    "everything": {
        "quality": "high",
        "width": 2048,
        "height": 1152,
        "format": "webp",
        "background": "opaque",
    },
    "several": {"count": 4, "format": "jpeg"},
    "free size": {"width": 0, "height": 0, "quality": "auto"},
    "transparent": {"model": "gpt-image-2.5-flare", "background": "transparent", "quality": "max"},
    "words of the world": {"prompt": 'a “café” — 灯台 🏮\nsecond line \\ " & <b>'},
    "streamed": {"partials": 2},
}


@asynccontextmanager
async def sdk(desk: Desk) -> AsyncIterator[AsyncOpenAI]:
    """Open the official SDK; it must not repeat a paid request."""
    async with AsyncOpenAI(base_url=desk.simulator.base_url, api_key=KEY, max_retries=0) as client:
        yield client


def options(order: VendorOrder) -> dict[str, Any]:
    """Say in the SDK's words what is ordered."""
    found: dict[str, Any] = {
        "model": order.model,
        "prompt": order.prompt,
        "n": order.count,
        "size": f"{order.width}x{order.height}" if order.width else "auto",
        "quality": order.quality,
        "output_format": order.format,
    }
    if order.background != "auto":
        found["background"] = order.background
    if order.partials:
        found |= {"stream": True, "partial_images": order.partials}
    return found


@pytest.mark.parametrize("changes", NEW.values(), ids=NEW.keys())
async def test_a_new_picture_is_asked_for_as_by_the_sdk(desk: Desk, changes: dict[str, Any]) -> None:
    """The JSON has the same fields with the same values, and the SDK reads the simulator's answer."""
    order = desk.order(**changes)
    await desk.vendor().draw(order)
    async with sdk(desk) as client:
        answer = await client.images.generate(**options(order))
        kinds = [event.type async for event in answer] if order.partials else []

    ours, theirs = desk.simulator.books
    assert ours.wanted == theirs.wanted
    assert [ours.headers[name] for name in ("content-type", "authorization")] == [
        theirs.headers[name] for name in ("content-type", "authorization")
    ]
    if order.partials:
        assert kinds == ["image_generation.partial_image"] * 2 + ["image_generation.completed"]
    else:
        assert len(base64.b64decode(answer.data[-1].b64_json)) > 100
        assert len(answer.data) == order.count
        assert answer.usage.output_tokens == ours.wanted.output_tokens  # type: ignore[union-attr]  # it was understood


EDITS: dict[str, tuple[tuple[str, ...], bool, dict[str, Any]]] = {
    "one": (("png",), False, {}),
    "one with mask": (("png",), True, {}),
    "three": (("png", "jpeg", "webp"), False, {"count": 2, "quality": "high"}),
    "streamed": (("png", "png"), True, {"partials": 1}),
    "words of the world": (("webp",), False, {"prompt": 'make it 灯台 🏮\r\nand\n"bold"'}),
}


@pytest.mark.parametrize(("kinds", "has_mask", "changes"), EDITS.values(), ids=EDITS.keys())
async def test_an_edit_is_asked_for_as_by_the_sdk(
    desk: Desk, kinds: tuple[str, ...], changes: dict[str, Any], *, has_mask: bool
) -> None:
    """The form has the same texts, and the same files under the same names with their kinds."""
    references = tuple(desk.picture(f"{place}", kind) for place, kind in enumerate(kinds))
    mask = desk.picture("mask") if has_mask else None
    order = desk.order(references=references, mask=mask, **changes)
    sent = [
        (f"{place}.{kind}", path.read_bytes(), f"image/{kind}")
        for place, (path, kind) in enumerate(zip(references, kinds, strict=True))
    ]
    more: dict[str, Any] = {"mask": ("mask.png", mask.read_bytes(), "image/png")} if mask else {}

    await desk.vendor().draw(order)
    async with sdk(desk) as client:
        answer = await client.images.edit(image=sent[0] if len(sent) == 1 else sent, **options(order), **more)
        if order.partials:
            assert [event.type async for event in answer][-1] == "image_edit.completed"

    ours, theirs = (line.wanted for line in desk.simulator.books)
    assert ours is not None
    assert theirs is not None
    assert ours.fields == theirs.fields
    assert [named(file) for file in ours.files] == [named(file) for file in theirs.files]


def named(file: SentFile) -> tuple[str, bool, str, bytes]:
    """Say what matters of a file: its field, that it has a name, its kind and its bytes."""
    return file.field, bool(file.filename), file.mime, file.content


@pytest.mark.parametrize(
    ("style", "count", "field"),
    [
        ("by-count", 1, "image"),
        ("by-count", 2, "image[]"),
        ("image[]", 1, "image[]"),
        ("image[]", 2, "image[]"),
        ("image", 1, "image"),
        ("image", 2, "image"),
    ],
)
def test_files_are_named_as_the_catalogue_says(desk: Desk, style: str, count: int, field: str) -> None:
    """Servers differ in the field of pictures, so it is configuration."""
    references = tuple(desk.picture(str(place)) for place in range(count))

    ask = ask_of(desk.order(references=references), model(), Wire.model_validate({"picture_field": style}))

    heads = [part for part in ask.body.parts if isinstance(part, bytes) and b"filename=" in part]
    assert [f'name="{field}";'.encode() in head for head in heads] == [True] * count


async def test_a_server_may_differ_by_configuration(desk: Desk) -> None:
    """Paths, the model's name, moderation and fields to leave out are configuration."""
    wire = Wire(
        generations_path="images/generations?api-version=1", moderation="low", omits=("background", "quality")
    )
    await desk.vendor(wire=wire, sent_as="gpt-image-2.5-flare").draw(desk.order(background="opaque"))
    fields = desk.simulator.last.fields

    assert (fields["model"], fields["moderation"]) == ("gpt-image-2.5-flare", "low")
    assert not {"background", "quality"} & set(fields)
    assert desk.simulator.books[0].path == "/v1/images/generations"


async def test_bodies_are_made_in_pieces(desk: Desk) -> None:
    """Sixteen references of 10 MB pass through without being held, and their length is known before."""
    heavy = desk.folder / "heavy"
    with heavy.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.truncate(10 * 2**20)
    body = ask_of(desk.order(references=(heavy,) * 16), model(), Wire()).body
    size_bytes = 0
    tracemalloc.start()
    try:
        async for piece in body.pieces():
            assert not body.is_sent or len(piece) < 100
            size_bytes += len(piece)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert size_bytes == body.size_bytes > 16 * 10 * 2**20
    assert peak < 2_000_000
    assert body.is_sent


async def test_a_file_that_is_gone_costs_nothing(desk: Desk, tmp_path: Path) -> None:
    """Without its picture an edit is not sent."""
    with pytest.raises(VendorFailed):
        await desk.vendor().draw(desk.order(references=(tmp_path / "gone",)))

    assert not desk.simulator.books
