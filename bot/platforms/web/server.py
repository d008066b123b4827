"""The web chat as an HTTP server: its routes, and where it listens."""

from __future__ import annotations

import hmac
import html
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.core.mounts import Mount
from bot.core.ports import Removal
from bot.core.replies import Address, Posted, Reply
from bot.platforms.web.api import Api
from bot.platforms.web.conversation import Conversation
from bot.platforms.web.errors import TooLarge, WebError
from bot.platforms.web.guard import METRICS, Guard
from bot.platforms.web.live import Live
from bot.platforms.web.ports import WebPorts
from bot.platforms.web.serving import StaticFiles, shared
from bot.platforms.web.sessions import Session, Sessions
from bot.platforms.web.settings import WebSettings
from bot.platforms.web.vendorpage import VendorPage
from bot.platforms.web.visitors import Visitors

REQUEST_BYTES_MAX = 256 * 1024
SHUTDOWN_SECONDS = 5.0
CALLBACK_BYTES_MAX = 256 * 1024
NOTHING_HERE = "There is nothing here. Go back to the chat."
STEP_PAGE = """<!doctype html><meta charset="utf-8"><title>Easel</title>
<meta http-equiv="refresh" content="0; url=/">
"""
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
NO_STORE: Mapping[str, str] = {"Cache-Control": "no-store"}


class WebChat:
    """The web platform: serves the chat and delivers into it."""

    def __init__(self, settings: WebSettings, ports: WebPorts) -> None:
        self._settings = settings
        self._ports = ports
        self._sessions = Sessions(settings, ports.clock)
        self._visitors = Visitors(settings, self._sessions, ports.people)
        self._conversation = Conversation(ports)
        self._live = Live(ports)
        self._static = StaticFiles()

    async def deliver(self, address: Address, reply: Reply, *, key: str) -> Posted:
        """Put a reply into the person's chat, once by `key`."""
        return await self._conversation.deliver(address, reply, key=key)

    async def remove(self, removal: Removal) -> None:
        """Take a picture out of the person's chat."""
        await self._conversation.remove(removal)

    def application(self) -> web.Application:
        """Return the routes, ready to be served."""
        api = Api(self._settings, self._ports, self._visitors, self._conversation, self._live)
        guard = Guard(self._settings, frozenset(self._ports.mounts))
        app = web.Application(middlewares=[guard.middleware()], client_max_size=REQUEST_BYTES_MAX)
        app.router.add_get("/", self._page)
        app.router.add_get("/static/{name}", self._static.serve)
        app.router.add_get("/join/{token}", self._invite)
        app.router.add_post("/join/{token}", self._join)
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/shared/{token}", self._shared)
        app.router.add_post("/callbacks/{call}/{signature}", self._callback)
        for path, mount in self._ports.mounts.items():
            app.router.add_post(path, _mounted(mount))
        app.router.add_get(METRICS, self._metrics)
        if self._ports.vendors is not None:
            VendorPage(self._ports.vendors, self._ports.clock, self._visitors).add_to(app.router)
        api.add_to(app.router)

        async def stop_streams(_: web.Application) -> None:
            await self._live.stop()

        app.on_shutdown.append(stop_streams)
        return app

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve while the block runs; gives the address to open. Raises OSError when the port is taken."""
        # No access log: its lines would hold invitations.
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            site = web.TCPSite(runner, self._settings.host, self._settings.port)
            await site.start()
            port = runner.addresses[0][1]
            host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
            yield self._settings.public_url or f"http://{host}:{port}"
        finally:
            await runner.cleanup()

    async def _page(self, request: web.Request) -> web.Response:
        response = web.Response(
            text=self._static.text("index.html"), content_type="text/html", headers=NO_STORE
        )
        if self._visitors.welcome(request, response):
            return response
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            # A strict cookie stays away when a link elsewhere was followed; a step of our own brings it.
            return web.Response(text=STEP_PAGE, content_type="text/html", headers=NO_STORE)
        raise WebError(
            401, "You need an invitation. Ask whoever runs Easel for your link, and open it in this browser."
        )

    async def _invite(self, request: web.Request) -> web.Response:
        page = self._static.text("join.html").replace("{name}", html.escape(self._invited(request).name))
        return web.Response(text=page, content_type="text/html", headers=NO_STORE)

    async def _join(self, request: web.Request) -> web.Response:
        session = self._invited(request)
        response = web.Response(status=303, headers={"Location": "/", **NO_STORE})
        self._sessions.write(response, user=session.user, name=session.name)
        return response

    def _invited(self, request: web.Request) -> Session:
        session = self._sessions.read_invitation(request.match_info["token"])
        if session is None or not self._settings.is_exposed:
            raise WebError(
                404, "This invitation is not valid any more. Ask whoever runs Easel for a new link."
            )
        return session

    async def _health(self, _: web.Request) -> web.Response:
        return web.json_response({"ok": True}, headers=NO_STORE)

    async def _ready(self, _: web.Request) -> web.Response:
        parts = dict(await self._ports.readiness())
        is_ready = all(state is True for state in parts.values())
        return web.json_response(
            {"ok": is_ready, "parts": parts}, status=200 if is_ready else 503, headers=NO_STORE
        )

    async def _shared(self, request: web.Request) -> web.StreamResponse:
        """Send a picture to whoever knows its address, as long as that is good."""
        outside = self._ports.outside
        sha256 = outside.links.shared(request.match_info["token"]) if outside else None
        if outside is None or sha256 is None:
            raise WebError(404, NOTHING_HERE)
        return shared(outside.path_of(sha256))

    async def _callback(self, request: web.Request) -> web.Response:
        """Take a vendor's word that a call is done; the same answer for everything that is not one."""
        outside = self._ports.outside
        call, signature = request.match_info["call"], request.match_info["signature"]
        if outside is None or not outside.links.is_callback(call, signature):
            raise WebError(404, NOTHING_HERE)
        body = await _body(request)
        if not await outside.hear(call, request.headers, body):
            raise WebError(404, NOTHING_HERE)
        return web.json_response({"ok": True}, headers=NO_STORE)

    async def _metrics(self, request: web.Request) -> web.Response:
        if self._ports.metrics is None or not self._may_measure(request):
            raise WebError(404, NOTHING_HERE)
        page = await self._ports.metrics()
        return web.Response(body=page, headers={"Content-Type": METRICS_TYPE, **NO_STORE})

    def _may_measure(self, request: web.Request) -> bool:
        """Whether whoever asks has the token; without one, behind a proxy everybody seems to be this machine."""
        token = self._settings.metrics_token
        if token is None:
            return not self._settings.is_exposed
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        return hmac.compare_digest(given, f"Bearer {token}".encode())


def _mounted(mount: Mount) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        answer = await mount(await _body(request), request.headers)
        return web.Response(status=answer.status, body=answer.body, headers={**answer.headers, **NO_STORE})

    return handle


async def _body(request: web.Request) -> bytes:
    """Read a whole body of a request that other machines send; raises TooLarge."""
    body = await request.content.read(CALLBACK_BYTES_MAX + 1)
    while len(body) <= CALLBACK_BYTES_MAX and (more := await request.content.read(CALLBACK_BYTES_MAX)):
        body += more
    if len(body) > CALLBACK_BYTES_MAX:
        raise TooLarge("That is too large for a callback.")
    return body
