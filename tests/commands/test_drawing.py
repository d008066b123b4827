"""/imagine and /edit: what is ordered, and what is asked back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.front import Uploaded
from bot.core.jobs import JobState
from bot.core.replies import Reply
from bot.core.studio import Draft
from tests.commands.conftest import Type
from tests.fakes import FakeStudio, card_of, picture_id, pictures_of, request_of

PHOTO = Uploaded(picture_id(901), "photo.jpg", 640, 480)
MASK = Uploaded(picture_id(902), "Mask of it.png", 640, 480)


def four_pictures(studio: FakeStudio) -> None:
    request = request_of(Draft(command="imagine", prompt="a cat", count=4))
    studio.add(replace(card_of(142), request=request, pictures=pictures_of(142, request)))


def value(reply: Reply, label: str) -> str:
    return next(row.value for row in reply.rows if row.label == label)


async def test_plain_words_are_drawn(typed: Type, studio: FakeStudio) -> None:
    """Words alone are an order, and the answer says the price, the place in line and what was understood."""
    reply = await typed('a lighthouse at dusk, headline "OPEN LATE" --size wide --count 2')

    assert studio.drafts == [
        Draft(command="imagine", prompt='a lighthouse at dusk, headline "OPEN LATE"', size="wide", count=2)
    ]
    assert reply.kind == "accepted"
    assert reply.number == 143
    assert "10.6 credits" in reply.text
    assert "next in line" in reply.text
    assert value(reply, "Size") == "wide, 1024x1024"
    assert value(reply, "Pictures") == "2"
    assert [(button.act, button.words) for button in reply.buttons] == [("cancel", "143")]


async def test_every_option_of_imagine_reaches_the_draft(typed: Type, studio: FakeStudio) -> None:
    """Options are read by name and alias, in any case, and the attachments are references and mask."""
    await typed(
        "/imagine a cat --ar 16:9 --Q high --n 3 --model sketch --format WEBP --background transparent --private",
        files=(PHOTO, MASK),
    )

    assert studio.drafts == [
        Draft(
            command="imagine",
            prompt="a cat",
            size="16:9",
            quality="high",
            count=3,
            model="sketch",
            format="webp",
            background="transparent",
            private=True,
            references=(PHOTO.picture,),
            mask=MASK.picture,
        )
    ]


async def test_an_answer_to_a_picture_is_an_edit_of_it(typed: Type, studio: FakeStudio) -> None:
    """What is typed under a picture changes that picture."""
    reply = await typed("make it night", picture=picture_id(142))

    assert reply.kind == "accepted"
    assert studio.drafts == [Draft(command="edit", prompt="make it night", parent=picture_id(142))]


@pytest.mark.parametrize(
    ("text", "parent"),
    [
        ("/edit --picture 142/2 make it night", picture_id(142, 2)),
        ("/edit --picture #142/4 make it night", picture_id(142, 4)),
        ("#142/2: make it night", picture_id(142, 2)),
        (f"/edit --picture {picture_id(142, 3)} make it night", picture_id(142, 3)),
    ],
)
async def test_a_picture_is_named_by_its_number(
    typed: Type, studio: FakeStudio, text: str, parent: str
) -> None:
    """A job's number and a place name one picture."""
    four_pictures(studio)

    await typed(text)

    assert [(draft.prompt, draft.parent) for draft in studio.drafts] == [("make it night", parent)]


async def test_a_place_names_a_picture_beside_the_one_answered(typed: Type, studio: FakeStudio) -> None:
    """`2: …` under a post means its second picture."""
    four_pictures(studio)

    await typed("2: make it night", picture=picture_id(142, 1))
    beyond = await typed("5: make it night", picture=picture_id(142, 1))

    assert [draft.parent for draft in studio.drafts] == [picture_id(142, 2)]
    assert beyond.kind == "refusal"


async def test_a_place_stays_when_another_picture_is_deleted(typed: Type, studio: FakeStudio) -> None:
    """The third picture is still the third, and the deleted one is nobody's place."""
    four_pictures(studio)
    card = studio.jobs[142]
    studio.jobs[142] = replace(card, pictures=card.pictures[1:])

    await typed("3: make it night", picture=picture_id(142, 2))
    gone = await typed("1: make it night", picture=picture_id(142, 2))

    assert [draft.parent for draft in studio.drafts] == [picture_id(142, 3)]
    assert gone.kind == "refusal"


