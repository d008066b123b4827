"""The secret of one data folder."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def own_secret(folder: Path) -> str:
    """Read the secret that signs sessions, or make one for this data folder: whole, or not there at all."""
    path = folder / "secret.key"
    if not path.exists():
        descriptor, part = tempfile.mkstemp(dir=folder, prefix="secret.")
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        # Another shell command may have made one meanwhile; then that one stays.
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
        Path(part).unlink()
    return path.read_text(encoding="ascii")
