"""Pictures come back whole, in order and with their true cost, however the server writes its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.core.errors import OutcomeUnknown, VendorFailed
from bot.core.ports import Usage
from bot.vendors.openai.answers import AnswerCollector
from bot.vendors.openai.usage import usage_of
from tests.vendors.openai.desk import Desk, Told, look

STYLES = [
    "draws",
    "escaped",
    "line_breaks",
    "prefixed",
    "url_safe",
    "unpadded",
    "usage_first",
    "detailed_usage",
]


@pytest.mark.parametrize("scene", [*STYLES, "linked", "heavy", "renamed_usage"])
async def test_every_way_to_write_a_picture_is_understood(desk: Desk, scene: str) -> None:
    """Several pictures arrive as files under their numbers, with the bill that the vendor has in its books."""
    desk.simulator.plan(scene)

    drawing = await desk.vendor().draw(desk.order(count=3, index=4, width=1536))

    assert [picture.path.name for picture in drawing.pictures] == ["4.png", "5.png", "6.png"]
    looks = [look(picture.path) for picture in drawing.pictures]
    assert {(each.kind, each.size) for each in looks} == {("PNG", (1536, 1024))}
    assert len({each.colour for each in looks}) == 3
    assert {picture.mime for picture in drawing.pictures} == {"image/png"}
    assert drawing.cost_nano == desk.simulator.bill_nano
    assert sorted(path.name for path in desk.order().folder.iterdir()) == ["4.png", "5.png", "6.png"]


async def test_a_call_can_be_found_at_the_vendor(desk: Desk) -> None:
    """Our id goes with the request and the vendor's comes with the drawing; no cookie is sent."""
    drawing = await desk.vendor().draw(desk.order(idempotency_key="call-1"))
    headers = desk.simulator.books[0].headers

    assert headers["x-client-request-id"] == "call00000000000000000001"
    assert headers["idempotency-key"] == "call-1"
    assert headers["user-agent"] == "easel"
    assert "cookie" not in headers
    assert drawing.request_id == "req_1"


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
async def test_files_are_named_by_what_they_are(desk: Desk, kind: str) -> None:
    """The kind of a picture is read from its bytes."""
    (picture,) = (await desk.vendor().draw(desk.order(format=kind))).pictures

    assert picture.mime == f"image/{kind}"
    assert look(picture.path).kind == kind.upper()


@pytest.mark.parametrize("is_edit", [False, True])
async def test_partial_pictures_are_told_while_it_draws(desk: Desk, *, is_edit: bool) -> None:
    """A stream tells its first byte and every partial picture, and its last picture is the drawing."""
    told = Told()
    references = (desk.picture(),) if is_edit else ()

    drawing = await desk.vendor().draw(desk.order(partials=2, references=references), told)

    assert desk.simulator.last.fields["partial_images"] == 2
    assert told.beginnings == 1
    assert [path.name for path in told.partials] == ["0-partial-1.png", "0-partial-2.png"]
    assert [look(path).size for path in told.partials] == [(1024, 1024)] * 2
    assert [picture.path.name for picture in drawing.pictures] == ["0.png"]
    assert drawing.cost_nano == desk.simulator.bill_nano


@pytest.mark.parametrize("scene", ["one_piece", "no_partials"])
async def test_a_stream_without_partial_pictures_is_as_good(desk: Desk, scene: str) -> None:
    """A server may answer in one piece, or be done before there is anything to show."""
    desk.simulator.plan(scene)
    told = Told()

    drawing = await desk.vendor().draw(desk.order(partials=3), told)

    assert (len(drawing.pictures), told.partials, told.beginnings) == (1, [], 1)


async def test_only_a_single_picture_is_streamed(desk: Desk) -> None:
    """Events do not say which picture they belong to, so several come in one piece."""
    await desk.vendor().draw(desk.order(partials=2, count=2))
    await desk.vendor(streams=False, partials_max=0, partials=0).draw(desk.order(partials=2))

    assert ["stream" in asked.wanted.fields for asked in desk.simulator.books if asked.wanted] == [
        False,
        False,
    ]


async def test_more_than_ordered_is_left_out(desk: Desk) -> None:
    """A server that gives more gives no picture that nobody ordered, and no file stays behind."""
    desk.simulator.plan("generous")

    drawing = await desk.vendor().draw(desk.order())

    assert len(drawing.pictures) == 1
    assert [path.name for path in desk.order().folder.iterdir()] == ["0.png"]


