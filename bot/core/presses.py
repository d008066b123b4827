"""What the words of a button mean when it is pressed, and buttons that stand for a line."""

from __future__ import annotations

import re
from hashlib import blake2s

from bot.core.amounts import price_figure
from bot.core.errors import Refusal
from bot.core.front import Incoming, Press
from bot.core.replies import Button, Reply

MARK_BYTES = 6
_PRICED = re.compile(r"(?P<words>.*?) ?\bfor (?P<price>[0-9]{1,15})", re.DOTALL)
_JOB_WORDS = re.compile(
    r"#?(?P<number>[0-9]{1,9})(?: another (?P<mark>[0-9a-f]{1,32}))?(?: for [0-9]{1,15})?"
)


def number_of(press: Press) -> int:
    """Return the number of the job that a button is about; raises Refusal."""
    found = _JOB_WORDS.fullmatch(press.words or press.job or "")
    if found is None:
        raise Refusal("button_gone")
    return int(found["number"])


def mark_of(press: Press) -> str | None:
    """Return what names the question of a button that orders another; None for any other button."""
    found = _JOB_WORDS.fullmatch(press.words or "")
    return found["mark"] if found else None


def priced(words: str, price: int) -> str:
    """Add to what a button is about the price in millicredits that it shows, or a newer one."""
    found = _PRICED.fullmatch(words)
    return f"{found['words'] if found else words} for {price}".strip()


def price_of(press: Press) -> int | None:
    """Return the millicredits that a button showed; None where it named none."""
    found = _PRICED.fullmatch((press.job if press.act == "confirm" else press.words) or "")
    return int(found["price"]) if found else None


def dearer(press: Press, price: int, text: str) -> Reply:
    """Ask about an order that costs more than its button said, with the same button at its new price."""
    button = Button(
        act=press.act,
        label=f"Draw · {price_figure(price)}",
        job=press.job,
        picture=press.picture,
        words=priced(press.words or "", price),
    )
    return Reply(kind="question", text=text, buttons=(button,), private=True)


def mark_for(event: str) -> str:
    """Name the question that an event raises, so that every press of its button is one order."""
    return blake2s(event.encode(), digest_size=MARK_BYTES).hexdigest()


def confirm(verb: str, price: int, incoming: Incoming) -> Button:
    """Make the button that orders a line whose price it shows; `job` names the question."""
    return Button(
        act="confirm",
        label=f"{verb} · {price_figure(price)}",
        job=priced(incoming.caller.event, price),
        picture=incoming.picture,
        words=incoming.text,
        draft=incoming.draft,
    )
