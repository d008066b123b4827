"""Mentions, replies in threads and direct messages: what is an order, of which picture, and what is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.app import App
from bot.storage.schema import jobs
from bot.storage.transaction import Tx
from tests.doubles.exchanges import Sent
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import BOT_USER, Conversation
from tests.platforms.slack.easel import PICTURE, Message, Way, drawn, labels, running_easel, text_of

HISTORY = ("channels:history", "groups:history", "mpim:history")


@pytest.fixture
async def hearing(slack: Slack, way: Way, tmp_path: Path) -> AsyncIterator[App]:
    """Easel with every scope."""
    slack.grant(*HISTORY, "users:read", "usergroups:read", "channels:join")
    async with running_easel(slack, tmp_path, way) as app:
        yield app


def _count(db: Tx) -> int:
    return db.execute(select(func.count()).select_from(jobs)).scalar_one()


async def ordered(easel: App) -> int:
    """Return how many jobs there are."""
    return await easel.stores.database.read(_count)


async def root(slack: Slack, design: Conversation, person: Person, words: str = "a harbour") -> Message:
    """Draw a picture into a channel, whose message begins a thread."""
    person.slash("/imagine", words, design)
    return await drawn(slack, design, words)


async def test_a_mention_draws(easel: App, slack: Slack, design: Conversation, ann: Person) -> None:
    """Attached pictures are references; nothing more was granted than is needed."""
    ann.say(design, f"{slack.bot_mention} the same at night", files=[PICTURE])

    await drawn(slack, design, "the same at night")


async def test_a_mention_is_told_in_two_events_and_is_one_order(
    hearing: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Each of them three times."""
    ann.say(design, f"{slack.bot_mention} a heron")
    for made in list(slack.transport.deliveries):
        slack.transport.again(made)
        slack.transport.again(made)

    await drawn(slack, design, "a heron")
    for made in slack.transport.deliveries:
        await slack.over(made)
    assert await ordered(hearing) == 1


async def test_a_direct_message_draws_and_its_thread_edits(easel: App, slack: Slack, ann: Person) -> None:
    """Fewer than three words are answered with help."""
    ann.say(ann.direct(), "hello")
    await slack.wait_for_message(ann.direct(), lambda each: "/imagine" in text_of(each))

    ann.say(ann.direct(), "a lighthouse at dusk")
    picture = await drawn(slack, ann.direct(), "a lighthouse at dusk")
    ann.say(ann.direct(), "make it night", thread_ts=picture["ts"])

    edited = await drawn(slack, ann.direct(), "make it night")
    assert edited["thread_ts"] == picture["ts"]


async def test_a_plain_reply_in_the_thread_edits(
    hearing: App, slack: Slack, design: Conversation, ann: Person, bob: Person
) -> None:
    """Only of whoever ordered the thread's first picture."""
    picture = await root(slack, design, ann)
    bob.say(design, "I would make it blue", thread_ts=picture["ts"])
    ann.say(design, "make it night", thread_ts=picture["ts"])

    edited = await drawn(slack, design, "make it night")

    assert edited["thread_ts"] == picture["ts"]
    assert await ordered(hearing) == 2


