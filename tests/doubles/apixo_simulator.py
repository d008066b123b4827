"""APIXO on this machine, for tests: tasks, their status, callbacks, files that expire; as its documentation says.

POST /api/v1/generateTask/gpt-image-2
GET  /api/v1/statusTask/gpt-image-2?taskId=…
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.doubles.task_server import PAGE, Scene, Task, TaskServer

KEY = "ak-simulated"
PICTURE_NANO = 20_000_000
ASPECTS = {
    "1:1": (64, 64),
    "4:3": (96, 72),
    "3:4": (72, 96),
    "16:9": (96, 54),
    "9:16": (54, 96),
    "auto": (64, 64),
}
"""What is drawn for each shape; small, as tests want it."""

WORDS: Mapping[str, Mapping[int, tuple[int, str, str | None]]] = {
    "new": {
        400: (400, "Request rejected", "SensitiveContentDetected"),
        402: (402, "Insufficient balance", None),
        403: (403, "API key lacks permission", None),
    },
    "old": {
        400: (400, "Content violates our policy", "CONTENT_VIOLATION"),
        402: (400, "Insufficient credits", None),
        403: (403, "API key lacks permission", None),
    },
}
"""Its two ways to say the same: body code, message, data.error."""


@dataclass
class ApixoSimulator(TaskServer):
    """The server; `vocabulary` is which of its pages it follows."""

    vocabulary: str = "new"
    fetched: list[tuple[str, bytes]] = field(default_factory=list)
    """What it fetched of the pictures that it was shown: type and bytes."""
    base_path = "/api/v1"

    def add_routes(self, app: web.Application) -> None:
        """Serve its endpoints."""
        app.router.add_post("/api/v1/generateTask/{model}", self._submit)
        app.router.add_get("/api/v1/statusTask/{model}", self._status)

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return _said(401, "Invalid API key")
        body = await request.json()
        self.asked.append((request.path, body))
        problem = fault_of(body) or (
            None if request.match_info["model"] == "gpt-image-2" else "unknown model"
        )
        if problem:
            return _said(400, f"Invalid request: {problem}")
        for url in body["input"].get("image_urls", ()):
            if url.startswith("http://127.0.0.1"):
                async with aiohttp.ClientSession() as session, session.get(url) as response:
                    self.fetched.append((response.headers["Content-Type"], await response.read()))
        scene = self.scene(body["input"]["prompt"])
        if not scene.is_taken:
            return self._refused(scene)
        task = Task(
            id=f"task_{len(self.tasks):032x}",
            scene=scene,
            prompt=body["input"]["prompt"],
            body=body,
            size=ASPECTS[body["input"].get("aspect_ratio", "auto")],
            count=1,
            bill_nano=PICTURE_NANO if scene.outcome == "draws" else 0,
        )
        self.tasks[task.id] = task
        ticket = {"taskId": task.id} if scene.has_ticket else {}
        return await self.answer(request, scene, {"code": 200, "message": "success", "data": ticket})

    def _refused(self, scene: Scene) -> web.Response:
        if scene.status in {429, 503}:
            return _said(scene.status, "Too many requests", headers={"Retry-After": "7"})
        code, message, error = WORDS[self.vocabulary].get(scene.status, (scene.status, "No.", None))
        return _said(code, message, error)

    async def _status(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return _said(401, "Invalid API key")
        task = self.tasks.get(request.query["taskId"])
        if task is None or request.match_info["model"] != "gpt-image-2":
            return _said(404, "Task not found")
        return self.trouble(task) or web.json_response(self.status_of(task))

    def status_of(self, task: Task) -> dict[str, Any]:
        """Describe a task, as a look and a callback do."""
        data: dict[str, Any] = {"taskId": task.id, "createTime": 1_795_000_000_000}
        if not task.is_over:
            data["state"] = "pending" if task.asked < 2 else "processing"
        elif task.scene.outcome == "draws":
            urls = [self.file_url(task, place) for place in range(task.drawn)]
            data |= {"state": "success", "resultJson": json.dumps({"resultUrls": urls}), "costTime": 42_000}
        else:
            is_refusal = task.scene.outcome == "refused"
            codes = {"new": ("InputImageSensitiveContentDetected", "GenerationFailed")}
            code = codes.get(self.vocabulary, ("NSFW_DETECTED", "GENERATION_FAILED"))[not is_refusal]
            data |= {"state": "failed", "failCode": code, "failMsg": "No image."}
        return {"code": 200, "message": "success", "data": data}


def fault_of(body: Any) -> str | None:
    """Say what is wrong with an order."""
    wanted = body.get("input") if isinstance(body, dict) else None
    if not isinstance(wanted, dict) or body.get("request_type") not in {"async", "callback"}:
        return "request_type and input are needed"
    known = {"mode", "prompt", "image_urls", "aspect_ratio", "resolution"}
    is_edit = wanted.get("mode") == "image-to-image"
    urls = wanted.get("image_urls")
    problems = {
        "callback_url": (body["request_type"] == "callback") != ("callback_url" in body),
        "unknown field": bool(set(wanted) - known or set(body) - {"request_type", "callback_url", "input"}),
        "mode": wanted.get("mode") not in {"text-to-image", "image-to-image"},
        "prompt": not 1 <= len(wanted.get("prompt") or "") <= 20_000,
        "image_urls": is_edit != bool(urls) or len(urls or ()) > 16,
        "image url": not all(url.startswith("http") for url in urls or ()),
        "aspect_ratio": wanted.get("aspect_ratio", "auto") not in ASPECTS,
        "resolution": wanted.get("resolution", "1k") not in {"1k", "2k", "4k"},
    }
    return next((problem for problem, is_there in problems.items() if is_there), None)


def _said(
    code: int, message: str, error: str | None = None, headers: Mapping[str, str] | None = None
) -> web.Response:
    data = {"error": error} if error else None
    return web.json_response(
        {"code": code, "message": message, "data": data}, status=code, headers=dict(headers or {})
    )


__all__ = ["KEY", "PAGE", "ApixoSimulator"]
