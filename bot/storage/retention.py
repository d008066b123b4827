"""Which bytes on disk are still needed. Rows stay for ever: they are the lineage and the books."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, exists, or_, select

from bot.storage.schema import inputs, jobs, pictures, standing_references
from bot.storage.states import is_running, is_waiting
from bot.storage.transaction import Tx


def needed(db: Tx, hashes: Collection[str], *, kept_since: int) -> set[str]:
    """Pick those of `hashes` that must stay: of a picture made at `kept_since` or later, or of an open job.

    A picture that was deleted by a person stays only while an open job works from it; one that somebody draws from
    as a standing reference stays as long as it is one.
    """
    made_by_open = exists().where(jobs.c.id == pictures.c.job, or_(is_waiting(), is_running()))
    used_by_open = exists().where(
        inputs.c.picture == pictures.c.id, jobs.c.id == inputs.c.job, or_(is_waiting(), is_running())
    )
    is_standing = exists().where(standing_references.c.picture == pictures.c.id)
    is_kept = or_(pictures.c.created >= kept_since, made_by_open, is_standing)
    query = (
        select(pictures.c.sha256, pictures.c.original_sha256)
        .where(or_(pictures.c.sha256.in_(hashes), pictures.c.original_sha256.in_(hashes)))
        .where(or_(and_(pictures.c.deleted.is_(None), is_kept), used_by_open))
    )
    return {sha256 for row in db.execute(query) for sha256 in row if sha256 in hashes}
