"""Runflow: bodies of its models, uploads in three steps, every shape, costs, signatures, looking for runs."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.core.catalogue import VendorAccess
from bot.core.errors import (
    OutcomeUnknown,
    VendorAccount,
    VendorBusy,
    VendorError,
    VendorRejected,
    VendorUnreachable,
)
from bot.core.ports import ForgedCallback, StillDrawing
from bot.vendors import VendorSetup
from bot.vendors.jsonapi import Answer, object_in
from bot.vendors.runflow import Runflow, _nano, _not_taken, _urls
from tests.doubles.runflow_simulator import KEY, SECRET, Shape
from tests.doubles.task_server import Task
from tests.vendors.contract.bench import CATALOGUE, KINDS, Bench, bench_of
from tests.vendors.openai.desk import Threads


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Open a bench."""
    async with bench_of(KINDS["runflow"], tmp_path) as opened:
        yield opened


async def test_what_is_asked_is_what_its_documentation_says(bench: Bench) -> None:
    """Fields within `input`, width and height in numbers, our reference, and where to call back."""
    order = bench.order("a fox", count=3, callback="https://easel.example/callbacks/x/y", format="webp")
    await bench.draw(order)

    [(path, body)] = bench.simulator.asked
    assert path == "/v1/models/openai/gpt-image-2/runs"
    assert body == {
        "input": {
            "prompt": "a fox",
            "num_images": 3,
            "output_format": "webp",
            "quality": "low",
            "image_size": {"width": 1024, "height": 1024},
        },
        "client_ref": order.call,
        "callback_url": "https://easel.example/callbacks/x/y",
    }


@pytest.mark.parametrize(
    ("model", "changes", "path", "fields"),
    [
        (
            "gpt-image-1.5",
            {"background": "transparent", "quality": "high"},
            "openai/gpt-image-1.5",
            {
                "num_images": 1,
                "output_format": "png",
                "quality": "high",
                "background": "transparent",
                "image_size": "1024x1024",
            },
        ),
        (
            "flux-1.1-pro",
            {"quality": "standard", "format": "jpeg"},
            "black-forest-labs/flux-1-1-pro",
            {"width": 1024, "height": 1024},
        ),
        (
            "flux-1.1-pro-ultra",
            {"quality": "standard", "format": "jpeg"},
            "black-forest-labs/flux-1-1-pro-ultra",
            {},
        ),
        (
            "gpt-image-2",
            {"width": 0, "height": 0, "quality": "auto"},
            "openai/gpt-image-2",
            {"num_images": 1, "output_format": "png"},
        ),
    ],
)
async def test_every_model_is_asked_in_its_own_fields(
    bench: Bench, model: str, changes: dict[str, Any], path: str, fields: dict[str, Any]
) -> None:
    """What a model does not have is not sent."""
    await bench.draw(bench.order("a fox", model=model, **changes))

    [(asked, body)] = bench.simulator.asked
    assert asked == f"/v1/models/{path}/runs"
    assert body["input"] == {"prompt": "a fox", **fields}


async def test_pictures_and_mask_are_uploaded_first(bench: Bench) -> None:
    """Three steps each, no key on the way to the storage, and the run names the confirmed addresses in order."""
    order = bench.order(references=2)
    await bench.draw(bench.order(references=2, mask=order.references[0]))

    [(path, body)] = bench.simulator.asked
    assert path == "/v1/models/openai/gpt-image-2/edit/runs"
    urls = [*body["input"]["image_urls"], body["input"]["mask_url"]]
    assert [url.rpartition("/")[2] for url in urls] == [f"asset-{n}?signed=1" for n in range(3)]
    assert [asset.content for asset in bench.simulator.assets.values()] == [
        path.read_bytes() for path in (*order.references, order.references[0])
    ]


@pytest.mark.parametrize("shape", ["outputs", "image_urls", "images", "image", "url", "output_url"])
async def test_every_shape_of_pictures_is_read(bench: Bench, shape: Shape) -> None:
    """In the order in which the vendor's own SDK tries them."""
    bench.simulator.shape = shape

    assert len((await bench.draw(bench.order())).pictures) == 1


