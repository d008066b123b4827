"""One bench for every vendor: its simulator, our client of it, and how what it can do is called there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from pydantic import SecretStr

import config
from bot.core.catalogue import VendorAccess
from bot.core.errors import VendorBusy, VendorUnreachable
from bot.core.ports import Drawing, TicketVendor, Vendor, VendorOrder
from bot.vendors import DIALECTS, VendorSetup
from tests.doubles import apixo_simulator, callmissed_simulator, openai_simulator, runflow_simulator
from tests.doubles.task_server import SCENES
from tests.vendors.openai.desk import Threads, replace_fields
from tests.vendors_for_tests import picture_file

CATALOGUE = config.load({}).catalogue
LOOKS_MAX = 12

TASK_SCENES: Mapping[str, str] = {name: name for name in SCENES if name != "cancelled"}
RUN_SCENES: Mapping[str, str] = {name: name for name in SCENES}
OPENAI_SCENES: Mapping[str, str] = {
    "draws": "draws",
    "partial": "fewer",
    "empty": "empty",
    "refused": "blocked_input",
    "refused_later": "blocked_output",
    "fails": "fails",
    "busy": "busy",
    "overloaded": "overloaded",
    "no_credit": "no_credit",
    "not_verified": "not_verified",
    "model_gone": "model_gone",
    "page_502": "page_502",
    "page_524": "page_524",
    "page_200": "page_200",
    "lost": "hung_up",
    "cut": "cut",
    "expired": "expired",
    "held": "held",
}


CALLMISSED_SCENES: Mapping[str, str] = {
    **OPENAI_SCENES,
    "refused": "cm_refused",
    "no_credit": "cm_credits",
    "quota": "cm_quota",
    "not_verified": "cm_plan",
    "model_gone": "cm_gone",
    "busy": "cm_busy",
    "overloaded": "cm_overloaded",
}


@dataclass(frozen=True)
class Kind:
    """How one vendor is set up: who plays it, its key there, a model, and its words for what can happen."""

    vendor: str
    simulator: Callable[[], Any]
    key: str
    model: str
    scenes: Mapping[str, str]
    quality: str = "standard"
    size: tuple[int, int] = (1024, 1024)
    is_linked: bool = False


KINDS: Mapping[str, Kind] = {
    "openai": Kind(
        "openai",
        openai_simulator.OpenAISimulator,
        openai_simulator.KEY,
        "gpt-image-2",
        OPENAI_SCENES,
        quality="low",
    ),
    "cometapi": Kind(
        "cometapi",
        lambda: openai_simulator.OpenAISimulator(rates=(4_000, 4_000, 24_000), usage="noisy"),
        openai_simulator.KEY,
        "gpt-image-2",
        OPENAI_SCENES,
        quality="low",
    ),
    "callmissed": Kind(
        "callmissed",
        callmissed_simulator.CallMissedSimulator,
        openai_simulator.KEY,
        "gpt-image-2",
        CALLMISSED_SCENES,
    ),
    "callmissed in JPEG": Kind(
        "callmissed",
        lambda: callmissed_simulator.CallMissedSimulator(kind="jpeg"),
        openai_simulator.KEY,
        "gpt-image-2",
        CALLMISSED_SCENES,
    ),
    "apixo": Kind(
        "apixo",
        apixo_simulator.ApixoSimulator,
        apixo_simulator.KEY,
        "gpt-image-2",
        TASK_SCENES,
        is_linked=True,
    ),
    "apixo in its older words": Kind(
        "apixo",
        lambda: apixo_simulator.ApixoSimulator(vocabulary="old"),
        apixo_simulator.KEY,
        "gpt-image-2",
        TASK_SCENES,
        is_linked=True,
    ),
    "runflow": Kind(
        "runflow",
        runflow_simulator.RunflowSimulator,
        runflow_simulator.KEY,
        "gpt-image-2",
        RUN_SCENES,
        quality="low",
    ),
    "runflow in its older words": Kind(
        "runflow",
        lambda: runflow_simulator.RunflowSimulator(shape="image_urls", envelope="nested", is_old=True),
        runflow_simulator.KEY,
        "gpt-image-1.5",
        RUN_SCENES,
        quality="low",
    ),
    "flux at runflow": Kind(
        "runflow", runflow_simulator.RunflowSimulator, runflow_simulator.KEY, "flux-1.1-pro", RUN_SCENES
    ),
}


@dataclass(frozen=True)
class Bench:
    """Everything that a test needs; files go below `folder`."""

    kind: Kind
    simulator: Any
    folder: Path

    @property
    def per_call(self) -> int:
        """How many pictures one call of its model gives."""
        return CATALOGUE.model(self.kind.model, self.kind.vendor).pictures_per_call

    @property
    def asked(self) -> int:
        """How many orders the vendor saw."""
        return len(self.simulator.books if hasattr(self.simulator, "books") else self.simulator.asked)

    @property
    def bill_nano(self) -> int:
        """What the vendor wants for all of them."""
        return int(self.simulator.bill_nano)

    def plan(self, *cases: str) -> None:
        """Let the vendor do this next, one after the other."""
        self.simulator.plan(*(self.kind.scenes[case] for case in cases))

    def vendor(self, base_url: str = "", key: str = "", every_seconds: float = 0.01) -> Vendor | TicketVendor:
        """Make our client, as the catalogue that is shipped says."""
        polling = {"first_seconds": every_seconds, "every_seconds": every_seconds}
        entry = replace_fields(CATALOGUE.vendor(self.kind.vendor), polling=polling)
        models = {model.name: model for model in CATALOGUE.models if model.vendor == self.kind.vendor}
        secrets = (SecretStr(runflow_simulator.SECRET),) if entry.callback_secret_variable else ()
        access = VendorAccess(base_url or self.simulator.base_url, SecretStr(key or self.kind.key), secrets)
        made: Any = DIALECTS[entry.dialect](VendorSetup(entry, models, access, Threads()))
        made._downloads = replace(made._downloads, pause=_no_pause)
        return cast("Vendor | TicketVendor", made)

    def order(self, prompt: str = "a lighthouse", *, references: int = 0, **changes: Any) -> VendorOrder:
        """Order one picture, with what is changed."""
        call = f"call{len(list(self.folder.iterdir())):020}"
        folder = self.folder / call
        folder.mkdir()
        plain = VendorOrder(
            call=call,
            model=self.kind.model,
            prompt=prompt,
            width=self.kind.size[0],
            height=self.kind.size[1],
            quality=self.kind.quality,
            format=CATALOGUE.model(self.kind.model, self.kind.vendor).formats[0],
            background="auto",
            count=1,
            index=0,
            references=tuple(picture_file(self.folder, f"{number}") for number in range(references)),
            mask=None,
            folder=folder,
            idempotency_key=None,
            links=tuple(f"https://easel.example/shared/{n}" for n in range(references))
            if self.kind.is_linked
            else (),
        )
        return replace(plain, **changes)

    async def draw(self, order: VendorOrder, vendor: Vendor | TicketVendor | None = None) -> Drawing:
        """Draw an order, looking after its ticket where there is one; raises what the vendor's answer means."""
        vendor = vendor or self.vendor()
        if not isinstance(vendor, TicketVendor):
            return await vendor.draw(order)
        ticket = await vendor.submit(order)
        for _ in range(LOOKS_MAX):
            try:
                found = await vendor.collect(order, ticket)
            except (VendorBusy, VendorUnreachable):
                continue
            if isinstance(found, Drawing):
                return found
        raise TimeoutError


async def _no_pause(seconds: float) -> None:
    """Try again at once."""


@asynccontextmanager
async def bench_of(kind: Kind, folder: Path) -> AsyncIterator[Bench]:
    """Open a bench."""
    async with kind.simulator().serving() as simulator:
        yield Bench(kind, simulator, folder)
