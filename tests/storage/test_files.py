"""Bytes on disk: named by their hash, whole or not there."""

from __future__ import annotations

import errno
import os
from hashlib import sha256
from pathlib import Path

import pytest

from bot.storage.files import PictureFiles
from bot.storage.transaction import StorageFull

LONG_AGO = 1_000_000
FAR_AHEAD = 1 << 50


@pytest.fixture
def files(tmp_path: Path) -> PictureFiles:
    return PictureFiles(tmp_path / "pictures")


def everything(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_bytes_are_found_by_their_hash(files: PictureFiles) -> None:
    """What is stored is read back byte for byte under its SHA-256."""
    stored = files.store(b"a picture")

    assert stored.sha256 == sha256(b"a picture").hexdigest()
    assert stored.size_bytes == 9
    with files.open(stored.sha256) as reader:
        assert reader.read() == b"a picture"


def test_a_file_is_copied_and_stays(files: PictureFiles, tmp_path: Path) -> None:
    """Storing a path leaves the source where it is, and leaves no part behind."""
    source = tmp_path / "upload"
    source.write_bytes(b"x" * 3_000_000)

    stored = files.store(source)

    assert files.path(stored.sha256).read_bytes() == source.read_bytes()
    assert everything(tmp_path / "pictures") == [files.path(stored.sha256)]


def test_the_same_bytes_are_one_file(files: PictureFiles, tmp_path: Path) -> None:
    """Storing twice gives one file, which counts as just stored."""
    stored = files.store(b"same")
    os.utime(files.path(stored.sha256), (1, 1))

    assert files.store(b"same") == stored
    assert len(everything(tmp_path)) == 1
    assert list(files.list_orphan_candidates(LONG_AGO)) == []


def test_damaged_bytes_are_healed_by_storing_again(files: PictureFiles) -> None:
    """A file whose content does not fit its name is replaced."""
    stored = files.store(b"good")
    files.path(stored.sha256).write_bytes(b"bad")

    files.store(b"good")

    assert files.path(stored.sha256).read_bytes() == b"good"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_and_leaves_nothing(
    files: PictureFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """When the disk refuses the bytes, StorageFull is raised and no partial file stays."""

    def full(handle: int) -> None:
        raise OSError(code, "no room")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(StorageFull):
        files.store(b"too much")
    assert everything(tmp_path) == []


def test_bytes_are_synced_before_they_get_their_name(
    files: PictureFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file's own sync comes while it is still a part; its folder's sync comes after the rename."""
    moments = []
    sync = os.fsync

    def watch(handle: int) -> None:
        moments.append([path.parent.name == "parts" for path in everything(tmp_path)])
        sync(handle)

    monkeypatch.setattr(os, "fsync", watch)
    files.store(b"durable")

    assert moments[-2:] == [[True], [False]]


def test_only_old_files_are_orphan_candidates(files: PictureFiles) -> None:
    """A file is a candidate once it is older than the given time, and is then removed only if still so."""
    old, new = files.store(b"old").sha256, files.store(b"new").sha256
    os.utime(files.path(old), (1, 1))

    assert list(files.list_orphan_candidates(LONG_AGO)) == [old]
    assert not files.remove(new, older_than=LONG_AGO)
    assert files.remove(old, older_than=LONG_AGO)
    assert files.remove(new)
    assert not files.remove(new)


def test_abandoned_parts_are_removed(files: PictureFiles, tmp_path: Path) -> None:
    """What a dead process left half written goes once it is old enough."""
    part = tmp_path / "pictures" / "parts" / "half"
    part.write_bytes(b"half")
    files.remove_stale_parts(LONG_AGO)
    assert part.exists()

    files.remove_stale_parts(FAR_AHEAD)
    assert not part.exists()


def test_a_sealed_answer_survives(files: PictureFiles, tmp_path: Path) -> None:
    """An answer is there for the next process only after it was sealed, with its pictures."""
    folder = files.incoming("call-1")
    (folder / "0.png").write_bytes(b"picture")
    assert files.sealed("call-1") is None

    files.seal("call-1", b'{"pictures": 1}')
    again = PictureFiles(tmp_path / "pictures")

    assert again.sealed("call-1") == b'{"pictures": 1}'
    assert (again.incoming("call-1") / "0.png").read_bytes() == b"picture"
    assert list(again.list_incoming(FAR_AHEAD)) == ["call-1"]


def test_a_failed_seal_is_no_seal(files: PictureFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full while sealing leaves the answer unsealed."""
    files.incoming("call-1")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(StorageFull):
        files.seal("call-1", b"{}")
    assert files.sealed("call-1") is None


def test_a_discarded_answer_is_gone(files: PictureFiles) -> None:
    """Discarding removes the folder, sealed or not, and may be repeated."""
    for call, is_sealed in (("sealed", True), ("open", False)):
        (files.incoming(call) / "0.png").write_bytes(b"picture")
        if is_sealed:
            files.seal(call, b"{}")
        files.discard(call)
        files.discard(call)

    assert list(files.list_incoming(FAR_AHEAD)) == []


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "x" * 65, "é"])
def test_names_cannot_leave_the_folder(files: PictureFiles, name: str) -> None:
    """Neither a hash nor a call id can point elsewhere."""
    with pytest.raises(ValueError):
        files.incoming(name)
    with pytest.raises(ValueError):
        files.path(name)
