"""Who is asking: signed session cookies and signed invitations."""

from __future__ import annotations

from aiohttp import web
from itsdangerous import BadSignature, URLSafeSerializer
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.core.ports import Clock
from bot.core.text import WEB_NAME_CHARACTERS_MAX, user_of
from bot.platforms.web.settings import WebSettings

DAY_MS = 24 * 60 * 60 * 1000
SESSION_DAYS = 30
INVITATION_DAYS = 7


class Session(BaseModel):
    """A signed statement: this browser is `user`, called `name`, until `expires` (milliseconds)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str
    name: str
    expires: int


def invitation(settings: WebSettings, name: str, *, now: int) -> str:
    """Return the link by which `name` joins within a week; it is a secret of that person."""
    shown = " ".join(name.split())[:WEB_NAME_CHARACTERS_MAX]
    ticket = Session(user=user_of(name), name=shown, expires=now + INVITATION_DAYS * DAY_MS)
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    return f"{base.rstrip('/')}/join/{_signer(settings, 'invitation').dumps(ticket.model_dump())}"


class Sessions:
    """Reads and writes the session cookie; reads invitations."""

    def __init__(self, settings: WebSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        # A session of the local person must not open the exposed chat, should the secret stay the same.
        self._sessions = _signer(settings, "exposed session" if settings.is_exposed else "local session")
        self._invitations = _signer(settings, "invitation")
        # Browsers share cookies between the ports of one host.
        self._cookie = f"easel_{settings.port}"

    def read(self, request: web.Request) -> Session | None:
        """Return the session of a request, or None without one that we signed and that is still good."""
        return self._open(self._sessions, request.cookies.get(self._cookie, ""))

    def read_invitation(self, token: str) -> Session | None:
        """Return whom an invitation is for, or None when it is not ours or too old."""
        return self._open(self._invitations, token)

    def write(self, response: web.StreamResponse, *, user: str, name: str) -> None:
        """Set the session cookie."""
        session = Session(user=user, name=name, expires=self._clock() + SESSION_DAYS * DAY_MS)
        response.set_cookie(
            self._cookie,
            self._sessions.dumps(session.model_dump()),
            max_age=SESSION_DAYS * DAY_MS // 1000,
            httponly=True,
            samesite="Strict",
            secure=self._settings.is_https,
            path="/",
        )

    def _open(self, signer: URLSafeSerializer, token: str) -> Session | None:
        try:
            session = Session.model_validate(signer.loads(token))
        except (BadSignature, ValidationError):
            return None
        return session if session.expires > self._clock() else None


def _signer(settings: WebSettings, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret, salt=f"easel {purpose}")
