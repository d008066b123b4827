"""Lost jobs and late pictures in words: a row and two buttons for each, and what a decision did."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.amounts import format_exact
from bot.core.lost import LostCase, Verdict
from bot.core.phrases import date_words
from bot.core.replies import Button, Reply, Row
from bot.core.sentences import say

NAME_CHARACTERS_MAX = 24
ACTS = {"charge": "charged", "deliver": "delivered free", "forgive": "given back to the caps"}


def lost_reply(cases: Sequence[LostCase], *, may_forgive: bool) -> Reply:
    """List what waits for a decision, with buttons that say exactly what they do."""
    if not cases:
        return Reply(kind="info", text=say("lost_none"), private=True)
    rows = tuple(Row(label=f"#{case.number}", value=_words(case), job=case.number) for case in cases)
    buttons = tuple(button for case in cases for button in _buttons(case, may_forgive=may_forgive))
    return Reply(kind="info", text=say("lost_list"), rows=rows, buttons=buttons, private=True)


def verdict_reply(done: Verdict) -> Reply:
    """Say what a decision did, or what was decided before."""
    if not done.is_new:
        act = ACTS[done.act] if done.is_late or done.act != "charge" else "kept by the caps"
        text = say("lost_before", number=done.number, act=act)
    elif done.is_late:
        key = "lost_charged" if done.act == "charge" else "lost_delivered"
        text = say(
            key,
            number=done.number,
            count=_pictures(done.pictures),
            who=_short(done.person),
            amount=done.amount,
        )
    else:
        key = "lost_kept" if done.act == "charge" else "lost_forgiven"
        text = say(key, number=done.number, amount=done.amount)
    return Reply(kind="info", text=text, private=True)


def _words(case: LostCase) -> str:
    who = _short(case.person)
    if case.picture:
        what = f"{_pictures(case.pictures)} came late, worth {format_exact(case.price)}"
    else:
        what = f"outcome unknown, the caps count {format_exact(case.free)} for it"
    return " · ".join((who, what, date_words(case.ended)))


def _buttons(case: LostCase, *, may_forgive: bool) -> Sequence[Button]:
    number, words = f"#{case.number}", str(case.number)
    if case.picture:
        charge = f"{number} Deliver, {_short(case.person)} pays {format_exact(case.price)}"
        return (
            Button(act="deliver", label=f"{number} Deliver free", words=words, picture=case.picture),
            Button(act="charge", label=charge, words=words, picture=case.picture),
        )
    keep = Button(act="charge", label=f"{number} Caps keep {format_exact(case.free)}", words=words)
    if not may_forgive:
        return (keep,)
    forgive = f"{number} Give the caps {format_exact(case.free)} back"
    return (keep, Button(act="forgive", label=forgive, words=words))


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARACTERS_MAX else f"{name[: NAME_CHARACTERS_MAX - 1]}…"
