"""Everything that is a person's own, handed over in parts: words as data, pictures as files, in a ZIP each."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.preferences import KINDS, Export, Kind, Place
from bot.core.sentences import say
from bot.documents import Documents, NewDocument
from bot.storage import own_things
from bot.storage.database import Database
from bot.storage.own_things import OwnFile, OwnThing
from bot.storage.shelf import Shelf

PART_BYTES_MAX = 12_000_000
OVERHEAD_BYTES = 64_000
"""What a ZIP and its beginning take beside what is in it."""

THINGS_MAX = 2_000
SECTIONS: Mapping[Kind, str] = MappingProxyType(
    {"order": "orders", "upload": "uploads", "message": "messages"}
)


@dataclass
class Part:
    """A part while it is filled. `room` is what is left of it; one file that is larger may have a part of its own."""

    room: int
    file_bytes_max: int | None
    about: dict[str, Any]
    files: list[tuple[str, Path]] = field(default_factory=list)
    counts: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    is_full: bool = False

    def has_room(self, size: int) -> bool:
        """Whether so many bytes fit; if not, the part is full. Into an empty part goes whatever comes first."""
        things = sum(self.counts.values())
        self.is_full = bool(things) and (size > self.room or things >= THINGS_MAX)
        return not self.is_full

    def tell(self, kind: Kind, told: dict[str, Any], size: int) -> None:
        """Take what is told of a thing."""
        self.about.setdefault(SECTIONS[kind], []).append(told)
        self.counts[kind] += 1
        self.room -= size

    def take(self, name: str, path: Path, size: int) -> bool:
        """Take a file; False when it has to wait for the next part."""
        self.is_full = bool(self.files) and size > self.room
        if not self.is_full:
            self.files.append((name, path))
            self.room -= size
        return not self.is_full


@dataclass(frozen=True)
class HandingOver:
    """Hands over what is a person's own."""

    database: Database
    shelf: Shelf
    documents: Documents

    async def part(self, begin: Place, caller: Caller) -> Export:
        """Hand over the next part; raises Refusal where there is nothing at all, or no room on the disk."""
        limit = caller.address.upload_bytes_max
        room = min(PART_BYTES_MAX, limit or PART_BYTES_MAX) - OVERHEAD_BYTES
        about = {"person": caller.name, "amounts": "millicredits", "times": "milliseconds UTC"}
        part = Part(room, room if limit else None, about)
        chosen = {}
        if begin == Place():
            chosen = await self.database.read(own_things.chosen_by, caller.person)
            part.about |= chosen
        following = await self._fill(part, begin, caller.person)
        if not (chosen or part.files or any(part.counts.values())):
            raise Refusal("export_empty")
        name = "easel-export.zip" if begin == Place() else f"easel-export-{begin}.zip"
        new = NewDocument(name, "application/zip", say("alt_export"))
        kept = await self.documents.write(new, lambda file: pack(file, part.about, part.files), caller)
        counts = part.counts
        return Export(kept, counts["order"], counts["upload"], counts["message"], following)

    async def _fill(self, part: Part, place: Place, person: str) -> Place | None:
        """Take things until the part is full; returns where the next one begins, None at the end of all."""
        while True:
            found = await self.database.read(own_things.things_after, person, place)
            for thing in found:
                place = await self._add(part, thing, place)
                if part.is_full:
                    return place
            if len(found) < own_things.AT_ONCE:
                kinds = KINDS[KINDS.index(place.kind) + 1 :]
                if not kinds:
                    return None
                place = Place(kinds[0])

    async def _add(self, part: Part, thing: OwnThing, place: Place) -> Place:
        """Take a thing with its files, as far as there is room; returns where the next thing or file begins."""
        left = thing.files[place.files :]
        sizes, missing = await self._sizes(left, part.file_bytes_max)
        names = [missing.get(each.name, each.name) for each in left]
        told = thing.told | ({"files": names} if names else {})
        told_size = len(json.dumps(told, ensure_ascii=False).encode())
        first = next(iter(sizes.values()), 0)
        if not part.has_room(told_size + first):
            return place
        part.tell(thing.place.kind, told, told_size)
        for number, file in enumerate(left, start=place.files):
            size = sizes.get(file.name)
            if size is not None and not part.take(file.name, self.shelf.path(file.sha256), size):
                return Place(place.kind, place.key, number)
        return thing.place

    async def _sizes(
        self, files: Sequence[OwnFile], limit: int | None
    ) -> tuple[dict[str, int], dict[str, str]]:
        """Look up how large files are, and say of each that cannot be handed over why."""
        sizes, missing = {}, {}
        for file in files:
            size = await self.shelf.size(file.sha256)
            if size is None:
                missing[file.name] = f"{file.name}: not kept any more"
            elif limit is not None and size > limit:
                missing[file.name] = f"{file.name}: larger than this chat takes, see /history and Original"
            else:
                sizes[file.name] = size
        return sizes, missing


def pack(file: BinaryIO, about: object, files: Sequence[tuple[str, Path]]) -> None:
    """Write a part as a ZIP, a piece at a time; pictures are not squeezed again. One deleted meanwhile is left out."""
    with zipfile.ZipFile(file, "w") as archive:
        text = json.dumps(about, ensure_ascii=False, indent=1)
        archive.writestr("easel.json", text, zipfile.ZIP_DEFLATED)
        for name, path in files:
            if path.exists():
                archive.write(path, name, zipfile.ZIP_STORED)
