"""APIXO: how a size becomes a shape and a tier, both of its vocabularies, and what its answers can look like."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.catalogue import TierPrices
from bot.core.errors import (
    OutcomeUnknown,
    VendorAccount,
    VendorBusy,
    VendorError,
    VendorFailed,
    VendorRefused,
    VendorRejected,
)
from bot.core.prices import Tier
from bot.vendors.apixo import _fault, _not_taken, _result_urls, _shape
from bot.vendors.jsonapi import Answer
from tests.vendors.contract.bench import CATALOGUE, KINDS, Bench, bench_of
from tests.vendors.openai.desk import replace_fields

MODEL = CATALOGUE.model("gpt-image-2", "apixo")
TWO_K = ("2048x2048", "2304x1728", "2560x1440")
PRICES = TierPrices(
    per="tier",
    tiers=(
        Tier(name="1k", sizes=("1024x1024", "1536x864"), picture_nano=20_000_000),  # type: ignore[arg-type]  # written
        Tier(name="2k", sizes=TWO_K, picture_nano=30_000_000),  # type: ignore[arg-type]  # as in the file
    ),
)
LARGER = replace_fields(MODEL, prices=PRICES, sizes={"only": ("1024x1024", "1536x864", *TWO_K)})


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Open a bench."""
    async with bench_of(KINDS["apixo"], tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("size", "aspect", "resolution"),
    [
        ((1024, 1024), "1:1", "1k"),
        ((1536, 864), "16:9", "1k"),
        ((2048, 2048), "1:1", "2k"),
        ((2304, 1728), "4:3", "2k"),
        ((2560, 1440), "16:9", "2k"),
        ((0, 0), "auto", "1k"),
    ],
)
def test_a_size_becomes_a_shape_and_a_tier(
    size: tuple[int, int], aspect: str, resolution: str, tmp_path: Path
) -> None:
    """The nearest shape on offer, in the tier that the size is sold in."""
    order = Bench(KINDS["apixo"], None, tmp_path).order(width=size[0], height=size[1])

    assert _shape(order, LARGER) == {"aspect_ratio": aspect, "resolution": resolution}


async def test_what_is_asked_is_what_its_documentation_says(bench: Bench) -> None:
    """A look without a callback, a callback where we are reached, pictures by their addresses in order."""
    await bench.draw(bench.order("a fox"))
    await bench.draw(bench.order("a hen", references=2, callback="https://easel.example/callbacks/x/y"))

    assert [body for _, body in bench.simulator.asked] == [
        {
            "request_type": "async",
            "input": {
                "mode": "text-to-image",
                "prompt": "a fox",
                "aspect_ratio": "1:1",
                "resolution": "1k",
            },
        },
        {
            "request_type": "callback",
            "callback_url": "https://easel.example/callbacks/x/y",
            "input": {
                "mode": "image-to-image",
                "prompt": "a hen",
                "aspect_ratio": "1:1",
                "resolution": "1k",
                "image_urls": ["https://easel.example/shared/0", "https://easel.example/shared/1"],
            },
        },
    ]


async def test_without_an_address_nothing_is_asked(bench: Bench) -> None:
    """Pictures that it cannot fetch are never sent some other way."""
    with pytest.raises(VendorRejected):
        await bench.draw(bench.order(references=1, links=()))

    assert bench.simulator.asked == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("SensitiveContent", VendorRefused),
        ("SensitiveContentDetected", VendorRefused),
        ("InputImageSensitiveContentDetected", VendorRefused),
        ("InputOutputSensitiveContentDetected", VendorRefused),
        ("NSFW", VendorRefused),
        ("ProhibitedContentDetected", VendorRefused),
        ("CONTENT_VIOLATION", VendorRefused),
        ("NSFW_DETECTED", VendorRefused),
        ("PromptLengthExceeded", VendorRejected),
        ("PROMPT_TOO_LONG", VendorRejected),
        ("INVALID_PROMPT", VendorRejected),
        ("INVALID_IMAGE_URL", VendorRejected),
        ("IMAGE_TOO_LARGE", VendorRejected),
        ("UNSUPPORTED_FORMAT", VendorRejected),
        ("IMAGE_DOWNLOAD_FAILED", VendorFailed),
        ("PROCESSING_TIMEOUT", VendorFailed),
        ("MODEL_UNAVAILABLE", VendorFailed),
        ("GENERATION_FAILED", VendorFailed),
        ("INSUFFICIENT_CREDITS", VendorAccount),
    ],
)
def test_both_vocabularies_are_understood(code: str, kind: type[VendorError]) -> None:
    """Every code that either of its pages lists."""
    assert type(_fault(code, "")) is kind
    assert _fault(None, "no words that we know") is None


