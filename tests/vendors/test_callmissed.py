"""CallMissed: pictures as base64 in JSON, few fields, keys, another model in the place of the one that was asked."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.catalogue import Wire
from bot.core.errors import OutcomeUnknown, VendorFailed, VendorRejected
from bot.losses import STAYS_HIDDEN
from bot.vendors.openai.bodies import ask_of
from tests.vendors.contract.bench import CATALOGUE, KINDS, Bench, bench_of

MODEL = CATALOGUE.model("gpt-image-2", "callmissed")
WIRE: Wire = CATALOGUE.vendor("callmissed").wire


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Open a bench."""
    async with bench_of(KINDS["callmissed"], tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("changes", "size"),
    [({}, {"size": "1024x1024"}), ({"width": 0, "height": 0, "quality": "auto"}, {})],
    ids=["with a size", "auto"],
)
async def test_only_what_it_documents_is_sent(
    bench: Bench, changes: dict[str, Any], size: dict[str, str]
) -> None:
    """No quality, background or format; "auto" is said by leaving it out."""
    await bench.draw(bench.order("a fox", count=2, **changes))

    assert bench.simulator.last.fields == {"model": "gpt-image-2", "prompt": "a fox", "n": 2, **size}


@pytest.mark.parametrize("weights", [(1,), (2, 3), (255 * 1024, 255 * 1024 + 1, 600_000)])
async def test_references_are_written_in_pieces(bench: Bench, weights: tuple[int, ...]) -> None:
    """Each file is one text of base64, whatever its length; the length that was announced is the length sent."""
    paths = []
    for number, weight in enumerate(weights):
        path = bench.folder / f"file {number}"
        path.write_bytes(bytes(n % 251 for n in range(weight)))
        paths.append(path)
    ask = ask_of(replace(bench.order('a "fox"'), references=tuple(paths)), MODEL, WIRE)

    pieces = [piece async for piece in ask.body.pieces()]

    sent = json.loads(b"".join(pieces))
    assert [b64decode(text) for text in sent["reference_images"]] == [path.read_bytes() for path in paths]
    assert sent["prompt"] == 'a "fox"'
    assert sum(map(len, pieces)) == ask.body.size_bytes
    assert max(map(len, pieces)) <= 340 * 1024
    assert ask.path == "images/generations"


async def test_a_file_that_is_gone_is_noticed_before(bench: Bench) -> None:
    """Nothing is sent without it."""
    with pytest.raises(VendorFailed):
        await bench.draw(replace(bench.order(), references=(bench.folder / "gone",)))

    assert bench.asked == 0


async def test_another_model_is_noted(bench: Bench) -> None:
    """Where the answer names the model that drew, it is a fact of the call."""
    bench.simulator.plan("cm_fallback", "draws")

    first, second = await bench.draw(bench.order()), await bench.draw(bench.order())

    assert (first.served_by, second.served_by) == ("gpt-image-1.5", None)


async def test_a_key_replays_its_answer(bench: Bench) -> None:
    """The same order under the same key is billed once; where nothing is kept the outcome stays hidden for good."""
    order = bench.order(idempotency_key="key-1")
    await bench.draw(order)
    await bench.draw(order)
    assert (bench.simulator.replays, bench.bill_nano) == (1, 260_416_667)

    bench.simulator.keeps_nothing = True
    with pytest.raises(OutcomeUnknown) as raised:
        await bench.draw(order)
    assert raised.value.reason in STAYS_HIDDEN


async def test_what_does_not_fit_its_schema_is_rejected(bench: Bench) -> None:
    """It says so in the words of its framework, a list of `detail`, before anything is charged."""
    with pytest.raises(VendorRejected):
        await bench.draw(bench.order("x" * 4_001))

    assert bench.bill_nano == 0
