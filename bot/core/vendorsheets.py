"""What is told of vendors and their models, in the chat, on the web and at the shell: the same words everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal, Protocol

from bot.core.amounts import price_figure
from bot.core.breaker import State
from bot.core.catalogue import VendorEntry
from bot.core.prices import NANO_PER_DOLLAR
from bot.core.replies import Row
from bot.core.vitals import DRAWN, Health, Speed

WINDOW_DAYS = 30
MEASURED_MIN = 5
"""Fewer pictures of a kind than this are no measurement."""

NO_MEASUREMENTS = "no measurements yet"
DETAILS_IN_CHAT = 10
"""So many details of a line are said in a chat; the page has all of them."""

PAGE_ONLY = frozenset({"Answers", "Bill"})

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
    licence: str = ""
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
    facts: tuple[tuple[str, str], ...]
    """What its entry in the catalogue says of it, each with its name."""
    models: tuple[ModelSheet, ...]
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


def terms_of(entry: VendorEntry) -> Iterator[tuple[str, str]]:
    """Say where a vendor works, what it keeps and on which terms; also that it does not say."""
    yield "Runs in", entry.runs_in
    yield "Keeps", entry.keeps
    yield "Terms", entry.terms_url
    yield "Privacy", entry.privacy_url


def ways_of(entry: VendorEntry) -> Iterator[tuple[str, str]]:
    """Say how a vendor works: how it answers, what it tells of its bill, whether an order can be taken back."""
    links = f", links that end after {entry.links_hours} hours" if entry.links_hours else ""
    yield "Answers", f"{entry.answers}{links}"
    yield "Bill", BILL_WORDS[entry.bill]
    yield "Cancelling", "possible" if entry.cancels else "an order that was handed in cannot be taken back"
    if entry.substitutes:
        yield "Substitutes", "it may draw with a similar model without saying so"


def about_vendor(sheet: VendorSheet) -> Iterator[Line]:
    """Say where a vendor works, what it keeps, on which terms, and how."""
    for label, value in sheet.facts:
        yield Line(label, value)
    if sheet.paused is not None:
        yield Line("Paused", sheet.paused)


def about_model(sheet: ModelSheet, now: int) -> Iterator[Line]:
    """Say what a model costs, how it has done lately, and for how long it will be there."""
    prices = " · ".join(f"{each.quality} {price_figure(each.price)}" for each in sheet.prices)
    yield Line("Credits a square", prices, tuple(_changes(sheet)) or tuple(_since(sheet)))
    yield from measured(sheet.health, now)
    if sheet.breaker != "closed":
        yield Line("Left alone", LEFT_ALONE[sheet.breaker])
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
    return f"answered {health.answered:,} of {health.asked:,} ({percent_words(health)})"


def percent_words(health: Health) -> str:
    """Say which share of calls was answered, rounded down."""
    percent = health.answered * 1000 // health.asked
    figure = f"{percent // 10}.{percent % 10}" if percent < 1000 else "100"
    return f"{figure} %"


def speed_words(speed: Speed) -> str:
    """Say how long a kind of picture takes."""
    return f"{speed.size} {speed.quality}: half in {speed.half} s, 95 % in {speed.most} s ({speed.calls:,} drawn)"


def billing(health: Health) -> str:
    """Compare what we had expected with what the vendor took, where it told."""
    return (
        f"{dollars(health.quoted_nano)} quoted at most, {dollars(health.billed_nano)} billed"
        f" ({health.billed:,} of {health.calls:,} calls say)"
    )


def dollars(nano: int, places: int = 3) -> str:
    """Write an amount of money, to a tenth of a cent or to more `places`, rounded up."""
    unit = 10**places
    parts = -(-nano * unit // NANO_PER_DOLLAR)
    return f"${parts // unit:,}.{parts % unit:0{places}}"


def ago(at: int, now: int) -> str:
    """Say how long ago something was, coarsely."""
    passed = max(0, now - at)
    for unit, length in (("day", DAY), ("hour", HOUR), ("minute", MINUTE)):
        if passed >= length:
            count = passed // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def chat_rows(vendor: VendorSheet, sheet: ModelSheet, now: int) -> tuple[Row, ...]:
    """Say in the rows of a chat what the page says of a model and its vendor, but for how its wire works."""
    told = (*about_model(sheet, now), *about_vendor(vendor))
    return tuple(_row(line) for line in told if line.label not in PAGE_ONLY)


def in_short(vendor: VendorSheet, sheet: ModelSheet) -> str:
    """Say in a few words how a model does."""
    if vendor.paused is not None:
        return "paused"
    if sheet.breaker != "closed":
        return "left alone because it failed" if sheet.breaker == "open" else "failed lately, is tried again"
    health = sheet.health
    return f"answered {percent_words(health)}" if health.asked else NO_MEASUREMENTS


def _row(line: Line) -> Row:
    details = [each for each in line.details if each != line.value]
    more = len(details) - DETAILS_IN_CHAT
    left_out = [f"{more} more on the page about vendors"] if more > 0 else []
    return linked(line.label, "; ".join((line.value, *details[-DETAILS_IN_CHAT:], *left_out)))


def linked(label: str, value: str) -> Row:
    """Let a row whose value is an address lead there."""
    return Row(label=label, value=value, link=value if value.startswith("https://") else None)


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


BILL_WORDS = {
    "tokens": "told in tokens",
    "dollars": "told with each picture",
    "not told": "not told; the list price is booked",
}
LEFT_ALONE: Mapping[State, str] = {
    "open": "it failed several times in a row; it is tried again in a moment",
    "half-open": "it failed several times in a row; the next order tries it",
}
FAULT_WORDS = {
    "unreachable": "out of reach",
    "failed": "failed",
    "too slow": "too slow",
    "unknown": "without a known outcome",
    "account": "refused our account",
}


def _since(sheet: ModelSheet) -> Iterator[str]:
    """Say since when all prices are what they are, which is as long as they were noted."""
    noted = [each.history[-1][0] for each in sheet.prices if each.history]
    if noted:
        yield f"unchanged since {datetime.fromtimestamp(max(noted) // 1_000, UTC).date()}"


def _changes(sheet: ModelSheet) -> Iterator[str]:
    """List when prices changed, in the vendor's own money."""
    for price in sheet.prices:
        for (_, before), (at, after) in zip(price.history, price.history[1:], strict=False):
            day = datetime.fromtimestamp(at // 1_000, UTC).date()
            # A small picture costs less than a cent: as many places as tell the two apart.
            places = next(
                (each for each in range(3, 10) if dollars(before, each) != dollars(after, each)), None
            )
            if places is None:
                continue  # two processes that started at once noted the same price
            yield f"{price.quality}: {dollars(before, places)} to {dollars(after, places)} on {day}"
