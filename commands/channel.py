"""For admins: what holds in the channel where it is said."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.core.chat import ChannelReplies
from bot.core.commands import Caller, Command, Options, Says
from bot.core.preferences import STANDING_REFERENCES_MAX, STYLE_CHARACTERS_MAX, ChannelRules
from bot.core.replies import Button, Reply, Row
from bot.core.sentences import say
from bot.core.studio import Studio

RULES = ("allowed", "replies", "threads", "progress", "spoilers", "private", "style")

FIXED: Mapping[str, frozenset[str]] = MappingProxyType({"slack": frozenset({"Threads", "Progress"})})
"""What is not chosen there: Slack's pictures stand in threads, below a message that shows everybody how they go on."""


class Channel(Options):
    """What to change here; without anything, all of it is shown."""

    allowed: Annotated[bool | None, Field(description="Whether Easel may be used here"), Says("flag")] = None
    replies: Annotated[
        Literal["asker", "everyone", "mention", "off"] | None,
        Field(description="Whose replies to a picture change it"),
        Says(),
    ] = None
    threads: Annotated[
        Literal["on_edit", "always", "never"] | None,
        Field(description="When a picture gets a thread"),
        Says(),
    ] = None
    progress: Annotated[
        Literal["private", "public"] | None, Field(description="Who sees a picture while it is drawn"), Says()
    ] = None
    spoilers: Annotated[bool | None, Field(description="Hide pictures until clicked"), Says("flag")] = None
    private: Annotated[
        bool | None, Field(description="New pictures are seen by their asker only"), Says("flag")
    ] = None
    style: Annotated[
        str | None,
        Field(description="A style that every order here gets", max_length=STYLE_CHARACTERS_MAX),
        Says(),
    ] = None
    reset: Annotated[bool, Field(description="Everything as it was at first"), Says("flag")] = False
    references: Annotated[
        tuple[str, ...],
        Field(description="Up to four pictures to draw from here", max_length=STANDING_REFERENCES_MAX),
    ] = ()


async def channel(options: Channel, caller: Caller, studio: Studio) -> Reply:
    """Change what was said, and show everything."""
    changes: dict[str, Any] = dict.fromkeys((*RULES, "references")) if options.reset else {}
    changes |= {name: getattr(options, name) for name in RULES if getattr(options, name) is not None}
    if options.references:
        changes["references"] = options.references
    if changes:
        return _card("channel_changed", await studio.set_rules(changes, caller), caller.address.platform)
    return _card("channel", await studio.rules(caller), caller.address.platform)


def _card(key: str, rules: ChannelRules, platform: str) -> Reply:
    """Show each rule that means something there, with a button that changes it."""
    fixed = FIXED.get(platform, frozenset())
    rows = (
        Row(label="Allowed", value="yes" if rules.is_allowed else "no"),
        Row(label="Replies", value=REPLIES[rules.replies]),
        Row(label="Threads", value=THREADS[rules.threads]),
        Row(label="Progress", value=rules.progress),
        Row(label="Spoilers", value=_yes(rules.spoilers)),
        Row(label="Private", value=_yes(rules.private)),
        Row(label="Style", value=rules.style or "none"),
        Row(label="References", value=str(len(rules.references) or "none")),
    )
    style = f'"{rules.style}"' if rules.style and '"' not in rules.style else ""
    buttons = (
        _flag("Forbid here" if rules.is_allowed else "Allow here", "allowed", now=rules.is_allowed),
        _choice("Replies", "replies", [each.value for each in ChannelReplies], rules.replies.value),
        _choice("Threads", "threads", list(THREADS), rules.threads),
        _choice("Progress", "progress", ["private", "public"], rules.progress),
        _flag("No spoilers" if rules.spoilers else "Spoilers", "spoilers", now=rules.spoilers),
        _flag("Public" if rules.private else "Private", "private", now=rules.private),
        Button(act="change_words", label="Style", words=f"/easel channel --style {style}"),
        Button(act="change_words", label="Cap", words="/quota cap here 100 per day"),
    )
    return Reply(
        kind="info",
        text=say(key),
        rows=tuple(each for each in rows if each.label not in fixed),
        buttons=tuple(each for each in buttons if each.label.partition(":")[0] not in fixed),
        private=True,
    )


def _flag(label: str, name: str, *, now: bool) -> Button:
    return Button(act="say", label=label, words=f"/easel channel --{'no-' if now else ''}{name}")


def _choice(label: str, name: str, values: list[str], now: str) -> Button:
    """Offer the next of the values; pressed again, the one after it."""
    following = values[(values.index(now) + 1) % len(values)]
    return Button(
        act="say",
        label=f"{label}: {following.replace('_', ' ')}",
        words=f"/easel channel --{name} {following}",
    )


def _yes(value: bool) -> str:  # noqa: FBT001 - it says a flag in words
    return "yes" if value else "no"


REPLIES = {
    ChannelReplies.ASKER: "of whoever ordered the picture",
    ChannelReplies.EVERYONE: "of everyone",
    ChannelReplies.MENTION: "only with a mention",
    ChannelReplies.OFF: "never",
}
THREADS = {"on_edit": "at the first edit", "always": "for every picture", "never": "never"}

CHANNEL = Command(
    name="channel",
    summary="See and change what holds in this channel",
    options=Channel,
    handler=channel,
    examples=(
        "/easel channel",
        "/easel channel --threads never --replies mention",
        "/easel channel --no-allowed",
    ),
    admins_only=True,
)
