"""Where the bot may not write: nothing is ordered, or the picture finds its way to its asker."""

from __future__ import annotations

import pytest

from bot.app import App
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import BOT_USER, Conversation, Kind
from tests.platforms.slack.easel import drawn, labels, pictures_posted, text_of, uploading


async def balance(slack: Slack, person: Person, place: Conversation) -> str:
    """Return what somebody can spend, as they are told."""
    place.ephemeral.clear()
    person.slash("/easel", "credits", place)
    return text_of(await slack.wait_for_ephemeral(person, place))


@pytest.mark.parametrize("kind", ["channel", "group"])
async def test_an_order_where_the_bot_is_no_member_costs_nothing(
    easel: App, slack: Slack, ann: Person, kind: Kind
) -> None:
    """Invited, Try again draws it there."""
    slack.world.scopes.discard("channels:join")
    place = slack.channel("secret", [ann], kind=kind, has_bot=False)
    ann.slash("/imagine", "a fox", place)
    told = await slack.wait_for_ephemeral(ann, place)
    assert [each.partition(" · ")[0] for each in labels(told)] == ["Try again", "Send it to me"]
    again = labels(told)[0]
    assert " · 5." in again
    assert "Held\n0" in await balance(slack, ann, place)

    place.members.append(BOT_USER)
    ann.press(place, again, told)

    await drawn(slack, place)
    assert place.messages


async def test_it_can_be_sent_to_its_asker_instead(easel: App, slack: Slack, ann: Person) -> None:
    """In a conversation of two people, of several, or any other that the bot is not in."""
    bob = slack.person("Bob")
    between = Conversation(slack.world.new_id("D"), "im", members=[ann.id, bob.id])
    several = Conversation(slack.world.new_id("G"), "mpim", members=[ann.id, bob.id])
    for place in (between, several):
        slack.world.conversations[place.id] = place
        ann.slash("/imagine", f"a fox in {place.kind}", place)
        told = await slack.wait_for_ephemeral(ann, place)
        ann.press(place, labels(told)[1], told)
        await drawn(slack, ann.direct(), f"a fox in {place.kind}")
        assert place.messages == {}


async def test_a_public_channel_is_joined_where_that_was_granted(
    easel: App, slack: Slack, ann: Person
) -> None:
    """Nobody is asked to invite."""
    slack.grant("channels:join")
    place = slack.channel("open", [ann], has_bot=False)

    ann.slash("/imagine", "a fox", place)

    await drawn(slack, place)


@pytest.mark.parametrize(
    "error", ["is_archived", "restricted_action_read_only_channel", "restricted_action_thread_only_channel"]
)
async def test_a_closed_channel_refuses_and_costs_nothing(
    easel: App, slack: Slack, design: Conversation, ann: Person, error: str
) -> None:
    """Archived, read-only, only for threads."""
    design.is_archived = error == "is_archived"
    design.refuses = None if design.is_archived else error

    ann.slash("/imagine", "a fox", design)

    told = await slack.wait_for_ephemeral(ann, design)
    assert "may not write here" in text_of(told)
    assert "Held\n0" in await balance(slack, ann, design)


async def test_removed_while_it_draws_the_picture_goes_to_its_asker(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """It says why it is there."""
    async with uploading(slack, ann, design):
        slack.removes(design)

    picture = await drawn(slack, ann.direct())

    assert "could not write where you asked" in text_of(picture)
    assert BOT_USER not in design.members
    assert pictures_posted(design) == []
    assert len(pictures_posted(ann.direct())) == 1


async def test_in_a_group_message_it_draws(easel: App, slack: Slack, ann: Person, bob: Person) -> None:
    """Where it is a member."""
    place = Conversation(slack.world.new_id("G"), "mpim", members=[ann.id, bob.id, BOT_USER])
    slack.world.conversations[place.id] = place

    ann.slash("/imagine", "a fox", place)

    await drawn(slack, place)