@pytest.mark.parametrize(
    ("status", "value", "kind"),
    [
        (200, {"code": 400, "message": "Insufficient credits", "data": None}, VendorAccount),
        (200, {"code": 402, "message": "", "data": None}, VendorAccount),
        (200, {"code": 429, "message": ""}, VendorBusy),
        (200, {"code": 400, "data": {"error": "PROMPT_TOO_LONG"}}, VendorRejected),
        (401, {"code": 1001, "message": "No."}, VendorAccount),
        (402, {"code": 0}, VendorAccount),
        (403, {"code": "FORBIDDEN"}, VendorAccount),
        (400, {"code": 400, "data": {"error": "SensitiveContent"}}, VendorRefused),
        (500, {"code": 500, "message": "Internal error"}, VendorFailed),
        (500, {"message": "Internal Server Error"}, OutcomeUnknown),
        (502, {"code": 502, "message": "Bad gateway"}, OutcomeUnknown),
        (503, {"code": 503}, VendorBusy),
        (503, {"message": "Service Unavailable"}, OutcomeUnknown),
        (301, {}, VendorAccount),
        (200, {}, OutcomeUnknown),
    ],
)
def test_the_code_in_the_body_and_the_status_are_both_read(
    status: int, value: dict[str, Any], kind: type[VendorError]
) -> None:
    """Its own code counts where it says something, else the status; a framework's words are not its own."""
    assert type(_not_taken(Answer(status, value, {}), value.get("code"))) is kind


@pytest.mark.parametrize(
    ("written", "urls"),
    [
        ('{"resultUrls":["https://a/1"]}', ["https://a/1"]),
        ({"resultUrls": ["https://a/1", 7]}, ["https://a/1"]),
        ("[]", []),
        ("{", []),
        ('"x"', []),
        (None, []),
    ],
)
def test_the_result_is_json_within_json(written: Any, urls: list[str]) -> None:
    """It is parsed twice, and whatever else stands there is no address."""
    assert _result_urls(written) == urls


async def test_a_task_of_somebody_else_is_no_news(bench: Bench) -> None:
    """A status that is not of this task changes nothing; a task that it does not know yet neither."""
    vendor: Any = bench.vendor()
    order = bench.order()
    ticket = await vendor.submit(order)

    assert (await vendor.collect(order, "task_unknown")).seconds > 0
    assert len((await vendor.collect(order, ticket)).pictures) == 1


def test_callbacks_are_read_and_never_believed() -> None:
    """Only the id in one is used; nonsense has none."""
    vendor: Any = Bench(KINDS["apixo"], type("S", (), {"base_url": "http://127.0.0.1:9/v1"}), Path()).vendor()

    assert vendor.heard({}, b'{"code":200,"data":{"taskId":"task_1","state":"success"}}') == "task_1"
    for body in (b"", b"[]", b'{"data":7}', b'{"data":{"taskId":{"a":1}}}', b'{"data":{"taskId":"\\n"}}'):
        assert vendor.heard({}, body) is None


async def test_a_lost_task_cannot_be_asked_for(bench: Bench) -> None:
    """It lists none, so nobody knows."""
    vendor: Any = bench.vendor()

    with pytest.raises(OutcomeUnknown):
        await vendor.find("call")
