"""What OpenAI's Images API takes and what it refuses, as its documentation and recorded answers say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from aiohttp import BodyPartReader, web
from PIL import Image

QUALITIES = {
    "gpt-image-2": {"low": 16, "medium": 48, "high": 96},
    "gpt-image-2.5-flare": {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96},
    "gpt-image-2.5-sunburst": {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96},
    "gpt-image-2.6-flare": {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96},
    "gpt-image-2.6-sunburst": {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96},
}
"""Every live model, its qualities and their grids."""

NUMBERS = {"n": (1, 10), "output_compression": (0, 100), "partial_images": (0, 3)}
TEXTS = (
    "model",
    "prompt",
    "size",
    "quality",
    "background",
    "output_format",
    "moderation",
    "safety_identifier",
    "user",
)
PICTURE_BYTES_MAX = 50 * 2**20
MASK_BYTES_MAX = 4 * 2**20
EDIT_FILES = frozenset({"image", "image[]", "mask"})
MIMES = frozenset({"image/png", "image/jpeg", "image/webp"})


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: str | None, message: str, param: str | None = None) -> None:
        self.status = status
        kind = "image_generation_user_error" if code == "invalid_value" else "invalid_request_error"
        self.error: Mapping[str, Any] = {"message": message, "type": kind, "param": param, "code": code}
        super().__init__(message)


@dataclass(frozen=True)
class SentFile:
    """One file of a form."""

    field: str
    filename: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Wanted:
    """A request that was understood: fields as they were sent, by their types, and files in their order."""

    is_edit: bool
    fields: Mapping[str, Any]
    files: tuple[SentFile, ...] = ()

    @property
    def model(self) -> str:
        """The model that draws."""
        return str(self.fields["model"])

    @property
    def count(self) -> int:
        """How many pictures are wanted."""
        return int(self.fields.get("n", 1))

    @property
    def size(self) -> tuple[int, int]:
        """The size that is drawn."""
        width, _, height = str(self.fields.get("size", "auto")).partition("x")
        return (int(width), int(height)) if height else (1024, 1024)

    @property
    def partials(self) -> int:
        """How many partial pictures come before the whole one."""
        return int(self.fields.get("partial_images", 0))

    @property
    def output_tokens(self) -> int:
        """What the whole answer uses, by the published formula."""
        grids = QUALITIES[self.model]
        grid = grids[str(self.fields.get("quality", "medium")).replace("auto", "medium")]
        width, height = self.size
        rows = round(grid * min(width, height) / max(width, height))
        picture = -(-grid * rows * (2_000_000 + width * height) // 4_000_000)
        return picture * self.count + 100 * self.partials

    @property
    def input_tokens(self) -> tuple[int, int]:
        """Tokens of the words and of the pictures."""
        pictures = sum(file.field != "mask" for file in self.files)
        return len(str(self.fields["prompt"]).split()) + 8, 1_024 * pictures


async def read(request: web.Request, *, is_edit: bool) -> Wanted:
    """Read and check a request; raises Refused."""
    files: tuple[SentFile, ...] = ()
    if not is_edit:
        fields = await _json(request)
    elif request.content_type == "multipart/form-data":
        fields, files = await _form(request)
    else:
        raise Refused(400, None, "Content-Type must be multipart/form-data.")
    wanted = Wanted(is_edit, fields, files)
    _check_fields(wanted)
    _check_size(wanted)
    _check_files(wanted)
    return wanted


async def _json(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise Refused(400, None, "Content-Type must be application/json.")
    found = await request.json()
    for name in NUMBERS:
        if name in found and type(found[name]) is not int:
            raise Refused(400, "invalid_type", f"Invalid type for '{name}'.", name)
    if "stream" in found and type(found["stream"]) is not bool:
        raise Refused(400, "invalid_type", "Invalid type for 'stream'.", "stream")
    return dict(found)


async def _form(request: web.Request) -> tuple[dict[str, Any], tuple[SentFile, ...]]:
    fields: dict[str, Any] = {}
    files: list[SentFile] = []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        name = part.name or ""
        content = bytes(await part.read())
        is_twice = name in fields or (name != "image[]" and any(file.field == name for file in files))
        if is_twice:
            raise Refused(400, "duplicate_parameter", f"Duplicate parameter: '{name}'. Use '{name}[]'.", name)
        if part.filename is not None:
            files.append(SentFile(name, part.filename, part.headers.get("Content-Type", ""), content))
        elif name in EDIT_FILES:
            raise Refused(400, None, f"Invalid type for '{name}': expected a file, but got a string.", name)
        else:
            fields[name] = _typed(name, content.decode())
    return fields, tuple(files)


def _typed(name: str, text: str) -> Any:
    if name in NUMBERS and text.isdecimal():
        return int(text)
    if name == "stream" and text in {"true", "false"}:
        return text == "true"
    return text


def _check_fields(wanted: Wanted) -> None:
    known = {*NUMBERS, *TEXTS, "stream", *(["input_fidelity"] if wanted.is_edit else [])}
    if wanted.is_edit:
        known -= {"moderation"}
    fields = wanted.fields
    for name in fields:
        if name not in known:
            raise Refused(400, "unknown_parameter", f"Unknown parameter: '{name}'.", name)
    for name in ("model", "prompt"):
        if not fields.get(name):
            raise Refused(400, "missing_required_parameter", f"Missing required parameter: '{name}'.", name)
    if wanted.model not in QUALITIES:
        raise Refused(400, "invalid_value", f"The model '{wanted.model}' does not exist.", "model")
    if len(str(fields["prompt"])) > 32_000:
        raise Refused(400, "string_above_max_length", "Invalid 'prompt': string too long.", "prompt")
    for name, (low, high) in NUMBERS.items():
        if name in fields and not (type(fields[name]) is int and low <= fields[name] <= high):
            raise Refused(400, "invalid_value", f"Invalid value for '{name}'.", name)
    choices = {
        "quality": {*QUALITIES[wanted.model], "auto"},
        "background": {"opaque", "auto"} | ({"transparent"} if ".5-" in wanted.model else set()),
        "output_format": {"png", "jpeg", "webp"},
        "moderation": {"auto", "low"},
    }
    for name, allowed in choices.items():
        if name in fields and fields[name] not in allowed:
            raise Refused(400, "invalid_value", f"{fields[name]} is not supported for this model.", name)
    form = fields.get("output_format", "png")
    if fields.get("background") == "transparent" and form == "jpeg":
        raise Refused(400, "invalid_value", "Transparent background needs png or webp.", "background")
    if "output_compression" in fields and form == "png":
        raise Refused(400, "invalid_value", "Compression needs jpeg or webp.", "output_compression")
    if "partial_images" in fields and not fields.get("stream"):
        raise Refused(400, "invalid_value", "partial_images needs stream.", "partial_images")


def _check_size(wanted: Wanted) -> None:
    size = str(wanted.fields.get("size", "auto"))
    if size == "auto":
        return
    if not re.fullmatch(r"\d+x\d+", size):
        raise Refused(400, "invalid_value", f"Invalid size '{size}'.", "size")
    width, height = wanted.size
    problems = {
        "divisible by 16": width % 16 or height % 16,
        "longest edge": max(width, height) > 3_840,
        "ratio": max(width, height) > 3 * min(width, height),
        "minimum pixel budget": width * height < 655_360,
        "maximum pixel budget": width * height > 8_294_400,
    }
    for problem, is_there in problems.items():
        if is_there:
            raise Refused(400, "invalid_value", f"Invalid size '{size}': {problem}.", "size")


def _check_files(wanted: Wanted) -> None:
    pictures = [file for file in wanted.files if file.field in {"image", "image[]"}]
    masks = [file for file in wanted.files if file.field == "mask"]
    if not wanted.is_edit:
        return
    if not 1 <= len(pictures) <= 16:
        raise Refused(400, "invalid_value", "Between 1 and 16 images are needed.", "image")
    for file in wanted.files:
        if file.field not in EDIT_FILES:
            raise Refused(400, "unknown_parameter", f"Unknown parameter: '{file.field}'.", file.field)
        if file.mime not in MIMES:
            raise Refused(
                400, "unsupported_file_mimetype", f"Unsupported mimetype '{file.mime}'.", file.field
            )
        if len(file.content) > (MASK_BYTES_MAX if file.field == "mask" else PICTURE_BYTES_MAX):
            raise Refused(400, "invalid_value", "The file is too large.", file.field)
        _size_of(file)
    for mask in masks:
        if mask.mime != "image/png" or _size_of(mask) != _size_of(pictures[0]):
            raise Refused(400, "invalid_value", "The mask must be a PNG of the image's size.", "mask")


def _size_of(file: SentFile) -> tuple[int, int]:
    try:
        with Image.open(BytesIO(file.content)) as picture:
            return picture.size
    except OSError as error:
        raise Refused(400, "invalid_image_file", "Invalid image file.", file.field) from error
