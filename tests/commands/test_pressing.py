"""Buttons: what each one does, and that none can be pressed into more than it says."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.core.front import Press
from bot.core.jobs import JobState
from bot.core.replies import Act, Button, Reply
from bot.core.studio import Draft
from bot.core.wording import reply_for
from bot.reception import Reception
from tests.fakes import FakeGallery, FakeStudio, caller_of, card_of, picture_id, pictures_of, request_of


def button_of(reply: Reply, act: Act) -> Button:
    return next(button for button in reply.buttons if button.act == act)


async def press(
    reception: Reception, button: Button, *, person: str = "ann", event: str = "press-1"
) -> Reply:
    caller = caller_of(person, event=event)
    return await reception.press(
        Press(button.act, caller, job=button.job, picture=button.picture, words=button.words)
    )


def two_pictures(studio: FakeStudio) -> Reply:
    request = request_of(Draft(command="imagine", prompt="a cat", count=2))
    return reply_for(studio.add(card_of(142, request=request, pictures=pictures_of(142, request))))


@pytest.mark.parametrize("person", ["ann", "cat"])
async def test_again_orders_the_same_for_who_pressed(
    reception: Reception, studio: FakeStudio, person: str
) -> None:
    """Who presses pays."""
    studio.credits["cat"] = 5_300
    again = button_of(reply_for(studio.add(card_of(142))), "again")
    before = dict(studio.credits)

    reply = await press(reception, again, person=person)

    assert reply.kind == "accepted"
    assert reply.number == 143
    assert studio.credits == {**before, person: before[person] - 5_300}


async def test_a_double_tap_is_one_job(reception: Reception, studio: FakeStudio) -> None:
    """The second press, also one at the same moment, says what is being drawn and offers another."""
    again = button_of(reply_for(studio.add(card_of(142))), "again")

    replies = await asyncio.gather(
        press(reception, again, event="press-1"), press(reception, again, event="press-2")
    )
    another = await press(reception, replies[1].buttons[0], event="press-3")
    twice = await press(reception, replies[1].buttons[0], event="press-4")

    assert [reply.kind for reply in replies] == ["accepted", "question"]
    assert "#143" in replies[1].text
    assert replies[1].buttons[0].label == "Draw another · 5.3"
    assert (another.number, twice.kind) == (144, "question")
    assert "#144" in twice.text
    assert len(studio.drafts) == 2


@pytest.mark.parametrize("act", ["vary", "finish", "try_again"])
async def test_every_button_that_spends_is_one_job_when_tapped_twice(
    reception: Reception, studio: FakeStudio, act: Act
) -> None:
    """Each says which job draws it, and offers another at its price."""
    card = studio.add(card_of(142, prompt="a boat"))
    button = Button(act=act, label="", job=card.id, picture=card.pictures[0].id, words="142")

    first = await press(reception, button, event="press-1")
    second = await press(reception, button, event="press-2")
    another = await press(reception, second.buttons[0], event="press-3")

    assert (first.kind, first.number) == ("accepted", 143)
    assert second.text.startswith("Already drawing #143")
    assert [each.label.partition(" · ")[0] for each in second.buttons] == ["Draw another"]
    assert another.number == 144


async def test_again_after_the_end_draws_again(reception: Reception, studio: FakeStudio) -> None:
    """Only an open job stands in the way."""
    again = button_of(reply_for(studio.add(card_of(142))), "again")
    await press(reception, again, event="press-1")
    studio.complete(143)

    reply = await press(reception, again, event="press-2")

    assert reply.number == 144


async def test_try_again_after_a_failure(reception: Reception, studio: FakeStudio) -> None:
    """A failed job can be ordered again."""
    failed = card_of(142, state=JobState.FAILED, reason="busy", charged=0, pictures=())

    reply = await press(reception, button_of(reply_for(studio.add(failed)), "try_again"))

    assert reply.number == 143


async def test_change_words_carries_the_old_line(reception: Reception, studio: FakeStudio) -> None:
    """What was ordered comes back for changing, under the picture that it changed."""
    request = request_of(
        Draft(command="edit", prompt="make it night", size="wide", count=2, parent=picture_id(12))
    )
    failed = card_of(
        142, state=JobState.FAILED, reason="refused", request=request, command="edit", pictures=()
    )

    reply = await press(reception, button_of(reply_for(studio.add(failed)), "change_words"))

    assert reply.kind == "question"
    assert reply.buttons[0].picture == picture_id(12)
    assert reply.buttons[0].words == (
        "/edit --size wide --quality medium --count 2 --model sketch make it night"
    )


async def test_cancel_stops_the_job(reception: Reception, studio: FakeStudio) -> None:
    """The button of a waiting job gives its credits back."""
    waiting = card_of(142, state=JobState.WAITING, charged=None, pictures=(), position=3)

    reply = await press(reception, button_of(reply_for(studio.add(waiting)), "cancel"))

    assert reply.text == "#142 is cancelled. 5.3 credits are free again."


async def test_cancel_of_another_person_is_refused(reception: Reception, studio: FakeStudio) -> None:
    """A button in a public message is not everybody's."""
    waiting = card_of(142, state=JobState.WAITING, charged=None, pictures=(), position=3)

    reply = await press(reception, button_of(reply_for(studio.add(waiting)), "cancel"), person="bob")

    assert reply.kind == "refusal"
    assert studio.jobs[142].state is JobState.WAITING


