"""Easel as people run it, with its own catalogue on quicker terms, in front of simulated gateways that reach it."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.doubles.apixo_simulator import KEY as APIXO_KEY
from tests.doubles.apixo_simulator import ApixoSimulator
from tests.doubles.callmissed_simulator import CallMissedSimulator
from tests.doubles.openai_simulator import KEY as OPENAI_KEY
from tests.doubles.openai_simulator import OpenAISimulator
from tests.doubles.runflow_simulator import KEY as RUNFLOW_KEY
from tests.doubles.runflow_simulator import SECRET, RunflowSimulator
from tests.doubles.vendor_server import Ledger
from tests.kill.chat import Chat, chatting
from tests.kill.easel import PLANS, ROOT, Easel, ending
from tests.kill.records import Records
from tests.ports import free_port

SEEK_SECONDS = 3
"""Sixty, on the scale of these tests."""


@dataclass
class GatewayEasel(Easel):
    """`easel run` with the keys of gateways; `terms` replace numbers in the catalogue that is shipped."""

    keys: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def configure(self) -> None:
        """Write the files that the next start reads."""
        config = self.folder / "config"
        config.mkdir(exist_ok=True)
        catalogue = (ROOT / "config" / "catalogue.toml").read_text(encoding="utf-8")
        for pattern, words in self.terms.items():
            catalogue, count = re.subn(pattern, words, catalogue)
            assert count, pattern
        (config / "catalogue.toml").write_text(catalogue, encoding="utf-8")
        (config / "plans.toml").write_text(PLANS, encoding="utf-8")

    @property
    def command_line(self) -> tuple[str, ...]:
        """What is started."""
        return (sys.executable, "-m", "bot", "run")

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of every process that works in this folder."""
        public = {"PORT": str(self.port), "EASEL_PUBLIC_URL": f"http://127.0.0.1:{self.port}"}
        return {**super().environment, **public, **self.keys}


@dataclass(frozen=True)
class Town:
    """An Easel that runs, a browser that was invited, and the gateway."""

    name: str
    easel: GatewayEasel
    chat: Chat
    gateway: Any
    records: Records

    def jobs(self) -> list[tuple[str, int | None, int | None]]:
        """List state, charge and count of every job."""
        return self.records.rows("SELECT state, charged, counted FROM jobs ORDER BY seq")

    def calls(self) -> list[tuple[str, str, str | None]]:
        """List id, state and reason of every call."""
        return self.records.rows("SELECT id, state, reason FROM calls ORDER BY called_at, id")

    def change(self, statement: str) -> None:
        """Change the database of an Easel that does not run."""
        with closing(sqlite3.connect(self.easel.data / "easel.db")) as database, database:
            database.execute(statement)

    async def order(self, words: str, files: Mapping[str, bytes] | None = None) -> Any:
        """Order something."""
        answer = await self.chat.say(f"event-{abs(hash(words)):x}", words, files or {})
        assert answer["messages"][1]["card"], f"no order: {answer}"
        return answer["messages"][1]["card"]


KEYS: Mapping[str, tuple[Callable[[], Any], str, dict[str, str]]] = {
    "openai": (OpenAISimulator, "OPENAI_BASE_URL", {"OPENAI_API_KEY": OPENAI_KEY}),
    "apixo": (ApixoSimulator, "APIXO_BASE_URL", {"APIXO_API_KEY": APIXO_KEY}),
    "callmissed": (CallMissedSimulator, "CALLMISSED_BASE_URL", {"CALLMISSED_API_KEY": OPENAI_KEY}),
    "runflow": (
        RunflowSimulator,
        "RUNFLOW_BASE_URL",
        {"RUNFLOW_API_KEY": RUNFLOW_KEY, "RUNFLOW_CALLBACK_SECRET": f"whsec_older, {SECRET}"},
    ),
}
QUICK_LOOKS = {r"polling = \{[^}]*\}": "polling = { first_seconds = 0.2, every_seconds = 0.2 }"}
RARE_LOOKS = {r"polling = \{[^}]*\}": "polling = { first_seconds = 900.0, every_seconds = 900.0 }"}
QUICK_SEEKING = {r"seek_seconds = 60": f"seek_seconds = {SEEK_SECONDS}"}


@asynccontextmanager
async def town(
    name: str, folder: Path, drain_seconds: int | None = None, /, **terms: str
) -> AsyncIterator[Town]:
    """Open a town whose gateway is of this name; `terms` are patterns in the catalogue and what replaces them."""
    make, address, keys = KEYS[name]
    async with make().serving() as gateway:
        easel = GatewayEasel(
            folder,
            gateway.base_url,
            keys={**keys, address: gateway.base_url},
            terms={**QUICK_SEEKING, **terms},
        )
        if drain_seconds is not None:
            easel.drain_seconds = drain_seconds
        async with opened(name, easel, gateway) as there:
            yield there


@asynccontextmanager
async def opened(name: str, easel: GatewayEasel, gateway: Any) -> AsyncIterator[Town]:
    """Start an Easel in front of a gateway that serves, and invite a browser."""
    easel.configure()
    records = Records(easel.data, Ledger(easel.folder / "unused.jsonl"))
    async with ending(easel), chatting(easel) as chat:
        await easel.start()
        code, link, complained = await easel.command("web-invite", "ann")
        assert code == 0, complained
        path = urlsplit(re.findall(r"http://\S+/join/\S+", link)[0]).path
        origin = await easel.address()
        await chat.client.post(origin + path, headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"})
        yield Town(name, easel, chat, gateway, records)
