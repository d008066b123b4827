"""A desk to try the dialect at: the simulated OpenAI, our vendor that asks it, and orders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple

from PIL import Image
from pydantic import SecretStr

import config
from bot.core.catalogue import Model, VendorAccess, Wire
from bot.core.ports import VendorOrder
from bot.vendors import VendorSetup
from bot.vendors.openai import OpenAI
from tests.doubles.openai_simulator import KEY, OpenAISimulator

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
CATALOGUE = config.load({}).catalogue
MODELS = {model.name: model for model in CATALOGUE.models if model.vendor == "openai"}


class Threads:
    """A pool of pictures; nothing here works with pixels."""

    async def run(self, function: Callable[[*Ts], T], *arguments: *Ts, pixels: int) -> T:
        """Run in a thread."""
        return await asyncio.to_thread(function, *arguments)


@dataclass(frozen=True)
class Look:
    """What a picture is."""

    kind: str | None
    size: tuple[int, int]
    colour: object


def look(path: Path) -> Look:
    """Read a picture."""
    with Image.open(path) as picture:
        return Look(picture.format, picture.size, picture.getpixel((0, 0)))


@dataclass
class Told:
    """Keeps what a call reported."""

    beginnings: int = 0
    partials: list[Path] = field(default_factory=list)

    def first_byte(self) -> None:
        """Count it."""
        self.beginnings += 1

    async def partial(self, path: Path) -> None:
        """Keep it."""
        self.partials.append(path)


@dataclass(frozen=True)
class Desk:
    """Everything that a test needs; files go below `folder`."""

    simulator: OpenAISimulator
    folder: Path

    def vendor(self, base_url: str = "", *, wire: Wire | None = None, **changes: Any) -> OpenAI:
        """Make our client; `changes` are fields of every model."""
        entry = replace_fields(CATALOGUE.vendor("openai"), wire=wire or Wire())
        models = {name: replace_fields(model, **changes) for name, model in MODELS.items()}
        access = VendorAccess(base_url or self.simulator.base_url, SecretStr(KEY))
        return OpenAI(VendorSetup(entry, models, access, Threads()))

    def order(
        self, prompt: str = "a lighthouse", call: str = "call00000000000000000001", **changes: Any
    ) -> VendorOrder:
        """Order one small picture, with what is changed; every call has a folder of its own."""
        folder = self.folder / call
        folder.mkdir(exist_ok=True)
        plain = VendorOrder(
            call=call,
            model="gpt-image-2",
            prompt=prompt,
            width=1024,
            height=1024,
            quality="low",
            format="png",
            background="auto",
            count=1,
            index=0,
            references=(),
            mask=None,
            folder=folder,
            idempotency_key=None,
        )
        return replace(plain, **changes)

    def picture(self, name: str = "first", kind: str = "png", size: tuple[int, int] = (64, 48)) -> Path:
        """Make a file with a picture; like stored ones it has no ending."""
        path = self.folder / name
        Image.new("RGBA" if kind == "png" else "RGB", size, "teal").save(path, kind)
        return path


def replace_fields(entry: Any, **changes: Any) -> Any:
    """Return an entry of the catalogue with other fields, checked again."""
    return type(entry).model_validate({**dict(entry), **changes})


def model(name: str = "gpt-image-2") -> Model:
    """Find a model of OpenAI's."""
    return MODELS[name]
