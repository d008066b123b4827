"""The kill campaign through the `openai` dialect: the command that people run, in front of a simulated OpenAI."""

from __future__ import annotations

import asyncio
import random
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.doubles.openai_simulator import KEY, OpenAISimulator
from tests.doubles.vendor_server import Entry, Kind, Ledger
from tests.kill.campaign import POLL_SECONDS, Campaign, Course, Extent, Instants
from tests.kill.chat import Chat, chatting
from tests.kill.easel import PLANS, ROOT, Easel, ending
from tests.kill.records import Records

SIZE = (1024, 1024)
GATE_OPENS_AFTER = 3
"""Kills with answers that are held back half sent; later ones pass."""

DREW_NOTHING: Mapping[str, Kind] = {"busy_in_words": "busy", "overloaded_briefly": "busy", "fails": "failed"}
TERMS = {"images_per_minute": 0, "jobs_at_once": 8, "pictures_per_call": 2}


def _photo() -> bytes:
    written = BytesIO()
    Image.linear_gradient("L").resize(SIZE).convert("RGB").save(written, "PNG")
    return written.getvalue()


def _mask() -> bytes:
    hole = Image.new("RGBA", SIZE, (0, 0, 0, 255))
    hole.paste((0, 0, 0, 0), (300, 300, 700, 800))
    written = BytesIO()
    hole.save(written, "PNG")
    return written.getvalue()


ALONE = "--count 1"
THREE = "--count 3"
EDIT = "--size 1024x1024"
BATCHES = (
    (f"[half_held] {ALONE}", f"[half_held] {THREE}", f"[draws] {ALONE}"),
    (f"[half_held] {EDIT}", f"[blocked_output] {ALONE}", f"[draws] {ALONE}"),
    (f"[draws] [half_held] {THREE}", f"[busy_in_words] [draws] {ALONE}", f"[page_502] {ALONE}"),
    (f"[draws] {THREE}", f"[draws] {ALONE}", f"[fails] [draws] {ALONE}"),
    (f"[draws] {EDIT}", f"[draws] {ALONE}", f"[draws] {THREE}"),
    (
        f"[draws] {EDIT}",
        f"[overloaded_briefly] [busy_in_words] [draws] {ALONE}",
        f"[blocked_input] {ALONE}",
        f"[cut] {ALONE}",
        f"[draws] {THREE}",
    ),
)
"""What is ordered before each kill and, at last, after all of them; the scenes are what the vendor does, in turn."""


class PlainEasel(Easel):
    """`python -m bot run` and nothing else, with the catalogue that comes with it on quicker terms."""

    def configure(self) -> None:
        """Write the files that the next start reads."""
        config = self.folder / "config"
        config.mkdir(exist_ok=True)
        catalogue = (ROOT / "config" / "catalogue.toml").read_text(encoding="utf-8")
        for name, value in TERMS.items():
            catalogue = re.sub(rf"^{name} = \d+", f"{name} = {value}", catalogue, flags=re.MULTILINE)
        (config / "catalogue.toml").write_text(catalogue, encoding="utf-8")
        (config / "plans.toml").write_text(PLANS, encoding="utf-8")

    @property
    def command_line(self) -> tuple[str, ...]:
        """What is started; it ends with whoever started it, where the system can see to that."""
        ending = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
        return (*ending, sys.executable, "-m", "bot", "run")

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of every process that works in this folder."""
        return {**super().environment, "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": self.vendor}


@dataclass(frozen=True)
class Vendor:
    """The simulator, and the file that its books are written to at the end."""

    simulator: OpenAISimulator
    ledger: Ledger

    @property
    def sending(self) -> int:
        """Whether an answer is on its way, as far as the gate."""
        return int(self.simulator.reached.is_set())

    def write_down(self, records: Records) -> None:
        """Write the books down as the audit reads them; for it, a vendor without keys is `bare`."""
        parts = dict(records.rows("SELECT id, part FROM calls"))
        for entry in self._entries(parts):
            self.ledger.note(entry)

    def _entries(self, parts: Mapping[str, int]) -> Iterator[Entry]:
        for number, line in enumerate(self.simulator.books):
            assert line.wanted is not None, f"a request of ours was malformed: {line.path}"
            call = line.headers["x-client-request-id"]
            key, prompt = line.headers.get("idempotency-key"), str(line.wanted.fields["prompt"])
            kinds: dict[Kind, int] = {"asked": 0}
            if line.scene in DREW_NOTHING:
                kinds[DREW_NOTHING[line.scene]] = 0
            if line.bill_nano:
                kinds["drawn"] = line.bill_nano
            for kind, bill in kinds.items():
                yield Entry(kind, number, "bare", call, key, prompt, parts.get(call, -1), bill)


class OpenAICampaign(Campaign):
    """A campaign of these batches."""

    def __init__(self, seed: int, easel: Easel, vendor: Vendor, chat: Chat) -> None:
        jobs = sum(len(batch) for batch in BATCHES)
        super().__init__(Extent(seed, jobs, len(BATCHES) - 1), easel, vendor, chat)
        self._simulator = vendor.simulator

    def _order(self, batch: int, batches: int) -> None:
        if batch == GATE_OPENS_AFTER:
            self._simulator.gate.set()
        self._simulator.reached.clear()
        first = sum(len(each) for each in BATCHES[:batch])
        self._orders += [
            asyncio.create_task(self._say(first + place, words)) for place, words in enumerate(BATCHES[batch])
        ]

    async def _say(self, number: int, words: str) -> None:
        """Send one order, sometimes twice at once."""
        chance = random.Random(f"{self._extent.seed} order {number}")
        event, line = f"order-{self._extent.seed}-{number:06}", f"picture {number} {words}"
        files = {"photo.png": _photo(), "mask.png": _mask()} if EDIT in words else {}
        await asyncio.sleep(chance.uniform(0, 0.3))
        self.course.sent += 1
        answer = await self._chat.say(event, line, files)
        assert answer["messages"][1]["card"], f"no order: {answer}"
        self.course.accepted[event] = answer["messages"][1]["id"]
        self._answered.set()

    def _instants(self) -> Instants:
        return {
            "partial": self._when_a_partial_is_shown,
            "answering": self._while_the_vendor_answers,
            "between parts": self._between_parts,
            "sealed": self._when_an_answer_is_sealed,
            "random": self._any_time,
        }

    async def _when_a_partial_is_shown(self) -> None:
        shown = "SELECT 1 FROM jobs WHERE partial IS NOT NULL AND state = 'running'"
        await self._records.until(lambda: bool(self._records.rows(shown)), POLL_SECONDS)


async def run_openai_campaign(seed: int, folder: Path) -> Course:
    """Run a campaign in an empty folder, and leave no process behind."""
    ledger = Ledger(folder / "vendor.jsonl")
    async with OpenAISimulator().serving() as simulator:
        easel, vendor = PlainEasel(folder, simulator.base_url), Vendor(simulator, ledger)
        async with ending(easel), chatting(easel) as chat:
            course = await OpenAICampaign(seed, easel, vendor, chat).run()
        vendor.write_down(course.records)
    return course
