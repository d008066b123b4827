"""What a line would cost, told while it is typed."""

from __future__ import annotations

import pytest

from bot.core.commands import Caller
from bot.core.front import PENDING, Incoming, Uploaded
from bot.core.studio import Draft
from bot.reception import Reception
from commands import COMMANDS
from tests.fakes import FakeGallery, FakeStudio, caller_of, card_of, picture_id

PHOTO = Uploaded(PENDING, "harbour.jpg", 0, 0)
MASK = Uploaded(PENDING, "mask.png", 0, 0)


@pytest.mark.parametrize(
    ("line", "price"),
    [
        ("a cat", 5_300),
        ("a cat --count 4", 21_200),
        ("a cat —n 2 on a mat", 10_600),
        ("/imagine a cat --count 2", 10_600),
        ("-- --count 4 is painted on the wall", 5_300),
        ("#142: make it night", 5_300),
        ("/edit --picture 142 make it night --count 3", 15_900),
    ],
)
async def test_a_line_is_priced_as_it_would_be_ordered(
    reception: Reception, studio: FakeStudio, line: str, price: int
) -> None:
    """The price is that of the order; nothing is ordered, and nobody is asked about a dear one."""
    studio.add(card_of(142))

    assert await reception.price(Incoming(line, caller_of())) == price
    assert studio.drafts == []
    assert studio.credits["ann"] == 100_000


@pytest.mark.parametrize(
    "line",
    [
        "",
        "   ",
        "help",
        "/imagine help",
        "/credits",
        "/quota grant @bob 5",
        "/cancel",
        "/nothing of the kind",
        "--size wide",
        "a cat --szie wide",
        "a cat --size",
        "a cat --count 40",
        "/edit make it night",
        "#9: make it night",
    ],
)
async def test_what_would_not_be_drawn_has_no_price(
    reception: Reception, studio: FakeStudio, line: str
) -> None:
    """Other commands are not run; half a line and a wrong one are nothing to complain about yet."""
    studio.add(card_of(142), owner="bob")
    before = dict(studio.credits)

    assert await reception.price(Incoming(line, caller_of(is_admin=True))) is None
    assert (studio.drafts, studio.credits) == ([], before)


async def test_a_reply_is_priced_as_an_edit(reception: Reception, studio: FakeStudio) -> None:
    """A single word has its price too, whether or not it would be asked back."""
    studio.add(card_of(142))
    asked = Incoming("night", caller_of(platform="slack"), picture=picture_id(142))

    assert await reception.price(asked) == 5_300


async def test_pictures_that_were_not_sent_yet_are_counted(studio: FakeStudio, gallery: FakeGallery) -> None:
    """They are references and a mask like any others, and the line is refused where theirs would be."""
    priced: list[Draft] = []

    async def quote(draft: Draft, _: Caller) -> int:
        priced.append(draft)
        return 7_000

    reception = Reception(COMMANDS, studio, gallery, quote=quote)

    assert await reception.price(Incoming("a cat", caller_of(), (PHOTO, MASK, PHOTO))) == 7_000
    assert await reception.price(Incoming("a cat", caller_of(), (PHOTO,) * 17)) is None
    (draft,) = priced
    assert (draft.references, draft.mask) == ((PENDING, PENDING), PENDING)
