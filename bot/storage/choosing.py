"""Jobs that somebody may mean while they type a number."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from bot.core.jobs import JobState
from bot.core.pictures import PictureRequest
from bot.storage.schema import jobs
from bot.storage.transaction import Tx
from bot.storage.views import Viewer


@dataclass(frozen=True)
class NamedJob:
    """A job by its number: what it was to show, and when it was ordered."""

    number: int
    prompt: str
    created: int


def nearby(db: Tx, viewer: Viewer, channel: str, *, limit: int, drawn: bool) -> list[NamedJob]:
    """List the newest jobs that are the viewer's own or public in this channel; with `drawn` only finished ones."""
    here = select(jobs).where(jobs.c.tenant == viewer.tenant)
    if drawn:
        here = here.where(jobs.c.state == JobState.DONE)
    own = here.where(jobs.c.person == viewer.person).order_by(jobs.c.seq.desc()).limit(limit)
    others = (
        here.where(jobs.c.channel == channel, jobs.c.is_private == 0).order_by(jobs.c.seq.desc()).limit(limit)
    )
    found = {row.number: row for query in (own, others) for row in db.execute(query)}
    newest = sorted(found.values(), key=lambda row: row.seq, reverse=True)[:limit]
    return [
        NamedJob(row.number, PictureRequest.model_validate_json(row.request).prompt, row.created)
        for row in newest
    ]
