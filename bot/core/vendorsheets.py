"""What is told of vendors and their models, in the chat, on the web and at the shell: the same words everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal, Protocol

from bot.core.amounts import price_figure
from bot.core.breaker import State
from bot.core.prices import NANO_PER_DOLLAR
from bot.core.replies import Row
from bot.core.vitals import DRAWN, Health, Speed

WINDOW_DAYS = 30
MEASURED_MIN = 5
"""Fewer pictures of a kind than this are no measurement."""

NO_MEASUREMENTS = "no measurements yet"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@dataclass(frozen=True)
class PriceLine:
    """What a square picture of a quality costs: people, in millicredits, and us, in nano-dollars since when."""

    quality: str
    price: int
    history: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ModelSheet:
    """Everything that is known of one model of one vendor; `address` is how it is ordered."""

    name: str
    title: str
    address: str
    prices: tuple[PriceLine, ...]
    health: Health
    breaker: State = "closed"
    licence: str | None = None
    retires: date | None = None
    successor: str | None = None

    @property
    def has_changed(self) -> bool:
        """Whether any of its prices was another one before."""
        return any(len(each.history) > 1 for each in self.prices)


@dataclass(frozen=True)
class VendorSheet:
    """Everything that is known of one vendor; `paused` is why it gets nothing now."""

    name: str
    title: str
    runs_in: str
    keeps: str
    terms_url: str | None
    models: tuple[ModelSheet, ...]
    substitutes: bool = False
    paused: str | None = None


Chart = Literal["prices", "days"]
Theme = Literal["light", "dark"]


class VendorBook(Protocol):
    """Tells what is known of the vendors on offer: sums over everybody, never a person's or a tenant's numbers."""

    async def read(self) -> Sequence[VendorSheet]:
        """List the vendors with their models; some seconds old."""
        ...

    async def chart(self, address: str, chart: Chart, theme: Theme) -> bytes | None:
        """Draw a PNG of a model's prices, or of its days; None when there is nothing to draw."""
        ...


@dataclass(frozen=True)
class Line:
    """Something to say about a model or a vendor."""

    label: str
    value: str
    details: tuple[str, ...] = field(default=())


def about_vendor(sheet: VendorSheet) -> Iterator[Line]:
    """Say where a vendor works, what it keeps and on which terms."""
    yield Line("Runs in", sheet.runs_in)
    yield Line("Keeps", sheet.keeps)
    if sheet.terms_url:
        yield Line("Terms", sheet.terms_url)
    if sheet.substitutes:
        yield Line("Substitutes", "it may draw with a similar model without saying so")
    if sheet.paused is not None:
        yield Line("Paused", sheet.paused)


def about_model(sheet: ModelSheet, now: int) -> Iterator[Line]:
    """Say what a model costs, how it has done lately, and for how long it will be there."""
    prices = " · ".join(f"{each.quality} {price_figure(each.price)}" for each in sheet.prices)
    yield Line("Credits a square", prices, tuple(_changes(sheet)))
    yield from measured(sheet.health, now)
    if sheet.breaker == "open":
        yield Line("Left alone", "it failed several times in a row; it is tried again in a moment")
    elif sheet.breaker == "half-open":
        yield Line("Left alone", "it failed several times in a row; the next order tries it")
    if sheet.licence:
        yield Line("Licence", sheet.licence)
    if sheet.retires:
        then = f"; {sheet.successor} is drawn instead" if sheet.successor else ""
        yield Line("Retires", f"{sheet.retires}{then}")


def measured(health: Health, now: int) -> Iterator[Line]:
    """Say how a model has done in the last thirty days, or that nobody knows."""
    if not health.calls:
        last = f"; drew last {ago(health.last_drawn, now)}" if health.last_drawn else ""
        yield Line("Last 30 days", f"{NO_MEASUREMENTS}{last}")
        return
    yield Line("Last 30 days", availability(health), tuple(_outcomes(health)))
    yield Line("Drew last", ago(health.last_drawn, now) if health.last_drawn else "never")
    speeds = [each for each in health.speeds if each.calls >= MEASURED_MIN]
    if speeds:
        largest = max(speeds, key=lambda each: each.calls)
        yield Line("Time", speed_words(largest), tuple(speed_words(each) for each in speeds))
    else:
        yield Line("Time", NO_MEASUREMENTS)
    if health.billed:
        yield Line("Quoted and billed", billing(health))
    if health.masked:
        yield Line("Masks not kept", f"{health.spilled:,} of {health.masked:,}")


def availability(health: Health) -> str:
    """Say how many of how many calls were answered."""
    if not health.asked:
        return f"{health.calls:,} calls, none of which says how it is"
    percent = health.answered * 1000 // health.asked
    figure = f"{percent // 10}.{percent % 10}" if percent < 1000 else "100"
    return f"answered {health.answered:,} of {health.asked:,} ({figure} %)"


def speed_words(speed: Speed) -> str:
    """Say how long a kind of picture takes."""
    return f"{speed.size} {speed.quality}: half in {speed.half} s, 95 % in {speed.most} s ({speed.calls:,} drawn)"


def billing(health: Health) -> str:
    """Compare what we had expected with what the vendor took, where it told."""
    return (
        f"{dollars(health.quoted_nano)} quoted at most, {dollars(health.billed_nano)} billed"
        f" ({health.billed:,} of {health.calls:,} calls say)"
    )


def dollars(nano: int) -> str:
    """Write an amount of money, to a tenth of a cent."""
    mills = -(-nano * 1000 // NANO_PER_DOLLAR)
    return f"${mills // 1000:,}.{mills % 1000:03}"


def ago(at: int, now: int) -> str:
    """Say how long ago something was, coarsely."""
    passed = max(0, now - at)
    for unit, length in (("day", DAY), ("hour", HOUR), ("minute", MINUTE)):
        if passed >= length:
            count = passed // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def chat_rows(sheet: ModelSheet, now: int) -> tuple[Row, ...]:
    """Say in a few rows of a chat how a model has done."""
    return tuple(
        Row(label=line.label, value=line.value)
        for line in measured(sheet.health, now)
        if line.label in ("Last 30 days", "Time")
    )


def _outcomes(health: Health) -> Iterator[str]:
    """Count what came of the calls, one by one."""
    yield f"{health.outcomes.get(DRAWN, 0):,} drawn"
    for name, words in (("refused", "refused for safety"), ("rejected", "not taken as we sent them")):
        if count := health.outcomes.get(name):
            yield f"{count:,} {words}"
    for name, count in health.faults:
        yield f"{count:,} of {health.asked:,} {FAULT_WORDS[name]}"
    if count := health.outcomes.get("busy"):
        yield f"{count:,} put off because of its limits"
    if count := health.outcomes.get("ours"):
        yield f"{count:,} lost by a fault of ours"


FAULT_WORDS = {
    "unreachable": "out of reach",
    "failed": "failed",
    "too slow": "too slow",
    "unknown": "without a known outcome",
    "account": "refused our account",
}


def _changes(sheet: ModelSheet) -> Iterator[str]:
    """List when prices changed, in the vendor's own money."""
    for price in sheet.prices:
        for (_, before), (at, after) in zip(price.history, price.history[1:], strict=False):
            day = datetime.fromtimestamp(at // 1_000, UTC).date()
            yield f"{price.quality}: {dollars(before)} to {dollars(after)} on {day}"
