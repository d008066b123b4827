"""Slack's Web API, as far as Easel speaks it.

Everything goes in the body of a form: nothing that people said ever stands in an address, which proxies log.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import EaselError

log = structlog.get_logger(__name__)

CALL_SECONDS = 30
UPLOAD_SECONDS = 120
WAITS_MAX = 2
"""How often a call waits as long as Slack says before it gives up; each wait is Slack's Retry-After."""

GONE = frozenset({"account_inactive", "invalid_auth", "token_revoked", "token_expired", "not_authed"})
"""The token is not good any more."""


class SlackFailed(Exception):
    """Slack did not do it. `error` is Slack's own word for why, or "unreachable", or "answer" for no JSON.

    `needed` is the scope that is missing, where Slack says so.
    """

    def __init__(self, error: str, *, needed: str = "") -> None:
        self.error = error
        self.needed = needed
        super().__init__(error)


def client_of(token: str, api_url: str | None) -> AsyncWebClient:
    """Make a client; `api_url` stands before the methods' names instead of Slack's own address."""
    url = f"{api_url.rstrip('/')}/" if api_url else AsyncWebClient.BASE_URL
    waits = AsyncRateLimitErrorRetryHandler(max_retry_count=WAITS_MAX)
    return AsyncWebClient(token=token, base_url=url, timeout=CALL_SECONDS, retry_handlers=[waits])


class SlackApi:
    """Calls methods, uploads bytes; raises SlackFailed. Once the token is not accepted any more, `refused` is told."""

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        refused: Callable[[], Awaitable[None]],
    ) -> None:
        self._client = client
        self._session = session
        self._refused = refused
        self._has_told = False
        self.is_refused = False
        """Whether Slack has not accepted the token at the last call."""

    async def call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Call a method; lists and objects go as JSON, None is left out.

        A connection that breaks is not tried again: the method may have done its work.
        """
        form = {name: _written(value) for name, value in arguments.items() if value is not None}
        try:
            answer = await self._client.api_call(method, data=form)
        except SlackApiError as error:
            failed = _failed(error)
            await self._note(is_refused=failed.error in GONE)
            raise failed from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackFailed("unreachable") from error
        except ValueError as error:
            raise SlackFailed("answer") from error
        await self._note(is_refused=False)
        found = answer.data
        if not isinstance(found, dict):
            raise SlackFailed("answer")
        return found

    async def _note(self, *, is_refused: bool) -> None:
        self.is_refused = is_refused
        if not is_refused or self._has_told:
            self._has_told = is_refused
            return
        self._has_told = True
        try:
            await self._refused()
        except EaselError as error:
            self._has_told = False
            log.warning("a refused token could not be told of", problem=type(error).__name__)

    async def upload(self, url: str, content: AsyncIterator[bytes], length: int) -> None:
        """Send a file's bytes to the address that Slack gave for it."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(length)}
        timeout = aiohttp.ClientTimeout(total=UPLOAD_SECONDS)
        try:
            async with self._session.post(url, data=content, headers=headers, timeout=timeout) as answer:
                if answer.status != 200:
                    raise SlackFailed(f"upload_{answer.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackFailed("unreachable") from error


def _failed(error: SlackApiError) -> SlackFailed:
    answer = error.response
    if isinstance(answer, str):
        return SlackFailed("answer")
    return SlackFailed(str(answer.get("error") or "answer"), needed=str(answer.get("needed") or ""))


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
