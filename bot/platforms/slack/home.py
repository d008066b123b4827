"""A person's own page in Slack: what they can spend, their last pictures, and how to get new ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import structlog

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.front import Incoming
from bot.core.phrases import ago_words, shortened
from bot.core.replies import Button, Reply, ShownPicture
from bot.core.sentences import say
from bot.core.studio import JobCard
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
from bot.platforms.slack.speech import Speech
from bot.platforms.slack.uploads import shown_files

log = structlog.get_logger(__name__)

LAST = 5
LOOKED_AT = 25
"""Of so many jobs the last pictures are shown; some have none."""
WAYS = ("slack_way_command", "slack_way_mention", "slack_way_direct")
DOORS = (("New picture", "/imagine"), ("Settings", "/settings"), ("History", "/history"), ("Help", "/help"))


class Home:
    """Publishes the page; it is made anew whenever its person looks at it."""

    def __init__(self, ports: SlackPorts, api: SlackApi, speech: Speech) -> None:
        self._ports = ports
        self._api = api
        self._speech = speech

    async def show(self, caller: Caller) -> None:
        """Publish the page of a person."""
        told = await self._ports.front.receive(Incoming("/credits", caller))
        credits_told, ways = self._speech.reply(told), [self._speech.text(say(key)) for key in WAYS]
        try:
            cards = await self._ports.studio.history(caller, limit=LOOKED_AT)
        except Refusal:
            cards = ()
        last = [(card, picture) for card in cards for picture in card.pictures][:LAST]
        files = await self._files({card.id for card, _ in last})
        for shown in (files, {}):
            blocks = [*_top(ways), *_balance(credits_told), *_last(last, shown, self._ports.clock())]
            try:
                await self._api.call(
                    "views.publish", user_id=caller.address.user, view={"type": "home", "blocks": blocks}
                )
            except SlackFailed as failed:
                # A picture that is not there any more must not cost the whole page.
                log.info("a page could not be published", problem=failed.error)
            else:
                return

    async def _files(self, jobs: Collection[str]) -> dict[str, str]:
        """Find Slack's files of the pictures of jobs."""
        found: dict[str, str] = {}
        for job in jobs:
            for key in (f"{job}:result", f"{job}:result:direct"):
                found |= shown_files(await self._ports.postings.find(key))
        return found


def _top(ways: Sequence[str]) -> Iterator[Block]:
    yield {"type": "header", "text": plain("Easel", LABEL_CHARACTERS_MAX)}
    numbered = "\n".join(f"{number}. {way}" for number, way in enumerate(ways, 1))
    yield {"type": "section", "text": plain(numbered, SECTION_CHARACTERS_MAX)}
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


def _last(
    last: Sequence[tuple[JobCard, ShownPicture]], files: Mapping[str, str], now: int
) -> Iterator[Block]:
    if not last:
        yield {"type": "section", "text": plain(say("slack_no_pictures_yet"), SECTION_CHARACTERS_MAX)}
    for place, (card, picture) in enumerate(last):
        number = f"#{card.number}/{picture.position}" if card.request.count > 1 else f"#{card.number}"
        words = f"{number} · {ago_words(now - card.created)}\n“{shortened(card.request.prompt)}”"
        opens = Button(act="open", label="Open", job=str(card.number), words=str(card.number))
        block: dict[str, Any] = {
            "type": "section",
            "text": plain(words, SECTION_CHARACTERS_MAX),
            "accessory": button(opens, place),
        }
        yield block
        if file := files.get(picture.id):
            alt = picture.alt[:ALT_CHARACTERS_MAX] or "A picture"
            yield {"type": "image", "alt_text": alt, "slack_file": {"id": file}}
