"""CallMissed on this machine, for tests: one endpoint for new and changed pictures, credits, idempotency keys.

POST /v1/images/generations   JSON, with `reference_images` as base64 for a change
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from binascii import Error
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from aiohttp import web
from PIL import Image

from tests.doubles.openai_requests import Refused, SentFile, Wanted
from tests.doubles.openai_scenes import Scene
from tests.doubles.openai_simulator import OpenAISimulator

PICTURE_NANO = 260_416_667
"""25 credits, at 96 for a dollar, rounded up."""

REFERENCE_BYTES_MAX = 10 * 2**20
FIELDS = frozenset(
    {
        "model",
        "prompt",
        "n",
        "size",
        "response_format",
        "negative_prompt",
        "seed",
        "steps",
        "reference_images",
        "reference_pdf",
        "user",
    }
)


@dataclass
class CallMissedSimulator(OpenAISimulator):
    """The server. A key that is known replays its answer; with `keeps_nothing` it is a conflict."""

    keeps_nothing: bool = False
    usage: Any = "missing"
    keys: dict[str, str] = field(default_factory=dict)
    replays: int = 0

    async def read(self, request: web.Request, *, is_edit: bool) -> Wanted:
        """Understand a request; raises Refused."""
        if is_edit:
            raise Refused(404, None, "Not found.")
        if request.content_type != "application/json":
            raise Refused(415, None, "Send JSON.")
        self._check_key(request, hashlib.sha256(await request.read()).hexdigest())
        body = await request.json()
        _check(body)
        files = tuple(_file(text) for text in body.pop("reference_images", ()))
        return Wanted(bool(files), {**body}, files)

    def told(self, refused: Refused) -> web.Response:
        """Answer what does not fit its schema in the words of its framework, everything else as OpenAI."""
        if refused.status != 422:
            return super().told(refused)
        where = ["body", refused.error["param"] or "model"]
        problem = {"loc": where, "msg": refused.error["message"], "type": "value_error"}
        return web.json_response({"detail": [problem]}, status=422)

    def _holder(self, wanted: Wanted, scene: Scene) -> bytes:
        """Write a picture with a signed link beside it, as its newest page says; nobody needs to follow that."""
        held = super()._holder(wanted, scene)
        if scene.is_linked:
            return held
        return held[:-1] + b', "url": "https://signed.invalid/picture", "revised_prompt": null}'

    def bill_of(self, wanted: Wanted) -> int:
        """Every picture costs the same; a replay nothing."""
        return 0 if self._is_replay else PICTURE_NANO * wanted.count

    def _check_key(self, request: web.Request, digest: str) -> None:
        key = request.headers.get("Idempotency-Key")
        self._is_replay = key is not None and key in self.keys
        if self._is_replay and (self.keys[str(key)] != digest or self.keeps_nothing):
            raise Refused(409, "idempotency_conflict", "This key was used.")
        self.replays += self._is_replay
        if key is not None:
            self.keys[key] = digest


def _check(body: Any) -> None:
    if not isinstance(body, dict) or set(body) - FIELDS:
        raise Refused(422, None, f"Unknown fields: {sorted(set(body) - FIELDS)}")
    references = body.get("reference_images", [])
    problems = {
        "model": body.get("model") not in {"gpt-image-2", "gpt-image-1.5"},
        "prompt": not 1 <= len(body.get("prompt") or "") <= 4_000,
        "n": type(body.get("n", 1)) is not int or not 1 <= body.get("n", 1) <= 4,
        "size": body.get("size", "1024x1024") not in {"1024x1024", "1024x1536", "1536x1024"},
        "reference_images": not isinstance(references, list) or len(references) > 16,
    }
    for name, is_wrong in problems.items():
        if is_wrong:
            raise Refused(422, None, f"Invalid {name}.", name)


def _file(text: str) -> SentFile:
    try:
        content = b64decode(text.partition(",")[2] if text.startswith("data:") else text, validate=True)
        with Image.open(BytesIO(content)) as picture:
            mime = picture.get_format_mimetype()
    except (Error, OSError) as error:
        raise Refused(422, None, "No picture.", "reference_images") from error
    if mime not in {"image/png", "image/jpeg"} or len(content) > REFERENCE_BYTES_MAX:
        raise Refused(422, None, "PNG or JPEG up to 10 MB.", "reference_images")
    return SentFile("image[]", "", mime, content)
