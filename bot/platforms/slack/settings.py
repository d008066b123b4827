"""What the Slack platform is told about itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.platforms.slack.uploads import Pace

SLACK_HOST = "slack.com"


@dataclass(frozen=True)
class Watch:
    """How a socket is watched, in seconds: pinged, looked at, connected anew when silent, and said to be down.

    Over HTTP, too, the token is tried every `token_seconds`: nothing else tells that it was revoked.
    """

    ping_seconds: float = 10.0
    look_seconds: float = 5.0
    silent_seconds: float = 30.0
    unready_seconds: float = 60.0
    token_seconds: float = 60.0


@dataclass(frozen=True)
class SlackSettings:
    """Tokens and addresses. With `app_token` Slack is reached over Socket Mode, else it calls us with signatures.

    `api_url` stands in for Slack's own Web API; then files may also come from its host. `prefix` is what the names of
    the slash commands begin with, as the app's manifest has them.
    """

    bot_token: str
    app_token: str | None = None
    signing_secret: str | None = None
    api_url: str | None = None
    prefix: str = ""
    pace: Pace = field(default_factory=Pace)
    watch: Watch = field(default_factory=Watch)

    def may_see_token(self, url: str) -> bool:
        """Whether the token may be sent there: only to Slack itself."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if self.api_url and parts.netloc == urlsplit(self.api_url).netloc:
            return True
        return parts.scheme == "https" and (host == SLACK_HOST or host.endswith(f".{SLACK_HOST}"))
