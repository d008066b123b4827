"""Replies as Slack's blocks. What people said stands in plain text, where nothing is read as markup.

Limits are those of https://docs.slack.dev/reference/block-kit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.core.captions import PLACE, Mention, caption
from bot.core.codes import code_of, writable
from bot.core.replies import Button, Reply, Row, ShownPicture
from bot.core.sentences import say

Block = dict[str, Any]

BLOCKS_MAX = 50
SECTION_CHARACTERS_MAX = 3_000
FIELD_CHARACTERS_MAX = 2_000
FIELDS_MAX = 10
LABEL_CHARACTERS_MAX = 75
ELEMENTS_MAX = 25
ALT_CHARACTERS_MAX = 2_000
FALLBACK_CHARACTERS_MAX = 3_500
_CHANNEL = re.compile(r"Channel ([CG][A-Z0-9]{8,})")

PICTURES_SHOWN_MAX = 4
CHOICES_SHOWN_MAX = 10
"""Who has to choose sees all that there is to choose from."""
ROWS_MAX = 60


@dataclass(frozen=True)
class Look:
    """How one message is shown.

    `asker` is named by their Slack id in the lines beside a picture. In public there is no receipt. `files` are Slack's
    ids of the pictures that are uploaded, by our ids. `ways` are further buttons: what they say and their values.
    `links` are addresses, each after what it is called.
    """

    asker: str | None = None
    is_public: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    ways: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()


PLAIN = Look()


def blocks_of(reply: Reply, look: Look = PLAIN) -> list[Block]:
    """Render a reply: its words, lists, pictures and buttons. With a spoiler, pictures stay in the thread."""
    asker = Mention(look.asker) if look.asker else None
    if reply.kind == "result" and look.is_public:
        made = [rich(caption(reply, asker).lines)]
    else:
        made = [*_words(reply.text), *([] if look.is_public else _rows(reply.rows, reply.number))]
    if reply.kind == "failure" and asker is not None:
        before, _, after = say("asked_by", who=PLACE).partition(PLACE)
        made.append(rich([(before, asker, after)]))
    made += _links(look.links)
    if not reply.spoiler:
        most = PICTURES_SHOWN_MAX if reply.kind == "result" else CHOICES_SHOWN_MAX
        made += _pictures(reply.pictures, look.files, most)
    buttons = list(_actions(reply.buttons, look.ways))
    return [*made[: BLOCKS_MAX - len(buttons)], *buttons]


def rich(lines: Sequence[Sequence[str | Mention]]) -> Block:
    """Make a text of lines in which words are only words and a mention names somebody."""
    elements: list[dict[str, Any]] = []
    for line in lines:
        if elements:
            elements.append({"type": "text", "text": "\n"})
        for part in line:
            if isinstance(part, Mention):
                elements.append({"type": "user", "user_id": part.user})
            elif part:
                elements.append({"type": "text", "text": part})
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def fallback(reply: Reply) -> str:
    """Say a reply in one text, for notifications and screen readers."""
    return escaped(reply.text)[:FALLBACK_CHARACTERS_MAX]


def escaped(text: str) -> str:
    """Make words dead in a text that Slack reads as markup: no mention, link or channel comes of them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, characters_max: int) -> dict[str, Any]:
    """Make a text object that Slack shows as it is; a longer one ends in an ellipsis."""
    shown = text if len(text) <= characters_max else f"{text[: characters_max - 1]}…"
    return {"type": "plain_text", "text": shown or "—", "emoji": False}


def button(made: Button, place: int) -> dict[str, Any]:
    """Render a button; its value says what it does, and is authorised again when it is pressed."""
    element: dict[str, Any] = {
        "type": "button",
        "action_id": f"easel.{made.act}.{place}",
        "text": plain(made.label, LABEL_CHARACTERS_MAX),
        "value": code_of(made),
    }
    if made.act == "delete" and made.words == "sure":
        return element | {"style": "danger"}
    return element | ({"style": "primary"} if made.act == "confirm" else {})


