"""Logs as one line each, with the job's id, and without prompts, tokens or keys."""

from __future__ import annotations

import logging
import sys
from collections.abc import Collection, MutableMapping
from typing import Any

import structlog

WITHHELD = frozenset(
    {"prompt", "text", "words", "reason_text", "token", "key", "secret", "authorization", "cookie"}
)
"""Names under which a person's words or a secret could reach a line."""

HIDDEN = "[withheld]"


class Redact:
    """Withholds values by their name, and known secrets wherever they stand."""

    def __init__(self, secrets: Collection[str]) -> None:
        self._secrets = tuple(sorted((each for each in secrets if each), key=len, reverse=True))

    def __call__(self, logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Clean one line; it runs last, so a trace is cleaned as well."""
        for name, value in line.items():
            if name in WITHHELD:
                line[name] = HIDDEN
            elif isinstance(value, str):
                line[name] = self._clean(value)
        return line

    def _clean(self, value: str) -> str:
        for secret in self._secrets:
            value = value.replace(secret, HIDDEN)
        return value


def set_up(level: str, secrets: Collection[str]) -> None:
    """Send our own lines and those of libraries to standard error: for people on a terminal, as JSON elsewhere."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        Redact(secrets),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    is_terminal = sys.stderr.isatty()
    renderer: Any = structlog.dev.ConsoleRenderer() if is_terminal else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for library in ("alembic", "httpx2", "httpcore2"):  # they would log every address, also signed ones
        logging.getLogger(library).setLevel(logging.WARNING)
