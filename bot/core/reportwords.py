"""A report in words: rows of a reply, bars of a chart, cells of a table."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.amounts import format_exact
from bot.core.replies import Row
from bot.core.reports import CsvRow, Dimension, Report, Shares, Sums, date_of
from bot.core.sentences import say
from bot.core.spreadsheets import credits_cell

LABELS: dict[Dimension, str] = {
    "person": "Person",
    "channel": "Channel",
    "model": "Model",
    "vendor": "Vendor",
}

DIRECT = "direct messages"

CSV_HEADER = (
    "day",
    "person",
    "channel",
    "channel id",
    "model",
    "vendor",
    "jobs",
    "pictures",
    "failures",
    "credits charged",
    "credits refunded",
)


def report_words(report: Report) -> str:
    """Say the sum of all in one sentence."""
    if not report.total.jobs and not report.total.refunded:
        return say("report_empty", title=report.span.title)
    key = "report_open" if report.span.is_open else "report"
    total = report.total
    return say(
        key,
        title=_capital(report.span.title),
        pictures=_count(total.pictures, "picture"),
        jobs=_count(total.jobs, "job"),
        charged=total.charged,
    )


def report_rows(report: Report) -> tuple[Row, ...]:
    """List the sums with their change, then the largest shares and what the others make."""
    now, before = report.total, report.before
    rows = [
        Row(label="Pictures", value=f"{now.pictures}{_change(now.pictures, before.pictures)}"),
        Row(label="Jobs", value=f"{now.jobs}{_change(now.jobs, before.jobs)}"),
        Row(label="Charged", value=f"{format_exact(now.charged)}{_change(now.charged, before.charged)}"),
        Row(label="Refunded", value=f"{format_exact(now.refunded)}{_change(now.refunded, before.refunded)}"),
        Row(label="Without a picture", value=f"{now.failures}{_change(now.failures, before.failures)}"),
        Row(label="Compared with", value=_days(report)),
    ]
    for dimension, shares in report.shares.items():
        rows += _share_rows(LABELS[dimension], shares)
    return tuple(rows)


def chart_words(report: Report) -> str:
    """Title the chart."""
    return f"Credits by person, {report.span.title}"


def chart_parts(report: Report) -> list[tuple[str, int, str]]:
    """List the bars: the name, the millicredits and what is written on it; the same as the rows say."""
    shares = report.shares["person"]
    parts = [(part.name, part.sums.charged) for part in shares.top]
    if shares.others_count:
        parts.append((_others(shares), shares.others.charged))
    return [(name, charged, format_exact(charged)) for name, charged in parts]


def csv_cells(row: CsvRow) -> tuple[str | int | None, ...]:
    """Write one row of the table."""
    sums = row.sums
    day = None if row.day is None else date_of(row.day).isoformat()
    amounts = (credits_cell(sums.charged), credits_cell(sums.refunded))
    return (
        day,
        row.person,
        row.channel or DIRECT,
        row.channel_id,
        row.model,
        row.vendor,
        sums.jobs,
        sums.pictures,
        sums.failures,
        *amounts,
    )


def _share_rows(label: str, shares: Shares) -> Iterator[Row]:
    for part in shares.top:
        unnamed = DIRECT if label == LABELS["channel"] else "unknown"
        yield Row(label=f"{label} {part.name or unnamed}", value=_sums(part.sums))
    if shares.others_count:
        yield Row(label=f"{label}: {_others(shares)}", value=_sums(shares.others))


def _others(shares: Shares) -> str:
    return f"{shares.others_count} others" if shares.others_count > 1 else "1 other"


def _sums(sums: Sums) -> str:
    parts = [_count(sums.pictures, "picture"), _count(sums.jobs, "job"), format_exact(sums.charged)]
    if sums.refunded:
        parts.append(f"{format_exact(sums.refunded)} refunded")
    if sums.failures:
        parts.append(f"{sums.failures} without a picture")
    return " · ".join(parts)


def _change(now: int, before: int) -> str:
    """Say how much more or less it is than before, in whole percent."""
    if now == before:
        return " · as before" if now else ""
    if not before:
        return " · none before"
    percent = round((now - before) * 100 / before)
    return f" · {percent:+} %"


def _days(report: Report) -> str:
    first, last = date_of(report.span.before.first), date_of(report.span.before.last)
    return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
