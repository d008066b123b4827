"""The local admin socket: shell commands that write hand their wish to the Easel that runs.

A Unix socket in the data folder that only its owner can open; one line of JSON in, one line of JSON out.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import structlog

from bot.core.errors import EaselError

log = structlog.get_logger(__name__)

NAME = "admin.sock"
LINE_BYTES_MAX = 64 * 1024
PATH_BYTES_MAX = 100
"""What every system takes as the path of a socket, with some room."""

ASK_SECONDS = 10.0
ANSWER_SECONDS = 30.0

Answer = Callable[[str], Awaitable[str]]
"""Carries out one line and says in one line what came of it; raises nothing that it could foresee."""


class NoAnswer(EaselError):
    """Easel runs and does not answer; the text says what to do."""


class AdminSocket:
    """Listens while Easel runs."""

    def __init__(self, folder: Path, answer: Answer) -> None:
        self._folder = folder
        self._answer = answer

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve while the block runs; whoever calls this holds the data folder."""
        with _reachable(self._folder) as path:
            if path is None:
                log.warning("the path of the data folder is too long for an admin socket")
                yield
                return
            path.unlink(missing_ok=True)
            server = await asyncio.start_unix_server(self._serve, sock=_listen(path), limit=LINE_BYTES_MAX)
            try:
                yield
            finally:
                server.close()
                path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                line = await reader.readline()
            if line.endswith(b"\n"):
                said = await self._answer(line.decode(errors="replace"))
                writer.write(said.encode() + b"\n")
                await writer.drain()
        except (TimeoutError, ValueError, ConnectionError) as problem:
            log.warning("an admin command could not be read", problem=type(problem).__name__)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def ask(folder: Path, line: str) -> str | None:
    """Hand a line to the Easel that runs on this data folder; None when none runs. Raises NoAnswer."""
    with _reachable(folder) as path:
        if path is None:
            return None
        try:
            reader, writer = await asyncio.open_unix_connection(path, limit=LINE_BYTES_MAX)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            writer.write(line.encode() + b"\n")
            await writer.drain()
            said = await reader.readline()
    except (TimeoutError, ConnectionError):
        said = b""
    finally:
        writer.close()
    if not said:
        raise NoAnswer("Easel runs but did not answer. Try again, and look at its log.")
    return said.decode()


def _listen(path: Path) -> socket.socket:
    """Bind a socket that nobody but its owner can open; nobody can connect before it listens."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(path))
        path.chmod(0o600)
    except OSError:
        listening.close()
        raise
    return listening


@contextmanager
def _reachable(folder: Path) -> Iterator[Path | None]:
    """Give the socket a path that is short enough, for a deep folder by way of its handle; None if there is none."""
    path = folder / NAME
    if len(os.fsencode(path)) <= PATH_BYTES_MAX:
        yield path
    elif sys.platform != "linux" or not folder.is_dir():
        yield None
    else:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield Path(f"/proc/self/fd/{handle}") / NAME
        finally:
            os.close(handle)
