"""The page that says what works where."""

from __future__ import annotations

from bot.core.flows import FLOWS, Way
from docs.owner_pages import NOTE


def flows_page() -> str:
    """List every flow with how each platform does it."""
    lines = [
        "# What works where",
        "",
        NOTE,
        "",
        "What people can do, in the web chat, on Discord and in Slack.",
        "Where a platform cannot, what is done instead is named.",
        "",
        "| people can | web | Discord | Slack |",
        "|---|---|---|---|",
    ]
    for flow in FLOWS:
        ways = (flow.web, flow.discord, flow.slack)
        lines.append(f"| {flow.title} | {' | '.join(map(_cell, ways))} |")
    return "\n".join(lines) + "\n"


def _cell(way: Way) -> str:
    match way.kind:
        case "works":
            return "yes"
        case "fallback":
            return f"instead: {way.how}"
        case _:
            return f"no: {way.how}"
