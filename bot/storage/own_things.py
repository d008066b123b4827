"""What is a person's own, in a fixed order: orders, then uploads, then what they wrote in the web chat."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from bot.core.pictures import PictureRequest
from bot.core.preferences import Place
from bot.storage.preferences import preferences_of
from bot.storage.schema import chat_messages, jobs, pictures, reports, standing_references
from bot.storage.transaction import Tx

AT_ONCE = 50
SUFFIXES = MappingProxyType({"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"})


@dataclass(frozen=True)
class OwnFile:
    """A file of one's own: how it is called, and the hash of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True)
class OwnThing:
    """Something of one's own: where it stands, and what is told of it, ready to be written as JSON."""

    place: Place
    told: dict[str, Any]
    files: tuple[OwnFile, ...] = ()


def things_after(db: Tx, person: str, place: Place) -> Sequence[OwnThing]:
    """List the next things of a person of the place's kind, after it."""
    return _READ[place.kind](db, person, place)


def chosen_by(db: Tx, person: str) -> dict[str, Any]:
    """Tell what a person has chosen and reported."""
    kept = preferences_of(db, person).model_dump(mode="json", exclude_defaults=True)
    standing = standing_references
    references = db.execute(
        select(standing.c.picture).where(standing.c.owner == f"person:{person}").order_by(standing.c.position)
    )
    filed = db.execute(
        select(reports.c.picture, reports.c.reason, reports.c.at)
        .where(reports.c.reporter == person)
        .order_by(reports.c.at)
    )
    told = {
        "settings": kept | ({"references": found} if (found := list(references.scalars())) else {}),
        "reports": [dict(row) for row in filed.mappings()],
    }
    return {name: value for name, value in told.items() if value}


def _orders(db: Tx, person: str, place: Place) -> list[OwnThing]:
    query = select(jobs).where(jobs.c.person == person, jobs.c.seq > int(place.key)).order_by(jobs.c.seq)
    return [_order(db, row) for row in db.execute(query.limit(AT_ONCE))]


def _order(db: Tx, row: Any) -> OwnThing:
    drawn = db.execute(
        select(pictures)
        .where(pictures.c.job == row.id, pictures.c.deleted.is_(None), pictures.c.is_late == 0)
        .order_by(pictures.c.position)
    ).all()
    request = PictureRequest.model_validate_json(row.request)
    told = {
        "number": row.number,
        "place": row.tenant,
        "command": row.command,
        "state": row.state,
        "ordered": row.created,
        "ended": row.ended,
        "held": row.held,
        "charged": row.charged,
        **request.model_dump(include={"prompt", "style", "model", "vendor", "quality", "format"}),
        "size": f"{request.width}x{request.height}" if request.width else "auto",
    }
    if down := [f"{row.number}-{each.position}" for each in drawn if each.hidden is not None]:
        told["taken down"] = down
    files = [
        file
        for each in drawn
        if each.hidden is None
        for file in _files(each, f"{row.number}-{each.position}")
    ]
    return OwnThing(Place("order", str(row.seq)), told, _apart(row.tenant, files))


def _apart(tenant: str, files: Sequence[OwnFile]) -> tuple[OwnFile, ...]:
    """Put the files of each place into a folder of its own: numbers count per place."""
    folder = "".join(each if each.isalnum() else "-" for each in tenant)
    return tuple(OwnFile(f"{folder}/{each.name}", each.sha256) for each in files)


def _files(row: Any, name: str) -> list[OwnFile]:
    """Name the bytes of a picture, and the vendor's own where something else is shown."""
    found = [OwnFile(f"{name}.{SUFFIXES.get(row.mime, 'png')}", row.sha256)]
    if row.original_sha256:
        ending = SUFFIXES.get(row.original_mime or "", "png")
        found.append(OwnFile(f"{name}-original.{ending}", row.original_sha256))
    return found


def _uploads(db: Tx, person: str, place: Place) -> list[OwnThing]:
    query = (
        select(pictures)
        .where(pictures.c.person == person, pictures.c.job.is_(None), pictures.c.deleted.is_(None))
        .where(pictures.c.id > place.key)
        .order_by(pictures.c.id)
    )
    return [
        OwnThing(
            Place("upload", row.id),
            {"id": row.id, "uploaded": row.created, "place": row.tenant},
            tuple(_files(row, f"uploads/{row.id}")),
        )
        for row in db.execute(query.limit(AT_ONCE))
    ]


def _messages(db: Tx, person: str, place: Place) -> list[OwnThing]:
    query = (
        select(chat_messages.c.seq, chat_messages.c.body, chat_messages.c.created)
        .where(chat_messages.c.person == person, chat_messages.c.author == "person")
        .where(chat_messages.c.deleted == 0, chat_messages.c.seq > int(place.key))
        .order_by(chat_messages.c.seq)
    )
    return [
        OwnThing(Place("message", str(row.seq)), {"said": row.created, **json.loads(row.body)})
        for row in db.execute(query.limit(AT_ONCE))
    ]


_READ: Mapping[str, Callable[[Tx, str, Place], list[OwnThing]]] = MappingProxyType(
    {"order": _orders, "upload": _uploads, "message": _messages}
)
