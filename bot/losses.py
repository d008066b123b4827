"""What is certain about a paid call that gave no picture."""

from __future__ import annotations

from bot.core.errors import (
    OutcomeUnknown,
    VendorAccount,
    VendorError,
    VendorFailed,
    VendorRefused,
    VendorRejected,
)
from bot.core.jobs import CallState
from bot.storage.calls import Loss

LEAVES_FILES = frozenset({"unknown", "too_slow", "storage_full", "bad_picture", "bug"})
"""Losses after which something that was paid for may lie, or may still arrive, in the folder of the call."""

STAYS_HIDDEN = frozenset({"too_slow", "storage_full", "no_picture", "answer_too_large", "conflict"})
"""Reasons of an unknown outcome that asking again cannot mend: we still listen, or know what the answer is."""


def loss_of(error: VendorError, *, is_repeat: bool) -> Loss:
    """Say what is certain about a call that ended in `error`; a fault of a repeat says nothing of the first try."""
    match error:
        case VendorAccount() | VendorFailed() if is_repeat:
            return Loss(CallState.UNKNOWN, "unknown")
        case VendorRefused(stage="input"):
            return Loss(CallState.REFUSED, "refused-input", error.cost_nano or 0)
        case VendorRefused(stage="output"):
            return Loss(CallState.REFUSED, "refused-output", error.cost_nano)
        case VendorRefused():
            return Loss(CallState.REFUSED, "refused", error.cost_nano)
        case VendorRejected():
            return Loss(CallState.FAILED, "rejected", 0)
        case VendorAccount():
            return Loss(CallState.FAILED, "account", 0)
        case VendorFailed():
            return Loss(CallState.FAILED, "failed", 0)
        case OutcomeUnknown(reason="too_slow"):
            return Loss(CallState.UNKNOWN, "too_slow", error.cost_nano)
        case OutcomeUnknown(reason="storage_full"):
            return Loss(CallState.FAILED, "storage_full", error.cost_nano)
        case _:
            return Loss(CallState.UNKNOWN, "unknown", error.cost_nano)
