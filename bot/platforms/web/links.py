"""Addresses that only a vendor gets to know: one picture for a while, and where it says that it is done.

They carry no session and ask for none; what they carry is signed with the secret of this Easel, and nobody guesses it.
"""

from __future__ import annotations

from itsdangerous import BadSignature, Signer, URLSafeSerializer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.core.ports import Clock

PICTURE_MILLISECONDS = 2 * 3_600_000
"""How long a picture can be fetched: longer than any vendor takes to begin."""


class _SharedPicture(BaseModel):
    """A signed statement: whoever shows it may fetch these bytes until `expires` (milliseconds)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    expires: int


class PublicLinks:
    """Makes and reads such addresses below `base_url`."""

    def __init__(self, base_url: str, secret: bytes, clock: Clock) -> None:
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._pictures = URLSafeSerializer(secret, salt="easel shared picture")
        self._callbacks = Signer(secret, salt="easel callback")

    def picture(self, sha256: str) -> str:
        """Return where these bytes can be fetched for a while, without a session."""
        shared = _SharedPicture(sha256=sha256, expires=self._clock() + PICTURE_MILLISECONDS)
        return f"{self._base_url}/shared/{self._pictures.dumps(shared.model_dump())}"

    def callback(self, call: str) -> str:
        """Return where a vendor may say that this call is done."""
        return f"{self._base_url}/callbacks/{call}/{self._callbacks.get_signature(call).decode()}"

    def shared(self, token: str) -> str | None:
        """Return the hash of the bytes that a token opens; None when it is not ours or too old."""
        try:
            shared = _SharedPicture.model_validate(self._pictures.loads(token))
        except (BadSignature, ValidationError):
            return None
        return shared.sha256 if shared.expires > self._clock() else None

    def is_callback(self, call: str, signature: str) -> bool:
        """Whether this is the address of this call; takes as long for every wrong signature."""
        return self._callbacks.verify_signature(call, signature.encode(errors="replace"))
