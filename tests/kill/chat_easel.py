"""Easel as it is started, with the web's offline vendor, in front of a chat platform of a test."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.doubles.discord import server as discord_server
from tests.doubles.discord.double import Discord
from tests.doubles.slack.double import Slack
from tests.kill.easel import PLANS, ROOT, Easel, ending


@dataclass
class ChatEasel(Easel):
    """`python -m bot run` with the settings of a platform."""

    settings: Mapping[str, str] = field(default_factory=dict)

    def configure(self) -> None:
        """Write the files that the next start reads: the vendors as they are shipped, plans without narrow limits."""
        config = self.folder / "config"
        config.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / "config" / "catalogue.toml", config / "catalogue.toml")
        (config / "plans.toml").write_text(PLANS, encoding="utf-8")

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of every process that works in this folder."""
        return {**super().environment, **self.settings}

    @property
    def command_line(self) -> tuple[str, ...]:
        """What is started."""
        return (sys.executable, "-m", "bot", "run")


def discord_settings(discord: Discord) -> Mapping[str, str]:
    """Point Easel at a Discord of a test."""
    return {
        "DISCORD_TOKEN": discord_server.TOKEN,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
    }


def slack_settings(slack: Slack) -> Mapping[str, str]:
    """Point Easel at a Slack of a test, over Socket Mode."""
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
    }


def slack_http_settings(slack: Slack) -> Mapping[str, str]:
    """Point Easel at a Slack of a test that calls it, once `request_url` is set."""
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
    }


@asynccontextmanager
async def chat_easel(folder: Path, settings: Mapping[str, str]) -> AsyncIterator[ChatEasel]:
    """Give an Easel that is not started yet."""
    async with ending(ChatEasel(folder, "", settings=settings)) as easel:
        yield easel
