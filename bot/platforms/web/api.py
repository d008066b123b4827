"""What the page asks of the server."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.core.front import PENDING, Incoming, Uploaded
from bot.core.receipts import PAGES_MAX, statement_page
from bot.core.replies import Act
from bot.platforms.web import serving
from bot.platforms.web.bodies import Attached, PersonBody, shown, shown_balance, shown_offer
from bot.platforms.web.conversation import Answer, Conversation, Pressed, Said
from bot.platforms.web.errors import Malformed, TooOften
from bot.platforms.web.live import Live
from bot.platforms.web.pace import Pace
from bot.platforms.web.ports import WebPorts
from bot.platforms.web.settings import WebSettings
from bot.platforms.web.uploads import NAME_CHARACTERS_MAX, TEXT_CHARACTERS_MAX, read_form
from bot.platforms.web.visitors import Visitor, Visitors

PAGE_MESSAGES = 60
STATEMENT_LINES = 20
OFFLINE_MODEL = "sketch"
PRICES_MAX = 80
PRICES_MILLISECONDS = 10_000
PRICED_FILES_MAX = 64
_ID = re.compile(r"\A[A-Za-z0-9_-]{8,64}\Z")


class PressBody(BaseModel):
    """A press as the page sends it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: str = Field(pattern=_ID)
    act: Act
    job: str | None = Field(default=None, max_length=160)
    picture: str | None = Field(default=None, max_length=64)
    words: str | None = Field(default=None, max_length=TEXT_CHARACTERS_MAX)
    message: str | None = Field(default=None, max_length=64)


