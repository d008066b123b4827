"""A person's own page in Slack: what they can spend, their last pictures, and how to get new ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import structlog

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.front import Incoming
from bot.core.replies import Button, Reply
from bot.core.sentences import say
from bot.core.studio import JobCard
from bot.core.wording import ago_words, shortened, state_words
from bot.platforms.slack.api import SlackApi, SlackFailed
from bot.platforms.slack.blocks import (
    ALT_CHARACTERS_MAX,
    FIELD_CHARACTERS_MAX,
    FIELDS_MAX,
    LABEL_CHARACTERS_MAX,
    SECTION_CHARACTERS_MAX,
    Block,
    button,
    plain,
)
from bot.platforms.slack.desk import LINE
from bot.platforms.slack.ports import SlackPorts

log = structlog.get_logger(__name__)

LAST = 5
WAYS = ("slack_way_command", "slack_way_mention", "slack_way_direct")
DOORS = (("New picture", "/imagine"), ("Settings", "/settings"), ("History", "/history"), ("Help", "/help"))


class Home:
    """Publishes the page; it is made anew whenever its person looks at it."""

    def __init__(self, ports: SlackPorts, api: SlackApi) -> None:
        self._ports = ports
        self._api = api

    async def show(self, caller: Caller) -> None:
        """Publish the page of a person."""
        credits_told = await self._ports.front.receive(Incoming("/credits", caller))
        try:
            cards = await self._ports.studio.history(caller, limit=LAST)
        except Refusal:
            cards = ()
        files = {card.id: await self._file(card) for card in cards}
        for shown in (files, {}):
            blocks = [*_top(), *_balance(credits_told), *_last(cards, shown, self._ports.clock())]
            try:
                await self._api.call(
                    "views.publish", user_id=caller.address.user, view={"type": "home", "blocks": blocks}
                )
            except SlackFailed as failed:
                # A picture that is not there any more must not cost the whole page.
                log.info("a page could not be published", problem=failed.error)
            else:
                return

    async def _file(self, card: JobCard) -> str | None:
        """Find a picture of a job that Slack has."""
        notes = await self._ports.postings.find(f"{card.id}:result")
        there = {picture.id for picture in card.pictures}
        found = (
            note.file
            for note in notes.values()
            if note.message and note.pictures and note.pictures[0] in there
        )
        return next((file for file in found if file), None)


def _top() -> Iterator[Block]:
    yield {"type": "header", "text": plain("Easel", LABEL_CHARACTERS_MAX)}
    ways = "\n".join(f"{number}. {say(key)}" for number, key in enumerate(WAYS, 1))
    yield {"type": "section", "text": plain(ways, SECTION_CHARACTERS_MAX)}
    yield {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": f"easel.home.{place}",
                "text": plain(label, LABEL_CHARACTERS_MAX),
                "value": f"{LINE}{line}",
            }
            | ({"style": "primary"} if place == 0 else {})
            for place, (label, line) in enumerate(DOORS)
        ],
    }
    yield {"type": "divider"}


def _balance(told: Reply) -> Iterator[Block]:
    yield {"type": "section", "text": plain(told.text, SECTION_CHARACTERS_MAX)}
    fields = [
        plain(f"{row.label}\n{row.value}", FIELD_CHARACTERS_MAX) for row in told.rows if row.job is None
    ][:FIELDS_MAX]
    if fields:
        yield {"type": "section", "fields": fields}
    yield {"type": "divider"}


def _last(cards: Sequence[JobCard], files: dict[str, str | None], now: int) -> Iterator[Block]:
    if not cards:
        yield {"type": "section", "text": plain(say("slack_no_pictures_yet"), SECTION_CHARACTERS_MAX)}
    for place, card in enumerate(cards):
        words = f"#{card.number} · {state_words(card)} · {ago_words(now - card.created)}"
        opens = Button(act="open", label="Open", job=str(card.number), words=str(card.number))
        block: dict[str, Any] = {
            "type": "section",
            "text": plain(f"{words}\n“{shortened(card.request.prompt)}”", SECTION_CHARACTERS_MAX),
            "accessory": button(opens, place),
        }
        yield block
        if (file := files.get(card.id)) and card.pictures:
            alt = card.pictures[0].alt[:ALT_CHARACTERS_MAX] or "A picture"
            yield {"type": "image", "alt_text": alt, "slack_file": {"id": file}}
