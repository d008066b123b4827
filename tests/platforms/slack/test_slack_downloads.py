"""Files that people attach: fetched from Slack and nowhere else, within limits, and made into what vendors take."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from PIL import Image
from sqlalchemy import func, select

from bot.app import App
from bot.platforms.slack.downloads import BYTES_MAX
from bot.platforms.slack.settings import SlackSettings
from bot.storage.schema import jobs
from bot.storage.transaction import Tx
from tests.doubles.exchanges import Sent, Told
from tests.doubles.slack.double import Slack
from tests.doubles.slack.puppets import Person
from tests.doubles.slack.state import TEAM_ID, Conversation
from tests.platforms.slack.easel import PICTURE, drawn, text_of

FILES = "/files-pri/*/download/*"


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/a.png", True),
        ("https://slack.com/files/a.png", True),
        ("https://team.enterprise.slack.com/files/a.png", True),
        ("http://files.slack.com/files-pri/T1-F1/download/a.png", False),
        ("https://files.slack.com.evil.example/a.png", False),
        ("https://evilslack.com/a.png", False),
        ("https://slack.com@evil.example/a.png", False),
        ("https://evil.example/https://files.slack.com/a.png", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_the_token_goes_to_slack_alone(url: str, may: bool) -> None:
    """Over TLS, by the end of the host's name."""
    assert SlackSettings("xoxb-1").may_see_token(url) is may


@pytest.fixture
async def stranger() -> AsyncIterator[tuple[str, list[str | None]]]:
    """A server that is not Slack's: its address, and the tokens that it was shown."""
    shown: list[str | None] = []

    async def take(request: web.Request) -> web.Response:
        shown.append(request.headers.get("Authorization"))
        return web.Response(body=PICTURE.data, content_type="image/png")

    app = web.Application()
    app.router.add_get("/{rest:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", shown
    await runner.cleanup()


def _count(db: Tx) -> int:
    return db.execute(select(func.count()).select_from(jobs)).scalar_one()


async def refused(slack: Slack, easel: App, person: Person, place: Conversation) -> str:
    """Wait for the private refusal; nothing was ordered."""
    told = text_of(await slack.wait_for_ephemeral(person, place))
    assert await easel.stores.database.read(_count) == 0
    return told


async def test_a_file_that_leads_away_from_slack_is_not_followed(
    easel: App, slack: Slack, design: Conversation, ann: Person, stranger: tuple[str, list[str | None]]
) -> None:
    """The other server is not even asked."""
    address, shown = stranger
    slack.wire.plan("answer", "GET", FILES, told=Told(302, headers={"Location": f"{address}/a.png"}))

    ann.say(design, f"{slack.bot_mention} the same at night", files=[PICTURE])

    assert "from Slack only" in await refused(slack, easel, ann, design)
    assert shown == []


async def test_a_file_that_slack_has_moved_is_fetched(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Within Slack the token goes along."""
    away = slack.wire.plan(
        "answer", "GET", FILES, told=Told(302, headers={"Location": "harbour.png?moved=1"})
    )

    ann.say(design, f"{slack.bot_mention} the same at night", files=[PICTURE])

    await drawn(slack, design, "the same at night")
    assert away.reached.is_set()
    assert len(slack.wire.asked("GET", FILES)) == 2


async def test_a_file_that_is_too_large_is_not_fetched(
    easel: App, slack: Slack, design: Conversation, ann: Person
) -> None:
    """Slack says how large it is; what is larger than it says is dropped on the way."""
    told_size = {
        "id": "F0HUGE",
        "name": "huge.png",
        "size": BYTES_MAX + 1,
        "url_private": f"{slack.world.url}/files-pri/{TEAM_ID}-F0HUGE/huge.png",
    }
    mention = {
        "type": "app_mention",
        "user": ann.id,
        "channel": design.id,
        "ts": slack.world.new_ts(),
        "text": f"{slack.bot_mention} the same at night",
        "files": [told_size],
    }
    slack.tell(mention)
    assert "larger than 50 MB" in await refused(slack, easel, ann, design)
    assert slack.wire.asked("GET", "/files-pri/*/*") == []

    design.ephemeral.clear()
    heavy = Told(200, bytes(BYTES_MAX + 1), {"Content-Type": "image/png"})
    slack.wire.plan("answer", "GET", FILES, told=heavy)
    ann.say(design, f"{slack.bot_mention} the same at night", files=[PICTURE])
    assert "larger than 50 MB" in await refused(slack, easel, ann, design)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
async def test_other_kinds_of_pictures_are_drawn_from(
    easel: App, slack: Slack, design: Conversation, ann: Person, kind: str
) -> None:
    """They are converted at receipt."""
    written = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(written, kind)
    photo = Sent(f"photo.{kind.lower()}", f"image/{kind.lower()}", written.getvalue())

    ann.say(design, f"{slack.bot_mention} the same at night", files=[photo])

    await drawn(slack, design, "the same at night")
