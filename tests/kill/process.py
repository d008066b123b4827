"""`easel run` with one more dialect, the vendor double's; ends with whoever started it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

from bot import logs
from bot.app import run
from bot.vendors import DIALECTS, Build
from config import load
from tests.doubles.vendor_dialect import ledgered


def _end_with_starter() -> None:
    """Wait for the starter's end of the pipe to close: a test run that is itself killed leaves nothing behind."""
    sys.stdin.read()
    os._exit(9)


def _announce(address: str) -> None:
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()


def main() -> None:
    """Run Easel until SIGTERM."""
    threading.Thread(target=_end_with_starter, daemon=True).start()
    config = load()
    logs.set_up(config.settings.log_level, [])
    dialects: dict[str, Build] = {**DIALECTS, "ledgered": ledgered}
    asyncio.run(run(config, _announce, dialects))


if __name__ == "__main__":
    main()
