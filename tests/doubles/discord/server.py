"""Discord on this machine, for tests: REST v10 under /api/v10, the gateway, and signed files, on one port.

An unmodified process reaches it by `api_url` and `gateway_url`. What a test does in it is in `puppets`; what the
process sent is in `wire.exchanges`, what goes wrong on order in `wire.plan(…)`, and `world.clock.turn(…)` lets time
pass.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.doubles.discord import (
    cdn,
    routes_channels,
    routes_commands,
    routes_guilds,
    routes_interactions,
    routes_messages,
)
from tests.doubles.discord.calls import Answer, Call, Handler, Nonces
from tests.doubles.discord.gateway import Gateway
from tests.doubles.discord.interactions import Interactions
from tests.doubles.discord.limits import Limits, TooMany
from tests.doubles.discord.refusals import NoRoute, Refused
from tests.doubles.discord.state import User, World
from tests.doubles.exchanges import Exchange, Wire

TOKEN = "MTE3NjU0MzIxMDk4NzY1NDMyMQ.GdoubL.every-sign-of-it-is-made-up-for-tests"
BOT_ID = "1176543210987654321"
API = "/api/v10"
SERVER_BYTES_MAX = 2**28
STARTS_A_DAY = 1000

ROUTES: Mapping[str, Handler] = {
    **routes_guilds.ROUTES,
    **routes_channels.ROUTES,
    **routes_messages.ROUTES,
    **routes_commands.ROUTES,
    **routes_interactions.ROUTES,
}


@dataclass
class DiscordServer:
    """The platform; its addresses are known while it is `serving`."""

    world: World = field(default_factory=lambda: World(User(BOT_ID, "Easel", is_bot=True)))
    wire: Wire = field(default_factory=Wire)
    limits: Limits = field(default_factory=Limits)
    nonces: Nonces = field(default_factory=Nonces)
    url: str = ""
    gateway: Gateway = field(init=False)
    interactions: Interactions = field(init=False)

    def __post_init__(self) -> None:
        self.wire.changes = self.world.changes
        self.world.users[BOT_ID] = self.world.bot
        self.gateway = Gateway(self.world, TOKEN)
        self.interactions = Interactions(self.world)

    @property
    def api_url(self) -> str:
        """The base of REST: DISCORD_API_URL."""
        return f"{self.url}{API}"

    @property
    def gateway_url(self) -> str:
        """The address of the gateway: DISCORD_GATEWAY_URL."""
        return self.gateway.url

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[DiscordServer]:
        """Serve on a free port while the block runs."""
        app = web.Application(client_max_size=SERVER_BYTES_MAX)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        for root in ("attachments", "ephemeral-attachments", "external"):
            app.router.add_get(f"/{root}/{{rest:.*}}", self._file)
        app.router.add_get(f"{API}/gateway", self._where)
        app.router.add_get(f"{API}/gateway/bot", self._where)
        for route, handler in ROUTES.items():
            method, _, path = route.partition(" ")
            app.router.add_route(method, f"{API}{path}", self._routed(route, handler), expect_handler=None)
        app.router.add_route("*", "/{rest:.*}", self._nowhere)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            self.world.base_url = self.url
            self.gateway.url = f"ws://127.0.0.1:{runner.addresses[0][1]}/gateway"
            yield self
        finally:
            self.wire.let_all_go()
            await self.gateway.drop()
            await runner.cleanup()
        self.wire.check()

    def _routed(self, route: str, handler: Handler) -> Any:
        async def answer(request: web.Request) -> web.StreamResponse:
            params = dict(request.match_info)

            def applied(exchange: Exchange) -> web.Response:
                return self._apply(route, handler, params, exchange)

            response = await self.wire.carry(request, request.path.removeprefix(API), applied)
            self.limits.note(response.status, response.headers.get("X-RateLimit-Scope"))
            return response

        return answer

    def _apply(
        self, route: str, handler: Handler, params: Mapping[str, str], exchange: Exchange
    ) -> web.Response:
        headers, over = self.limits.take(route, params)
        if over is not None:
            return _refuse(headers, over)
        try:
            if "{token}" not in route and exchange.headers.get("authorization") != f"Bot {TOKEN}":
                raise Refused(0)
            call = Call(self.world, exchange, params, self.interactions, self.nonces)
            return _told(handler(call), headers)
        except Refused as refused:
            return _told((refused.status, refused.body), headers)

    async def _where(self, request: web.Request) -> web.StreamResponse:
        """Say where the gateway is and how many starts are left today."""

        def applied(exchange: Exchange) -> web.Response:
            if request.path.endswith("/gateway"):
                return _told((200, {"url": self.gateway.url}), {})
            if exchange.headers.get("authorization") != f"Bot {TOKEN}":
                return _told((401, Refused(0).body), {})
            limit = {
                "total": STARTS_A_DAY,
                "remaining": STARTS_A_DAY - self.gateway.identifies,
                "reset_after": 86_400_000,
                "max_concurrency": 1,
            }
            return _told((200, {"url": self.gateway.url, "shards": 1, "session_start_limit": limit}), {})

        return await self.wire.carry(request, request.path.removeprefix(API), applied)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return await self.wire.carry(request, request.path, lambda _: cdn.serve(self.world, request))

    async def _nowhere(self, request: web.Request) -> web.StreamResponse:
        """No such address, or another method there."""
        path = request.path.removeprefix(API)
        known = any(_fits(route.partition(" ")[2], path) for route in ROUTES)
        missing = NoRoute(405, "Method Not Allowed") if known else NoRoute(404, "Not Found")
        return await self.wire.carry(request, path, lambda _: _told((missing.status, missing.body), {}))


def _fits(template: str, path: str) -> bool:
    parts, given = template.split("/"), path.split("/")
    return len(parts) == len(given) and all(
        part == here or part.startswith("{") for part, here in zip(parts, given, strict=True)
    )


def _told(answer: Answer, headers: Mapping[str, str]) -> web.Response:
    """Answer as Discord does: its JSON is `application/json` and nothing more."""
    status, body = answer
    shown = {"Via": "1.1 google", **headers}
    if status == 204:
        return web.Response(status=204, headers=shown)
    data = json.dumps(body, separators=(",", ":")).encode()
    return web.Response(status=status, body=data, headers={**shown, "Content-Type": "application/json"})


def _refuse(headers: Mapping[str, str], over: TooMany) -> web.Response:
    """Say 429: Discord by JSON and with a Via, the edge before it by a page and without."""
    if over.is_edge:
        page = b"error code: 1015"
        edge = {"Content-Type": "text/plain; charset=UTF-8", "Retry-After": str(round(over.retry_after))}
        return web.Response(status=429, body=page, headers=edge)
    return _told((429, over.body), {**headers, **over.headers})
