"""Buttons as short codes, for platforms that give a button an id and nothing more.

A code is `easel1:act:job:picture:words:ask`, at most 100 characters; what is not there is empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.front import Press
from bot.core.replies import Act, Button

PREFIX = "easel1"
CODE_CHARACTERS_MAX = 100

_ACTS: frozenset[Act] = frozenset(get_args(Act))
_CODE = re.compile(
    rf"{PREFIX}:(?P<act>[a-z_]+):(?P<job>[^:]*):(?P<picture>[^:]*):(?P<words>[^:]*):(?P<ask>[0-9a-z]*)"
)
_PLAIN = re.compile(r"[\w #/-]*", re.ASCII)


def fits(button: Button) -> bool:
    """Whether everything about a button goes into a code, so that nothing of it must be kept."""
    given = (button.job, button.picture, _words(button))
    is_plain = all(_PLAIN.fullmatch(each or "") for each in given)
    return is_plain and len(_written(button)) <= CODE_CHARACTERS_MAX


def code_of(button: Button) -> str:
    """Write a button as a code. One that stands for something kept is written by that alone."""
    if button.ask is not None:
        return f"{PREFIX}:{button.act}::::{button.ask}"
    if not fits(button):
        raise ValueError(f"the button {button.act} must be kept before it can be written")
    return _written(button)


def writable(buttons: Sequence[Button]) -> list[Button]:
    """Keep the buttons whose ids can be written; words of a job's line are found again by the job."""
    found = []
    for each in buttons:
        if each.ask is not None or fits(each):
            found.append(each)
        elif each.act == "change_words" and each.job:
            found.append(each.model_copy(update={"words": None, "picture": None, "draft": None}))
    return found


def press_of(code: str, caller: Caller) -> Press:
    """Read a code that somebody pressed; raises Refusal for one that is not ours. Every id is authorised later."""
    found = _CODE.fullmatch(code)
    if found is None or found["act"] not in _ACTS:
        raise Refusal("button_gone")
    [act] = (each for each in _ACTS if each == found["act"])
    return Press(
        act=act,
        caller=caller,
        job=found["job"] or None,
        picture=found["picture"] or None,
        words=found["words"] or None,
        ask=found["ask"] or None,
    )


def _written(button: Button) -> str:
    parts = (button.job, button.picture, _words(button), None)
    return ":".join([PREFIX, button.act, *(part or "" for part in parts)])


def _words(button: Button) -> str | None:
    """Return the words of a button; those of a job need not be said again."""
    return None if button.act == "change_words" and button.job else button.words