@pytest.mark.parametrize("scene", ["no_usage", "absurd_usage"])
async def test_usage_that_cannot_be_true_is_not_believed(desk: Desk, scene: str) -> None:
    """Without usage, or with numbers that no call can have, the cost is not known; the picture counts."""
    desk.simulator.plan(scene)

    drawing = await desk.vendor().draw(desk.order())

    assert (drawing.cost_nano, drawing.usage, len(drawing.pictures)) == (None, None, 1)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ({"input_tokens": 785, "input_tokens_details": {"image_tokens": 0, "text_tokens": 0}}, (0, 785)),
        ({"input_tokens": 0, "prompt_tokens": 785}, (0, 785)),
        (
            {
                "input_tokens": 0,
                "input_tokens_details": {"image_tokens": 0, "text_tokens": 0},
                "prompt_tokens": 785,
                "prompt_tokens_details": {"image_tokens": 768, "text_tokens": 17},
            },
            (17, 768),
        ),
        ({"input_tokens": 785, "input_tokens_details": {"image_tokens": 768, "text_tokens": 17}}, (17, 768)),
        ({"input_tokens": 785, "input_tokens_details": {"text_tokens": 17}}, (0, 785)),
        ({"input_tokens": 17, "input_tokens_details": {"image_tokens": 0, "text_tokens": 17}}, (17, 0)),
        ({"input_tokens": 0}, (0, 0)),
    ],
)
def test_zeros_of_names_that_a_gateway_does_not_use_are_no_usage(
    told: dict[str, Any], read: tuple[int, int]
) -> None:
    """Else the pictures that an edit sent along would be free, and the bill higher than what was charged."""
    for output in ({"output_tokens": 196}, {"output_tokens": 0, "completion_tokens": 196}):
        assert usage_of({**told, **output}, has_pictures=True) == Usage(*read, 196)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("gpt-image-1.5", "gpt-image-1.5"),
        ("a\\ud800\\u0000b\\n", "ab"),
        ("\\ud83d", None),
        ("x" * 900, "x" * 100),
    ],
)
async def test_a_name_that_cannot_be_written_costs_no_picture(
    desk: Desk, written: str, read: str | None
) -> None:
    """Half a character or a zero byte in the answer's `model` would stop every database after the bill."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"model": "%s", "data": [{"b64_json": "QUJD"}]}' % written.encode()

    answer = await AnswerCollector(desk.order(), None, {}).collect(pieces())

    assert len(answer.pictures) == 1
    assert answer.model == read


async def test_tokens_are_told_apart(desk: Desk) -> None:
    """Words, pictures sent and pictures drawn are counted by their kind; without details all output is picture."""
    drawing = await desk.vendor().draw(desk.order("two words", references=(desk.picture(),)))

    assert drawing.usage == Usage(text_in=10, image_in=1_024, image_out=196)


@pytest.mark.parametrize(
    ("scene", "partials"), [("cut", 0), ("cut", 2), ("silent_end", 1), ("page_200", 0), ("page_200", 2)]
)
async def test_an_answer_that_ends_early_is_unknown(desk: Desk, scene: str, partials: int) -> None:
    """A cut answer, a stream without its end and a page instead of an answer may all have been billed."""
    desk.simulator.plan(scene)

    with pytest.raises(OutcomeUnknown):
        await desk.vendor().draw(desk.order(partials=partials), Told())


@pytest.mark.parametrize("scene", ["draws", "linked"])
async def test_an_answer_that_cannot_be_written_is_unknown(desk: Desk, scene: str) -> None:
    """Without room for the picture it is paid for and not there."""
    order = desk.order()
    order.folder.rmdir()
    desk.simulator.plan(scene)

    with pytest.raises(OutcomeUnknown):
        await desk.vendor().draw(order)


async def test_an_empty_answer_that_used_nothing_failed(desk: Desk) -> None:
    """Where the vendor itself says that nothing was drawn, nothing was billed."""
    desk.simulator.plan("empty")

    with pytest.raises(VendorFailed):
        await desk.vendor().draw(desk.order())


async def test_a_slow_answer_is_waited_for(desk: Desk) -> None:
    """Before the first byte nothing is told, and nothing is given up."""
    desk.simulator.plan("held")
    told = Told()

    drawing = asyncio.create_task(desk.vendor().draw(desk.order(), told))
    await desk.simulator.reached.wait()
    before = told.beginnings
    desk.simulator.gate.set()

    assert len((await drawing).pictures) == 1
    assert (before, told.beginnings) == (0, 1)


async def test_a_cancelled_call_leaves_nothing_open(desk: Desk) -> None:
    """A call that is given up ends at once."""
    desk.simulator.plan("held")

    drawing = asyncio.create_task(desk.vendor().draw(desk.order()))
    await desk.simulator.reached.wait()
    drawing.cancel()

    with pytest.raises(asyncio.CancelledError):
        await drawing


async def test_many_heavy_pictures_at_once(desk: Desk) -> None:
    """Eight pictures of 12 MB come side by side."""
    vendor = desk.vendor()
    desk.simulator.plan(*["heavy"] * 8)

    drawings = await asyncio.gather(*(vendor.draw(desk.order(call=f"call{number}")) for number in range(8)))

    sizes = [picture.path.stat().st_size for drawing in drawings for picture in drawing.pictures]
    assert len(sizes) == 8
    assert min(sizes) > 11_900_000