def _words(text: str) -> Iterator[Block]:
    for start in range(0, len(text), SECTION_CHARACTERS_MAX):
        part = text[start : start + SECTION_CHARACTERS_MAX]
        yield {"type": "section", "text": plain(part, SECTION_CHARACTERS_MAX)}


def _pictures(pictures: Sequence[ShownPicture], files: Mapping[str, str], most: int) -> Iterator[Block]:
    """Show uploaded pictures: so many at most, else the first and how many more there are."""
    shown = [picture for picture in pictures if picture.id in files]
    if len(shown) > most:
        left = len(shown) - 1
        yield _image(shown[0], files)
        yield {"type": "context", "elements": [plain(say("slack_more", count=left), SECTION_CHARACTERS_MAX)]}
        return
    for picture in shown:
        yield _image(picture, files)


def _image(picture: ShownPicture, files: Mapping[str, str]) -> Block:
    return {
        "type": "image",
        "alt_text": picture.alt[:ALT_CHARACTERS_MAX] or "A picture",
        "slack_file": {"id": files[picture.id]},
    }


def _links(links: Sequence[tuple[str, str]]) -> Iterator[Block]:
    """Show addresses as words that lead there."""
    elements: list[dict[str, Any]] = []
    for words, url in links:
        elements += [{"type": "link", "url": url, "text": words}, {"type": "text", "text": "  "}]
    if elements:
        yield {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _rows(rows: Sequence[Row], number: int | None) -> Iterator[Block]:
    """Show a list: a button beside what leads to another job than `number`, long rows whole, others side by side."""
    side_by_side: list[dict[str, Any]] = []
    for place, row in enumerate(rows[:ROWS_MAX]):
        is_long = len(row.label) + len(row.value) >= FIELD_CHARACTERS_MAX
        leads_on = row.job is not None and row.job != number
        if not is_long and not leads_on:
            side_by_side.append(_field(row))
            if len(side_by_side) < FIELDS_MAX:
                continue
        if side_by_side:
            yield {"type": "section", "fields": side_by_side}
            side_by_side = []
        if is_long:
            yield from _words(f"{row.label}\n{row.value}")
        elif leads_on:
            opens = Button(act="open", label="Open", job=str(row.job), words=str(row.job))
            text = plain(f"{row.label}\n{row.value}", SECTION_CHARACTERS_MAX)
            yield {"type": "section", "text": text, "accessory": button(opens, place)}
            if row.link:
                yield from _links([(say("slack_message_link"), row.link)])
    if side_by_side:
        yield {"type": "section", "fields": side_by_side}


def _field(row: Row) -> dict[str, Any]:
    """Show a row as a field; a channel whose name only Slack knows by that, for who may see it."""
    named = _CHANNEL.fullmatch(row.label)
    if named:
        return {"type": "mrkdwn", "text": f"Channel <#{named[1]}>\n{escaped(row.value)}"}
    if row.label == "Admin channel" and _CHANNEL.fullmatch(f"Channel {row.value}"):
        return {"type": "mrkdwn", "text": f"{row.label}\n<#{row.value}>"}
    return plain(f"{row.label}\n{row.value}", FIELD_CHARACTERS_MAX)


def _actions(buttons: Sequence[Button], ways: Sequence[tuple[str, str]]) -> Iterator[Block]:
    elements = [button(each, place) for place, each in enumerate(writable(buttons))]
    elements += [
        {
            "type": "button",
            "action_id": f"easel.way.{place}",
            "text": plain(label, LABEL_CHARACTERS_MAX),
            "value": value,
        }
        for place, (label, value) in enumerate(ways)
    ]
    for start in range(0, len(elements), ELEMENTS_MAX):
        yield {"type": "actions", "elements": elements[start : start + ELEMENTS_MAX]}