async def test_a_place_is_found_in_an_old_job(typed: Type, studio: FakeStudio) -> None:
    """However many jobs came since, the place is not taken for words about the picture answered."""
    four_pictures(studio)
    for number in range(200, 230):
        studio.add(card_of(number))

    await typed("2: make it night", picture=picture_id(142, 1))

    assert [(draft.parent, draft.prompt) for draft in studio.drafts] == [
        (picture_id(142, 2), "make it night")
    ]


async def test_several_pictures_are_asked_and_never_guessed(typed: Type, studio: FakeStudio) -> None:
    """A number of a job with four pictures gives four buttons that keep the words, and orders nothing."""
    four_pictures(studio)

    reply = await typed("/edit --picture 142 --quality high make it night")

    assert reply.kind == "question"
    assert [button.picture for button in reply.buttons] == [picture_id(142, place) for place in (1, 2, 3, 4)]
    assert {button.words for button in reply.buttons} == {"--quality high make it night"}
    assert not studio.drafts


async def test_edit_without_a_picture_offers_the_last_five(typed: Type, studio: FakeStudio) -> None:
    """Those of this channel; none is chosen, and the buttons spend nothing."""
    for number in range(101, 108):
        studio.add(card_of(number))
    studio.add(card_of(108), owner="bob")
    studio.add(card_of(109))
    studio.channels[109] = "elsewhere"

    reply = await typed("/edit make it night")

    assert [button.picture for button in reply.buttons] == [picture_id(107 - step) for step in range(5)]
    assert {button.act for button in reply.buttons} == {"edit"}
    assert not studio.drafts


async def test_edit_with_nothing_to_offer_says_how_to_begin(typed: Type) -> None:
    """Who has no picture is told how to get one."""
    reply = await typed("/edit")

    assert reply.kind == "question"
    assert "/imagine" in reply.text
    assert not reply.buttons


async def test_edit_of_an_attached_photo(typed: Type, studio: FakeStudio) -> None:
    """A photo that comes with /edit is what is changed."""
    await typed("/edit make it night", files=(PHOTO,))

    assert [(draft.parent, draft.references) for draft in studio.drafts] == [(None, (PHOTO.picture,))]


async def test_edit_without_words_asks_what_should_change(typed: Type, studio: FakeStudio) -> None:
    """A picture alone is a question, not an order."""
    reply = await typed("--quality high", picture=picture_id(142))

    assert reply.kind == "question"
    assert [(button.picture, button.words) for button in reply.buttons] == [
        (picture_id(142), "--quality high")
    ]
    assert not studio.drafts


async def test_options_without_words_ask_for_words(typed: Type, studio: FakeStudio) -> None:
    """The question keeps the options."""
    reply = await typed("/imagine --size wide")

    assert reply.kind == "question"
    assert [(button.act, button.words) for button in reply.buttons] == [
        ("change_words", "/imagine --size wide")
    ]


@pytest.mark.parametrize("words", ["night", "🌙🌙", "2", ":moon:"])
async def test_one_word_in_a_chat_is_asked_back_with_its_price(
    typed: Type, studio: FakeStudio, words: str
) -> None:
    """In a chat a single word under a picture may be an aside."""
    reply = await typed(words, picture=picture_id(142), platform="discord")

    assert reply.kind == "question"
    assert "5.3 credits" in reply.text
    assert [(button.act, button.label, button.words) for button in reply.buttons] == [
        ("confirm", "Edit · 5.3", f"/edit {words}")
    ]
    assert not studio.drafts


async def test_one_word_in_a_form_is_meant(typed: Type, studio: FakeStudio) -> None:
    """The web's box is a form, so a single word is drawn."""
    reply = await typed("night", picture=picture_id(142), platform="web")

    assert reply.kind == "accepted"


async def test_a_private_order_is_answered_in_private(typed: Type) -> None:
    """A private order shows nothing to others."""
    reply = await typed("a cat --private")

    assert reply.private


async def test_running_jobs_say_so(typed: Type, studio: FakeStudio) -> None:
    """A job that started at once has no place in line, and its button says what cancelling costs."""
    studio.add(card_of(142, state=JobState.RUNNING, charged=None, pictures=()))
    studio.events["event a cat"] = 142

    reply = await typed("a cat")

    assert "being drawn" in reply.text
    assert "charged" in reply.buttons[0].label
