"""Answers with a value of another kind than documented: whatever comes, it is understood or named as a fault."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.core.errors import VendorError
from bot.vendors.jsonapi import Answer
from bot.vendors.openai.faults import told_fault
from bot.vendors.openai.usage import usage_of
from tests.vendors.contract.bench import KINDS, bench_of

STRANGE: tuple[Any, ...] = (None, True, 7, "x", ["x"], [["x"]], {"x": ["x"]})


def distorted(value: Any) -> Iterator[Any]:
    """Yield the same value with each part of it replaced by something strange."""
    yield from STRANGE
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for place, part in items:
        for strange in distorted(part):
            copy = value.copy()
            copy[place] = strange
            yield copy


def answers(value: Mapping[str, Any]) -> Iterator[Answer]:
    """Yield what a vendor might answer instead, with a good status and a bad one."""
    for each in distorted(dict(value)):
        if isinstance(each, dict):
            yield from (Answer(status, each, {}) for status in (200, 400))


class AtOnce:
    """Fetches a picture from any address."""

    async def fetch(self, url: str, path: Path) -> None:
        """Write its first bytes."""
        await asyncio.to_thread(path.write_bytes, b"\x89PNG\r\n\x1a\n" + bytes(20))


@pytest.mark.parametrize("kind", ["apixo", "runflow"])
@pytest.mark.parametrize("scene", ["draws", "refused_later"])
async def test_a_look_at_a_ticket_never_breaks(kind: str, scene: str, tmp_path: Path) -> None:
    """A ticket is looked at again and again: an answer that broke us would do so for ever."""
    async with bench_of(KINDS[kind], tmp_path) as bench:
        vendor: Any = bench.vendor()
        order = bench.order(width=64, height=64)
        bench.plan(scene)
        ticket = await vendor.submit(order)
        bench.simulator.tasks[ticket].asked = 2
        path = f"runs/{ticket}" if kind == "runflow" else "statusTask/gpt-image-2"
        asked = {"add_signature": "true"} if kind == "runflow" else {"taskId": ticket}
        told = await vendor._api.get(path, **asked)

        assert told.value
        vendor._downloads = AtOnce()
        for answer in answers(told.value):
            await _collected(vendor, order, ticket, answer)


async def _collected(vendor: Any, order: Any, ticket: str, answer: Answer) -> None:
    async def get(path: str, **query: str) -> Answer:
        return answer

    vendor._api.get = get
    with contextlib.suppress(VendorError):
        assert await vendor.collect(order, ticket)


@pytest.mark.parametrize("kind", ["apixo", "runflow"])
@pytest.mark.parametrize("scene", ["draws", "refused", "no_credit"])
async def test_the_answer_to_an_order_never_breaks(kind: str, scene: str, tmp_path: Path) -> None:
    """It is a ticket or a fault that says what is certain."""
    async with bench_of(KINDS[kind], tmp_path) as bench:
        vendor: Any = bench.vendor()
        post, told = vendor._api.post, []

        async def kept(path: str, body: Mapping[str, Any]) -> Answer:
            answer: Answer = await post(path, body)
            told.append(answer)
            return answer

        bench.plan(scene)
        vendor._api.post = kept
        with contextlib.suppress(VendorError):
            await vendor.submit(bench.order())

        [answer] = told
        for each in answers(answer.value):
            await _submitted(vendor, bench.order(), each)


async def _submitted(vendor: Any, order: Any, answer: Answer) -> None:
    async def post(path: str, body: Mapping[str, Any]) -> Answer:
        return answer

    vendor._api.post = post
    with contextlib.suppress(VendorError):
        assert isinstance(await vendor.submit(order), str)


def test_an_error_of_a_compatible_server_never_breaks() -> None:
    """Its stage and its categories may be anything."""
    details = {"moderation_stage": "input", "categories": ["violence"]}
    error = {"code": "x", "type": "y", "param": "z", "message": "No.", "moderation_details": details}

    for each in distorted({"error": error}):
        assert told_fault(400, each).status == 400


@pytest.mark.parametrize("has_pictures", [True, False])
def test_what_an_answer_says_it_used_never_breaks(*, has_pictures: bool) -> None:
    """The picture is paid for whatever stands there."""
    parts = {"text_tokens": 1, "image_tokens": 2}
    usage = {
        "input_tokens": 3,
        "input_tokens_details": parts,
        "output_tokens": 9,
        "output_tokens_details": parts,
    }

    for each in distorted(usage):
        found = usage_of(each, has_pictures=has_pictures)
        assert found is None or found.image_out >= 0
