"""Cases of which a few run with every test, and the others with the slow ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import pytest


def few(cases: Iterable[Any], quick: Collection[Any]) -> list[Any]:
    """Mark every case slow but the quick ones, which stand for the rest; each of those must be a case."""
    listed = list(cases)
    assert all(each in listed for each in quick), quick
    return [each if each in quick else pytest.param(each, marks=pytest.mark.slow) for each in listed]


def keep_proofs(items: Iterable[pytest.Item], folder: Path, double: str, proofs: Collection[str]) -> None:
    """Of the tests in a folder that need the whole platform, mark all slow but those that prove its flows."""
    for item in items:
        is_whole = folder in item.path.parents and double in getattr(item, "fixturenames", ())
        if is_whole and getattr(item, "originalname", "") not in proofs:
            item.add_marker(pytest.mark.slow)
