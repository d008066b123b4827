"""What is said to cost something before it is sent is what is held when it is."""

from __future__ import annotations

from pathlib import Path

from bot.core.front import PENDING
from bot.core.studio import Draft
from bot.storage.schema import entries, jobs
from tests.flows.conftest import Build
from tests.flows.world import Terms, caller
from tests.vendors_for_tests import LedgerVendor, draws, picture_file

PRICES = {
    "per": "token",
    "text_in_nano": 5_000,
    "image_in_nano": 8_000,
    "image_out_nano": 30_000,
    "input_picture_tokens": 3_072,
    "grid": {"low": 16, "medium": 48},
}


async def test_the_price_before_the_upload_is_the_hold_after_it(build: Build, tmp_path: Path) -> None:
    """Pictures and a mask that are not sent yet count like sent ones; asking holds nothing."""
    house = await build(LedgerVendor(draws()), Terms(prices=PRICES))
    draft = Draft(command="imagine", prompt="a boat", references=(PENDING, PENDING), mask=PENDING)

    said = await house.life.studio.quote(draft, caller("price"))
    asked_only = (await house.rows(jobs), await house.rows(entries))
    files = [picture_file(tmp_path, name) for name in ("first", "second")]
    references = tuple([(await house.life.gallery.keep(caller("0"), f.name, f)).picture for f in files])
    card = await house.order(caller("1"), "a boat", references=references)

    assert asked_only == ([], [])
    assert (card.held, card.request.references) == (said, references)


async def test_a_picture_that_was_not_sent_is_never_drawn_from(build: Build) -> None:
    """What stands for it in a price is unknown to an order."""
    house = await build()

    refusal = await house.refusal(caller("1"), references=(PENDING,))

    assert refusal.key == "picture_unknown"
