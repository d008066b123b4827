"""Runflow on this machine, for tests: runs, assets in three steps, listing by `client_ref`, signed callbacks.

POST /v1/models/{owner}/{slug}[/edit]/runs    GET /v1/runs/{id}    GET /v1/runs?client_ref=…
POST /v1/asset-uploads    PUT /upload/{id}    POST /v1/asset-uploads/{id}/confirmations
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any, Literal

from aiohttp import web
from PIL import Image

from tests.doubles.task_server import Task, TaskServer

KEY = "rf_live_simulated"
SECRET = "whsec_simulated"
PRICES = {"low": "0.009", "medium": "0.034", "high": "0.211"}
FLAT = {"black-forest-labs/flux-1-1-pro": "0.04", "black-forest-labs/flux-1-1-pro-ultra": "0.06"}
MODELS: Mapping[str, frozenset[str]] = {
    "openai/gpt-image-2": frozenset(
        {"prompt", "num_images", "output_format", "image_size", "quality", "sync_mode"}
    ),
    "openai/gpt-image-2/edit": frozenset(
        {
            "prompt",
            "image_urls",
            "mask_url",
            "num_images",
            "output_format",
            "image_size",
            "quality",
            "sync_mode",
        }
    ),
    "openai/gpt-image-1.5": frozenset(
        {"prompt", "num_images", "output_format", "image_size", "quality", "background", "sync_mode"}
    ),
    "openai/gpt-image-1.5/edit": frozenset(
        {"prompt", "image_urls", "num_images", "output_format", "image_size", "quality", "background"}
    ),
    "black-forest-labs/flux-1-1-pro": frozenset({"prompt", "seed", "width", "height"}),
    "black-forest-labs/flux-1-1-pro-ultra": frozenset({"prompt", "seed"}),
}
"""The fields that each model takes."""

PRESETS = frozenset(
    {
        None,
        "square_hd",
        "square",
        "portrait_4_3",
        "portrait_16_9",
        "landscape_4_3",
        "landscape_16_9",
    }
)
FIXED = frozenset({None, "1024x1024", "1536x1024", "1024x1536", "auto"})
SIZES: Mapping[str, frozenset[str | None]] = {
    **dict.fromkeys(MODELS, frozenset({None})),
    "openai/gpt-image-2": PRESETS,
    "openai/gpt-image-2/edit": PRESETS | {"auto"},
    "openai/gpt-image-1.5": FIXED,
    "openai/gpt-image-1.5/edit": FIXED,
}
"""The sizes that each model takes by name; GPT Image 2 takes width and height as well, and "auto" for edits alone."""

Shape = Literal["outputs", "image_urls", "images", "image", "url", "output_url"]
CODES = {
    400: "BAD_REQUEST",
    402: "INSUFFICIENT_CREDIT",
    403: "EMAIL_NOT_VERIFIED",
    404: "MODEL_NOT_FOUND",
    422: "VALIDATION_ERROR",
    429: "RATE_LIMITED",
    503: "SERVICE_UNAVAILABLE",
}


@dataclass
class Asset:
    """A file that was, or will be, uploaded."""

    mime: str
    size_bytes: int
    content: bytes | None = None
    is_confirmed: bool = False


@dataclass
class RunflowSimulator(TaskServer):
    """The server. `shape` is how it writes pictures, `envelope` how errors, `is_old` spells as its older pages do.

    Runs are listed once they are among `listed`, or at once with `lists_all`; without `can_list` there is no filter.
    """

    shape: Shape = "outputs"
    envelope: Literal["flat", "nested"] = "flat"
    is_old: bool = False
    lists_all: bool = True
    can_list: bool = True
    counts_in_numbers: bool = False
    """Writes costs as numbers; its documentation has them as text."""
    retry_after: str | None = None
    """What an older page of its documentation promises with a 429; the newer one says that there is none."""
    listed: set[str] = field(default_factory=set)
    assets: dict[str, Asset] = field(default_factory=dict)

    def add_routes(self, app: web.Application) -> None:
        """Serve its endpoints."""
        app.router.add_post("/v1/models/{model:.+}/runs", self._create)
        app.router.add_get("/v1/runs", self._list)
        app.router.add_get("/v1/runs/{id}", self._get)
        app.router.add_post("/v1/asset-uploads", self._begin)
        app.router.add_put("/upload/{id}", self._put)
        app.router.add_post("/v1/asset-uploads/{id}/confirmations", self._confirm)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return self._said(401, "UNAUTHORIZED")
        body, model = await request.json(), request.match_info["model"]
        self.asked.append((request.path, body))
        if model not in MODELS:
            return self._said(404, "MODEL_NOT_FOUND")
        problem = self._fault(model, body)
        if problem:
            return self._said(422, "VALIDATION_ERROR", problem)
        wanted = body["input"]
        scene = self.scene(wanted["prompt"])
        if not scene.is_taken:
            code = "CONTENT_POLICY_VIOLATION" if scene.status == 400 else CODES[scene.status]
            return self._said(scene.status, code)
        count = wanted.get("num_images", 1)
        price = FLAT.get(model) or PRICES[wanted.get("quality", "high")]
        task = Task(
            id=f"0193{len(self.tasks):08x}-7000-8000-0000000000aa",
            scene=scene,
            prompt=wanted["prompt"],
            body=body,
            size=_size(wanted),
            count=count,
            bill_nano=int(Decimal(price) * 10**9) * max(0, count - scene.fewer)
            if scene.outcome in {"draws", "cancelled"}
            else 0,
            kind=str(wanted.get("output_format", "jpeg" if model in FLAT else "png")).upper(),
        )
        self.tasks[task.id] = task
        value = self.run_of(task) if scene.has_ticket else {"status_code": "queued"}
        return await self.answer(request, scene, value, status=201)

    def run_of(self, task: Task, *, is_signed: bool = False) -> dict[str, Any]:
        """Describe a run; what its pictures were signed with at first has expired, unless it `is_signed` anew."""
        status = "queued" if task.asked < 2 else "running"
        run: dict[str, Any] = {
            "id": task.id,
            "target_type": "model",
            "client_ref": task.body.get("client_ref"),
            "output": None,
            "cost": None,
        }
        if task.is_over:
            status = {"draws": "succeeded", "cancelled": "canceled"}.get(task.scene.outcome, "failed")
            if task.scene.outcome == "draws":
                run["output"] = self._output(task, "fresh" if is_signed else "stale")
                if task.scene.fewer:
                    status = "partial_succeeded"
            if task.scene.outcome == "refused":
                run |= {"failure_code": "CONTENT_POLICY_VIOLATION", "failure_stage_code": "dispatch"}
            elif task.scene.outcome == "fails":
                run |= {"failure_code": "PROVIDER_ERROR", "failure_stage_code": "dispatch"}
            cost = Decimal(task.bill_nano) / 10**9
            run["cost"] = float(cost) if self.counts_in_numbers else format(cost, "f")
        run["status" if self.is_old else "status_code"] = (
            status.replace("canceled", "cancelled") if self.is_old else status
        )
        return run

    def callback_of(self, task: Task) -> bytes:
        """Write what it calls back with."""
        run = self.run_of(task)
        status = run.get("status_code") or run["status"]
        # Events have two l's whatever the status has.
        event = {"succeeded": "run.completed", "canceled": "run.cancelled"}.get(status, f"run.{status}")
        told = {"event": event, "run_id": task.id, "status": status, "output": run["output"], "metadata": {}}
        return json.dumps(told).encode()

    def signed(self, body: bytes, secret: str = SECRET) -> dict[str, str]:
        """Sign a callback."""
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return {"Runflow-Signature": signature, "Runflow-Request-Id": "req_1"}

    def _output(self, task: Task, signature: str) -> dict[str, Any]:
        urls = [f"{self.file_url(task, place)}?signature={signature}" for place in range(task.drawn)]
        first = urls[0] if urls else None
        shapes: dict[Shape, dict[str, Any]] = {
            "outputs": {"outputs": [{"type": "image", "url": url} for url in urls], "nsfw_detected": False},
            "image_urls": {"image_urls": urls},
            "images": {"images": [{"url": url} for url in urls]},
            "image": {"image": {"url": first}},
            "url": {"url": first},
            "output_url": {"output_url": first},
        }
        return shapes[self.shape]

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return self._said(401, "UNAUTHORIZED")
        if not self.can_list:
            return self._said(422, "VALIDATION_ERROR", "unknown query: client_ref")
        wanted = request.query.get("client_ref")
        found = [
            self.run_of(task)
            for task in self.tasks.values()
            if task.body.get("client_ref") == wanted and (self.lists_all or task.id in self.listed)
        ]
        return web.json_response({"data": found, "next_cursor": None})

    async def _get(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return self._said(401, "UNAUTHORIZED")
        task = self.tasks.get(request.match_info["id"])
        if task is None:
            return self._said(404, "RUN_NOT_FOUND")
        is_signed = request.query.get("add_signature") == "true"
        return self.trouble(task) or web.json_response(self.run_of(task, is_signed=is_signed))

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("signature") != "fresh":
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")
        return await super()._file(request)

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return self._said(401, "UNAUTHORIZED")
        body = await request.json()
        if set(body) != {"filename", "mime_type", "size_bytes"} or not 1 <= body["size_bytes"] <= 52_428_800:
            return self._said(422, "VALIDATION_ERROR", "asset")
        asset = f"asset-{len(self.assets)}"
        self.assets[asset] = Asset(body["mime_type"], body["size_bytes"])
        return web.json_response(
            {"asset_id": asset, "upload_url": f"{self.root}/upload/{asset}?signature=x"}, status=201
        )

    async def _put(self, request: web.Request) -> web.StreamResponse:
        asset = self.assets[request.match_info["id"]]
        content = await request.read()
        is_right = request.content_type == asset.mime and len(content) == asset.size_bytes
        if "Authorization" in request.headers or not is_right:
            return web.Response(status=403, text="<Error><Code>SignatureDoesNotMatch</Code></Error>")
        asset.content = content
        return web.Response()

    async def _confirm(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["id"]
        asset = self.assets[name]
        if asset.content is None:
            return self._said(409, "UPLOAD_MISSING")
        Image.open(BytesIO(asset.content)).verify()
        asset.is_confirmed = True
        return web.json_response({"id": name, "url": f"{self.root}/assets/{name}?signed=1"}, status=201)

    def _fault(self, model: str, body: Any) -> str | None:
        wanted = body.get("input")
        if not isinstance(wanted, dict) or set(body) - {"input", "callback_url", "metadata", "client_ref"}:
            return "input"
        size = wanted.get("image_size")
        urls = [*wanted.get("image_urls", ()), *([wanted["mask_url"]] if "mask_url" in wanted else [])]
        problems = {
            "unknown field": bool(set(wanted) - MODELS[model]),
            "prompt": not 2 <= len(wanted.get("prompt") or "") <= 32_000,
            "num_images": not 1 <= wanted.get("num_images", 1) <= 4,
            "quality": wanted.get("quality", "high") not in PRICES,
            "output_format": wanted.get("output_format", "png") not in {"png", "jpeg", "webp"},
            "image_size": "gpt-image-2" not in model if isinstance(size, dict) else size not in SIZES[model],
            "image_urls": model.endswith("/edit") != bool(wanted.get("image_urls")),
            "asset": any(not self._knows(url) for url in urls),
            "client_ref": len(body.get("client_ref") or "") > 255,
        }
        return next((problem for problem, is_there in problems.items() if is_there), None)

    def _knows(self, url: str) -> bool:
        asset = self.assets.get(url.rpartition("/")[2].partition("?")[0])
        return asset is not None and asset.is_confirmed

    def _said(self, status: int, code: str, message: str = "No.") -> web.Response:
        told = {"code": code, "message": message, "errors": None}
        headers = {"Retry-After": self.retry_after} if self.retry_after and status == 429 else {}
        value = {"error": told} if self.envelope == "nested" else told
        return web.json_response(value, status=status, headers=headers)


def _size(wanted: Mapping[str, Any]) -> tuple[int, int]:
    size = wanted.get("image_size")
    if isinstance(size, dict):
        return size["width"], size["height"]
    if isinstance(size, str) and "x" in size:
        width, _, height = size.partition("x")
        return int(width), int(height)
    return int(wanted.get("width", 64)), int(wanted.get("height", 64))
