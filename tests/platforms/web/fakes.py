"""A small world behind the web chat: an offline studio that draws coloured pictures after a moment."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw

from bot.bell import LocalBell
from bot.core.commands import Caller
from bot.core.errors import BadPicture, NotFound, Refusal
from bot.core.front import Filled, Incoming, Press, Served, Uploaded
from bot.core.jobs import JobState
from bot.core.pictures import PictureRequest
from bot.core.ports import Deliver
from bot.core.replies import Button, Reply, Row, ShownPicture
from bot.core.studio import Balance, JobCard, ModelOffer, StatementLine
from bot.platforms.web.ports import WebPorts
from tests.platforms.web.fake_chat import FakeChat

NOW = 1_790_000_000_000
PRICE = 5_345
COST = 5_300


class Said(Refusal):
    """A refusal with plain words, whatever the table of sentences holds."""

    def __init__(self, sentence: str) -> None:
        Exception.__init__(self, sentence)


class Unknown(Said, NotFound):
    """Nothing like that for this caller."""


class Unreadable(Said, BadPicture):
    """No picture."""


class Ids:
    """Counts up; ids sort by age."""

    def __init__(self) -> None:
        self._counter = itertools.count(1)

    def __call__(self) -> str:
        return f"{next(self._counter):024d}"


class MutedBell(LocalBell):
    """Rings for those who wait, unless it is muted."""

    def __init__(self) -> None:
        super().__init__()
        self.is_muted = False

    def ring(self) -> None:
        if not self.is_muted:
            super().ring()


class FakePeople:
    """Gives each user a person."""

    async def known(self, platform: str, tenant: str, user: str, name: str) -> str:
        return f"person-{user}"


@dataclass
class Kept:
    """A picture on disk and whose it is."""

    owner: str
    path: Path
    width: int
    height: int
    name: str


class FakeGallery:
    """Keeps pictures in a folder."""

    def __init__(self, folder: Path, ids: Ids) -> None:
        self.folder = folder
        self.pictures: dict[str, Kept] = {}
        self.documents: dict[str, tuple[str, Served]] = {}
        self._ids = ids

    async def keep(self, caller: Caller, name: str, upload: Path) -> Uploaded:
        try:
            with Image.open(upload) as image:
                width, height = image.size
                kept = self.folder / self._ids()
                image.convert("RGB").save(kept, "PNG")
        except OSError as error:
            raise Unreadable(f"{name} is not a picture. Send a PNG, JPEG or WebP.") from error
        picture = self.add(caller.person, kept, (width, height), name)
        return Uploaded(picture, name, width, height)

    def add(self, owner: str, path: Path, size: tuple[int, int], name: str) -> str:
        picture = f"picture{self._ids()}"
        self.pictures[picture] = Kept(owner, path, *size, name)
        return picture

    async def serve(
        self, picture: str, caller: Caller, kind: Literal["shown", "original", "thumbnail"]
    ) -> Served:
        kept = self.pictures.get(picture)
        if kept is None or kept.owner != caller.person:
            raise Unknown("There is no such picture. It may have been deleted.")
        return Served(kept.path, "image/gif", kept.name)

    async def partial(self, job: int, caller: Caller) -> Served:
        raise Unknown("There is no picture yet.")

    async def document(self, document: str, caller: Caller) -> Served:
        person, served = self.documents.get(document, ("", None))
        if served is None or person != caller.person:
            raise Unknown("This file is no longer kept.")
        return served

    async def delete(self, picture: str, caller: Caller) -> None:
        await self.serve(picture, caller, "shown")
        del self.pictures[picture]


@dataclass
class FakeStudio:
    """Knows jobs and money of everybody."""

    jobs: dict[int, JobCard] = field(default_factory=dict)
    owners: dict[int, str] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    budget: int = 100_000
    other_models: tuple[ModelOffer, ...] = ()

    async def job(self, number: int, caller: Caller) -> JobCard:
        if self.owners.get(number) != caller.person:
            raise Unknown(f"There is no job #{number}.")
        return self.jobs[number]

    def _of(self, person: str) -> list[JobCard]:
        return [card for number, card in self.jobs.items() if self.owners[number] == person]

    async def balance(self, caller: Caller, person: str | None = None) -> Balance:
        mine = self._of(caller.person)
        held = sum(card.held for card in mine if card.state.is_open)
        spent = sum(card.charged or 0 for card in mine)
        return Balance(0, self.budget, self.budget - held - spent, NOW + 10**9, held, spent, "default")

    async def statement(
        self, caller: Caller, person: str | None = None, *, limit: int = 10, page: int = 1
    ) -> Sequence[StatementLine]:
        ended = [card for card in reversed(self._of(caller.person)) if card.charged is not None]
        return [
            StatementLine(NOW, c.request.prompt, -(c.charged or 0), c.number, "allowance") for c in ended
        ][limit * (page - 1) :][: limit + 1]

    async def models(self, caller: Caller) -> Sequence[ModelOffer]:
        prices = (("low", 600), ("medium", PRICE), ("high", 3 * PRICE), ("auto", 71_200))
        backgrounds = ("auto", "opaque", "transparent")
        offer = ModelOffer(
            "sketch", "Sketch", "sketch", True, prices, ("edit",), "medium", "png", backgrounds
        )
        return [offer, *self.other_models]


def picture_request(text: str, parent: str | None) -> PictureRequest:
    """Return what a line orders; `--size wide` is the only option understood here."""
    is_wide = "--size wide" in text
    return PictureRequest(
        prompt=text.replace("--size wide", "").strip(),
        vendor="sketch",
        model="sketch",
        quality="medium",
        width=1536 if is_wide else 1024,
        height=864 if is_wide else 1024,
        parent=parent,
        size_words="wide" if is_wide else "square",
    )


class FakeFront:
    """Takes orders and draws them after `draws_after_seconds`, or when `finish` is called."""

    def __init__(self, studio: FakeStudio, gallery: FakeGallery, ids: Ids) -> None:
        self.studio = studio
        self.gallery = gallery
        self.deliver: Deliver | None = None
        self.draws_after_seconds: float | None = None
        self.received: list[Incoming] = []
        self.pressed: list[Press] = []
        self.priced: list[Incoming] = []
        self.answer: Reply | None = None
        self._ids = ids
        self._callers: dict[int, Caller] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def receive(self, incoming: Incoming) -> Reply:
        self.received.append(incoming)
        text = incoming.text.strip()
        if self.answer:
            return self.answer
        if not text:
            return Reply(kind="refusal", text="Say what to draw. Nothing was charged.")
        if text == "/credits":
            return Reply(kind="info", text="94.7 credits", rows=(Row(label="#1", value="-5.3", job=1),))
        return self.order(picture_request(text, incoming.picture), incoming.caller)

    async def submit(self, filled: Filled) -> Reply:
        raise AssertionError("the web has no typed options")

    async def price(self, incoming: Incoming) -> int | None:
        """Price the words: "high" costs three times as much, "dear" is refused, and pictures add a credit each."""
        self.priced.append(incoming)
        text = incoming.text.strip()
        if not text or text.startswith(("/", "--")) or "dear" in text:
            return None
        return PRICE * (3 if "--quality high" in text else 1) + 1_000 * len(incoming.attachments)

    async def press(self, press: Press) -> Reply:
        self.pressed.append(press)
        if self.answer:
            return self.answer
        if press.act == "delete" and press.picture and press.words == "sure":
            try:
                await self.gallery.delete(press.picture, press.caller)
            except NotFound as refusal:
                return Reply(kind="refusal", text=str(refusal))
            return Reply(kind="info", text="Deleted. Edits made from it stay.")
        card = next((card for card in self.studio.jobs.values() if card.id == press.job), None)
        if card is None or self.studio.owners[card.number] != press.caller.person:
            return Reply(kind="refusal", text="There is no such job.")
        if press.act == "cancel":
            await self.finish(card.number, state=JobState.CANCELLED)
            return Reply(kind="info", text=f"Cancelled #{card.number}. Nothing was charged.")
        return self.order(card.request, press.caller)

    def order(self, request: PictureRequest, caller: Caller) -> Reply:
        """Open a job; the same event gives the same job."""
        studio = self.studio
        if caller.event not in studio.events:
            number = len(studio.jobs) + 1
            studio.events[caller.event] = number
            studio.owners[number] = caller.person
            parent = next(
                (c for c in studio.jobs.values() if request.parent in [p.id for p in c.pictures]), None
            )
            studio.jobs[number] = JobCard(
                id=f"job{self._ids()}",
                number=number,
                state=JobState.RUNNING,
                request=request,
                command="edit" if request.parent else "imagine",
                held=PRICE,
                charged=None,
                created=NOW,
                started=NOW,
                ended=None,
                position=None,
                pictures=(),
                reason=None,
                parent_number=parent.number if parent else None,
            )
            self._callers[number] = caller
            if self.draws_after_seconds is not None:
                task = asyncio.create_task(self._draw_later(number, self.draws_after_seconds))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        card = studio.jobs[studio.events[caller.event]]
        return Reply(
            kind="accepted",
            text="Drawing. Up to 5.4 credits are held.",
            buttons=(Button(act="cancel", label="Cancel", job=card.id),),
            job=card.id,
            number=card.number,
        )

    async def _draw_later(self, number: int, after_seconds: float) -> None:
        await asyncio.sleep(after_seconds)
        await self.finish(number)

    async def finish(self, number: int, state: JobState = JobState.DONE) -> None:
        """End a job and deliver what came of it."""
        card = self.studio.jobs[number]
        if not card.state.is_open:
            return
        is_done = state is JobState.DONE
        pictures = (self._draw(card),) if is_done else ()
        ended = replace(
            card, state=state, charged=COST if is_done else 0, ended=NOW + 4_000, pictures=pictures
        )
        self.studio.jobs[number] = ended
        assert self.deliver is not None
        reply = self.result(ended) if is_done else self.failure(ended)
        await self.deliver(self._callers[number].address, reply, key=f"{card.id}:result")

    def result(self, card: JobCard) -> Reply:
        """Say what was drawn."""
        picture = card.pictures[0].id
        again = Button(act="again", label="Again · 5.3", job=card.id)
        edit = Button(act="edit", label="Edit…", job=card.id, picture=picture)
        original = Button(act="original", label="Original", job=card.id, picture=picture)
        delete = Button(act="delete", label="Delete", job=card.id, picture=picture)
        return Reply(
            kind="result",
            text=f"Made with {card.request.model}\n{card.request.prompt}",
            pictures=card.pictures,
            buttons=(again, edit, original, delete),
            job=card.id,
            number=card.number,
        )

    def failure(self, card: JobCard) -> Reply:
        """Say that nothing was drawn."""
        retry = Button(act="try_again", label="Try again · 5.3", job=card.id)
        change = Button(act="change_words", label="Change words", words=card.request.prompt)
        text = "Cancelled before it was drawn. Nothing was charged."
        return Reply(kind="failure", text=text, buttons=(retry, change), job=card.id, number=card.number)

    def _draw(self, card: JobCard) -> ShownPicture:
        request = card.request
        size = (request.width, request.height)
        hue = card.number * 67 % 256
        image = Image.new("HSV", size, (hue, 90, 200 if request.parent is None else 90)).convert("RGB")
        ImageDraw.Draw(image).ellipse((120, 120, size[1] - 120, size[1] - 120), fill=(250, 240, 220))
        path = self.gallery.folder / f"drawn{card.number}"
        image.save(path, "PNG")
        owner = self.studio.owners[card.number]
        name = f"easel-{card.number}.png"
        picture = self.gallery.add(owner, path, size, name)
        alt = f"{request.prompt}. Picture 1 of 1. AI-generated."
        return ShownPicture(id=picture, alt=alt, mime="image/png", width=size[0], height=size[1])


@dataclass
class World:
    """Everything that the web chat talks to."""

    front: FakeFront
    gallery: FakeGallery
    studio: FakeStudio
    chat: FakeChat
    bell: MutedBell
    ids: Ids
    now: int = NOW
    parts: dict[str, bool | str] = field(default_factory=lambda: {"database": True})

    def clock(self) -> int:
        return self.now

    async def readiness(self) -> Mapping[str, bool | str]:
        return self.parts

    def ports(self) -> WebPorts:
        """Return the world as the web chat takes it."""
        return WebPorts(
            front=self.front,
            gallery=self.gallery,
            studio=self.studio,  # type: ignore[arg-type]  # it knows only what the web asks
            chat=self.chat,
            people=FakePeople(),
            bell=self.bell,
            clock=self.clock,
            new_id=self.ids,
            readiness=self.readiness,
        )


def make_world(folder: Path) -> World:
    """Build a world whose pictures lie in `folder`."""
    ids = Ids()
    gallery = FakeGallery(folder, ids)
    studio = FakeStudio()
    return World(FakeFront(studio, gallery, ids), gallery, studio, FakeChat(), MutedBell(), ids)
