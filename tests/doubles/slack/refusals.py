"""Slack's error answers: status 200 and `{"ok": false, "error": …}`. Words: the error tables of each method's page."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """A method did not do it; `more` stands beside the error: `needed`, `provided`, `response_metadata`."""

    def __init__(self, error: str, **more: Any) -> None:
        self.body: Json = {"ok": False, "error": error, **more}
        super().__init__(f"{error} {more or ''}")


def wrong(error: str, *messages: str) -> Refused:
    """Refuse arguments or blocks, saying what is wrong with which."""
    lines = [f"[ERROR] {message}" for message in messages]
    return Refused(error, response_metadata={"messages": lines})


class Problems:
    """What is wrong with blocks or a view, place by place (JSON pointers)."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, place: str, message: str) -> None:
        """Note a problem at a place."""
        self.found.append(f"{message} [json-pointer:{place}]")

    def text(self, place: str, value: Any, most: int, *, plain: bool = False) -> None:
        """A text object whose text has 1 to `most` characters."""
        if not isinstance(value, dict) or value.get("type") not in {"plain_text", "mrkdwn"}:
            self.add(place, "must provide an object")
        elif plain and value["type"] != "plain_text":
            self.add(f"{place}/type", "must be a plain_text object")
        else:
            self.length(f"{place}/text", value.get("text"), 1, most)

    def length(self, place: str, value: Any, least: int, most: int) -> None:
        """A text with a number of characters between both."""
        if not isinstance(value, str):
            self.add(place, "must provide a string")
        elif len(value) < least:
            self.add(place, f"must be more than {least - 1} characters")
        elif len(value) > most:
            self.add(place, f"must be less than {most + 1} characters")

    def count(self, place: str, value: Any, least: int, most: int) -> None:
        """A list with a number of items between both."""
        if not isinstance(value, list):
            self.add(place, "must be an array")
        elif len(value) < least:
            self.add(place, f"no fewer than {least} items allowed")
        elif len(value) > most:
            self.add(place, f"no more than {most} items allowed")
