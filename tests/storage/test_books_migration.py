"""What the books' revision makes of rows that were there before it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData, text

from bot.storage.migrate import Revisions, migrate
from tests.storage.conftest import NOW

BEFORE = "0004"


@pytest.fixture
async def old_url(database_url: str, tmp_path: Path) -> str:
    """A database as the version before left it."""
    folder = tmp_path / "older"
    folder.mkdir()
    for path in Revisions().folder.glob("0*.py"):
        if path.name < BEFORE:
            shutil.copy(path, folder)
    await migrate(database_url, backup_dir=None, now=NOW, revisions=Revisions(folder, MetaData()))
    return database_url


async def test_old_jobs_get_their_model(old_url: str, outside: Engine) -> None:
    """It is read out of what was ordered."""
    with outside.begin() as db:
        db.execute(text("INSERT INTO people (id, name) VALUES ('ann', 'Ann')"))
        db.execute(
            text(
                "INSERT INTO tenants (id, platform, name, state, time_zone, plan)"
                " VALUES ('t', 'web', 'T', 'approved', 'UTC', '')"
            )
        )
        db.execute(
            text(
                "INSERT INTO jobs (id, number, platform, tenant, channel, person, command, request, address,"
                " vendor, state) VALUES ('j', 1, 'web', 't', 'c', 'ann', 'imagine', :request, '{}', 'v', 'done')"
            ),
            {"request": '{"prompt": "a “model”: \\"x\\"", "model": "gpt-image-2"}'},
        )

    await migrate(old_url, backup_dir=None, now=NOW)

    with outside.connect() as db:
        assert db.execute(text("SELECT model FROM jobs")).scalars().all() == ["gpt-image-2"]
