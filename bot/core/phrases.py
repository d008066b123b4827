"""How prompts, times and durations are written for people."""

from __future__ import annotations

from datetime import UTC, datetime

PROMPT_CHARACTERS_MAX = 120

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def shortened(prompt: str, limit: int = PROMPT_CHARACTERS_MAX) -> str:
    """Return the start of a prompt on one line, at most `limit` characters."""
    line = " ".join(prompt.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def date_words(at: int) -> str:
    """Write a time (milliseconds) so that it means the same everywhere: "21 Nov 2026, 14:05 UTC"."""
    time = datetime.fromtimestamp(at // 1000, UTC)
    month = MONTHS[time.month - 1]
    return f"{time.day} {month} {time.year}, {time:%H:%M} UTC"


def duration_words(seconds: int) -> str:
    """Say how long something takes: "40 s", "2 min"."""
    return f"{seconds} s" if seconds < 100 else f"{-(-seconds // 60)} min"


def ago_words(milliseconds: int) -> str:
    """Say how long ago something was: "just now", "5 min ago", "3 h ago", "2 days ago"."""
    minutes = max(0, milliseconds) // 60_000
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 24 * 60:
        return f"{minutes // 60} h ago"
    days = minutes // (24 * 60)
    return "yesterday" if days == 1 else f"{days} days ago"
