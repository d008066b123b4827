"""Tables that a spreadsheet opens, and in which nothing is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

MIME = "text/csv"
FORMULA_STARTS = tuple("=+-@＝＋－＠\t\r\n|%")
"""What a cell must not begin with: a spreadsheet would compute it."""


def table(header: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> bytes:
    """Write rows as CSV in UTF-8 with a mark that spreadsheets look for; words are never read as formulas."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def safe(cell: str | int | None) -> str | int:
    """Return a cell as it may be written; words that look like a formula get an apostrophe before them."""
    if not isinstance(cell, str):
        return "" if cell is None else cell
    return f"'{cell}" if cell.lstrip().startswith(FORMULA_STARTS) or cell.startswith(FORMULA_STARTS) else cell


def credits_cell(millicredits: int) -> str:
    """Write an amount as a number of credits that a spreadsheet adds up; never negative."""
    if millicredits < 0:
        raise ValueError("an amount of a table is not negative")
    whole, rest = divmod(millicredits, 1_000)
    return f"{whole}.{rest:03}" if rest else str(whole)
