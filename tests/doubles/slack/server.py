"""Slack on this machine, for tests: Web API under /api/, Socket Mode, uploads, files and response addresses.

An unmodified process reaches it by `api_url`. What a test does in it is in `puppets`; what the process sent is in
`wire.exchanges`, what goes wrong on order in `wire.plan(…)`, and `world.clock.turn(…)` lets time pass.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.doubles.exchanges import Exchange, Wire
from tests.doubles.slack import methods_chat, methods_files, methods_views
from tests.doubles.slack.blocks import check_message, with_ids
from tests.doubles.slack.calls import APP_TOKEN, BOT_TOKEN, Call, Method, Pace, arguments, check_token
from tests.doubles.slack.methods_chat import add, authored
from tests.doubles.slack.methods_files import Shares, may_see, share, upload
from tests.doubles.slack.methods_views import answered_form
from tests.doubles.slack.refusals import Json, Refused
from tests.doubles.slack.state import APP_ID, BOT_USER, RESPONSE_MS, RESPONSE_USES, TEAM_ID, Ticket, World
from tests.doubles.slack.transport import SIGNING_SECRET, Delivery, Transport

SERVER_BYTES_MAX = 2**30
LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body></body></html>"
METHODS: Mapping[str, Method] = {**methods_chat.METHODS, **methods_files.METHODS, **methods_views.METHODS}


@dataclass
class SlackServer:
    """The platform; its addresses are known while it is `serving`. `unknown` are methods that it does not have."""

    world: World = field(default_factory=World)
    wire: Wire = field(default_factory=Wire)
    pace: Pace = field(default_factory=Pace)
    shares: Shares = field(default_factory=Shares)
    unknown: set[str] = field(default_factory=set)
    transport: Transport = field(init=False)
    bot_token: str = BOT_TOKEN
    app_token: str = APP_TOKEN
    signing_secret: str = SIGNING_SECRET

    def __post_init__(self) -> None:
        self.wire.changes = self.world.changes
        self.transport = Transport(self.world)
        self.transport.listeners.append(self._acknowledged)

    @property
    def api_url(self) -> str:
        """The base of the Web API: SLACK_API_URL."""
        return f"{self.world.url}/api/"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[SlackServer]:
        """Serve on a free port while the block runs."""
        app = web.Application(client_max_size=SERVER_BYTES_MAX)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/upload/v1/{file}", self._upload)
        app.router.add_post(f"/commands/{TEAM_ID}/{{key}}", self._respond)
        app.router.add_get("/files-pri/{place}/{rest:.*}", self._file)
        app.router.add_get("/link/", self.transport.serve)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.world.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self
        finally:
            self.wire.let_all_go()
            await self.transport.close()
            self.transport.cut()
            await runner.cleanup()
        self.wire.check()

    def tell(self, event: Json, team: str = TEAM_ID) -> Delivery:
        """Tell the app of an event."""
        number = self.world.new_id("Ev")
        return self.transport.send(
            "events_api",
            {
                "token": "verification-token",
                "team_id": team,
                "context_team_id": team,
                "api_app_id": APP_ID,
                "event": {"event_ts": event.get("ts", self.world.new_ts()), **event},
                "type": "event_callback",
                "event_id": number,
                "event_time": self.world.clock.now_ms() // 1000,
                "authorizations": [
                    {
                        "enterprise_id": None,
                        "team_id": TEAM_ID,
                        "user_id": BOT_USER,
                        "is_bot": True,
                        "is_enterprise_install": False,
                    }
                ],
                "is_ext_shared_channel": False,
                "event_context": f"4-{number}",
            },
        )

    def hears(self, channel: str) -> bool:
        """Tell whether the app is sent messages of a conversation: a member, with the scope for its kind."""
        conversation = self.world.conversations[channel]
        kind = {"channel": "channels", "group": "groups"}.get(conversation.kind, conversation.kind)
        return BOT_USER in conversation.members and f"{kind}:history" in self.world.scopes

    async def _api(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        return await self.wire.carry(request, f"/api/{name}", lambda exchange: self._call(name, exchange))

    def _call(self, name: str, exchange: Exchange) -> web.Response:
        try:
            if name == "apps.connections.open":
                check_token(self.world, exchange, Method(methods_chat.auth_test, 50, is_app=True))
                return self._told({"ok": True, "url": self.transport.open_ticket()})
            method = METHODS.get(name)
            if method is None or name in self.unknown:
                raise Refused("unknown_method", req_method=name)
            check_token(self.world, exchange, method)
            said = arguments(exchange, method)
            exchange.body = said
            now = self.world.clock.now_ms()
            if wait := self.pace.wait(name, method.per_minute, now, str(said.get("channel"))):
                headers = {"Retry-After": str(wait)}
                return self._told({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
            answer = method.handler(Call(self.world, name, said, self._happened))
            return self._told({"ok": True, **answer})
        except Refused as refused:
            return self._told(refused.body)

    def _told(
        self, body: Json, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> web.Response:
        shown = {
            "X-Slack-Req-Id": self.world.new_id("r"),
            "X-OAuth-Scopes": ",".join(sorted(self.world.scopes)),
        }
        data = json.dumps(body).encode()
        mime = "application/json; charset=utf-8"
        return web.Response(
            status=status, body=data, headers={**shown, "Content-Type": mime, **(headers or {})}
        )

    def _happened(self, kind: str, data: Json) -> None:
        """Let what a call caused happen after its answer."""
        if kind == "share":
            for file in data["files"]:
                self.world.files[file].is_scanned = self.shares.mode != "held"
            if self.shares.mode == "soon":
                asyncio.get_running_loop().call_soon(self._share, data)
            elif self.shares.mode in {"held", "slow"}:
                self.shares.waiting.append((self.world, data))
        elif kind != "message" or self.hears(data["channel"]):
            self.tell(data)

    def _share(self, wanted: Json) -> None:
        message = share(self.world, wanted)
        if message and self.hears(wanted["channel"]):
            self.tell({**message, "subtype": "file_share", "channel": wanted["channel"]})

    def _acknowledged(self, made: Delivery) -> None:
        """Show what came with an acknowledgement: a command's words, or what becomes of a form."""
        answer = made.answer
        if made.way == "slash_commands" and answer:
            said = answer if isinstance(answer, dict) else {"text": answer}
            ticket = Ticket(made.payload["user_id"], made.payload["channel_id"], self.world.clock.now_ms())
            self._place(ticket, said)
        elif made.payload.get("type") == "view_submission":
            form = answer if isinstance(answer, dict) else {}
            made.error = answered_form(self.world, self.world.views[made.payload["view"]["id"]], form)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        def taken(exchange: Exchange) -> web.Response:
            sent = next(iter(exchange.files.values()), None)
            status, words = upload(
                self.world, request.match_info["file"], sent.data if sent else exchange.raw
            )
            return web.Response(status=status, text=words)

        return await self.wire.carry(request, request.path, taken)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """Give a file to who shows the token, the sign-in page to everybody else; both with status 200."""

        def given(exchange: Exchange) -> web.Response:
            file = self.world.files.get(request.match_info["place"].rpartition("-")[2])
            if file is None or file.data is None:
                return web.Response(status=404)
            is_known = exchange.headers.get("authorization") == f"Bearer {BOT_TOKEN}"
            if not is_known or "files:read" not in self.world.scopes or not may_see(self.world, file):
                return web.Response(body=LOGIN_PAGE, content_type="text/html", charset="utf-8")
            return web.Response(body=file.data, content_type=file.mime)

        return await self.wire.carry(request, request.path, given)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        return await self.wire.carry(
            request, request.path, lambda exchange: self._answered(request.match_info["key"], exchange)
        )

    def _answered(self, key: str, exchange: Exchange) -> web.Response:
        """Take a message at a response address."""
        ticket = self.world.responses.get(key)
        if ticket is None:
            return self._told({"ok": False, "error": "invalid_url"}, status=404)
        if self.world.clock.now_ms() - ticket.made_ms > RESPONSE_MS:
            return self._told({"ok": False, "error": "expired_url"}, status=404)
        if ticket.used >= RESPONSE_USES:
            return self._told({"ok": False, "error": "used_url"}, status=404)
        said = exchange.body
        if not isinstance(said, dict):
            return self._told({"ok": False, "error": "invalid_payload"}, status=400)
        try:
            if not said.get("delete_original") and not said.get("text") and not said.get("blocks"):
                raise Refused("no_text")
            check_message(self.world, said.get("blocks"))
        except Refused as refused:
            return self._told(refused.body, status=400)
        ticket.used += 1
        self._place(ticket, said)
        return web.Response(text="ok")

    def _place(self, ticket: Ticket, said: Mapping[str, Any]) -> None:
        """Show what was answered: to the person alone, in the conversation, or in the place of the message."""
        conversation = self.world.conversations[ticket.conversation or ""]
        shown = authored(said.get("text", ""), with_ids(self.world, said.get("blocks")))
        original = conversation.messages.get(ticket.message_ts or "")
        if original is None:
            original = next(
                (each for each in conversation.ephemeral if each["ts"] == ticket.message_ts), None
            )
        if said.get("delete_original") and original is not None:
            conversation.messages.pop(original["ts"], None)
            conversation.ephemeral = [each for each in conversation.ephemeral if each is not original]
        elif said.get("replace_original") and original is not None:
            original |= {"text": shown["text"], "blocks": shown["blocks"]}
        elif said.get("response_type") == "in_channel":
            add(self.world, conversation, shown | {"ts": self.world.new_ts()})
        else:
            conversation.ephemeral.append(shown | {"ts": self.world.new_ts(), "seen_by": ticket.user})
        self.world.changes.tell()
