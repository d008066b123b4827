"""The person behind a request."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.core.commands import Caller
from bot.core.replies import Address
from bot.core.text import user_of
from bot.platforms.web.errors import NoSession
from bot.platforms.web.ports import People
from bot.platforms.web.sessions import Session, Sessions
from bot.platforms.web.settings import WebSettings

PLATFORM = "web"
TENANT = "local"
CHANNEL = "chat"
LOCAL_USER = "you"
LOCAL_NAME = "You"


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in."""

    person: str
    user: str
    name: str
    is_operator: bool

    def caller(self, event: str, *, thread: str | None = None, message: str | None = None) -> Caller:
        """Say who acts, from where, and by which event of theirs."""
        address = Address(
            platform=PLATFORM,
            tenant=TENANT,
            channel=CHANNEL,
            thread=thread,
            message=message,
            person=self.person,
            user=self.user,
        )
        return Caller(
            person=self.person,
            address=address,
            name=self.name,
            event=f"{self.person}:{event}",
            is_admin=self.is_operator,
            is_operator=self.is_operator,
        )


class Visitors:
    """Finds out who a request is from."""

    def __init__(self, settings: WebSettings, sessions: Sessions, people: People) -> None:
        self._settings = settings
        self._sessions = sessions
        self._people = people
        self._operators = {user_of(name) for name in settings.operators}

    async def of(self, request: web.Request) -> Visitor:
        """Return who is signed in; raises NoSession."""
        session = self._sessions.read(request)
        if session is None:
            raise NoSession
        return await self._visitor(session)

    def welcome(self, request: web.Request, response: web.StreamResponse) -> bool:
        """Renew the session of whoever opens the page, or start the local one; False for a stranger."""
        session = self._sessions.read(request)
        if session is not None:
            self._sessions.write(response, user=session.user, name=session.name)
        elif not self._settings.is_exposed:
            self._sessions.write(response, user=LOCAL_USER, name=LOCAL_NAME)
        else:
            return False
        return True

    async def _visitor(self, session: Session) -> Visitor:
        person = await self._people.known(PLATFORM, TENANT, session.user, session.name)
        is_operator = not self._settings.is_exposed or session.user in self._operators
        return Visitor(person, session.user, session.name, is_operator)
