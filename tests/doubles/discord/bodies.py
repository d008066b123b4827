"""What Discord accepts as a message: lengths, counts and sizes, with the error that names each place."""

from __future__ import annotations

import re
from typing import Any

from tests.doubles.discord.components import Place, check_rows
from tests.doubles.discord.refusals import Json, Problems, Refused
from tests.doubles.exchanges import Exchange, Sent

REQUEST_BYTES_MAX = 25 * 2**20
FILES_MAX = 10
EMBEDS_MAX, EMBED_CHARACTERS_MAX = 10, 6000
CONTENT_MAX = 2000
COMPONENTS_V2 = 1 << 15
_EMBED_LENGTHS = (("title", 256), ("description", 4096))
_FILE_KEY = re.compile(r"files\[(\d+)\]")


def payload_of(exchange: Exchange) -> tuple[Json, dict[str, Sent]]:
    """Return the JSON of a request and its files by number; 40005 if it is too large as a whole."""
    if exchange.size_bytes > REQUEST_BYTES_MAX:
        raise Refused(40005)
    mime = exchange.headers.get("content-type", "")
    if mime.startswith("multipart/form-data"):
        if "payload_json" in exchange.fields and not isinstance(exchange.body, dict):
            raise Refused(50109)
        files = {}
        for name, sent in exchange.files.items():
            if (found := _FILE_KEY.fullmatch(name)) is not None:
                files[found[1]] = sent
        return exchange.body or {}, files
    if exchange.raw and not isinstance(exchange.body, dict):
        raise Refused(50109)
    return exchange.body or {}, {}


def check_message(
    body: Json, files: dict[str, Sent], file_bytes_max: int, place: tuple[str, ...] = ()
) -> None:
    """Check a message's body and files; `place` is where the message lies in the request."""
    problems = Problems()
    problems.length((*place, "content"), body.get("content"), 0, CONTENT_MAX)
    problems.length((*place, "nonce"), _text(body.get("nonce")), 0, 25)
    _check_embeds(problems, place, body.get("embeds"))
    if body.get("flags", 0) & COMPONENTS_V2:
        problems.count((*place, "components"), body.get("components"), 0, 40)
        for name in ("content", "embeds", "sticker_ids", "poll"):
            if body.get(name):
                words = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                problems.add((*place, name), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words)
    else:
        check_rows(problems, (*place, "components"), body.get("components") or [])
    _check_mentions(problems, place, body.get("allowed_mentions"))
    _check_files(problems, place, body.get("attachments"), files)
    problems.end()
    if any(len(sent.data) > file_bytes_max for sent in files.values()):
        raise Refused(40005)


def is_empty(body: Json, files: dict[str, Sent]) -> bool:
    """Tell whether a message would show nothing."""
    fields = ("content", "embeds", "components", "sticker_ids", "poll")
    return not files and not body.get("attachments") and not any(body.get(name) for name in fields)


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) else value


def _check_embeds(problems: Problems, place: tuple[str, ...], embeds: Any) -> None:
    problems.count((*place, "embeds"), embeds, 0, EMBEDS_MAX)
    total = 0
    for number, embed in enumerate(embeds or []):
        spot: Place = (*place, "embeds", number)
        for name, most in _EMBED_LENGTHS:
            problems.length((*spot, name), embed.get(name), 0, most)
            total += len(embed.get(name) or "")
        footer = (embed.get("footer") or {}).get("text") or ""
        author = (embed.get("author") or {}).get("name") or ""
        problems.length((*spot, "footer", "text"), footer, 0, 2048)
        problems.length((*spot, "author", "name"), author, 0, 256)
        fields = embed.get("fields") or []
        problems.count((*spot, "fields"), fields, 0, 25)
        for index, field in enumerate(fields):
            problems.length((*spot, "fields", index, "name"), field.get("name", ""), 1, 256)
            problems.length((*spot, "fields", index, "value"), field.get("value", ""), 1, 1024)
        total += len(footer) + len(author)
        total += sum(len(field.get("name", "")) + len(field.get("value", "")) for field in fields)
    if total > EMBED_CHARACTERS_MAX:
        words = f"Embed size exceeds maximum size of {EMBED_CHARACTERS_MAX}"
        problems.add((*place, "embeds"), "MAX_EMBED_SIZE_EXCEEDED", words)


def _check_mentions(problems: Problems, place: tuple[str, ...], allowed: Any) -> None:
    """A kind of mention is allowed as a whole or person by person, not both."""
    if not isinstance(allowed, dict):
        return
    parse = allowed.get("parse") or []
    for index, kind in enumerate(parse):
        if kind not in {"users", "roles", "everyone"}:
            problems.choice(
                (*place, "allowed_mentions", "parse", index), kind, "('users', 'roles', 'everyone')"
            )
    for kind in ("users", "roles"):
        problems.count((*place, "allowed_mentions", kind), allowed.get(kind), 0, 100)
        if kind in parse and allowed.get(kind):
            words = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            problems.add((*place, "allowed_mentions"), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words)


def _check_files(
    problems: Problems, place: tuple[str, ...], attachments: Any, files: dict[str, Sent]
) -> None:
    problems.count((*place, "attachments"), attachments, 0, FILES_MAX)
    if len(files) > FILES_MAX:
        words = f"Must be {FILES_MAX} or fewer in length."
        problems.add((*place, "files"), "BASE_TYPE_MAX_LENGTH", words)
    for index, each in enumerate(attachments or []):
        problems.length((*place, "attachments", index, "description"), each.get("description"), 0, 1024)
        if "id" not in each:
            problems.missing((*place, "attachments", index, "id"))
        elif len(str(each["id"])) < 15 and str(each["id"]) not in files:
            words = f"Attachment data for id {each['id']} not found"
            problems.add((*place, "attachments", index), "ATTACHMENT_NOT_FOUND", words)
