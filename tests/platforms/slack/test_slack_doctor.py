"""What `easel doctor` finds out about Slack."""

from __future__ import annotations

from pathlib import Path

from bot.platforms.slack.examining import Looked, look
from bot.platforms.slack.settings import SlackSettings
from tests.doubles.slack.double import Slack
from tests.platforms.slack.easel import running_easel


async def looks(slack: Slack, public_url: str | None = None, **changes: str | None) -> list[Looked]:
    """Look at everything."""
    own = {"bot_token": slack.bot_token, "app_token": slack.app_token, "api_url": slack.api_url, **changes}
    settings = SlackSettings(**own)  # type: ignore[arg-type]  # texts all of them
    return [each async for each in look(settings, public_url, slack.clock.now_ms())]


async def test_what_is_missing_is_named_with_its_price(slack: Slack) -> None:
    """Each scope that was not granted says what it would be for."""
    slack.world.scopes.discard("files:read")

    found = await looks(slack)

    assert [each.text for each in found if each.grade == "fix"] == [
        "files:read is not granted. Attached pictures are drawn from, and uploads are checked to have arrived."
    ]
    assert any(each.text.startswith("users:read") and "admins" in each.text for each in found)
    assert any("socket" in each.text and each.grade == "ok" for each in found)


async def test_tokens_that_are_not_accepted_are_named(slack: Slack) -> None:
    """The bot's and the app's."""
    [bad_bot] = await looks(slack, bot_token="xoxb-wrong")
    bad_app = (await looks(slack, app_token="xapp-wrong"))[-1]

    assert "SLACK_BOT_TOKEN" in bad_bot.text
    assert "SLACK_APP_TOKEN" in bad_app.text
    assert bad_app.grade == "fix"


async def test_events_are_tried_from_outside(slack: Slack, tmp_path: Path) -> None:
    """As Slack does when the address is entered."""
    http = {"app_token": None, "signing_secret": slack.signing_secret}
    async with running_easel(slack, tmp_path, "http"):
        url = (slack.transport.request_url or "").removesuffix("/slack/events")
        reached = (await looks(slack, url, **http))[-1]
    absent = (await looks(slack, url, **http))[-1]

    assert reached.grade == "ok", reached
    assert absent.grade == "fix"
    assert (await looks(slack, None, **http))[-1].grade == "fix"
