"""What is asked on the wire: JSON for a new picture, a form with files for an edit."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from bot.core.catalogue import Model, Wire
from bot.core.errors import VendorFailed
from bot.core.ports import VendorOrder
from bot.vendors.signatures import EXTENSIONS, mime_of

PIECE_BYTES = 255 * 1024
"""Divides by three, so that pieces of base64 fit together."""

SIGNATURE_BYTES = 16

Field = str | int | bool


@dataclass(frozen=True)
class Encoded:
    """A file that is sent as base64."""

    path: Path


@dataclass
class Body:
    """A request's body, generated in pieces; no file is ever held whole.

    `is_sent` says whether the last piece has been handed over: before that, the vendor cannot have executed anything.
    """

    content_type: str
    parts: tuple[bytes | Path | Encoded, ...]
    size_bytes: int
    is_sent: bool = field(default=False, init=False)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Generate the body. Raises VendorFailed when a file cannot be read."""
        for part in self.parts[:-1]:
            if isinstance(part, bytes):
                yield part
                continue
            path = part.path if isinstance(part, Encoded) else part
            async for piece in _read(path):
                yield await asyncio.to_thread(b64encode, piece) if isinstance(part, Encoded) else piece
        last = self.parts[-1]
        assert isinstance(last, bytes)
        self.is_sent = True
        yield last


@dataclass(frozen=True)
class Ask:
    """One request: where below the base address, with what body, and whether the answer comes as events."""

    path: str
    body: Body
    is_stream: bool


def ask_of(order: VendorOrder, model: Model, wire: Wire) -> Ask:
    """Write an order as a request. Raises VendorFailed when a file cannot be read; blocks."""
    # Events do not say which of several pictures they belong to.
    is_stream = model.streams and order.partials > 0 and order.count == 1
    fields = _fields(order, model, wire, is_stream=is_stream)
    if not order.references:
        text = json.dumps(fields).encode()
        return Ask(wire.generations_path, Body("application/json", (text,), len(text)), is_stream)
    if wire.edits_as == "references":
        return Ask(wire.generations_path, _with_references(order, fields), is_stream)
    return Ask(wire.edits_path, _form(order, fields, wire), is_stream)


def _fields(order: VendorOrder, model: Model, wire: Wire, *, is_stream: bool) -> Mapping[str, Field]:
    """List the fields of a request; what is the vendor's default anyway is left out."""
    fields: dict[str, Field] = {
        "model": model.sent_as or model.name,
        "prompt": order.prompt,
        "n": order.count,
        "size": f"{order.width}x{order.height}" if order.width else "auto",
        "quality": order.quality,
        "output_format": order.format,
    }
    if order.background != "auto":
        fields["background"] = order.background
    if wire.moderation is not None and (wire.moderates_edits or not order.references):
        fields["moderation"] = wire.moderation
    if is_stream:
        fields |= {"stream": True, "partial_images": min(order.partials, model.partials_max)}
    left_out = {*wire.omits, *(() if wire.says_auto else (n for n in fields if fields[n] == "auto"))}
    return {name: value for name, value in fields.items() if name not in left_out}


def _with_references(order: VendorOrder, fields: Mapping[str, Field]) -> Body:
    """Write fields and files as one JSON object; raises VendorFailed."""
    parts: list[bytes | Path | Encoded] = [json.dumps(fields).encode()[:-1] + b', "reference_images": [']
    size_bytes = 0
    for number, path in enumerate(order.references):
        parts += [b', "' if number else b'"', Encoded(path), b'"']
        try:
            size_bytes += -(-path.stat().st_size // 3) * 4
        except OSError as error:
            raise VendorFailed("file_unreadable") from error
    parts.append(b"]}")
    size_bytes += sum(len(part) for part in parts if isinstance(part, bytes))
    return Body("application/json", tuple(parts), size_bytes)


def _form(order: VendorOrder, fields: Mapping[str, Field], wire: Wire) -> Body:
    """Write fields and files as a form; raises VendorFailed."""
    boundary = f"easel-{order.call}"
    is_list = wire.picture_field == "image[]" or (
        wire.picture_field == "by-count" and len(order.references) > 1
    )
    files = [("image[]" if is_list else "image", path) for path in order.references]
    if order.mask is not None:
        files.append(("mask", order.mask))
    parts: list[bytes | Path] = [_text_part(boundary, name, value) for name, value in fields.items()]
    size_bytes = 0
    for number, (name, path) in enumerate(files, start=1):
        try:
            with path.open("rb") as file:
                mime = mime_of(file.read(SIGNATURE_BYTES))
            size_bytes += path.stat().st_size
        except OSError as error:
            raise VendorFailed("file_unreadable") from error
        disposition = f'form-data; name="{name}"; filename="{number}.{EXTENSIONS[mime]}"'
        parts += [_head(boundary, disposition, mime), path, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    size_bytes += sum(len(part) for part in parts if isinstance(part, bytes))
    return Body(f"multipart/form-data; boundary={boundary}", tuple(parts), size_bytes)


def _text_part(boundary: str, name: str, value: Field) -> bytes:
    text = json.dumps(value) if isinstance(value, bool) else str(value)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
    return head.encode() + text.encode("utf-8", "replace") + b"\r\n"


def _head(boundary: str, disposition: str, mime: str) -> bytes:
    return f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {mime}\r\n\r\n".encode()


async def _read(path: Path) -> AsyncIterator[bytes]:
    try:
        file: BinaryIO = await asyncio.to_thread(path.open, "rb")
        with file:
            while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
                yield piece
    except OSError as error:
        raise VendorFailed("file_unreadable") from error
