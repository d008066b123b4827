"""What `easel doctor` asks Slack: tokens, scopes and what each missing one costs, the socket, and events over HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Literal

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.api import client_of
from bot.platforms.slack.manifest import OPTIONAL, REQUIRED
from bot.platforms.slack.settings import SlackSettings

Grade = Literal["ok", "note", "fix"]
SECONDS = 10
REINSTALL = (
    "Paste what easel manifest prints into the app's settings at api.slack.com/apps, and install it again."
)
CHALLENGE = "easel-doctor"


@dataclass(frozen=True)
class Looked:
    """One thing that was looked at, how it stands, and what to do."""

    grade: Grade
    text: str
    next_step: str | None = None


async def look(settings: SlackSettings, public_url: str | None, now: int) -> AsyncIterator[Looked]:
    """Look at everything, the most basic first; `now` is in milliseconds."""
    client = client_of(settings.bot_token, settings.api_url)
    client.timeout = SECONDS
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        step = "Copy the Bot User OAuth Token again: the app's settings, OAuth & Permissions."
        yield Looked("fix", f"Slack does not accept SLACK_BOT_TOKEN ({_word(error)})", step)
        return
    except (aiohttp.ClientError, OSError, TimeoutError):
        yield Looked("fix", "Slack cannot be asked", "Look at the network, or try again later.")
        return
    yield Looked("ok", f"logged in as {answer.get('user')} in {answer.get('team')}")
    granted = {each.strip() for each in str(answer.headers.get("x-oauth-scopes", "")).split(",")}
    for looked in _scopes(granted):
        yield looked
    if settings.app_token is not None:
        yield await _socket(client, settings.app_token)
    else:
        yield await _events(settings.signing_secret or "", public_url, now)


def _scopes(granted: Collection[str]) -> list[Looked]:
    absent = [scope for scope in REQUIRED if scope not in granted]
    found = [Looked("fix", f"{scope} is not granted. {REQUIRED[scope]}", REINSTALL) for scope in absent]
    if not absent:
        found.append(Looked("ok", "every scope that Easel needs is granted"))
    return found + [
        Looked("note", f"{scope} is not granted. {why}", REINSTALL)
        for scope, why in OPTIONAL.items()
        if scope not in granted
    ]


async def _socket(client: AsyncWebClient, app_token: str) -> Looked:
    try:
        await client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        step = "Make an app-level token with connections:write: the app's settings, Basic Information."
        return Looked("fix", f"Slack gives no socket for SLACK_APP_TOKEN ({_word(error)})", step)
    except (aiohttp.ClientError, OSError, TimeoutError):
        return Looked("fix", "Slack gives no socket now", "Look at the network, or try again later.")
    return Looked("ok", "Slack gives a socket; events come over it")


async def _events(secret: str, public_url: str | None, now: int) -> Looked:
    """Ask ourselves from outside what Slack asks when the address of events is entered."""
    if public_url is None:
        step = "Set EASEL_PUBLIC_URL, or SLACK_APP_TOKEN for a socket, which needs no address."
        return Looked("fix", "Slack does not know where Easel is", step)
    url = f"{public_url.rstrip('/')}/slack/events"
    body = json.dumps({"type": "url_verification", "challenge": CHALLENGE, "token": ""})
    stamp = str(now // 1_000)
    mark = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={mark}",
    }
    step = "Start Easel, and let the web server in front of it pass /slack/events on unchanged."
    try:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=body, headers=headers) as answer,
        ):
            is_ours = answer.status == 200 and CHALLENGE in await answer.text()
    except (aiohttp.ClientError, OSError, TimeoutError):
        is_ours = False
    return (
        Looked("ok", f"events reach {url}") if is_ours else Looked("fix", f"events do not reach {url}", step)
    )


def _word(error: SlackApiError) -> str:
    answer = error.response
    return answer if isinstance(answer, str) else str(answer.get("error") or "no reason")
