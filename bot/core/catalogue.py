"""The vendors and models on offer: capabilities, limits and prices, as data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from bot.core.pictures import Background, Format
from bot.core.prices import Entry, FlatPrices, ListedSize, Name, Prices, Size, TierPrices, TokenPrices
from bot.core.routing import Routing

__all__ = [
    "NOT_STATED",
    "Catalogue",
    "CrashPolicy",
    "FlatPrices",
    "Model",
    "Polling",
    "Routing",
    "RunLimit",
    "Size",
    "SizeRules",
    "TierPrices",
    "TokenPrices",
    "VendorAccess",
    "VendorEntry",
    "Wire",
]

NOT_STATED = "not stated by the vendor"
"""What stands where a vendor has been looked through and says nothing: no field may be left out instead."""

Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
Stated = Annotated[str, Field(min_length=1, max_length=200)]
Page = Annotated[str, Field(max_length=300, pattern=rf"^(https://\S+|none|{NOT_STATED})$")]
"""An address, or why there is none."""


class SizeRules(Entry):
    """Which sizes a model draws: those on a grid within bounds, or `only` the ones listed."""

    multiple: PositiveInt = 16
    edge_max: PositiveInt = Field(default=3_840, le=16_384)
    ratio_max: PositiveInt = 3
    pixels_min: PositiveInt = 655_360
    pixels_max: PositiveInt = 8_294_400
    only: tuple[ListedSize, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.only and self.pixels_min > min(self.pixels_max, (self.edge_max - self.multiple) ** 2):
            raise ValueError("pixels_min: no size is left between it, pixels_max and edge_max")
        return self

    @property
    def dearest_pixels(self) -> int:
        """No picture of the model has more pixels than this."""
        return max((size.pixels for size in self.only), default=self.pixels_max)


class RunLimit(Entry):
    """How long a call may take for a picture of at most `pixels`."""

    pixels: PositiveInt
    seconds: PositiveInt


class Model(Entry):
    """One model of one vendor: what it can do and what that costs."""

    name: Name
    title: str = Field(min_length=1, max_length=60)
    vendor: Name
    sizes: SizeRules
    qualities: tuple[Name, ...] = Field(min_length=1)
    default_quality: Name
    formats: tuple[Format, ...] = Field(min_length=1)
    backgrounds: tuple[Background, ...] = Field(min_length=1)
    takes_mask: bool
    references_max: int = Field(ge=0, le=64)
    pictures_per_call: int = Field(ge=1, le=64)
    prompt_characters_max: PositiveInt
    prompt_characters_min: PositiveInt = 1
    prices: Prices = Field(discriminator="per")
    markup_percent: int = Field(strict=True, ge=0, le=10_000)
    run_limits: tuple[RunLimit, ...] = Field(min_length=1)
    streams: bool = False
    """Whether it sends its answer as events, with partial pictures while it draws."""
    partials_max: int = Field(default=0, ge=0, le=3)
    partials: int = Field(default=0, ge=0, le=3)
    """How many unfinished pictures are asked for while a single picture is drawn; each is billed."""
    sent_as: str | None = Field(default=None, min_length=1, max_length=200)
    """What the vendor calls it, where that is not its name here."""
    edited_as: str | None = Field(default=None, min_length=1, max_length=200)
    """What the vendor calls it when it works from pictures, where that is another model there."""
    size_as: Literal["object", "words", "sides", "none"] = "object"
    """How a size is written to vendors that differ by model: {width, height}, 1024x1024, two fields, or not at all."""
    reference_bytes_max: PositiveInt | None = None
    """How heavy each reference picture may be."""
    reference_formats: tuple[Format, ...] = Field(default=("png", "jpeg", "webp"), min_length=1)
    """As what it takes pictures to work from; of every other one a copy is sent."""
    licence: Stated
    """Whose the pictures are, in the vendor's sense or a link to its words."""
    retires: date | None = None
    """The first day on which its vendor does not draw with it any more."""
    successor: Name | None = None
    """The model that is drawn with from that day on, whoever asks for this one."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if set(self.qualities) != self.prices.qualities:
            raise ValueError("qualities: must be exactly those that prices name")
        if "auto" in self.qualities:
            raise ValueError('qualities: "auto" is always there and is not listed')
        if isinstance(self.prices, TierPrices) and set(self.sizes.only) != set(self.prices.sizes):
            raise ValueError("sizes: `only` must list exactly the sizes that prices name")
        if self.default_quality not in self.qualities:
            raise ValueError("default_quality: must be one of qualities")
        if max(limit.pixels for limit in self.run_limits) < self.sizes.dearest_pixels:
            raise ValueError("run_limits: the last one must cover the largest picture")
        if self.prompt_characters_min > self.prompt_characters_max:
            raise ValueError("prompt_characters_min: must not be above prompt_characters_max")
        if self.partials > self.partials_max:
            raise ValueError("partials: must not be above partials_max")
        if self.partials_max and not self.streams:
            raise ValueError("partials_max: a model that does not stream sends no partial pictures")
        return self

    @property
    def draws_about(self) -> bool:
        """Whether its sizes only name a shape and a tier, so that what comes may have other pixels."""
        return isinstance(self.prices, TierPrices)

    def run_seconds(self, size: Size | None) -> int:
        """Say how long a call may take; None is "auto", which may become the largest picture."""
        pixels = size.pixels if size else self.sizes.dearest_pixels
        return min((limit.pixels, limit.seconds) for limit in self.run_limits if limit.pixels >= pixels)[1]


class CrashPolicy(Entry):
    """What to do with a call that was open when its process died, or whose answer was lost.

    `idempotency-key`: repeat it with the same key within `window_seconds`; `look-up`: ask the vendor for it, for
    `seek_seconds` at least; `release`: its outcome is unknown.
    """

    kind: Literal["idempotency-key", "look-up", "release"]
    window_seconds: PositiveInt = 600
    seek_seconds: PositiveInt = 60


class Polling(Entry):
    """When a vendor that gives tickets is asked how an order goes on: after a while, then again and again."""

    first_seconds: PositiveFloat = 10.0
    every_seconds: PositiveFloat = 5.0


class Wire(Entry):
    """Where an OpenAI-compatible server differs from others.

    `picture_field` names the form field of pictures to edit: always `image`, always `image[]`, or "by-count", the first
    for one picture and the second for several. `omits` lists request fields that the server does not take.
    """

    generations_path: str = Field(default="images/generations", pattern=r"^[\w./-]+(\?[\w.=&-]+)?$")
    edits_path: str = Field(default="images/edits", pattern=r"^[\w./-]+(\?[\w.=&-]+)?$")
    picture_field: Literal["image", "image[]", "by-count"] = "by-count"
    moderation: Literal["auto", "low"] | None = None
    moderates_edits: bool = False
    """Whether `moderation` is sent with edits too; not every server takes it there."""
    says_auto: bool = True
    """Whether it takes "auto" as a size or quality; where not, that field is left out."""
    edits_as: Literal["form", "references"] = "form"
    """How pictures to work from are sent: as files of a form, or as base64 in `reference_images` of a generation."""
    omits: tuple[Literal["n", "size", "quality", "output_format", "background", "stream"], ...] = ()


class VendorEntry(Entry):
    """One vendor: how it is spoken to, with which key, and how much it takes at once."""

    name: Name
    title: str = Field(min_length=1, max_length=60)
    dialect: Name
    base_url: str | None = None
    base_url_variable: Variable | None = None
    key_variable: Variable | None = None
    wire: Wire = Wire()
    crash: CrashPolicy
    jobs_at_once: int = Field(ge=1, le=1_000)
    images_per_minute: int = Field(ge=0, le=100_000)
    """0 means no limit."""
    polling: Polling = Polling()
    references: Literal["files", "links"] = "files"
    """How it takes pictures to work from: as files, or only as addresses that it fetches itself."""
    callback_secret_variable: Variable | None = None
    """The variable with the secrets that it signs callbacks with, with commas between."""
    substitutes: bool = False
    """Whether it may draw with a similar model without saying so."""
    runs_in: Stated
    keeps: Stated
    """What it keeps of words and pictures, and for how long."""
    terms_url: Page
    privacy_url: Page
    answers: Literal["in one call", "by ticket"]
    """Whether the order's own answer brings the pictures, or a ticket that is asked or called back about."""
    sends: Literal["bytes", "links"]
    """How pictures come: within the answer, or as addresses that end after `links_hours`."""
    links_hours: PositiveInt | None = None
    bill: Literal["tokens", "dollars", "not told"]
    """What an answer says about its bill."""
    cancels: bool
    """Whether an order that was handed in can be taken back."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.dialect == "openai" and not self.base_url:
            raise ValueError("base_url: says where the server is, such as https://api.openai.com/v1")
        if self.sends == "bytes" and self.links_hours is not None:
            raise ValueError("links_hours: only for a vendor that sends links")
        return self


@dataclass(frozen=True)
class VendorAccess:
    """Where a vendor is reached and with which key; None where it needs none or none is set."""

    base_url: str | None
    key: SecretStr | None
    callback_secrets: tuple[SecretStr, ...] = ()


class Catalogue(Entry):
    """Everything on offer, in the order that people see; the first model is the default."""

    vendors: tuple[VendorEntry, ...]
    models: tuple[Model, ...]
    routing: Routing = Routing()

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [vendor.name for vendor in self.vendors]
        _refuse_twins("vendors", names)
        _refuse_twins("models", [f"{model.name} of {model.vendor}" for model in self.models])
        for model in self.models:
            if model.vendor not in names:
                raise _unlisted(f"models: {model.name} names the vendor", model.vendor)
            if model.successor and model.successor not in {each.name for each in self.models}:
                raise _unlisted(f"models: {model.name} names the successor", model.successor)
        for where, command, name in self.routing.named():
            if name not in names:
                raise _unlisted(f'routing: "{command}" of {where} names the vendor', name)
        return self

    def vendor(self, name: str) -> VendorEntry:
        """Find a vendor; raises KeyError."""
        for vendor in self.vendors:
            if vendor.name == name:
                return vendor
        raise KeyError(name)

    def model(self, name: str, vendor: str | None = None) -> Model:
        """Find a model by name, of the first vendor that has it or of `vendor`; raises KeyError.

        "apixo/gpt-image-2" is that of APIXO.
        """
        if vendor is None and "/" in name:
            vendor, _, name = name.partition("/")
        for model in self.models:
            if model.name == name and vendor in (None, model.vendor):
                return model
        raise KeyError(name)

    def address(self, model: Model) -> str:
        """Name a model so that it is found again: with its vendor where another one has the name before it."""
        return model.name if self.model(model.name) is model else f"{model.vendor}/{model.name}"

    def offered(self, *, variables: Collection[str], dialects: Collection[str]) -> Catalogue:
        """Keep vendors with a key among `variables` and a dialect that is spoken, and their models."""
        vendors = tuple(
            vendor
            for vendor in self.vendors
            if vendor.dialect in dialects
            and (vendor.key_variable is None or vendor.key_variable in variables)
        )
        names = {vendor.name for vendor in vendors}
        models = tuple(each for each in self.models if each.vendor in names)
        # Checked as a whole already: a successor may be of a vendor that is not on offer.
        return Catalogue.model_construct(vendors=vendors, models=models, routing=self.routing)

    def ordered(self, command: str, tenant: str = "") -> Catalogue:
        """Let the vendors that come first for a command there sell each model before the others do."""
        first = self.routing.first(command, tenant)
        if not first:
            return self
        ranks = {name: place for place, name in enumerate(first)}
        sellers: dict[str, list[Model]] = {}
        for model in sorted(self.models, key=lambda each: ranks.get(each.vendor, len(first))):
            sellers.setdefault(model.name, []).append(model)
        return self.model_copy(update={"models": tuple(sellers[each.name].pop(0) for each in self.models)})

    def without_links(self, vendors: Collection[str]) -> Catalogue:
        """Keep what these vendors draw from words alone, where they fetch pictures and cannot reach us."""
        lame = {each.name for each in self.vendors if each.references == "links" and each.name in vendors}
        models = tuple(
            model.model_copy(update={"references_max": 0, "takes_mask": False})
            if model.vendor in lame
            else model
            for model in self.models
        )
        return self.model_copy(update={"models": models})


def _unlisted(who: str, name: str) -> PydanticCustomError:
    """Say that a name leads nowhere; `written` lets whoever reads the file find it."""
    return PydanticCustomError(
        "unlisted", "{who} {written}, which is not listed", {"who": who, "written": name}
    )


def _refuse_twins(key: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{key}: {name} is listed twice")