def test_the_first_shape_with_pictures_counts() -> None:
    """Empty ones are passed over; what is no address is none."""
    both = {"outputs": [], "image_urls": ["https://a/1"], "url": "https://a/2"}

    assert list(_urls(both)) == ["https://a/1"]
    assert list(_urls({"outputs": [{"url": 7}], "url": "https://a/2"})) == ["https://a/2"]
    assert list(_urls(None)) == list(_urls([])) == []


@pytest.mark.parametrize(
    ("written", "nano"),
    [
        ("0.211", 211_000_000),
        ("0.0000000001", 1),
        ("0", 0),
        (1, 1_000_000_000),
        ("1e-2", 10_000_000),
        ("NaN", None),
        ("-1", None),
        ("1e9", None),
        ("cheap", None),
        (None, None),
        (True, None),
        (Decimal("0.211"), 211_000_000),
        (Decimal("-0.1"), None),
        (float("nan"), None),
    ],
)
def test_a_cost_is_a_decimal(written: Any, nano: int | None) -> None:
    """Rounded up to nano-dollars; what cannot be a cost is not known."""
    assert _nano(written) == nano


async def test_what_a_run_cost_is_booked(bench: Bench) -> None:
    """The vendor's own figure, not our list."""
    drawing = await bench.draw(bench.order(count=2, quality="medium"))

    assert drawing.cost_nano == 2 * 34_000_000
    assert drawing.request_id in bench.simulator.tasks


async def test_a_cost_in_a_number_is_read_digit_by_digit(bench: Bench) -> None:
    """No float stands between the vendor's figure and our books."""
    bench.simulator.counts_in_numbers = True

    assert (await bench.draw(bench.order(count=3, quality="medium"))).cost_nano == 3 * 34_000_000
    assert _nano(object_in(b'{"cost": 0.1000000000000000055}')["cost"]) == 100_000_001


@pytest.mark.parametrize("key", ["status_code", "status"])
@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("queued", "waits"),
        ("dispatching", "waits"),
        ("running", "waits"),
        ("succeeded", "drawn"),
        ("completed", "drawn"),
        ("partial_succeeded", "drawn"),
        ("failed", "failed"),
        ("canceled", "cancelled"),
        ("cancelled", "cancelled"),
    ],
)
async def test_every_spelling_of_a_status_is_understood(
    bench: Bench, key: str, status: str, found: str
) -> None:
    """Those of its newer pages and of its older ones, under either name."""
    vendor: Any = bench.vendor()
    order = bench.order()
    ticket = await vendor.submit(order)
    [task] = bench.simulator.tasks.values()
    described = bench.simulator.run_of

    def run_of(told: Task, *, is_signed: bool) -> dict[str, Any]:
        task.asked = 1
        run = described(told, is_signed=is_signed)
        del run["status_code"]
        return {**run, key: status}

    bench.simulator.run_of = run_of

    match found:
        case "waits":
            assert isinstance(await vendor.collect(order, ticket), StillDrawing)
        case "drawn":
            assert len((await vendor.collect(order, ticket)).pictures) == 1
        case "failed":
            with pytest.raises(OutcomeUnknown, match="failed_and_billed"):
                await vendor.collect(order, ticket)
        case "cancelled":
            with pytest.raises(OutcomeUnknown, match="cancelled"):
                await vendor.collect(order, ticket)


async def test_a_cancelled_run_is_a_cost_all_the_same(bench: Bench) -> None:
    """Whoever cancelled it: the outcome gave nothing, and its bill is known."""
    bench.plan("cancelled")

    with pytest.raises(OutcomeUnknown) as raised:
        await bench.draw(bench.order())

    assert raised.value.cost_nano == 9_000_000


@pytest.mark.parametrize("secrets", [(SECRET,), ("whsec_new", SECRET), ()])
def test_callbacks_are_verified_over_the_raw_body(secrets: tuple[str, ...]) -> None:
    """Either of two secrets, letter by letter; without a secret of ours nothing can be checked."""
    vendor = _client(secrets)
    body = b'{"run_id" : "r1",  "event":"run.completed"}'
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()

    assert vendor.heard({"Runflow-Signature": signature}, body) == "r1"
    for wrong in ({"Runflow-Signature": signature[:-1] + "x"}, {"Runflow-Signature": "\u20ac"}, {}):
        if secrets:
            with pytest.raises(ForgedCallback):
                vendor.heard(wrong, body)
    if secrets:
        with pytest.raises(ForgedCallback):
            vendor.heard({"Runflow-Signature": signature}, body.replace(b"  ", b" "))