async def test_delete_is_asked_once(reception: Reception, studio: FakeStudio, gallery: FakeGallery) -> None:
    """The first press asks, the second deletes."""
    delete = button_of(reply_for(studio.add(card_of(142))), "delete")

    asked = await press(reception, delete)
    before = list(gallery.deleted)
    done = await press(reception, asked.buttons[0])

    assert asked.kind == "question"
    assert not before
    assert done.kind == "info"
    assert gallery.deleted == [picture_id(142)]


@pytest.mark.parametrize("act", ["edit", "delete"])
async def test_with_several_pictures_it_is_asked_which(
    reception: Reception, studio: FakeStudio, gallery: FakeGallery, act: Act
) -> None:
    """One button for each picture; nothing happens before one is chosen."""
    which = await press(reception, button_of(two_pictures(studio), act))
    then = await press(reception, which.buttons[1])

    assert [button.picture for button in which.buttons] == [picture_id(142, 1), picture_id(142, 2)]
    assert then.kind == "question"
    assert then.buttons[0].picture == picture_id(142, 2)
    assert not gallery.deleted


async def test_edit_asks_what_should_change(reception: Reception, studio: FakeStudio) -> None:
    """The answer names the picture that is meant."""
    reply = await press(reception, button_of(reply_for(studio.add(card_of(142))), "edit"))

    assert reply.text == "What should change? Write it and send it."
    assert reply.buttons[0].picture == picture_id(142)


async def test_original_is_offered_where_it_differs(reception: Reception, studio: FakeStudio) -> None:
    """Only a picture whose bytes were changed has an original."""
    first, second = pictures_of(142, request_of(Draft(command="imagine", prompt="a cat", count=2)))
    card = card_of(142, pictures=(first, second.model_copy(update={"has_original": True})))

    reply = await press(reception, button_of(reply_for(studio.add(card)), "original"))
    plain = await press(reception, Button(act="original", label="Original", words="141"))
    studio.add(card_of(141))
    none = await press(reception, Button(act="original", label="Original", words="141"))

    assert reply.buttons[0].picture == second.id
    assert plain.kind == "refusal"
    assert "already the file" in none.text


async def test_vary_and_finish_order_from_the_picture(reception: Reception, studio: FakeStudio) -> None:
    """One press takes the picture as reference; the presser pays."""
    card = studio.add(card_of(142))

    varied = await press(reception, Button(act="vary", label="Vary", words="142"))
    finished = await press(
        reception, Button(act="finish", label="Finish", picture=card.pictures[0].id), event="press-2"
    )

    assert (varied.kind, finished.kind) == ("accepted", "accepted")
    assert [draft.references for draft in studio.drafts] == [(card.pictures[0].id,)] * 2
    assert [draft.quality for draft in studio.drafts] == ["medium", "high"]


async def test_vary_asks_which_of_several(reception: Reception, studio: FakeStudio) -> None:
    """With two pictures nothing is guessed."""
    request = request_of(Draft(command="imagine", prompt="a cat", count=2))
    studio.add(card_of(142, request=request, pictures=pictures_of(142, request)))

    reply = await press(reception, Button(act="vary", label="Vary", words="142"))

    assert [button.act for button in reply.buttons] == ["vary", "vary"]
    assert not studio.drafts


@pytest.mark.parametrize(
    "button", [Button(act="open", label="", words="142"), Button(act="open", label="", job="142")]
)
async def test_open_shows_the_job(reception: Reception, studio: FakeStudio, button: Button) -> None:
    """A row of a list opens its job."""
    studio.add(card_of(142))

    reply = await press(reception, button)

    assert reply.number == 142
    assert reply.rows[0].value == "a lighthouse at dusk"


@pytest.mark.parametrize(
    "button",
    [
        Button(act="vary", label="Vary", words="999"),
        Button(act="finish", label="Finish", picture="not-a-picture"),
        Button(act="report", label="Report", words="999"),
        Button(act="take_down", label="Take down", picture="not-a-picture"),
        Button(act="again", label="Again"),
        Button(act="again", label="Again", job="../../etc"),
        Button(act="cancel", label="Cancel", words="142; drop table"),
        Button(act="open", label="Open", words="999"),
    ],
)
async def test_a_forged_or_old_button_is_refused(
    reception: Reception, studio: FakeStudio, button: Button
) -> None:
    """What comes with a press is not believed."""
    studio.add(card_of(142))

    reply = await press(reception, button)

    assert reply.kind == "refusal"
    assert not studio.drafts


async def test_a_private_job_is_not_open_to_others(reception: Reception, studio: FakeStudio) -> None:
    """Numbers of private jobs say nothing to others."""
    card = card_of(142)
    studio.add(replace(card, request=card.request.model_copy(update={"private": True})))

    reply = await press(reception, Button(act="again", label="Again", words="142"), person="bob")

    assert reply.kind == "refusal"
