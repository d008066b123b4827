"""The table of flows tells the truth: what a platform claims has a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.core.chat import Platform
from bot.core.flows import FLOWS
from tests.flow_proofs import PROOFS, UNPROVED_MAX

TESTS = Path(__file__).parent


def test_flows_are_told_once_and_in_words() -> None:
    """Every key is one flow; whatever does not simply work says what is done instead, or why not."""
    keys = [flow.key for flow in FLOWS]
    untold = [
        (flow.key, platform)
        for flow in FLOWS
        for platform in Platform
        if (flow.on(platform).kind == "works") == bool(flow.on(platform).how)
    ]

    assert len(set(keys)) == len(keys)
    assert untold == []


@pytest.mark.parametrize("platform", Platform)
def test_what_a_platform_claims_is_proved(platform: Platform) -> None:
    """The tests that are named exist; nothing is proved that is not there; what is unproved only becomes less."""
    written = {
        name
        for path in TESTS.rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    claimed = {flow.key for flow in FLOWS if flow.on(platform).kind != "not here"}
    proofs = PROOFS[platform]

    assert set(proofs) <= claimed
    assert set(proofs.values()) <= written
    assert len(claimed - set(proofs)) == UNPROVED_MAX[platform], "set UNPROVED_MAX to what is left"
