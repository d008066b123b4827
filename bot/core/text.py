"""Text as people typed it, made safe to read: no invisible characters, one kind of space, mentions in marks.

A mention travels through the text in a *mark*: three code points that Unicode reserves for a program's own
use hold its kind and id ("user:U12") and the words that people saw ("@ann"). An option that expects a person,
group or channel takes the id out of the mark; everywhere else `visible` leaves what people saw.
"""

from __future__ import annotations

import re
import unicodedata

WEB_NAME_CHARACTERS_MAX = 60
MARK = re.compile("\ufdd0(?P<id>[a-z]+:[A-Za-z0-9]+)\ufdd1(?P<label>[^\ufdd0-\ufdd2]*)\ufdd2")

_STRAY = re.compile("[\ufdd0-\ufdd2]")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_SPACES = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_FLAG_EMOJI = "(\U0001f3f4[\U000e0020-\U000e007e]{2,8}\U000e007f)"
_INVISIBLE = re.compile(
    _FLAG_EMOJI
    + "|[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd3-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e00ff]"
)
_JOINERS = re.compile("[\u200c\u200d]+")
_MARKS_IN_A_ROW_MAX = 30

_SLACK_TOKEN = re.compile(r"<(?P<body>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")
_SLACK_PERSON = re.compile(r"(?P<sign>@|#|!subteam\^)(?P<id>[A-Za-z0-9]+)")
_SLACK_KINDS = {"@": ("user", "@"), "#": ("channel", "#"), "!subteam^": ("group", "@")}
_SLACK_ENTITY = re.compile("&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}


def clean(text: str) -> str:
    """Return `text` with plain line ends and spaces, nothing invisible, and in the composed form NFC.

    Emoji keep their joiners, and so do the scripts that are misspelt without them.
    """
    text = _SPACES.sub(" ", _LINE_ENDS.sub("\n", text))
    text = _INVISIBLE.sub(r"\1", text)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _limited(_JOINERS.sub(_kept_joiner, text)))


def mention(kind: str, id: str, label: str) -> str:
    """Return the mark of a mention; `kind` is "user", "group", "role" or "channel"."""
    return f"\ufdd0{kind}:{id}\ufdd1{_STRAY.sub('', label)}\ufdd2"


def visible(text: str) -> str:
    """Return `text` as people saw it, without marks."""
    return _STRAY.sub("", MARK.sub(r"\g<label>", text))


def slack_people(text: str) -> tuple[tuple[str, str], ...]:
    """Return whom a text of Slack's mentions: the ids, with their names where Slack tells them."""
    tokens = (
        (_SLACK_PERSON.fullmatch(each["body"]), each["label"] or "") for each in _SLACK_TOKEN.finditer(text)
    )
    return tuple((token["id"], label) for token, label in tokens if token and token["sign"] == "@")


def without_mention_of(text: str, id: str) -> str:
    """Return `text` without the mentions of the user `id` at its start and its end."""
    mark = rf"\ufdd0user:{re.escape(id)}\ufdd1[^\ufdd0-\ufdd2]*\ufdd2"
    text = re.sub(rf"\A(?:\s*{mark}[,:]?)+", "", text).strip()
    end = len(text)
    for last in reversed(list(re.finditer(mark, text))):
        if text[last.end() : end].strip():
            break
        end = last.start()
    return text[:end].rstrip()


def from_slack(text: str, *, bot: str | None) -> str:
    """Read Slack's markup: mentions into marks, links into what they show, then `&amp; &lt; &gt;` once.

    `bot` is the bot's own user id: its mention goes from the start and the end.
    """
    text = _SLACK_TOKEN.sub(_slack_token, _STRAY.sub("", text))
    text = _SLACK_ENTITY.sub(lambda entity: _ENTITIES[entity[1]], text)
    return without_mention_of(text, bot) if bot else text


def _slack_token(token: re.Match[str]) -> str:
    body, label = token["body"], token["label"]
    if person := _SLACK_PERSON.fullmatch(body):
        kind, sign = _SLACK_KINDS[person["sign"]]
        return mention(kind, person["id"], sign + (label or person["id"]).removeprefix(sign))
    if label:
        return label
    if body.startswith("!"):
        return "@" + body[1:]
    return body.removeprefix("mailto:").removeprefix("tel:")


def _kept_joiner(joiners: re.Match[str]) -> str:
    """Keep one joiner inside an emoji, after a virama, and after a letter of an Arabic script."""
    text, start, end = joiners.string, joiners.start(), joiners.end()
    if start == 0 or end == len(text):
        return ""
    before, after = text[start - 1], text[end]
    if before == "\ufe0f" or unicodedata.category(before) in {"So", "Sk"}:
        return "\u200d" if unicodedata.category(after) in {"So", "Sm"} else ""
    joins = unicodedata.combining(before) == 9 or unicodedata.bidirectional(before) == "AL"
    return text[start] if joins and not after.isspace() else ""


def _limited(text: str) -> str:
    """Drop the accents past 30 on one letter: sorting them costs the square of their number."""
    kept: list[str] = []
    row = 0
    for character in text:
        row = row + 1 if unicodedata.combining(character) else 0
        if row <= _MARKS_IN_A_ROW_MAX:
            kept.append(character)
    return "".join(kept)


def user_of(name: str) -> str:
    """Return the user id of an invited name; the same name, however it is written, is the same person."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())[:WEB_NAME_CHARACTERS_MAX]
