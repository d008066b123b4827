"""What is told beside an answer, to whoever is answered alone."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.front import Uploaded
from bot.core.phrases import shortened
from bot.core.replies import Button, Reply
from bot.core.sentences import say

NAME_CHARACTERS_MAX = 60


def offering_setup(reply: Reply) -> Reply:
    """Add to an answer how the server is set up: beside an order, which others see or which becomes its picture."""
    button = Button(act="say", label="Set up", words="/easel setup")
    if reply.kind == "accepted":
        return beside(reply, say("setup_offer"), button)
    text = f"{reply.text}\n\n{say('setup_offer')}"
    return reply.model_copy(update={"text": text, "buttons": (*reply.buttons, button)})


def telling_conversions(reply: Reply, attached: Iterable[Uploaded]) -> Reply:
    """Add to an answer which attached files were converted: beside an order, as others may see that."""
    told = " ".join(_conversion(each, each.converted_from) for each in attached if each.converted_from)
    if not told or reply.kind == "refusal":
        return reply
    if reply.kind != "accepted":
        return reply.model_copy(update={"text": f"{reply.text}\n\n{told}"})
    return beside(reply, told)


def beside(reply: Reply, told: str, *buttons: Button) -> Reply:
    """Add what only whoever is answered may read: a balance, say, is nobody else's business."""
    aside = reply.aside or Reply(kind="info", text="", private=True)
    more = {"text": f"{aside.text}\n\n{told}".strip(), "buttons": (*aside.buttons, *buttons)}
    return reply.model_copy(update={"aside": aside.model_copy(update=more)})


def _conversion(uploaded: Uploaded, kind: str) -> str:
    name = shortened(uploaded.name, NAME_CHARACTERS_MAX)
    if kind.startswith("animated "):
        return say("picture_first_frame", name=name)
    return say("picture_converted", name=name, kind=kind)
