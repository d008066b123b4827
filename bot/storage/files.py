"""Pictures' bytes on disk: named by their hash, complete or not there at all.

    <root>/ab/cdef…            the bytes whose SHA-256 is abcdef…
    <root>/incoming/<call>/    what a vendor is writing; `answer.json` in it says that the answer is complete
    <root>/parts/              files being written
    <root>/documents/<id>      what was made for one answer

Every method blocks on the disk: call it in a thread.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

from bot.storage.transaction import StorageFull

HASH = re.compile(r"[0-9a-f]{64}")
CALL = re.compile(r"[A-Za-z0-9_-]{1,64}")
ANSWER = "answer.json"
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class StoredFile:
    """Bytes that are safely on disk."""

    sha256: str
    size_bytes: int


@contextmanager
def naming_full_disk() -> Iterator[None]:
    """Turn what a disk without room raises into StorageFull."""
    try:
        yield
    except OSError as problem:
        if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFull("no room left on the disk for a picture") from problem
        raise


class PictureFiles:
    """Keeps pictures' bytes under `root`, all on one file system."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._parts = root / "parts"
        self._documents = root / "documents"
        for folder in (root, self._incoming, self._parts, self._documents):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def store(self, source: Path | bytes) -> StoredFile:
        """Copy `source` to its place, durably; bytes that are there already are written afresh.

        Raises StorageFull and leaves no part behind; raises FileNotFoundError for a source that is gone.
        """
        with self._part() as part:
            digest, size = sha256(), 0
            with source.open("rb") if isinstance(source, Path) else BytesIO(source) as reader:
                while chunk := reader.read(CHUNK_BYTES):
                    digest.update(chunk)
                    size += part.write(chunk)
            target = self.path(digest.hexdigest())
            if not target.parent.exists():
                target.parent.mkdir(mode=0o700, exist_ok=True)
                _sync_folder(self._root)
            self._place(part, target)
        return StoredFile(digest.hexdigest(), size)

    def path(self, sha256: str) -> Path:
        """Return where the bytes with this hash are or would be."""
        if not HASH.fullmatch(sha256):
            raise ValueError("not a SHA-256")
        return self._root / sha256[:2] / sha256[2:]

    def open(self, sha256: str) -> BinaryIO:
        """Open the bytes with this hash; raises FileNotFoundError."""
        return self.path(sha256).open("rb")

    def remove(self, sha256: str, *, older_than: int | None = None) -> bool:
        """Remove these bytes, with `older_than` (milliseconds) only if last stored before; tell if it did."""
        path, aside = self.path(sha256), self._parts / sha256
        try:
            if older_than is not None and _stored_at(path) >= older_than:
                return False
            path.replace(aside)
            if older_than is not None and _stored_at(aside) >= older_than:
                # They were stored afresh between the look and the move.
                aside.replace(path)
                return False
            aside.unlink()
        except FileNotFoundError:
            return False
        return True

    def list_orphan_candidates(self, older_than: int) -> Iterator[str]:
        """Name every hash that was last stored before `older_than`, in milliseconds UTC."""
        for folder in self._root.iterdir():
            if len(folder.name) == 2:
                for file in folder.iterdir():
                    with suppress(FileNotFoundError):
                        if HASH.fullmatch(folder.name + file.name) and _stored_at(file) < older_than:
                            yield folder.name + file.name

    def remove_stale_parts(self, older_than: int) -> None:
        """Remove what a process that died was writing before `older_than`, in milliseconds UTC."""
        for part in self._parts.iterdir():
            with suppress(FileNotFoundError):
                if _stored_at(part) < older_than:
                    part.unlink()

    def incoming(self, call_id: str) -> Path:
        """Make the folder into which the vendor of this call writes; raises StorageFull."""
        folder = self._folder(call_id)
        with naming_full_disk():
            folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def list_incoming(self, older_than: int) -> Iterator[str]:
        """Name every call whose folder was last changed before `older_than`, in milliseconds UTC."""
        for folder in self._incoming.iterdir():
            with suppress(FileNotFoundError):
                if _stored_at(folder) < older_than:
                    yield folder.name

    def seal(self, call_id: str, meta: bytes) -> None:
        """Make the call's answer durable: its files first, then `meta`, which says that all of it is there.

        Raises StorageFull, and then the answer is not sealed.
        """
        folder = self._folder(call_id)
        with self._part() as part:
            for file in folder.iterdir():
                _sync_file(file)
            part.write(meta)
            self._place(part, folder / ANSWER)
        _sync_folder(self._incoming)

    def sealed(self, call_id: str) -> bytes | None:
        """Read what `seal` wrote; None for an answer that did not arrive whole."""
        try:
            return (self._folder(call_id) / ANSWER).read_bytes()
        except FileNotFoundError:
            return None

    def discard(self, call_id: str) -> None:
        """Forget the folder of this call; the seal goes first, so that no half answer looks whole."""
        folder = self._folder(call_id)
        (folder / ANSWER).unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            shutil.rmtree(folder)

    def document(self, document_id: str) -> Path:
        """Return where this document is or would be."""
        if not CALL.fullmatch(document_id):
            raise ValueError("not a document's id")
        return self._documents / document_id

    def write_document(self, document_id: str, write: Callable[[BinaryIO], object]) -> int:
        """Let `write` write a document, durably; returns its size. Raises StorageFull and leaves no part behind."""
        target = self.document(document_id)
        with self._part() as part, naming_full_disk():
            write(part)
            self._place(part, target)
        return target.stat().st_size

    def list_documents(self, older_than: int) -> Iterator[str]:
        """Name every document that was written before `older_than`, in milliseconds UTC."""
        for file in self._documents.iterdir():
            with suppress(FileNotFoundError):
                if _stored_at(file) < older_than:
                    yield file.name

    def _folder(self, call_id: str) -> Path:
        if not CALL.fullmatch(call_id):
            raise ValueError("not a call id")
        return self._incoming / call_id

    @contextmanager
    def _part(self) -> Iterator[BinaryIO]:
        """Open a file to be placed; gone at the end unless it was placed."""
        with naming_full_disk():
            part = NamedTemporaryFile(dir=self._parts, delete=False)  # noqa: SIM115 - closed below, placed by its name
        try:
            with naming_full_disk(), part:
                yield cast("BinaryIO", part)
        finally:
            Path(part.name).unlink(missing_ok=True)

    def _place(self, part: BinaryIO, target: Path) -> None:
        part.flush()
        os.fsync(part.fileno())
        Path(part.name).replace(target)
        _sync_folder(target.parent)


def _stored_at(path: Path) -> int:
    return path.stat().st_mtime_ns // 1_000_000


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(path: Path) -> None:
    _sync_file(path)
