"""A simulated OpenAI for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.doubles.openai_simulator import OpenAISimulator
from tests.vendors.openai.desk import Desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Open a desk."""
    async with OpenAISimulator().serving() as simulator:
        yield Desk(simulator, tmp_path)
