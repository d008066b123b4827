"""What goes wrong on Slack's side between an order and its answer is said, and costs nobody their picture."""

from __future__ import annotations

import pytest

from bot.app import App
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import RESPONSE_USES, Conversation
from tests.platforms.slack.easel import drawn, labels, pictures_posted, text_of, uploading


async def test_a_form_whose_response_address_is_dead_is_answered(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """A draft lives for an hour, the address for private answers half as long, and for five answers."""
    ann.slash("/imagine", "--quality high --size 4k", design)
    view = await slack.wait_for_view(ann)
    for address in slack.world.responses.values():
        address.used = RESPONSE_USES

    await slack.over(ann.submit(view, {"prompt": "a fox"}))

    told = await slack.wait_for_ephemeral(ann, design)
    assert any(label.startswith("Draw") for label in labels(told))


async def test_a_first_message_that_somebody_deleted_is_replaced(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """The picture is not lost with it, and who asked is named once: not by what is posted anew, but by its caption."""
    async with uploading(slack, ann, design):
        design.messages.clear()

    await drawn(slack, design)

    assert len(pictures_posted(design)) == 1
    told = [
        each
        for method in ("chat.postMessage", "files.completeUploadExternal")
        for each in slack.wire.asked("POST", f"/api/{method}")
    ]
    naming = [each for each in told if each.answer["ok"] and ann.id in each.fields.get("blocks", "")]
    assert len(naming) == 1, [each.path for each in naming]


async def test_a_mention_that_is_added_later_is_no_order(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Slack tells of a mention that an edit has brought in as of any other one, with the edit in it."""
    said = ann.say(design, "a fox")
    edited = {"user": ann.id, "ts": slack.world.new_ts()}
    late = {**said, "type": "app_mention", "text": f"{slack.bot_mention} a fox in the snow", "edited": edited}
    await slack.over(slack.tell({**late, "channel": design.id}))

    ann.say(design, f"{slack.bot_mention} a harbour")
    await drawn(slack, design, "a harbour")

    assert len(pictures_posted(design)) == 1


@pytest.mark.hurried
async def test_a_form_that_comes_too_late_leaves_a_way(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Slack opens none after three seconds."""
    late = slack.wire.plan("hold_before", "POST", "/api/views.open")
    ann.slash("/imagine", "--size wide", design)
    await late.reached.wait()
    slack.clock.turn(4)
    late.let_go()

    told = await slack.wait_for_ephemeral(ann, design)
    ann.press(design, "Change words", told)
    view = await slack.wait_for_view(ann)
    ann.submit(view, {"prompt": "a fox"})
    assert "a fox" in text_of(await drawn(slack, design))
