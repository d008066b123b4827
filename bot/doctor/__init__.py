"""What `easel doctor` looks at: each finding is calm, concrete, and names the next step."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.doctor.around import address, disk, folder, keys, left_alone, models, process, reach, sqlite
from bot.doctor.findings import Finding, Patient
from bot.doctor.stored import stored
from config import ConfigError

__all__ = ["Finding", "Patient", "examine", "unreadable"]


async def examine(patient: Patient) -> AsyncIterator[Finding]:
    """Look at everything, the most basic first; nothing is changed."""
    own = patient.config.settings.config_dir
    yield Finding(
        "settings", "ok", f"read, with the files of {own}" if own else "read, with the files as shipped"
    )
    for finding in folder(patient):
        yield finding
    yield await process(patient)
    for finding in disk(patient):
        yield finding
    async for finding in stored(patient):
        yield finding
    async for finding in left_alone(patient):
        yield finding
    for look in (sqlite, keys, reach, models, address):
        for finding in look(patient):
            yield finding


def unreadable(error: ConfigError) -> Finding:
    """Say that nothing can be examined before the settings are right."""
    return Finding("settings", "fix", str(error), "Correct it in the environment, .env or the named file.")
