"""What counts as an order, and which picture is meant: a table of messages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

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
from bot.core.conversation import decide, selector, sort_attachments, word_count
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
from bot.core.errors import BadOption, BadPicture

COMMANDS = frozenset({"imagine", "edit", "history", "help"})
NIGHT = "make it night"

LIGHTHOUSE = Post("guild", 142, "ann", ("p1",), stamp=100)
FOUR = Post("guild", 143, "ann", ("q1", "q2", "q3", "q4"), stamp=200)
BOBS = Post("guild", 144, "bob", ("r1",), stamp=300)
SECRET = Post("guild", 145, "bob", ("s1",), stamp=150, is_private=True)
FOREIGN = Post("elsewhere", 146, "ann", ("t1",), stamp=160)
P1 = NumberedPicture("p1", 142, 1)
R1 = NumberedPicture("r1", 144, 1)
Q1, Q2, Q3, Q4 = FOUR.numbered


@dataclass(frozen=True)
class Case:
    message: Message
    known: Known
    expected: Decision


def known(**values: Any) -> Known:
    return Known(bot="easel", commands=COMMANDS, **values)


def discord(text: str = NIGHT, author: str = "ann", **values: Any) -> Message:
    return Message(Platform.DISCORD, "guild", author, text, stamp=1000, **values)


def reply(text: str = NIGHT, author: str = "ann", **values: Any) -> Message:
    return discord(text, author, pings_reply=True, **values)


def mentioning(text: str = NIGHT, author: str = "ann", **values: Any) -> Message:
    return discord(text, author, mentions=("easel",), leading_mention="easel", **values)


def direct(text: str = NIGHT, **values: Any) -> Message:
    return discord(text, is_direct=True, **values)


def slack(text: str = NIGHT, author: str = "ann", stamp: int = 1000, **values: Any) -> Message:
    return Message(Platform.SLACK, "guild", author, text, stamp, **values)


def web(text: str = NIGHT, **values: Any) -> Message:
    return Message(Platform.WEB, "guild", "ann", text, stamp=1000, **values)


NOTHING = known()
UNDER = known(answered=LIGHTHOUSE)
UNDER_FOUR = known(answered=FOUR)
THREAD = known(thread=(LIGHTHOUSE, FOUR, BOBS))
EVERYONE, BY_MENTION, OFF = ChannelReplies.EVERYONE, ChannelReplies.MENTION, ChannelReplies.OFF
EDIT = OrderEdit(P1, NIGHT)

WHO_ORDERS = {
    "pinged reply of the asker": Case(reply(), UNDER, EDIT),
    "pinged reply of somebody else": Case(reply(author="bob"), UNDER, Ignore(Reason.NOT_THE_ASKER)),
    "reply without ping": Case(discord(), UNDER, Ignore(Reason.NO_PING)),
    "reply without ping that mentions us": Case(mentioning(), UNDER, EDIT),
    "somebody else mentions us in a reply": Case(mentioning(author="bob"), UNDER, EDIT),
    "mention at the end": Case(discord(mentions=("bob", "easel")), UNDER, EDIT),
    "pinged reply to no picture": Case(reply(), NOTHING, Ignore(Reason.NOT_ADDRESSED)),
    "talk in the channel": Case(discord(), NOTHING, Ignore(Reason.NOT_ADDRESSED)),
    "talk in a Discord thread": Case(discord(), THREAD, Ignore(Reason.NOT_ADDRESSED)),
    "mention under nothing": Case(mentioning("a cat"), NOTHING, OrderNew("a cat")),
    "mention of one word under nothing": Case(mentioning("cat"), NOTHING, OrderNew("cat")),
    "mention without words": Case(mentioning(""), NOTHING, GiveHelp()),
    "asker of a Slack thread": Case(slack(), known(thread=(LIGHTHOUSE,)), replace(EDIT, names_number=True)),
    "asker of a later picture only": Case(slack(author="bob"), THREAD, Ignore(Reason.NOT_THE_ASKER)),
    "talk in a Slack channel": Case(slack(), NOTHING, Ignore(Reason.NOT_ADDRESSED)),
    "message of a bot": Case(mentioning(sender=Sender.BOT), UNDER, Ignore(Reason.NOT_A_PERSON)),
    "message of a webhook": Case(mentioning(sender=Sender.WEBHOOK), UNDER, Ignore(Reason.NOT_A_PERSON)),
    "message of a workflow": Case(slack(sender=Sender.WORKFLOW), THREAD, Ignore(Reason.NOT_A_PERSON)),
    "our own message": Case(reply(sender=Sender.OURSELVES), UNDER, Ignore(Reason.NOT_A_PERSON)),
    "later edit": Case(mentioning(event=Event.EDITED), UNDER, Ignore(Reason.CHANGED)),
    "deletion": Case(reply(event=Event.DELETED), UNDER, Ignore(Reason.CHANGED)),
    "twin in the channel": Case(slack(event=Event.BROADCAST), THREAD, Ignore(Reason.TWIN)),
    "begins with somebody else": Case(
        reply("look", leading_mention="bob"), UNDER, Ignore(Reason.TO_SOMEBODY_ELSE)
    ),
    "begins with somebody else, mentions us": Case(
        discord(mentions=("bob", "easel"), leading_mention="bob"), UNDER, Ignore(Reason.TO_SOMEBODY_ELSE)
    ),
    "everyone may reply": Case(
        reply(author="bob"), known(answered=LIGHTHOUSE, channel_replies=EVERYONE), EDIT
    ),
    "everyone may reply, without ping": Case(
        discord(author="bob"), known(answered=LIGHTHOUSE, channel_replies=EVERYONE), Ignore(Reason.NO_PING)
    ),
    "only mentions count, reply": Case(
        reply(), known(answered=LIGHTHOUSE, channel_replies=BY_MENTION), Ignore(Reason.NOT_ADDRESSED)
    ),
    "only mentions count, mention": Case(
        mentioning(), known(answered=LIGHTHOUSE, channel_replies=BY_MENTION), EDIT
    ),
    "switched off": Case(mentioning(), known(channel_replies=OFF), Ignore(Reason.SWITCHED_OFF)),
    "web box in a channel switched off": Case(web(), known(channel_replies=OFF), OrderNew(NIGHT)),
    "web box begins with a name": Case(web("cat", leading_mention="bob"), NOTHING, OrderNew("cat")),
}

ASKED_BACK = {
    "one word": Case(reply("night!"), UNDER, AskBack("night!", (P1,))),
    "one word in a mention": Case(mentioning("night"), UNDER, AskBack("night", (P1,))),
    "only emoji": Case(reply("👍🏽 🎉 ❤️"), UNDER, AskBack("👍🏽 🎉 ❤️", (P1,))),
    "only emoji of Slack": Case(
        slack(":+1: :tada:"), known(thread=(LIGHTHOUSE,)), AskBack(":+1: :tada:", (P1,))
    ),
    "only emoji of Discord": Case(reply("<a:wow:12> <:ok:3>"), UNDER, AskBack("<a:wow:12> <:ok:3>", (P1,))),
    "bare number": Case(reply("2"), UNDER_FOUR, AskBack("2", FOUR.numbered)),
    "bare job number": Case(reply("#142"), UNDER, AskBack("#142", (P1,))),
    "one word for a named picture": Case(reply("2: night"), UNDER_FOUR, AskBack("night", (Q2,))),
    "no words": Case(reply(""), UNDER, AskBack("", (P1,))),
    "files without words": Case(
        reply("", attachments=("hat.png",)), UNDER, AskBack("", (P1,), Files(references=(0,)))
    ),
    "person wants to be asked": Case(
        reply(), known(answered=LIGHTHOUSE, person_replies=PersonReplies.ASK), AskBack(NIGHT, (P1,))
    ),
    "one word and an option": Case(reply("night --quality low"), UNDER, OrderEdit(P1, "night --quality low")),
    "two words": Case(reply("night please"), UNDER, OrderEdit(P1, "night please")),
    "Japanese has no spaces": Case(reply("夜にしてください"), UNDER, OrderEdit(P1, "夜にしてください")),
    "one Japanese word": Case(reply("夜に"), UNDER, AskBack("夜に", (P1,))),
    "one word in the web box": Case(web("night"), UNDER, OrderEdit(P1, "night")),
}

DIRECT = {
    "three words": Case(direct(), NOTHING, OrderNew(NIGHT)),
    "two words": Case(direct("hello there"), NOTHING, GiveHelp()),
    "two words and emoji": Case(direct("hello there 👋 👋"), NOTHING, GiveHelp()),
    "one word and a file": Case(
        direct("poster", attachments=("me.jpg",)), NOTHING, OrderNew("poster", Files((0,)))
    ),
    "options alone": Case(direct("--size wide"), NOTHING, OrderNew("--size wide")),
    "under a picture, ping or not": Case(direct("more sky"), UNDER, OrderEdit(P1, "more sky")),
    "channel settings do not count": Case(direct(), known(channel_replies=OFF), OrderNew(NIGHT)),
    "slash word": Case(direct("/history 142"), NOTHING, RunCommand("history", "142")),
    "command word alone": Case(direct("history"), NOTHING, RunCommand("history", "")),
    "command word among others": Case(direct("history of Rome"), NOTHING, OrderNew("history of Rome")),
    "help": Case(direct("help"), NOTHING, GiveHelp()),
    "slash help in a mention": Case(mentioning("/help"), UNDER, GiveHelp()),
    "question mark in a mention": Case(mentioning("?"), UNDER, GiveHelp()),
    "slash word under a picture": Case(
        mentioning("/edit make it night"), UNDER, RunCommand("edit", NIGHT, (P1,))
    ),
    "command word in a reply": Case(reply("history"), UNDER, AskBack("history", (P1,))),
}

NEW_CAT = OrderNew("2: a cat")
WHICH = {
    "second of the post": Case(reply("2: make it night"), UNDER_FOUR, OrderEdit(Q2, NIGHT)),
    "one of four is not guessed": Case(reply(), UNDER_FOUR, AskWhich(NIGHT, FOUR.numbered)),
    "number inside the words": Case(reply("add 2 birds"), UNDER, OrderEdit(P1, "add 2 birds")),
    "number that the post has not": Case(reply("5: make it night"), UNDER_FOUR, Unknown("5")),
    "picture nought": Case(reply("0: make it night"), UNDER_FOUR, Unknown("0")),
    "ratio is no number": Case(reply("16:9 at night"), UNDER, OrderEdit(P1, "16:9 at night")),
    "newest of a thread": Case(slack("add 2 birds"), THREAD, OrderEdit(R1, "add 2 birds", names_number=True)),
    "newest before the message": Case(slack(stamp=150), THREAD, OrderEdit(P1, NIGHT, names_number=True)),
    "picture of the same instant": Case(slack(stamp=200), THREAD, OrderEdit(P1, NIGHT, names_number=True)),
    "newest post has four": Case(slack(stamp=250), THREAD, AskWhich(NIGHT, FOUR.numbered)),
    "second of the newest post": Case(
        slack("2: make it night", stamp=250), THREAD, OrderEdit(Q2, NIGHT, names_number=True)
    ),
    "before every picture": Case(slack(stamp=50), known(thread=(LIGHTHOUSE,)), AskWhich(NIGHT, (P1,))),
    "mention in a known thread": Case(
        mentioning(author="eve"), THREAD, OrderEdit(R1, NIGHT, names_number=True)
    ),
    "reply is nearer than the thread": Case(reply(), replace(THREAD, answered=LIGHTHOUSE), EDIT),
    "job of this thread": Case(slack("#142: make it night"), THREAD, EDIT),
    "picture of a job": Case(slack("#143/4: make it night"), THREAD, OrderEdit(Q4, NIGHT)),
    "job of four is not guessed": Case(slack("#143: make it night"), THREAD, AskWhich(NIGHT, FOUR.numbered)),
    "job beats the reply": Case(reply("#142: make it night"), replace(THREAD, answered=FOUR), EDIT),
    "place that the job has not": Case(slack("#142/2: make it night"), THREAD, Unknown("#142/2")),
    "job of another thread": Case(slack("#7: make it night"), THREAD, Unknown("#7")),
    "job named outside a thread": Case(mentioning("#142: make it night"), NOTHING, Unknown("#142")),
    "somebody else's private picture": Case(
        slack("#145: make it night"), known(thread=(LIGHTHOUSE, SECRET)), Unknown("#145")
    ),
    "own private picture": Case(
        slack("#145: make it night", author="bob", mentions=("easel",)),
        known(thread=(LIGHTHOUSE, SECRET)),
        OrderEdit(NumberedPicture("s1", 145, 1), NIGHT),
    ),
    "another tenant's picture": Case(
        slack("#146: make it night"), known(thread=(LIGHTHOUSE, FOREIGN)), Unknown("#146")
    ),
    "newest skips what is not open": Case(
        slack(), known(thread=(LIGHTHOUSE, SECRET, FOREIGN)), OrderEdit(P1, NIGHT, names_number=True)
    ),
    "reply to somebody else's private picture": Case(mentioning(), known(answered=SECRET), Unknown("")),
    "number where there is no picture": Case(mentioning("2: a cat"), NOTHING, NEW_CAT),
    "web box without a reply": Case(web(), THREAD, OrderNew(NIGHT)),
    "web box names a job": Case(web("#142: make it night"), THREAD, EDIT),
    "references and mask": Case(
        reply(attachments=("a.png", "Mask-1.png", "b.jpg")), UNDER, OrderEdit(P1, NIGHT, Files((0, 2), 1))
    ),
}


def named(group: str, cases: dict[str, Case]) -> list[Any]:
    return [pytest.param(case, id=f"{group}-{name}") for name, case in cases.items()]


@pytest.mark.parametrize(
    "case",
    named("who", WHO_ORDERS) + named("asked", ASKED_BACK) + named("direct", DIRECT) + named("which", WHICH),
)
def test_message_is_what_it_should_be(case: Case) -> None:
    """Each message of the table is ignored, asked back, or ordered as it says."""
    assert decide(case.message, case.known) == case.expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2: make it night", (Selector(index=2), NIGHT), id="picture"),
        pytest.param("2 ：make it night", (Selector(index=2), NIGHT), id="wide colon"),
        pytest.param("#142: make it night", (Selector(job=142), NIGHT), id="job"),
        pytest.param("#142/2:make it night", (Selector(142, 2), NIGHT), id="picture of a job"),
        pytest.param("#142:3 birds", (Selector(job=142), "3 birds"), id="number after a job"),
        pytest.param("10:30 in the morning", (None, "10:30 in the morning"), id="time"),
        pytest.param("a 2: b", (None, "a 2: b"), id="inside"),
        pytest.param("2 birds", (None, "2 birds"), id="no colon"),
        pytest.param("1234: a", (None, "1234: a"), id="too long"),
    ],
)
def test_number_is_taken_from_the_front(text: str, expected: tuple[Selector | None, str]) -> None:
    """Only a number with a colon at the very front names a picture."""
    assert selector(text) == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [("make it night", 3), ("a - b", 2), ("👍 !!", 0), (":tada: yes", 1), ("看板 OPEN", 2), ("กลางคืน", 4)],
)
def test_words_are_counted_in_every_script(text: str, count: int) -> None:
    """Emoji and signs are no words; scripts without spaces count by two characters."""
    assert word_count(text) == count


def test_two_masks_are_refused() -> None:
    """Which of two masks is meant is not guessed."""
    with pytest.raises(BadPicture, match="Keep one mask"):
        sort_attachments(["mask.png", "a.png", "MASK2.png"])


def test_misspelt_command_is_refused_only_to_us() -> None:
    """A misspelt slash word is refused when said to the bot, and ignored when said to others."""
    with pytest.raises(BadOption, match="/imagine"):
        decide(mentioning("/imagin a cat"), NOTHING)

    assert decide(discord("/imagin a cat"), NOTHING) == Ignore(Reason.NOT_ADDRESSED)
