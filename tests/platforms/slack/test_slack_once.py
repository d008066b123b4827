"""Whatever Slack tells three times is one job: each way to order."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.app import App
from bot.storage.schema import jobs
from bot.storage.transaction import Tx
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import Conversation
from tests.doubles.slack.transport import Delivery
from tests.platforms.slack.easel import Message, drawn


def _count(db: Tx) -> int:
    return db.execute(select(func.count()).select_from(jobs)).scalar_one()


async def thrice(slack: Slack, told: list[Delivery]) -> None:
    """Tell the same twice more at once, and once more when all of that was acknowledged."""
    copies = [slack.transport.again(each) for each in told]
    for each in (*told, *copies):
        await slack.over(each)
    for each in told:
        await slack.over(slack.transport.again(each))


async def ordered(slack: Slack, easel: App, design: Conversation, ann: Person) -> int:
    """Order one more after the others were taken, so that they had their chance; return how many jobs came before."""
    ann.slash("/imagine", "the last order", design)
    await drawn(slack, design, "the last order")
    return await easel.stores.database.read(_count) - 1


async def root(slack: Slack, design: Conversation, ann: Person) -> Message:
    """Draw the picture that is changed."""
    ann.slash("/imagine", "a harbour", design)
    return await drawn(slack, design, "a harbour")


async def test_a_mention_told_three_times_is_one_job(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """In both of its events."""
    slack.grant("channels:history")
    ann.say(design, f"{slack.bot_mention} a heron")
    await thrice(slack, list(slack.transport.deliveries))
    await drawn(slack, design, "a heron")

    assert await ordered(slack, easel, design, ann) == 1


async def test_a_direct_message_told_three_times_is_one_job(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """It is told as a message alone."""
    ann.say(ann.direct(), "a lighthouse at dusk")
    await thrice(slack, list(slack.transport.deliveries))
    await drawn(slack, ann.direct(), "a lighthouse at dusk")

    assert await ordered(slack, easel, design, ann) == 1


async def test_a_reply_told_three_times_is_one_job(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """In the thread of its picture."""
    slack.grant("channels:history")
    picture = await root(slack, design, ann)
    before = len(slack.transport.deliveries)
    ann.say(design, "make it night", thread_ts=picture["ts"])
    await thrice(slack, slack.transport.deliveries[before:])
    await drawn(slack, design, "make it night")

    assert await ordered(slack, easel, design, ann) == 2


async def test_a_command_told_three_times_is_one_job(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """By its trigger."""
    await thrice(slack, [ann.slash("/imagine", "a fox", design)])
    await drawn(slack, design, "a fox")

    assert await ordered(slack, easel, design, ann) == 1


async def test_a_click_told_three_times_is_one_job(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Another click of the same button would be another job."""
    picture = await root(slack, design, ann)
    await thrice(slack, [ann.press(design, "Again", picture)])

    assert await ordered(slack, easel, design, ann) == 2


async def test_a_form_told_three_times_is_one_job(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """It is sent once, and told again."""
    ann.slash("/imagine", "", design)
    form = await slack.wait_for_view(ann)
    sent = ann.submit(form, {"prompt": "a heron"})
    await slack.over(sent)
    for _ in range(2):
        await slack.over(slack.transport.again(sent))
    await drawn(slack, design, "a heron")

    assert await ordered(slack, easel, design, ann) == 1
