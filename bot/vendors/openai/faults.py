"""What an error means: a table by the vendor's code, then by the HTTP status."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, assert_never

from bot.core.errors import (
    OutcomeUnknown,
    VendorAccount,
    VendorBusy,
    VendorError,
    VendorFailed,
    VendorRefused,
    VendorRejected,
)
from bot.vendors.waits import BUSY_SECONDS, OVERLOADED_SECONDS, wait_seconds

Meaning = Literal["refused", "account", "rejected", "busy", "failed", "unknown"]

BY_CODE: Mapping[str, Meaning] = MappingProxyType(
    {
        "moderation_blocked": "refused",
        "content_policy_violation": "refused",
        "billing_hard_limit_reached": "account",  # a 400
        "insufficient_quota": "account",  # a 429 that no wait mends
        "insufficient_credits": "account",
        "budget_exceeded": "account",
        "quota_exceeded": "account",
        "invalid_api_key": "account",
        "api_key_expired": "account",
        "account_inactive": "account",
        "account_deactivated": "account",
        "model_not_found": "account",
        "model_not_available": "account",
        "model_not_allowed": "account",
        "model_under_maintenance": "account",
        "invalid_value": "rejected",
        "unknown_parameter": "rejected",
        "rate_limit_exceeded": "busy",
        "too_many_concurrent_requests": "busy",
        "image_generation_failed": "failed",
        "server_error": "failed",
    }
)

BY_STATUS: Mapping[int, Meaning] = MappingProxyType(
    {
        301: "account",  # a redirect or a wrong method: the address that operators gave is not quite right
        302: "account",
        307: "account",
        308: "account",
        401: "account",
        402: "account",
        403: "account",
        404: "account",
        405: "account",
        408: "busy",
        409: "busy",
        429: "busy",
        500: "failed",
        503: "busy",
    }
)
"""Every other 3xx or 4xx is "rejected", everything else "unknown"."""

OWN_WORDS_ONLY = frozenset({408, 409, 500})
"""What these mean is certain only in the vendor's own words; anything between us may send them too."""

RELAYED: tuple[tuple[re.Pattern[str], Meaning], ...] = (
    (re.compile(r"safety system|content.?policy|moderation", re.IGNORECASE), "refused"),
    (
        re.compile(r"exceeded your (current )?quota|insufficient|billing|must be verified", re.IGNORECASE),
        "account",
    ),
)
"""What stands out in a message whose code is only the status again."""

_WORD = re.compile(r"[^A-Za-z0-9_./-]")


@dataclass(frozen=True)
class Fault:
    """An error as the vendor reported it. `is_told` says whether it came in the vendor's own words, as an `error`.

    A bare message or detail is what a framework or a proxy writes when something broke, perhaps after all was done.
    """

    status: int
    is_told: bool = False
    code: str = ""
    kind: str = ""
    param: str = ""
    message: str = ""
    stage: str = "unknown"
    categories: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Say it in a few words for logs; never the vendor's message, which may repeat a prompt or a key."""
        words = [str(self.status), self.code or self.kind, self.param]
        if self.categories or self.stage != "unknown":
            words += [self.stage, *self.categories]
        return " ".join(word for word in words if word)


def fault_of(status: int, body: bytes) -> Fault:
    """Read the body of an error answer, whatever it is."""
    try:
        return told_fault(status, json.loads(body))
    except (ValueError, RecursionError):
        return Fault(status)


def told_fault(status: int, value: Any) -> Fault:
    """Read an error from a JSON value; gateways put a text or nothing where an object belongs."""
    error = value.get("error") if isinstance(value, dict) else None
    if isinstance(error, str):
        error = {"message": error}
    is_told = isinstance(error, dict) and bool(error)
    if not isinstance(error, dict):
        error = value if isinstance(value, dict) else {}
    details = error.get("moderation_details")
    details = details if isinstance(details, dict) else {}
    categories = details.get("categories")
    stage = details.get("moderation_stage")
    return Fault(
        status,
        is_told=is_told,
        code=_word(error.get("code")),
        kind=_word(error.get("type")),
        param=_word(error.get("param")),
        message=str(error.get("message") or "")[:2_000],
        stage=stage if stage in ("input", "output") else "unknown",
        categories=tuple(_word(each) for each in categories[:8]) if isinstance(categories, list) else (),
    )


def meaning_of(fault: Fault) -> Meaning:
    """Say what a fault means: by code, never by type but for an empty account, which some report so only."""
    meaning = BY_CODE.get(fault.code)
    if meaning is None and fault.kind == "insufficient_quota":
        meaning = "account"
    if meaning == "rejected" and fault.param == "model":
        return "account"
    if meaning is not None:
        return meaning
    if fault.code.isdecimal() and (relayed := _relayed(fault)) is not None:
        return relayed
    if fault.status == 200:
        return "failed" if fault.kind.endswith("server_error") else "unknown"
    if fault.status in OWN_WORDS_ONLY and not fault.is_told:
        return "unknown"
    return BY_STATUS.get(fault.status) or ("rejected" if 300 <= fault.status < 500 else "unknown")


def _relayed(fault: Fault) -> Meaning | None:
    """Understand a proxy that passes on its vendor's words and replaces the code with the status, as LiteLLM does.

    What it reports as 5xx may also be a connection of its own that broke after the request was sent.
    """
    for pattern, meaning in RELAYED:
        if pattern.search(fault.message):
            return meaning
    return "unknown" if fault.status >= 500 and fault.status != 503 else None


def error_of(fault: Fault, headers: Mapping[str, str], *, is_keyed: bool) -> VendorError:
    """Turn a fault into ours. With an idempotency key a conflict hides what the first try did."""
    if is_keyed and fault.status == 409:
        return OutcomeUnknown("conflict")
    meaning = meaning_of(fault)
    match meaning:
        case "refused":
            return VendorRefused(fault.reason, stage=fault.stage)
        case "account":
            return VendorAccount(fault.reason)
        case "rejected":
            return VendorRejected(fault.reason)
        case "busy":
            otherwise = OVERLOADED_SECONDS if fault.status == 503 else BUSY_SECONDS
            seconds = wait_seconds(headers, fault.message, otherwise=otherwise)
            return VendorBusy(fault.reason, retry_after_seconds=seconds)
        case "failed":
            return VendorFailed(fault.reason)
        case "unknown":
            return OutcomeUnknown(fault.reason)
    assert_never(meaning)


def _word(value: Any) -> str:
    """Keep what can stand in a line of a log."""
    return _WORD.sub("", str(value))[:64] if isinstance(value, str | int) else ""
