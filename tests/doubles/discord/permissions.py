"""Who may do what where: Discord's permission bits and how roles and a channel's overwrites combine."""

from __future__ import annotations

from enum import IntFlag


class May(IntFlag):
    """The bits that a picture bot meets."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38


ALL = (1 << 50) - 1
EVERYONE = (
    May.VIEW_CHANNEL
    | May.SEND_MESSAGES
    | May.EMBED_LINKS
    | May.ATTACH_FILES
    | May.READ_MESSAGE_HISTORY
    | May.ADD_REACTIONS
    | May.USE_APPLICATION_COMMANDS
    | May.CREATE_PUBLIC_THREADS
    | May.SEND_MESSAGES_IN_THREADS
)
"""What @everyone has in a new server of a test."""

BOT = May(309237746688)
"""What Easel asks for: view, send, attach, read history, create public threads, send in threads."""

DIRECT = EVERYONE & ~(May.CREATE_PUBLIC_THREADS | May.SEND_MESSAGES_IN_THREADS)
"""What counts in a direct message."""

Overwrites = dict[str, tuple[int, int]]
"""Id of a role or a person → what a channel allows and denies."""


def combined(base: int, roles: tuple[str, ...], guild_id: str, user_id: str, overwrites: Overwrites) -> int:
    """Apply a channel's overwrites to a member's base permissions: everyone, then roles, then the person."""
    if base & May.ADMINISTRATOR:
        return ALL
    allow, deny = overwrites.get(guild_id, (0, 0))
    found = base & ~deny | allow
    of_roles = [overwrites[role] for role in roles if role in overwrites and role != guild_id]
    for _, denied in of_roles:
        found &= ~denied
    for allowed, _ in of_roles:
        found |= allowed
    allow, deny = overwrites.get(user_id, (0, 0))
    found = found & ~deny | allow
    # Without the channel, or without sending, everything that rests on it is gone.
    if not found & May.VIEW_CHANNEL:
        return 0
    return found
