"""Jobs on their way, and how long those before them took."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from bot.core.following import OpenJob
from bot.core.pictures import PictureRequest
from bot.core.replies import Address
from bot.storage.schema import jobs
from bot.storage.states import is_done, is_running, is_waiting
from bot.storage.transaction import Tx

MEASURED_MAX = 200


@dataclass(frozen=True)
class Measured:
    """How long a job was drawn, and what for."""

    pixels: int
    quality: str
    count: int
    seconds: int


def measured(db: Tx, model: str) -> list[Measured]:
    """Read how long the newest jobs of a model took that gave pictures."""
    query = (
        select(jobs.c.request, jobs.c.started, jobs.c.ended)
        .where(is_done(), jobs.c.model == model, jobs.c.started.is_not(None))
        .order_by(jobs.c.seq.desc())
        .limit(MEASURED_MAX)
    )
    found = []
    for row in db.execute(query):
        request = PictureRequest.model_validate_json(row.request)
        seconds = max(1, round((row.ended - row.started) / 1000))
        found.append(Measured(request.width * request.height, request.quality, request.count, seconds))
    return found


def open_on(db: Tx, platform: str) -> list[OpenJob]:
    """List the open jobs of a platform, the earliest first."""
    rows = [
        row
        for is_so in (is_waiting(), is_running())
        for row in db.execute(select(jobs).where(is_so, jobs.c.platform == platform))
    ]
    return [
        OpenJob(row.id, row.number, row.person, Address.model_validate_json(row.address))
        for row in sorted(rows, key=lambda row: row.seq)
    ]
