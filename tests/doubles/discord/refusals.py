"""Discord's error answers: `{"message": …, "code": …}`, with `errors` by place for an invalid body.

Codes and words: Discord's page "Opcodes and Status Codes", JSON error codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

CODES: Mapping[int, tuple[int, str]] = {
    0: (401, "401: Unauthorized"),
    10002: (404, "Unknown Application"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10014: (404, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30032: (400, "Maximum number of application commands reached (100)."),
    30033: (400, "Maximum number of thread participants reached (1000)."),
    30034: (400, "Max number of daily application command creates has been reached (200)"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later."),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    40067: (400, "A tag is required to create a forum post in this channel"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    160002: (400, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (403, "Thread is locked"),
    160006: (400, "Maximum number of active threads reached"),
    200000: (400, "Message was blocked by automatic moderation"),
}


class Refused(Exception):
    """An answer other than the one that was asked for."""

    def __init__(self, code: int, errors: Json | None = None) -> None:
        self.code = code
        self.status, self.message = CODES.get(code, (400, "Invalid Form Body"))
        self.errors = errors
        super().__init__(f"{self.status} {code}: {self.message} {errors or ''}")

    @property
    def body(self) -> Json:
        """The answer's JSON."""
        errors = {} if self.errors is None else {"errors": self.errors}
        return {"message": self.message, "code": self.code, **errors}


class NoRoute(Exception):
    """No such address, or not with this method: an answer with code 0."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"message": f"{status}: {message}", "code": 0}


class Problems:
    """What is wrong with a body, place by place (error 50035)."""

    def __init__(self) -> None:
        self.tree: Json = {}

    def add(self, place: tuple[str | int, ...], code: str, message: str) -> None:
        """Note a problem at a place: keys and indexes from the top."""
        node = self.tree
        for step in place:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, place: tuple[str | int, ...], value: Any, least: int, most: int) -> None:
        """A text, or nothing, whose length lies between both."""
        if value is None:
            return
        if not isinstance(value, str):
            self.add(place, "BASE_TYPE_BAD_TYPE", "Must be a string.")
        elif len(value) > most and least == 0:
            self.add(place, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        elif not least <= len(value) <= most:
            self.add(place, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def count(self, place: tuple[str | int, ...], value: Any, least: int, most: int) -> None:
        """A list, or nothing, with a number of items between both."""
        if value is None:
            return
        if not isinstance(value, list):
            self.add(place, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        elif not least <= len(value) <= most:
            self.add(place, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def missing(self, place: tuple[str | int, ...]) -> None:
        """A field that must be there."""
        self.add(place, "BASE_TYPE_REQUIRED", "This field is required")

    def choice(self, place: tuple[str | int, ...], value: Any, allowed: object) -> None:
        """A value that is none of those allowed."""
        self.add(place, "BASE_TYPE_CHOICES", f"Value must be one of {allowed}.")

    def end(self) -> None:
        """Refuse the body if anything was wrong."""
        if self.tree:
            raise Refused(50035, self.tree)
