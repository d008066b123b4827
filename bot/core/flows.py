"""What people can do, and how each platform does it: the same flow, a named fallback, or not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.core.chat import Platform


@dataclass(frozen=True)
class Way:
    """How a platform does something; `how` names the fallback, or says why it is not there."""

    kind: Literal["works", "fallback", "not here"] = "works"
    how: str = ""


@dataclass(frozen=True)
class Flow:
    """Something that people can do, on each platform."""

    key: str
    title: str
    web: Way
    discord: Way
    slack: Way

    def on(self, platform: Platform) -> Way:
        """Return how a platform does it."""
        return {Platform.WEB: self.web, Platform.DISCORD: self.discord, Platform.SLACK: self.slack}[platform]


WORKS = Way()


def instead(how: str) -> Way:
    """Name what is done instead."""
    return Way("fallback", how)


def absent(why: str) -> Way:
    """Say why it is not there."""
    return Way("not here", why)


FLOWS: tuple[Flow, ...] = (
    Flow("draw", "Draw a picture by a command", WORKS, WORKS, WORKS),
    Flow(
        "draw_typed",
        "Choose options one by one",
        WORKS,
        WORKS,
        instead("the form that an empty command opens"),
    ),
    Flow("draw_form", "Order by a form", WORKS, WORKS, WORKS),
    Flow("draw_files", "Draw from attached pictures", WORKS, WORKS, WORKS),
    Flow("draw_mask", "Say where to draw, with a mask", WORKS, WORKS, WORKS),
    Flow("draw_mention", "Draw by mentioning the bot", absent("whatever is typed is meant"), WORKS, WORKS),
    Flow("draw_direct", "Draw in a direct message", absent("the whole chat is one"), WORKS, WORKS),
    Flow(
        "edit_reply",
        "Change a picture by answering it",
        WORKS,
        instead("Edit… where Discord hides the words of a reply"),
        instead("a mention, Edit… or the message shortcut where plain replies are not readable"),
    ),
    Flow("edit_button", "Change a picture by Edit…", WORKS, WORKS, WORKS),
    Flow("edit_menu", "Change a picture from its menu", absent("the button is beside it"), WORKS, WORKS),
    Flow("edit_number", "Change a picture by its number", WORKS, WORKS, WORKS),
    Flow("edit_offer", "Choose among one's last pictures", WORKS, WORKS, WORKS),
    Flow(
        "edit_thread",
        "Go on in the thread of a picture",
        WORKS,
        instead("answers in the channel without the right"),
        WORKS,
    ),
    Flow(
        "ask_back",
        "Be asked before one word is drawn",
        absent("whatever is typed is meant"),
        WORKS,
        instead("a question in a channel is its author's alone, and stays there when it is over"),
    ),
    Flow("ask_which", "Be asked which of several pictures is meant", WORKS, WORKS, WORKS),
    Flow("ask_price", "See the price of a dear order and press once", WORKS, WORKS, WORKS),
    Flow(
        "price_live",
        "See the price while typing",
        WORKS,
        instead("prices in the labels of the choices"),
        instead("prices in the labels of the choices"),
    ),
    Flow("again", "Draw the same again", WORKS, WORKS, WORKS),
    Flow("vary", "Draw another like it", WORKS, WORKS, WORKS),
    Flow("finish", "Draw the finished version of a draft", WORKS, WORKS, WORKS),
    Flow(
        "original",
        "Get the file as it was drawn",
        WORKS,
        instead("a signed link where the file is too large"),
        instead("a signed link where the file is too large"),
    ),
    Flow("delete", "Delete a picture", WORKS, WORKS, WORKS),
    Flow("report", "Report a picture", WORKS, WORKS, WORKS),
    Flow("cancel", "Cancel an order", WORKS, WORKS, WORKS),
    Flow("change_words", "Change the words of what was refused or failed", WORKS, WORKS, WORKS),
    Flow("long_words", "Keep words that no box takes", absent("the box takes all of them"), WORKS, WORKS),
    Flow(
        "progress",
        "See how an order goes on",
        WORKS,
        WORKS,
        instead("one line, changed at most every 15 seconds"),
    ),
    Flow(
        "partials",
        "See the picture while it is drawn",
        WORKS,
        instead("in the private answer, for 15 minutes"),
        absent("a message's picture cannot be replaced there"),
    ),
    Flow(
        "private", "Draw what only oneself sees", WORKS, WORKS, instead("in the direct message with the bot")
    ),
    Flow(
        "refusal_public",
        "Be refused without others reading amounts",
        absent("nobody else reads along"),
        instead("a Details button for the author"),
        WORKS,
    ),
    Flow("history", "See one's orders", WORKS, WORKS, WORKS),
    Flow("credits", "See one's credits", WORKS, WORKS, WORKS),
    Flow("models", "See the models and prices", WORKS, WORKS, WORKS),
    Flow("settings", "Choose what one prefers", WORKS, WORKS, WORKS),
    Flow("help", "Get help", WORKS, WORKS, WORKS),
    Flow(
        "suggest",
        "Be offered numbers and models while typing",
        absent("the page has lists"),
        WORKS,
        absent("Slack's commands are free text"),
    ),
    Flow("quota", "Give and take credits, as an admin", WORKS, WORKS, WORKS),
    Flow("setup", "Set a place up, as an admin", WORKS, WORKS, WORKS),
    Flow(
        "file_fits",
        "Get a picture that the chat does not take as it is",
        absent("the page shows any size"),
        instead("a smaller copy and Original"),
        instead("a copy of a kind that Slack shows, and Original"),
    ),
    Flow(
        "not_member",
        "Order where the bot may not post",
        absent("there is one place"),
        instead("the picture as the answer to the command, changed by Edit…"),
        instead("Try again once invited, or Send it to me"),
    ),
    Flow("restart", "Get the answer after a restart", WORKS, WORKS, WORKS),
    Flow("twice", "Be told of by the platform twice, and pay once", WORKS, WORKS, WORKS),
)
"""Every flow, in the order of a person's way through the product."""
