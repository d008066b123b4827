"""Cases of which a few run with every test, and the others with the slow ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def few(cases: Iterable[Any], quick: Collection[Any]) -> list[Any]:
    """Mark every case slow but the quick ones, which stand for the rest; each of those must be a case."""
    listed = list(cases)
    assert all(each in listed for each in quick), quick
    return [each if each in quick else pytest.param(each, marks=pytest.mark.slow) for each in listed]