async def test_a_run_is_found_by_our_reference(bench: Bench) -> None:
    """Not before it is listed, and only the one that carries it, whatever the filter lets through."""
    vendor: Any = bench.vendor()
    order = bench.order()
    bench.simulator.lists_all = False
    ticket = await vendor.submit(order)

    assert await vendor.find(order.call) is None
    bench.simulator.listed.add(ticket)
    assert await vendor.find(order.call) == ticket
    assert await vendor.find("another call") is None
    bench.simulator.can_list = False
    with pytest.raises(OutcomeUnknown):
        await vendor.find(order.call)


async def test_an_edit_follows_its_picture_where_no_size_is_asked(bench: Bench) -> None:
    """Only edits have "auto"."""
    await bench.draw(bench.order(references=1, width=0, height=0))

    [(_, body)] = bench.simulator.asked
    assert body["input"]["image_size"] == "auto"


async def test_a_run_that_was_drawn_for_another_call_is_not_taken(bench: Bench) -> None:
    """A callback that is sent again to another address names a real run of ours: its picture is not this person's."""
    vendor: Any = bench.vendor()
    order, other = bench.order("a fox"), bench.order("somebody's secret")
    ticket = await vendor.submit(other)

    with pytest.raises(OutcomeUnknown, match="another_run"):
        await vendor.collect(order, ticket)
    assert not list(order.folder.iterdir())


async def test_a_ticket_cannot_lead_to_another_endpoint(bench: Bench) -> None:
    """It is what a stranger may have written: one part of an address, whatever is in it."""
    vendor: Any = bench.vendor()
    order = bench.order()
    ticket = await vendor.submit(order)

    for path in (f"../runs/{ticket}", f"{ticket}?", f"{ticket}#", f"./{ticket}"):
        assert isinstance(await vendor.collect(order, path), StillDrawing), path
    assert [task.asked for task in bench.simulator.tasks.values()] == [0]


@pytest.mark.parametrize(
    ("status", "value", "kind"),
    [
        (401, {"code": "INVALID_API_KEY", "message": "No."}, VendorAccount),
        (402, {"code": "VALIDATION_ERROR", "message": "No."}, VendorAccount),
        (403, {"error": {"code": "ORGANIZATION_MEMBERSHIP_REQUIRED"}}, VendorAccount),
        (422, {"code": "INPUT_VALIDATION_FAILED", "message": "No."}, VendorRejected),
        (418, {"code": "TEAPOT"}, VendorRejected),
        (418, {}, OutcomeUnknown),
        (499, {}, OutcomeUnknown),
        (408, {}, OutcomeUnknown),
        (301, {}, VendorAccount),
        (405, {}, VendorAccount),
        (429, {}, VendorBusy),
        (500, {"code": "INTERNAL"}, OutcomeUnknown),
    ],
)
def test_what_a_status_means(status: int, value: dict[str, Any], kind: type[VendorError]) -> None:
    """A key that is turned away is no fault of who asked; what others may have said leaves it open."""
    assert type(_not_taken(Answer(status, value, {}))) is kind


async def test_an_upload_that_fails_has_cost_nothing(bench: Bench) -> None:
    """The storage turns the file away: no run is created."""
    bench.simulator.assets = _Broken()

    with pytest.raises((VendorUnreachable, VendorBusy)):
        await bench.draw(bench.order(references=1))

    assert bench.simulator.asked == []


class _Broken(dict[str, Any]):
    """Assets whose storage wants another kind of file than was announced."""

    def __setitem__(self, name: str, asset: Any) -> None:
        asset.mime = "image/gif"
        super().__setitem__(name, asset)


def _client(secrets: tuple[str, ...]) -> Runflow:
    access = VendorAccess("http://127.0.0.1:9/v1", SecretStr(KEY), tuple(SecretStr(each) for each in secrets))
    return Runflow(VendorSetup(CATALOGUE.vendor("runflow"), {}, access, Threads()))
