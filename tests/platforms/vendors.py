"""How Easel is told to draw with a vendor whose behaviour a test plans, behind whichever chat platform."""

from __future__ import annotations

import re
from pathlib import Path

from tests.doubles.openai_simulator import KEY, OpenAISimulator

ROOT = Path(__file__).parents[2]
PLANS = """
default_plan = "everyone"

[[plans]]
name = "everyone"
allowance = { credits = "1000", per = "month" }
running_at_once = 2
waiting_max = 20
confirm_above = "20"
"""


def vendor_settings(vendor: OpenAISimulator, folder: Path) -> dict[str, str]:
    """Let Easel draw with this vendor, on an allowance that is not soon used up."""
    config = folder / "config"
    config.mkdir(exist_ok=True)
    (config / "plans.toml").write_text(PLANS, encoding="utf-8")
    lift_minutes(config)
    return {
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": vendor.base_url,
        "EASEL_CONFIG_DIR": str(config),
        "EASEL_DRAIN_SECONDS": "0",
    }


def lift_minutes(config: Path) -> None:
    """Write a catalogue without limits a minute: a test does not wait for the one in which five are drawn."""
    catalogue = (ROOT / "config" / "catalogue.toml").read_text(encoding="utf-8")
    unlimited = re.sub(r"^images_per_minute = \d+", "images_per_minute = 0", catalogue, flags=re.MULTILINE)
    (config / "catalogue.toml").write_text(unlimited, encoding="utf-8")
