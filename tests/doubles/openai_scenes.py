"""What the simulated OpenAI can do with a request: draw it in many ways, or fail in every way that was seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Text = Literal["plain", "escaped", "lines", "prefixed", "url_safe", "unpadded"]
Ending = Literal["whole", "cut", "error", "silent"]
Usage = Literal["noisy", "usual", "missing", "renamed", "detailed", "absurd", "first"]


@dataclass(frozen=True)
class Scene:
    """One behaviour. With an `error` or a `page` nothing is drawn, unless it says that it `bills`."""

    status: int = 200
    error: Mapping[str, Any] | None = None
    page: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    bills: bool = False
    text: Text = "plain"
    usage: Usage = "usual"
    ending: Ending = "whole"
    picture_bytes: int = 0
    is_empty: bool = False
    extra: int = 0
    """Gives so many more pictures than were ordered."""
    is_linked: bool = False
    is_expired: bool = False
    """Addresses in its answer lead nowhere any more."""
    is_held: bool = False
    """Waits at the gate before it answers."""
    is_half_held: bool = False
    """Waits at the gate within the last part of its answer: after the partial pictures, where there are some."""
    is_one_piece: bool = False
    """Answers a request for a stream with one document."""
    partials_max: int = 3
    served_by: str | None = None
    is_hung_up: bool = False
    """Takes the request and closes the connection without a word."""


def _error(
    message: str, kind: str, code: str | None, param: str | None = None, **more: Any
) -> dict[str, Any]:
    return {"message": message, "type": kind, "param": param, "code": code, **more}


def _blocked(stage: str) -> dict[str, Any]:
    return _error(
        "Your request was rejected by the safety system. Request id req_simulated.",
        "image_generation_user_error",
        "moderation_blocked",
        moderation_details={"moderation_stage": stage, "categories": ["other"]},
    )


def _rate(kind: str, wait: str) -> dict[str, Any]:
    return _error(f"Rate limit reached on {kind}. Please try again in {wait}.", kind, "rate_limit_exceeded")


PAGE = "<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"
FAILED = _error("The server had an error.", "image_generation_server_error", "image_generation_failed")
FULL = "The server is overloaded."
LIMIT = "Billing hard limit has been reached."
VERIFY = "Your organization must be verified to use this model."
GONE = "The model 'dall-e-3' does not exist."

SCENES: Mapping[str, Scene] = MappingProxyType(
    {
        "draws": Scene(),
        # how pictures are written
        "escaped": Scene(text="escaped"),
        "line_breaks": Scene(text="lines"),
        "prefixed": Scene(text="prefixed"),
        "url_safe": Scene(text="url_safe"),
        "unpadded": Scene(text="unpadded"),
        "linked": Scene(is_linked=True),
        "expired": Scene(is_linked=True, is_expired=True),
        "empty": Scene(is_empty=True),
        "generous": Scene(extra=2),
        "fewer": Scene(extra=-1),
        "heavy": Scene(picture_bytes=12_000_000),
        "hefty": Scene(picture_bytes=3_100_000),
        # what is said of usage
        "no_usage": Scene(usage="missing"),
        "renamed_usage": Scene(usage="renamed"),
        "detailed_usage": Scene(usage="detailed"),
        "absurd_usage": Scene(usage="absurd"),
        "usage_first": Scene(usage="first"),
        # how answers go on and end
        "held": Scene(is_held=True),
        "half_held": Scene(is_half_held=True),
        "one_piece": Scene(is_one_piece=True),
        "no_partials": Scene(partials_max=0),
        "cut": Scene(ending="cut"),
        "hung_up": Scene(is_hung_up=True, bills=True),
        "silent_end": Scene(ending="silent"),
        "fails_midway": Scene(ending="error", error=FAILED, bills=True),
        "blocked_midway": Scene(ending="error", error=_blocked("output"), bills=True),
        # what CallMissed says instead
        "cm_refused": Scene(400, _error("No.", "invalid_request_error", "content_policy_violation")),
        "cm_credits": Scene(402, _error("No.", "insufficient_quota", "insufficient_credits")),
        "cm_plan": Scene(403, _error("No.", "permission_error", "model_not_available")),
        "cm_gone": Scene(404, _error("No.", "invalid_request_error", "model_not_found")),
        "cm_busy": Scene(
            429,
            _error("No.", "rate_limit_error", "too_many_concurrent_requests"),
            headers={"Retry-After": "7"},
        ),
        "cm_quota": Scene(429, _error("No.", "rate_limit_error", "quota_exceeded")),
        "cm_overloaded": Scene(503, _error("No.", "api_error", "provider_error")),
        "cm_fallback": Scene(served_by="gpt-image-1.5"),
        # refusals and faults
        "blocked_input": Scene(400, _blocked("input")),
        "blocked_output": Scene(400, _blocked("output"), bills=True),
        "busy": Scene(429, _rate("requests", "20s"), headers={"Retry-After": "7"}),
        "busy_in_words": Scene(429, _rate("input-images", "467ms")),
        "no_credit": Scene(
            429, _error("You exceeded your quota.", "insufficient_quota", "insufficient_quota")
        ),
        "limit_reached": Scene(400, _error(LIMIT, "billing_limit_user_error", "billing_hard_limit_reached")),
        "not_verified": Scene(403, _error(VERIFY, "invalid_request_error", None)),
        "model_gone": Scene(400, _error(GONE, "image_generation_user_error", "invalid_value", "model")),
        "wrong_key": Scene(401, _error("Incorrect API key.", "invalid_request_error", "invalid_api_key")),
        "fails": Scene(500, FAILED),
        "overloaded": Scene(503, _error(FULL, "server_error", None)),
        "overloaded_briefly": Scene(
            503, _error(FULL, "server_error", None), headers={"retry-after-ms": "200"}
        ),
        "page_500": Scene(500, page=PAGE),
        "page_502": Scene(502, page=PAGE, bills=True),
        "page_524": Scene(524, page=PAGE, bills=True),
        "nothing_504": Scene(504, page="", bills=True),
        "page_200": Scene(200, page=PAGE, bills=True),
        "redirected": Scene(307, page="", headers={"Location": "/elsewhere"}),
    }
)
"""Every scene by its name; a prompt that holds `[name]` plays it, and one with several plays one after the other."""


def literal(text: str, style: Text) -> bytes:
    """Write base64 as a JSON string in a style."""
    match style:
        case "escaped":
            text = text.replace("/", r"\/").replace("+", r"\u002B")
        case "lines":
            text = r"\r\n".join(text[start : start + 76] for start in range(0, len(text), 76)) + r"\n"
        case "prefixed":
            text = f"data:image/png;base64,{text}"
        case "url_safe":
            text = text.replace("+", "-").replace("/", "_")
        case "unpadded":
            text = text.rstrip("=")
    return f'"{text}"'.encode()


def usage_of(style: Usage, words: int, pictures: int, output: int) -> Mapping[str, Any] | None:
    """Say what was used, in a style."""
    if style == "missing":
        return None
    if style == "absurd":
        return {"input_tokens": -1, "output_tokens": 10**15, "total_tokens": 0}
    details = {"text_tokens": words, "image_tokens": pictures}
    if style == "renamed":
        return {
            "prompt_tokens": words + pictures,
            "prompt_tokens_details": details,
            "completion_tokens": output,
            "total_tokens": words + pictures + output,
        }
    noise = {
        "prompt_tokens": words + pictures,
        "completion_tokens": output,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
        "claude_cache_creation_5_m_tokens": 0,
    }
    found: dict[str, Any] = (noise if style == "noisy" else {}) | {
        "input_tokens": words + pictures,
        "input_tokens_details": details,
        "output_tokens": output,
        "total_tokens": words + pictures + output,
    }
    if style == "detailed":
        found["output_tokens_details"] = {"text_tokens": 0, "image_tokens": output}
    return found


def document(fields: Mapping[str, Any], raw: Mapping[str, bytes], *, is_first: bool = True) -> bytes:
    """Write a JSON object of fields and of values that are JSON already, those first or last."""
    plain = {name: json.dumps(value).encode() for name, value in fields.items()}
    items = {**raw, **plain} if is_first else {**plain, **raw}
    return b"{" + b", ".join(b'"%s": %s' % (name.encode(), value) for name, value in items.items()) + b"}"