async def test_who_wants_to_be_asked_is_asked_before_a_reply_counts(
    hearing: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """With the price, to them alone; nothing is ordered until they press."""
    picture = await root(slack, design, ann)
    ann.slash("/easel", "settings replies ask", design)
    await slack.wait_for_ephemeral(ann, design, lambda each: "ask first" in text_of(each))

    ann.say(design, "make it night", thread_ts=picture["ts"])
    asked = await slack.wait_for_ephemeral(ann, design, lambda each: "“make it night”" in text_of(each))
    before = await ordered(hearing)
    ann.press(design, "Edit", asked)
    edited = await drawn(slack, design, "make it night")

    assert (before, edited["thread_ts"]) == (1, picture["ts"])


async def test_an_admin_decides_whose_replies_count_in_a_channel(
    hearing: App, slack: Slack, design: Conversation, ann: Person, bob: Person
) -> None:
    """Everybody's; then nobody's but those that mention the bot."""
    opal = slack.person("Opal", is_admin=True)
    picture = await root(slack, design, ann)
    opal.slash("/easel", "channel --replies everyone", design)
    await slack.wait_for_ephemeral(opal, design, lambda each: "of everyone" in text_of(each))
    bob.say(design, "make it blue", thread_ts=picture["ts"])
    await drawn(slack, design, "make it blue")

    opal.slash("/easel", "channel --replies mention", design)
    await slack.wait_for_ephemeral(opal, design, lambda each: "only with a mention" in text_of(each))
    ann.say(design, "make it red", thread_ts=picture["ts"])
    ann.say(design, f"{slack.bot_mention} make it night", thread_ts=picture["ts"])
    await drawn(slack, design, "make it night")

    for made in slack.transport.deliveries:
        await slack.over(made)
    assert await ordered(hearing) == 3


async def test_a_mention_in_the_thread_edits_without_more_scopes(
    easel: App, slack: Slack, design: Conversation, ann: Person, bob: Person
) -> None:
    """Anybody's."""
    picture = await root(slack, design, ann)
    bob.say(design, f"{slack.bot_mention} make it night", thread_ts=picture["ts"])

    edited = await drawn(slack, design, "make it night")

    assert edited["thread_ts"] == picture["ts"]


async def test_without_more_scopes_a_mention_is_asked_back_and_names_pictures(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """One word is asked back with its price; several pictures are asked about; a number at the front names one."""
    ann.slash("/imagine", "a fox --count 2", design)
    picture = await drawn(slack, design, "a fox")
    thread = picture["ts"]

    ann.say(design, f"{slack.bot_mention} 2: night", thread_ts=thread)
    asked = await slack.wait_for_ephemeral(ann, design, lambda each: "“night”" in text_of(each))
    ann.press(design, next(each for each in labels(asked) if each.startswith("Edit")), asked)
    await drawn(slack, design, "“night”")
    ann.say(design, f"{slack.bot_mention} #1: make it winter", thread_ts=thread)
    which = await slack.wait_for_ephemeral(ann, design, lambda each: len(labels(each)) == 2)
    ann.press(design, labels(which)[1], which)
    await drawn(slack, design, "make it winter")

    parents = await easel.stores.database.read(_parents)
    assert (parents[2], parents[3]) == (1, 1)


async def test_edits_that_cross_change_what_their_authors_saw(
    hearing: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Two replies before the first edit is shown both change the first picture; a third changes the newest."""
    picture = await root(slack, design, ann)
    slack.shares.mode = "held"
    ann.say(design, "make it night", thread_ts=picture["ts"])
    ann.say(design, "make it winter", thread_ts=picture["ts"])
    await slack.world.changes.until(
        lambda: len(slack.shares.waiting) == 2 or None, "two edits to be uploaded"
    )
    slack.shares.mode = "soon"
    slack.shares.let_go()
    await drawn(slack, design, "make it night")
    await drawn(slack, design, "make it winter")
    ann.say(design, "add a boat now", thread_ts=picture["ts"])
    await drawn(slack, design, "add a boat now")

    parents = await hearing.stores.database.read(_parents)
    assert parents[2] == parents[3] == 1
    assert parents[4] in {2, 3}


def _parents(db: Tx) -> dict[int, int | None]:
    from bot.storage import views

    cards = [views.card(db, id) for id in db.execute(select(jobs.c.id)).scalars()]
    return {card.number: card.parent_number for card in cards if card}


async def test_one_word_is_asked_back_for_its_author(
    hearing: App, slack: Slack, design: Conversation, ann: Person, bob: Person
) -> None:
    """With the price on the button; nobody else sees it."""
    picture = await root(slack, design, ann)
    ann.say(design, "night", thread_ts=picture["ts"])

    asked = await slack.wait_for_ephemeral(ann, design)
    assert bob.sees(design) == []
    ann.press(design, next(each for each in labels(asked) if each.startswith("Edit")), asked)

    await drawn(slack, design, "night")


async def test_several_pictures_are_asked_about_or_named(
    hearing: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """By a button, or by a number at the front."""
    ann.slash("/imagine", "a fox --count 2", design)
    picture = await drawn(slack, design, "a fox")
    ann.say(design, "make it night", thread_ts=picture["ts"])
    asked = await slack.wait_for_ephemeral(ann, design)
    assert len(labels(asked)) == 2

    ann.say(design, "2: make it winter", thread_ts=picture["ts"])

    await drawn(slack, design, "make it winter")


async def test_what_is_no_order_draws_nothing(
    hearing: App, slack: Slack, design: Conversation, ann: Person, bob: Person
) -> None:
    """Bots, workflows, later edits, deletions, twins, and what is said to somebody else."""
    picture = await root(slack, design, ann)
    at = {"channel": design.id, "channel_type": "channel", "thread_ts": picture["ts"]}
    said = ann.say(design, f"{bob.mention} what do you think", thread_ts=picture["ts"])
    for many in (
        f"<!subteam^{slack.group('painters')}>",
        "<!subteam^S0|@painters>",
        "<!here>",
        "<!channel|channel>",
    ):
        ann.say(design, f"{many} what do you think", thread_ts=picture["ts"])
    ann.edit(design, said, "make it a night scene")
    ann.delete(design, said)
    machines: list[Message] = [
        {"subtype": "bot_message", "bot_id": "B0OTHER", "text": f"{slack.bot_mention} a cat on a mat"},
        {"user": "U0OTHERBOT", "bot_id": "B0OTHER", "text": f"{slack.bot_mention} a cat on a mat"},
        {
            "user": "U0FLOW",
            "bot_id": "B0FLOW",
            "bot_profile": {"is_workflow_bot": True},
            "text": "a cat on it",
        },
        {"user": BOT_USER, "bot_id": "B0EASELBOT1", "text": "make it a night scene"},
        {"subtype": "channel_join", "user": ann.id, "text": "make it a night scene"},
        {"user": ann.id, "text": "make it a night scene", "subtype": "thread_broadcast"},
    ]
    for each in machines:
        slack.tell({"type": "message", "ts": slack.world.new_ts(), **at, **each})

    ann.say(design, "the last order here", thread_ts=picture["ts"])
    await drawn(slack, design, "the last order here")

    assert await ordered(hearing) == 2


async def test_a_broadcast_reply_is_one_order(
    hearing: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Its twin in the channel is none."""
    picture = await root(slack, design, ann)
    ann.say(design, "make it night", thread_ts=picture["ts"], broadcast=True)

    await drawn(slack, design, "make it night")
    assert await ordered(hearing) == 2


async def test_shortcuts_edit_and_report_a_picture(
    easel: App, slack: Slack, design: Conversation, ann: Person, bob: Person
) -> None:
    """From the menu of the message, or of the file in its thread."""
    picture = await root(slack, design, ann)
    [shared] = [each for each in design.messages.values() if each.get("files")]

    bob.shortcut("report_image", design, shared)
    asked = await slack.wait_for_ephemeral(bob, design)
    bob.press(design, labels(asked)[0], asked)
    await slack.wait_for_ephemeral(bob, design, lambda each: "Thank you" in text_of(each))
    bob.shortcut("edit_image", design, picture)
    view = await slack.wait_for_view(bob)
    bob.submit(view, {"prompt": "make it night"})

    await drawn(slack, design, "make it night")


async def test_a_shortcut_on_somebodys_picture_makes_it_a_reference(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """What should change is asked in a form."""
    said = ann.say(design, "look at this", files=[PICTURE])

    ann.shortcut("edit_image", design, said)
    view = await slack.wait_for_view(ann)
    ann.submit(view, {"prompt": "make it night"})

    await drawn(slack, design, "make it night")


async def test_files_of_shared_channels_are_asked_for(easel: App, slack: Slack, design: Conversation) -> None:
    """Slack shows a stub of them only."""
    eve = slack.person("Eve", team_id="T0ELSEWHERE")
    design.members.append(eve.id)
    message = eve.say(design, f"{slack.bot_mention} the same at night", files=[PICTURE])

    told = await slack.wait_for_ephemeral(eve, design)

    assert message["files"][0]["file_access"] == "check_file_info"
    assert any(each.path == "/api/files.info" for each in slack.wire.exchanges)
    assert "credit" in text_of(told)


async def test_a_file_that_is_a_login_page_is_refused(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Slack shows it with status 200 to who may not see the file."""
    slack.world.scopes.discard("files:read")
    ann.say(design, f"{slack.bot_mention} the same at night", files=[PICTURE])

    told = await slack.wait_for_ephemeral(ann, design)

    assert "could not be fetched" in text_of(told)


async def test_what_is_no_picture_is_refused_by_name(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Nothing is ordered."""
    ann.say(
        design,
        f"{slack.bot_mention} the same at night",
        files=[Sent("plan.pdf", "application/pdf", b"%PDF-1.7")],
    )

    await slack.wait_for_ephemeral(ann, design)

    assert await ordered(easel) == 0
