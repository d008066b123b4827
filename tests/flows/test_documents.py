"""Files that are made for one answer: for one person, for one day."""

from __future__ import annotations

import pytest

from bot.core.errors import NotFound, Refusal
from bot.core.studio import NewFile
from bot.documents import BYTES_MAX, EACH_MAX
from bot.storage.schema import documents
from tests.flows.conftest import Build
from tests.flows.world import caller

SUMS = NewFile("sums.csv", "text/csv", b"a,b\n", "The sums")
DAY_SECONDS = 86_400


async def test_a_document_is_served_to_whom_it_was_made_for(build: Build) -> None:
    """Nobody else gets it, whoever knows its id; a name of a picture or a path is no document."""
    house = await build()
    file = await house.life.studio.attach(SUMS, caller("1"))

    served = await house.life.gallery.document(file.id, caller("2"))

    assert (served.path.read_bytes(), served.mime, served.name) == (SUMS.content, "text/csv", "sums.csv")
    assert file.alt == "The sums"
    for document, who in ((file.id, "bob"), ("nothing", "ann"), ("../easel.db", "ann")):
        with pytest.raises(NotFound, match="a day"):
            await house.life.gallery.document(document, caller("3", who, is_admin=True))


async def test_a_document_is_kept_for_a_day(build: Build) -> None:
    """After that it is not served, and its row and bytes are collected."""
    house = await build()
    file = await house.life.studio.attach(SUMS, caller("1"))
    path = house.life.shelf.document(file.id)
    house.clock.advance(DAY_SECONDS)
    assert (await house.life.gallery.document(file.id, caller("2"))).path == path

    house.clock.advance(1)
    with pytest.raises(NotFound):
        await house.life.gallery.document(file.id, caller("3"))
    await house.life.gallery.clear_up()

    assert not path.exists()
    assert await house.rows(documents) == []


async def test_documents_are_capped(build: Build) -> None:
    """One that is too large is refused; the newest of a person take the place of the oldest."""
    house = await build()
    with pytest.raises(Refusal, match="16 MB"):
        await house.life.studio.attach(NewFile("x.csv", "text/csv", bytes(BYTES_MAX + 1)), caller("0"))
    other = await house.life.studio.attach(SUMS, caller("1", "bob"))

    files = [await house.life.studio.attach(SUMS, caller("2")) for _ in range(EACH_MAX + 2)]

    kept = {row.id for row in await house.rows(documents)}
    assert kept == {other.id, *(file.id for file in files[2:])}
    assert not house.life.shelf.document(files[0].id).exists()
    assert house.life.shelf.document(files[2].id).exists()