class PriceBody(BaseModel):
    """A line that is being typed: the picture that it answers, and the names of the files that would go with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(max_length=TEXT_CHARACTERS_MAX)
    picture: str | None = Field(default=None, max_length=64)
    files: tuple[Annotated[str, Field(max_length=NAME_CHARACTERS_MAX)], ...] = Field(
        default=(), max_length=PRICED_FILES_MAX
    )


class Api:
    """The handlers behind the page."""

    def __init__(
        self,
        settings: WebSettings,
        ports: WebPorts,
        visitors: Visitors,
        conversation: Conversation,
        live: Live,
    ) -> None:
        self._settings = settings
        self._ports = ports
        self._visitors = visitors
        self._conversation = conversation
        self._live = live
        self._pace = Pace(ports.clock, asks_max=PRICES_MAX, window_milliseconds=PRICES_MILLISECONDS)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        router.add_get("/api/feed", self._feed)
        router.add_get("/api/events", self._events)
        router.add_get("/api/credits", self._credits)
        router.add_post("/api/messages", self._say)
        router.add_post("/api/press", self._press)
        router.add_post("/api/price", self._price)
        router.add_get("/pictures/{picture}", self._picture, allow_head=True)
        router.add_get("/documents/{document}", self._document, allow_head=True)
        router.add_get(r"/jobs/{number:[0-9]{1,9}}/partial", self._partial)

    async def _feed(self, request: web.Request) -> web.Response:
        """Send the newest messages, those before `before`, or those changed after `after`."""
        visitor = await self._visitors.of(request)
        chat = self._ports.chat
        after, before = _number(request, "after"), _number(request, "before")
        version = await chat.version(visitor.person)
        if after is not None:
            messages = await chat.changes(visitor.person, after, limit=PAGE_MESSAGES)
        else:
            messages = await chat.page(visitor.person, before, limit=PAGE_MESSAGES)
        answer: dict[str, Any] = {
            "messages": [shown(message) for message in messages],
            "version": version,
            "has_earlier": after is None and len(messages) == PAGE_MESSAGES,
        }
        if after is None and before is None:
            answer["you"] = await self._about(visitor)
        return _json(answer)

    async def _about(self, visitor: Visitor) -> dict[str, Any]:
        caller = visitor.caller("open")
        offers = await self._ports.studio.models(caller)
        return {
            "name": visitor.name,
            "balance": shown_balance(await self._ports.studio.balance(caller)),
            "models": [shown_offer(offer) for offer in offers],
            "is_offline": all(offer.name == OFFLINE_MODEL for offer in offers),
            "upload_bytes_max": self._settings.upload_bytes_max,
            "uploads_max": self._settings.uploads_max,
            "text_max": TEXT_CHARACTERS_MAX,
        }

    async def _events(self, request: web.Request) -> web.StreamResponse:
        visitor = await self._visitors.of(request)
        last = request.headers.get("Last-Event-ID", "")
        after = int(last) if re.fullmatch(r"[0-9]{1,18}", last) else _number(request, "after") or 0
        return await self._live.stream(request, visitor, after)

    async def _credits(self, request: web.Request) -> web.Response:
        visitor = await self._visitors.of(request)
        caller = visitor.caller("credits")
        balance = await self._ports.studio.balance(caller)
        page = min(max(1, _number(request, "page") or 1), PAGES_MAX)
        found = await self._ports.studio.statement(caller, limit=STATEMENT_LINES, page=page)
        lines, has_older = statement_page(found, STATEMENT_LINES)
        told = [vars(line) for line in lines]
        return _json({"balance": shown_balance(balance), "lines": told, "page": page, "has_older": has_older})

    async def _say(self, request: web.Request) -> web.Response:
        visitor = await self._visitors.of(request)
        with tempfile.TemporaryDirectory(prefix="easel-") as folder:
            form = await read_form(request, Path(folder), self._settings)
            event = form.fields.get("event", "")
            if not _ID.fullmatch(event):
                raise Malformed
            attached: list[Attached] = []
            if not await self._conversation.has(event, visitor):
                caller = visitor.caller(event)
                kept = [await self._ports.gallery.keep(caller, file.name, file.path) for file in form.uploads]
                attached = [Attached.of(picture) for picture in kept]
        body = PersonBody(
            text=form.fields.get("text", ""), attachments=tuple(attached), picture=form.word("picture")
        )
        answer = await self._conversation.say(Said(event, body, form.word("root")), visitor)
        return _answer(answer)

    async def _press(self, request: web.Request) -> web.Response:
        visitor = await self._visitors.of(request)
        try:
            body = PressBody.model_validate_json(await request.read())
        except ValidationError as error:
            raise Malformed from error
        return _answer(await self._conversation.press(Pressed(**body.model_dump()), visitor))

    async def _price(self, request: web.Request) -> web.Response:
        visitor = await self._visitors.of(request)
        if not self._pace.takes(visitor.person):
            raise TooOften
        try:
            body = PriceBody.model_validate_json(await request.read())
        except ValidationError as error:
            raise Malformed from error
        files = tuple(Uploaded(PENDING, name, 0, 0) for name in body.files)
        line = Incoming(body.text, visitor.caller("price"), files, body.picture)
        return _json({"price": await self._ports.front.price(line)})

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        visitor = await self._visitors.of(request)
        return await serving.picture(request, self._ports.gallery, visitor)

    async def _document(self, request: web.Request) -> web.StreamResponse:
        visitor = await self._visitors.of(request)
        return await serving.document(request, self._ports.gallery, visitor)

    async def _partial(self, request: web.Request) -> web.StreamResponse:
        visitor = await self._visitors.of(request)
        return await serving.partial(request, self._ports.gallery, visitor)


def _number(request: web.Request, name: str) -> int | None:
    """Return a number of the query, None when it is absent; raises Malformed."""
    text = request.query.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise Malformed
    return int(text)


def _json(content: Any) -> web.Response:
    return web.json_response(content, headers={"Cache-Control": "no-store"})


def _answer(answer: Answer) -> web.Response:
    messages = [shown(message) for message in answer.messages]
    return _json({"kind": answer.kind, "messages": messages, "notice": answer.notice})
