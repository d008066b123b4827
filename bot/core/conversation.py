"""What counts as an order, and which picture is meant.

A message that is no order is ignored. What is left in doubt is asked, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.core.chat import (
    ChannelReplies,
    Event,
    Known,
    Message,
    NumberedPicture,
    PersonReplies,
    Platform,
    Post,
    Sender,
)
from bot.core.decisions import (
    AskBack,
    AskWhich,
    Decision,
    Files,
    GiveHelp,
    Ignore,
    OrderEdit,
    OrderNew,
    Reason,
    RunCommand,
    Selector,
    Unknown,
)
from bot.core.errors import BadPicture
from bot.core.line import HELP, split_command
from bot.core.text import clean

_SELECTOR = re.compile(
    r"(?:#(?P<job>[0-9]{1,9})(?:/(?P<of_job>[0-9]{1,2}))? *[:：]|(?P<index>[0-9]{1,2}) *[:：](?![0-9]))\s*"
)
_EMOJI_NAME = re.compile(r"<a?:\w+:\d+>|:[\w+'-]+:")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_OPTION = re.compile(r"(?<![^ \n])--[A-Za-z]")


def decide(message: Message, known: Known) -> Decision:
    """Say what a message is; raises Refusal for a misspelt command or two masks, if it is an order at all."""
    if reason := _no_order(message, known):
        return Ignore(reason)
    if known.answered and not known.answered.is_open_to(message):
        return Unknown("")
    known = replace(known, thread=tuple(p for p in known.thread if p.pictures and p.is_open_to(message)))
    under = _post_meant(message, known)
    text = clean(message.text).strip()
    if _is_addressed(message, known):
        if text.lower() in HELP:
            return GiveHelp()
        name, words = split_command(text, known.commands, direct=True)
        if name:
            return GiveHelp() if name == "help" else RunCommand(name, words, under.numbered if under else ())
    named, words = selector(text)
    if named and named.job is None and under is None:
        named, words = None, text
    files = sort_attachments(message.attachments)
    if named is None and under is None:
        return _without_picture(message, known, words, files)
    pictures = _pictures_meant(named, under, known)
    if not pictures:
        return Unknown(str(named or ""))
    is_newest = known.answered is None and (named is None or named.job is None)
    return _edit(message, known, (words, pictures, files), is_newest=is_newest)


def selector(text: str) -> tuple[Selector | None, str]:
    """Take `2:`, `#142:` or `#142/2:` off the front of `text`. Ratios, times and other numbers stay."""
    found = _SELECTOR.match(text)
    if found is None:
        return None, text
    index = found["of_job"] or found["index"]
    job = int(found["job"]) if found["job"] else None
    return Selector(job, int(index) if index else None), text[found.end() :]


def sort_attachments(names: Sequence[str]) -> Files:
    """Tell the mask, whose name begins with "mask", from the references; raises BadPicture for two masks."""
    masks = [place for place, name in enumerate(names) if name.lower().startswith("mask")]
    if len(masks) > 1:
        raise BadPicture("masks_two")
    references = tuple(place for place in range(len(names)) if place not in masks)
    return Files(references, masks[0] if masks else None)


def word_count(text: str) -> int:
    """Count the words of `text`, emoji and signs not included.

    Two characters of a script that writes without spaces (Chinese, Japanese, Thai …) count as a word.
    """
    text = _EMOJI_NAME.sub(" ", text)
    spaced, unspaced = _UNSPACED.subn(" ", text)
    return sum(any(map(str.isalnum, token)) for token in spaced.split()) + (unspaced + 1) // 2


def is_unspaced(text: str) -> bool:
    """Whether any of the text is of a script that writes without spaces (Chinese, Japanese, Thai …)."""
    return _UNSPACED.search(text) is not None


def _no_order(message: Message, known: Known) -> Reason | None:
    """Return why the message is no order, or None if it is one."""
    if message.sender is not Sender.PERSON:
        return Reason.NOT_A_PERSON
    if message.event is not Event.POSTED:
        return Reason.TWIN if message.event is Event.BROADCAST else Reason.CHANGED
    if message.platform is Platform.WEB:
        return None
    if message.leading_mention not in {None, known.bot}:
        return Reason.TO_SOMEBODY_ELSE
    if message.is_direct:
        return None
    if known.channel_replies is ChannelReplies.OFF:
        return Reason.SWITCHED_OFF
    return None if known.bot in message.mentions else _no_answer(message, known)


def _no_answer(message: Message, known: Known) -> Reason | None:
    """Return why a message without mention is no order: it must answer a picture that its author ordered."""
    post = known.answered
    if post and not message.pings_reply:
        return Reason.NO_PING
    if post is None and message.platform is Platform.SLACK:
        post = min(known.thread, key=lambda post: post.stamp, default=None)
    if post is None or known.channel_replies is ChannelReplies.MENTION:
        return Reason.NOT_ADDRESSED
    if known.channel_replies is ChannelReplies.ASKER and post.asker != message.author:
        return Reason.NOT_THE_ASKER
    return None


def _is_addressed(message: Message, known: Known) -> bool:
    return message.is_direct or message.platform is Platform.WEB or known.bot in message.mentions


def _post_meant(message: Message, known: Known) -> Post | None:
    """Return the post answered, else the newest one of the thread before the message."""
    if known.answered or message.platform is Platform.WEB:
        return known.answered
    earlier = [post for post in known.thread if post.stamp < message.stamp]
    return max(earlier, key=lambda post: post.stamp, default=None)


def _without_picture(message: Message, known: Known, words: str, files: Files) -> Decision:
    """Decide on a message that is under no picture and names none."""
    if known.thread and message.platform is not Platform.WEB:
        return AskWhich(words, tuple(picture for post in known.thread for picture in post.numbered), files)
    if message.platform is Platform.WEB or message.attachments or _OPTION.search(words):
        return OrderNew(words, files)
    few = word_count(words) < 3 if message.is_direct else not words
    return GiveHelp() if few else OrderNew(words, files)


def _pictures_meant(named: Selector | None, under: Post | None, known: Known) -> tuple[NumberedPicture, ...]:
    """Return every picture that may be meant; none if the number does not exist here."""
    post = under
    if named and named.job is not None:
        posts = (known.answered, *known.thread)
        post = next((post for post in posts if post and post.job == named.job), None)
    pictures = post.numbered if post else ()
    if named and named.index is not None:
        return tuple(picture for picture in pictures if picture.index == named.index)
    return pictures


def _edit(
    message: Message, known: Known, meant: tuple[str, tuple[NumberedPicture, ...], Files], *, is_newest: bool
) -> Decision:
    words, pictures, files = meant
    slight = word_count(words) < 2 and not _OPTION.search(words)
    if message.platform is not Platform.WEB and (slight or known.person_replies is PersonReplies.ASK):
        return AskBack(words, pictures, files)
    if len(pictures) > 1:
        return AskWhich(words, pictures, files)
    return OrderEdit(pictures[0], words, files, names_number=is_newest)
