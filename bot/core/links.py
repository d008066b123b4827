"""Addresses of messages, as the platforms open them."""

from __future__ import annotations


def message_link(
    platform: str, tenant: str, channel: str, message: str, thread: str | None = None
) -> str | None:
    """Return the address of a message; None on the web, which opens a job by its number.

    `channel` is the thread where the message stands in one (Discord), and never a direct message: nobody else opens
    that. Discord: https://discord.com/channels/<server>/<channel>/<message>.
    Slack: https://slack.com/archives/<channel>/p<time stamp without its point>, of an answer with its thread's.
    """
    place = tenant.removeprefix(f"{platform}:")
    match platform:
        case "discord":
            return f"https://discord.com/channels/{place}/{channel}/{message}"
        case "slack":
            within = f"?thread_ts={thread}&cid={channel}" if thread and thread != message else ""
            return f"https://slack.com/archives/{channel}/p{message.replace('.', '')}{within}"
        case _:
            return None
