"""The simulated OpenAI is as strict as the real one, and keeps its own books."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from tests.doubles.openai_simulator import KEY
from tests.vendors.openai.desk import Desk, Told

PLAIN = {"model": "gpt-image-2", "prompt": "a lighthouse"}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "unknown field": ({"steps": 3}, "steps"),
    "response_format": ({"response_format": "b64_json"}, "response_format"),
    "model that is gone": ({"model": "dall-e-3"}, "model"),
    "no prompt": ({"prompt": ""}, "prompt"),
    "long prompt": ({"prompt": "x" * 32_001}, "prompt"),
    "eleven": ({"n": 11}, "n"),
    "text for a number": ({"n": "1"}, "n"),
    "quality of another model": ({"quality": "max"}, "quality"),
    "transparent": ({"background": "transparent"}, "background"),
    "transparent jpeg": (
        {"model": "gpt-image-2.5-flare", "background": "transparent", "output_format": "jpeg"},
        "background",
    ),
    "compressed png": ({"output_compression": 50}, "output_compression"),
    "partial pictures without a stream": ({"partial_images": 1}, "partial_images"),
    "not a multiple of 16": ({"size": "1920x1080"}, "size"),
    "too small": ({"size": "512x512"}, "size"),
    "too long": ({"size": "4096x2048"}, "size"),
    "too narrow": ({"size": "3520x1024"}, "size"),
    "too large": ({"size": "3840x3840"}, "size"),
}


async def post(desk: Desk, path: str, key: str = KEY, **content: Any) -> httpx2.Response:
    """Ask the simulator directly."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        headers = {"Authorization": f"Bearer {key}"}
        return await client.post(f"{desk.simulator.base_url}/images/{path}", headers=headers, **content)


@pytest.mark.parametrize(("changes", "param"), BAD.values(), ids=BAD.keys())
async def test_a_wrong_field_is_refused(desk: Desk, changes: dict[str, Any], param: str) -> None:
    """The answer is a 400 that names the field, and nothing is due."""
    answer = await post(desk, "generations", json={**PLAIN, **changes})

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert desk.simulator.bill_nano == 0


PNG = "image/png"
FORMS: dict[str, list[tuple[str, tuple[str | None, str, str]]]] = {
    "the same field twice": [("image", ("a.png", "first", PNG)), ("image", ("b.png", "first", PNG))],
    "no picture": [("mask", ("m.png", "first", PNG))],
    "bytes of no kind": [("image", ("a.bin", "first", "application/octet-stream"))],
    "a file without a name": [("image", (None, "first", PNG))],
    "a mask of another size": [("image", ("a.png", "first", PNG)), ("mask", ("m.png", "other", PNG))],
    "a field that takes no file": [("image", ("a.png", "first", PNG)), ("photo", ("b.png", "first", PNG))],
    "no picture at all inside": [("image", ("a.png", "nothing", PNG))],
}


@pytest.mark.parametrize("parts", FORMS.values(), ids=FORMS.keys())
async def test_a_wrong_form_is_refused(
    desk: Desk, parts: list[tuple[str, tuple[str | None, str, str]]]
) -> None:
    """Files have names, kinds and fields of their own; what is no picture is refused."""
    contents = {
        "first": desk.picture().read_bytes(),
        "other": desk.picture("other", size=(8, 8)).read_bytes(),
        "nothing": b"\x89PNG",
    }
    files = [(field, (name, contents[key], mime)) for field, (name, key, mime) in parts]

    answer = await post(desk, "edits", data=PLAIN, files=files)

    assert answer.status_code == 400
    assert desk.simulator.bill_nano == 0


async def test_a_wrong_key_is_refused(desk: Desk) -> None:
    """Without the key nothing is drawn."""
    answer = await post(desk, "generations", key="sk-other", json=PLAIN)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")


@pytest.mark.parametrize(
    ("model", "size", "quality", "tokens"),
    [
        ("gpt-image-2", "1024x1024", "low", 196),
        ("gpt-image-2", "1536x1024", "high", 5_488),
        ("gpt-image-2", "2880x2880", "medium", 5_930),
        ("gpt-image-2.5-flare", "1920x1088", "medium", 344),
        ("gpt-image-2.5-sunburst", "3840x2160", "max", 13_342),
    ],
)
async def test_it_bills_by_the_published_table(
    desk: Desk, model: str, size: str, quality: str, tokens: int
) -> None:
    """Tokens are those of the vendor's own calculator, each picture's and with those of partial pictures."""
    await post(desk, "generations", json={**PLAIN, "model": model, "size": size, "quality": quality, "n": 2})
    wanted = desk.simulator.last

    assert wanted.output_tokens == 2 * tokens
    assert desk.simulator.bill_nano == 10 * 5_000 + 2 * tokens * 30_000


async def test_a_prompt_can_name_a_scene(desk: Desk) -> None:
    """Where tests cannot plan, words decide; what was planned comes first."""
    words = {**PLAIN, "prompt": "a lighthouse [blocked_input]"}
    desk.simulator.plan("draws")

    found = [(await post(desk, "generations", json=words)).status_code for _ in range(2)]

    assert found == [200, 400]
    assert [line.scene for line in desk.simulator.books] == ["draws", "blocked_input"]


async def test_a_prompt_can_name_scenes_in_turn(desk: Desk) -> None:
    """Each request with these words plays the next one, and the last stays."""
    words = {**PLAIN, "prompt": "a lighthouse [fails] [busy] [draws]"}

    found = [(await post(desk, "generations", json=words)).status_code for _ in range(4)]

    assert found == [500, 429, 200, 200]


async def test_an_answer_can_stop_halfway(desk: Desk) -> None:
    """The partial picture is there while the rest waits at the gate."""
    told = Told()
    drawing = asyncio.create_task(
        desk.vendor().draw(desk.order("a lighthouse [half_held]", partials=1), told)
    )
    await desk.simulator.reached.wait()
    while not told.partials:
        assert not drawing.done()
        await asyncio.sleep(0.01)

    desk.simulator.gate.set()

    assert len((await drawing).pictures) == 1
