"""Discord's REST interface: one method for each thing that we ask of it, with bodies as Discord documents them."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import discord
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route
from discord.utils import MISSING

from bot.platforms.discord.faults import DiscordFault, fault_of
from bot.platforms.discord.once import Once, tracing
from bot.platforms.discord.settings import DiscordSettings

Body = Mapping[str, Any]

CALL_SECONDS = 20.0
UPLOAD_SECONDS = 50.0
ORIGINAL = "@original"
CALLBACK_MESSAGE, CALLBACK_DEFER, CALLBACK_DEFER_UPDATE = 4, 5, 6
CALLBACK_UPDATE, CALLBACK_CHOICES, CALLBACK_FORM = 7, 8, 9


@dataclass(frozen=True)
class SentFile:
    """A file to upload: where it lies (or what it holds), its name there and how it is described aloud."""

    source: Path | bytes
    name: str
    alt: str = ""
    mime: str = "application/octet-stream"


class OwnHttp(HTTPClient):
    """The library's HTTP client, at an address of our choice; nothing of the library is changed for others."""

    api: str | None = None
    gateway: str | None = None

    async def request(self, route: Route, **options: Any) -> Any:
        """Send a request to where this client's Discord is."""
        if self.api is not None:
            route.url = self.api + route.url.removeprefix(Route.BASE)
        return await super().request(route, **options)

    async def ws_connect(self, url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        """Open the gateway where this client's Discord is; an address that it named itself is kept."""
        default = str(DiscordWebSocket.DEFAULT_GATEWAY)
        if self.gateway is not None and url.startswith(default):
            url = self.gateway.rstrip("/") + "/" + url.removeprefix(default).lstrip("/")
        return await super().ws_connect(url, compress=compress)


async def start_anew(http: HTTPClient) -> None:
    """Let go of what a failed login left open, so that the next one begins with nothing."""
    await http.close()
    http.connector = MISSING


def own_http(settings: DiscordSettings, loop: asyncio.AbstractEventLoop) -> OwnHttp:
    """Make the HTTP client for these settings; it is usable once it has logged in."""
    http = OwnHttp(loop, http_trace=tracing(), max_ratelimit_timeout=30.0)
    http.api = settings.api if settings.api_url else None
    http.gateway = settings.gateway_url
    return http


class Rest:
    """Asks Discord; every method raises DiscordFault."""

    def __init__(self, http: HTTPClient) -> None:
        self._http = http

    async def me(self) -> Body:
        """Read the bot's own user."""
        return await self._one(Route("GET", "/users/@me"))

    async def application(self) -> Body:
        """Read the application."""
        return await self._one(Route("GET", "/oauth2/applications/@me"))

    async def put_commands(self, application: str, commands: Sequence[Body]) -> None:
        """Replace all commands of the application."""
        route = Route("PUT", "/applications/{application_id}/commands", application_id=application)
        await self._ask(route, json=list(commands))

    async def commands(self, application: str) -> Sequence[Body]:
        """List the commands of the application."""
        return await self._many(
            Route("GET", "/applications/{application_id}/commands", application_id=application)
        )

    async def post(self, channel: str, body: Body, files: Sequence[SentFile] = ()) -> Body:
        """Post a message; with a nonce that is enforced, a repeat within minutes gives the first one."""
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        return await self._send(route, body, files)

    async def edit(self, channel: str, message: str, body: Body, files: Sequence[SentFile] = ()) -> Body:
        """Edit a message of ours."""
        route = Route(
            "PATCH",
            "/channels/{channel_id}/messages/{message_id}",
            channel_id=channel,
            message_id=message,
        )
        return await self._send(route, body, files)

    async def delete(self, channel: str, message: str) -> None:
        """Delete a message."""
        path = "/channels/{channel_id}/messages/{message_id}"
        await self._ask(Route("DELETE", path, channel_id=channel, message_id=message))

    async def message(self, channel: str, message: str) -> Body:
        """Read a message."""
        path = "/channels/{channel_id}/messages/{message_id}"
        return await self._one(Route("GET", path, channel_id=channel, message_id=message))

    async def messages_after(self, channel: str, after: str) -> Sequence[Body]:
        """List up to a hundred messages that came after `after`."""
        route = Route("GET", "/channels/{channel_id}/messages", channel_id=channel)
        return await self._many(route, params={"after": after, "limit": 100})

    async def open_direct(self, user: str) -> str:
        """Open the direct message channel with a user; returns its id."""
        found = await self._ask(Route("POST", "/users/@me/channels"), json={"recipient_id": user})
        return str(found["id"])

    async def channel(self, channel: str) -> Body:
        """Read a channel or thread."""
        return await self._one(Route("GET", "/channels/{channel_id}", channel_id=channel))

    async def thread_on(self, channel: str, message: str, name: str) -> str:
        """Open the thread of a message; returns its id, which is the message's. One that is there is taken."""
        path = "/channels/{channel_id}/messages/{message_id}/threads"
        route = Route("POST", path, channel_id=channel, message_id=message)
        try:
            made = await self._ask(route, json={"name": name, "auto_archive_duration": 1440})
        except DiscordFault as fault:
            if fault.name == "thread_exists":
                return message
            raise
        return str(made["id"])

    async def reopen(self, thread: str) -> None:
        """Take a thread out of the archive."""
        await self._ask(Route("PATCH", "/channels/{channel_id}", channel_id=thread), json={"archived": False})

    async def member(self, guild: str, user: str) -> Body:
        """Read a member of a server; needs no intent."""
        path = "/guilds/{guild_id}/members/{member_id}"
        return await self._one(Route("GET", path, guild_id=guild, member_id=user))

    async def guild(self, guild: str) -> Body:
        """Read a server."""
        return await self._one(Route("GET", "/guilds/{guild_id}", guild_id=guild))

    async def guilds(self) -> Sequence[Body]:
        """List up to 200 servers that the bot is in."""
        return await self._many(Route("GET", "/users/@me/guilds"))

    async def callback(self, interaction: str, token: str, kind: int, data: Body | None = None) -> None:
        """Answer an interaction for the first time; after three seconds Discord does not know it any more."""
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        body = {"type": kind} if data is None else {"type": kind, "data": data}
        await self._ask(Route("POST", path, webhook_id=interaction, webhook_token=token), json=body)

    async def edit_answer(
        self, application: str, token: str, body: Body, files: Sequence[SentFile] = (), *, of: str = ORIGINAL
    ) -> Body:
        """Edit the answer to an interaction, or a later message of it, while its token lives."""
        path = "/webhooks/{webhook_id}/{webhook_token}/messages/" + of
        return await self._send(
            Route("PATCH", path, webhook_id=application, webhook_token=token), body, files
        )

    async def follow_up(
        self,
        application: str,
        token: str,
        body: Body,
        files: Sequence[SentFile] = (),
        *,
        is_once: bool = False,
    ) -> Body:
        """Say something more to an interaction; `is_once` where a second one would be worse than none."""
        route = Route(
            "POST", "/webhooks/{webhook_id}/{webhook_token}", webhook_id=application, webhook_token=token
        )
        return await self._send(route, body, files, *([Once()] if is_once else []))

    async def _one(self, route: Route, **options: Any) -> Body:
        found: Body = await self._ask(route, **options)
        return found

    async def _many(self, route: Route, **options: Any) -> Sequence[Body]:
        found: Sequence[Body] = await self._ask(route, **options)
        return found

    async def _ask(self, route: Route, **options: Any) -> Any:
        try:
            async with asyncio.timeout(CALL_SECONDS):
                return await self._http.request(route, **options)
        except (discord.DiscordException, OSError, aiohttp.ClientError, TimeoutError) as error:
            raise fault_of(error) from error

    async def _send(self, route: Route, body: Body, files: Sequence[SentFile], *guards: Once) -> Body:
        """Send a message's body, with its files as parts of a form."""
        told = {"trace_request_ctx": guards[0]} if guards else {}
        if not files:
            return await self._one(route, json=body, files=guards, **told)
        listed = [
            {"id": index, "filename": file.name} | ({"description": file.alt} if file.alt else {})
            for index, file in enumerate(files)
        ]
        body = {**body, "attachments": [*body.get("attachments", ()), *listed]}
        try:
            with ExitStack() as stack:
                opened = [_opened(stack, each) for each in files]
                form = [{"name": "payload_json", "value": json.dumps(body)}, *_parts(opened, files)]
                async with asyncio.timeout(UPLOAD_SECONDS):
                    taken: Any = [*guards, *opened]
                    sent: Body = await self._http.request(route, files=taken, form=form, **told)
                return sent
        except (discord.DiscordException, OSError, aiohttp.ClientError, TimeoutError) as error:
            raise fault_of(error) from error


def _opened(stack: ExitStack, file: SentFile) -> discord.File:
    source = file.source if isinstance(file.source, Path) else io.BytesIO(file.source)
    opened = discord.File(source, filename=file.name)
    stack.callback(opened.close)
    return opened


def _parts(opened: Iterable[discord.File], files: Sequence[SentFile]) -> Iterable[dict[str, Any]]:
    for index, (each, file) in enumerate(zip(opened, files, strict=True)):
        yield {
            "name": f"files[{index}]",
            "value": each.fp,
            "filename": file.name,
            "content_type": file.mime,
        }
