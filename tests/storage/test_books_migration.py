"""What the books' revision makes of rows that were there before it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData, text

from bot.core.reports import day_of
from bot.storage import sums
from bot.storage.migrate import Revisions, migrate
from tests.storage.conftest import NOW

BEFORE, HOUR = "0004", 3_600_000


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


async def test_old_jobs_and_refunds_get_their_days_and_sums(old_url: str, outside: Engine) -> None:
    """Every hour of a year by clocks that change twice, beside one that does not; open jobs have none."""
    zones = {"ny": "America/New_York", "nepal": "Asia/Kathmandu", "odd": "No/Where"}
    with outside.begin() as db:
        db.execute(text("INSERT INTO people (id, name) VALUES ('ann', 'Ann')"))
        for tenant, zone in zones.items():
            values = {"id": tenant, "zone": zone}
            db.execute(
                text(
                    "INSERT INTO tenants (id, platform, name, state, time_zone, plan)"
                    " VALUES (:id, 'web', 'T', 'approved', :zone, '')"
                ),
                values,
            )
            db.execute(JOB, [_job(tenant, number) for number in range(1, 8_760, 5)])
        db.execute(JOB, {**_job("ny", 9_999), "ended": None, "charged": None, "state": "running"})
        db.execute(
            text(
                "INSERT INTO adjustments (key, person, kind, amount, job, by, reason, at)"
                " VALUES ('refund:ny-1', 'ann', 'refund', 7, 'ny-1', 'x', '', :at)"
            ),
            {"at": NOW + 100 * 24 * HOUR},
        )

    await migrate(old_url, backup_dir=None, now=NOW)

    with outside.connect() as db:
        rows = db.execute(text("SELECT tenant, ended, day FROM jobs WHERE ended IS NOT NULL")).all()
        assert len(rows) == 3 * 1_752
        assert [row.day for row in rows] == [day_of(row.ended, zones[row.tenant]) for row in rows]
        assert sums.wrong(db) == []
        assert db.execute(text("SELECT sum(jobs), sum(charged), sum(refunded) FROM sums")).one() == (
            3 * 1_752,
            3 * 1_752 * 2,
            7,
        )


JOB = text(
    "INSERT INTO jobs (id, number, platform, tenant, channel, person, command, request, address, vendor, state,"
    " ended, charged, stored) VALUES (:id, :number, 'web', :tenant, 'c', 'ann', 'imagine', '{}', '{}', 'v', :state,"
    " :ended, :charged, 1)"
)


def _job(tenant: str, number: int) -> dict[str, object]:
    ended = NOW + number * HOUR
    return {
        "id": f"{tenant}-{number}",
        "number": number,
        "tenant": tenant,
        "state": "done",
        "ended": ended,
        "charged": 2,
    }
