"""Discord's gateway v10: hello, identify, heartbeats, events by intent, resume, and the ways in which it ends.

Opcodes, close codes and intents: Discord's pages "Gateway", "Opcodes and Status Codes". Voice is left out.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.doubles.discord.audience import PRIVILEGED, shown_to
from tests.doubles.discord.refusals import Json
from tests.doubles.discord.shapes import guild_create
from tests.doubles.discord.state import World

DISPATCH, RECONNECT, INVALID, HELLO, ACK = 0, 7, 9, 10, 11
PAYLOAD_BYTES_MAX = 4096
SENDS_MAX, SENDS_SECONDS = 120, 60.0
SESSION_SECONDS = 120
ALL_INTENTS = (1 << 26) - 1


@dataclass
class Session:
    """What a client identified as; it outlives its connection for two minutes."""

    id: str
    intents: int
    shard: tuple[int, int]
    sequence: int = 0
    sent: list[tuple[int, str, Any]] = field(default_factory=list)
    connection: Connection | None = None
    left_ms: int = 0


@dataclass(eq=False)
class Connection:
    """One websocket."""

    request: web.Request
    socket: web.WebSocketResponse
    squeeze: Any = None
    session: Session | None = None
    is_ended_here: bool = False
    is_dead: bool = False
    sends: deque[float] = field(default_factory=deque)
    queue: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)

    def send(self, op: int, data: Any = None, sequence: int | None = None, event: str | None = None) -> None:
        """Queue a payload; they leave in order. A dead connection takes all and sends nothing."""
        if self.is_dead:
            return
        self.queue.put_nowait({"op": op, "d": data, "s": sequence, "t": event})

    async def drain(self) -> None:
        """Send what is queued, as long as the socket is open."""
        while True:
            text = json.dumps(await self.queue.get(), separators=(",", ":"))
            if self.squeeze is None:
                await self.socket.send_str(text)
            else:
                pressed = self.squeeze.compress(text.encode()) + self.squeeze.flush(zlib.Z_SYNC_FLUSH)
                await self.socket.send_bytes(pressed)


class Closing(Exception):
    """The connection ends with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass
class Gateway:
    """All connections and sessions. Its fields are what tests turn.

    heard       every payload that clients sent, in order
    granted     privileged intents that the application may ask for
    closed      the codes that clients were thrown out with
    """

    world: World
    token: str
    url: str = ""
    heartbeat_ms: int = 41_250
    granted: int = 0
    heard: list[Json] = field(default_factory=list)
    sessions: dict[str, Session] = field(default_factory=dict)
    identifies: int = 0
    connections: set[Connection] = field(default_factory=set)
    closed: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.listeners.append(self.dispatch)

    @property
    def live(self) -> list[Session]:
        """The sessions that have a connection and have been sent READY."""
        return [each for each in self.sessions.values() if each.connection is not None]

    async def connected(self) -> Session:
        """Wait until a client has identified or resumed."""
        return await self.world.changes.until(lambda: next(iter(self.live), None), "a gateway session")

    def dispatch(self, event: str, data: Any) -> None:
        """Send an event to every session that asked for its kind; kept for those that may resume."""
        for session in self.sessions.values():
            if (shown := shown_to(self.world, session.intents, event, data)) is None:
                continue
            session.sequence += 1
            session.sent.append((session.sequence, event, shown))
            if session.connection is not None:
                session.connection.send(DISPATCH, shown, session.sequence, event)

    def ask_to_reconnect(self) -> None:
        """Opcode 7: connect again and resume."""
        for connection in self.connections:
            connection.send(RECONNECT)

    def deaden(self) -> None:
        """Make zombies of the present connections: open, but nothing comes, no acknowledgement either."""
        for connection in self.connections:
            connection.is_dead = True

    def invalidate(self, *, is_resumable: bool = False) -> None:
        """Opcode 9: the session is no longer valid."""
        for session in self.live:
            assert session.connection is not None
            session.connection.send(INVALID, is_resumable)
            if not is_resumable:
                self._forget(session)

    async def drop(self, code: int = 1001) -> None:
        """Close every connection from this side; 0: without a close frame, as a cable that is pulled."""
        for connection in tuple(self.connections):
            connection.is_ended_here = True
            if code:
                await connection.socket.close(code=code)
            elif connection.request.transport is not None:
                connection.request.transport.abort()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection."""
        compress = request.query.get("compress")
        if request.query.get("v") != "10" or compress not in {None, "zlib-stream"}:
            return web.Response(status=400)
        socket = web.WebSocketResponse(max_msg_size=2**20)
        await socket.prepare(request)
        connection = Connection(request, socket, zlib.compressobj() if compress else None)
        self.connections.add(connection)
        connection.send(HELLO, {"heartbeat_interval": self.heartbeat_ms, "_trace": ["double"]})
        drain = asyncio.create_task(connection.drain())
        try:
            await self._listen(connection)
        except Closing as closing:
            self.closed.append(closing.code)
            connection.is_ended_here = True
            await socket.close(code=closing.code, message=closing.reason.encode())
        except ConnectionError:
            pass
        finally:
            drain.cancel()
            await asyncio.gather(drain, return_exceptions=True)
            self._leave(connection)
        return socket

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT and message.type is not WSMsgType.BINARY:
                break
            self._count(connection)
            raw = message.data
            if len(raw) > PAYLOAD_BYTES_MAX:
                raise Closing(4002, "Error while decoding payload.")
            try:
                payload = json.loads(raw)
                op, data = payload["op"], payload.get("d")
            except (ValueError, TypeError, KeyError):
                raise Closing(4002, "Error while decoding payload.") from None
            self.heard.append(payload)
            self._obey(connection, op, data)
            self.world.changes.tell()

    def _count(self, connection: Connection) -> None:
        now = time.monotonic()
        while connection.sends and connection.sends[0] < now - SENDS_SECONDS:
            connection.sends.popleft()
        connection.sends.append(now)
        if len(connection.sends) > SENDS_MAX:
            raise Closing(4008, "Rate limited.")

    def _obey(self, connection: Connection, op: int, data: Any) -> None:
        """Heartbeat 1, identify 2, resume 6, members 8; presence, voice and sounds say nothing to us."""
        match op:
            case 1:
                connection.send(ACK)
            case 2 | 6 if connection.session is not None:
                raise Closing(4005, "Already authenticated.")
            case 2:
                self._identify(connection, data)
            case 6:
                self._resume(connection, data)
            case _ if connection.session is None:
                raise Closing(4003, "Not authenticated.")
            case 3 | 4 | 31:
                pass
            case 8:
                self._members(connection, data)
            case _:
                raise Closing(4001, "Unknown opcode.")

    def _identify(self, connection: Connection, data: Json) -> None:
        if data.get("token", "").removeprefix("Bot ") != self.token:
            raise Closing(4004, "Authentication failed.")
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~ALL_INTENTS:
            raise Closing(4013, "Invalid intent(s).")
        if intents & PRIVILEGED & ~self.granted:
            raise Closing(4014, "Disallowed intent(s).")
        shard = tuple(data.get("shard", (0, 1)))
        if len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            raise Closing(4010, "Invalid shard.")
        self.identifies += 1
        session = Session(secrets.token_hex(16), intents, (shard[0], shard[1]))
        self.sessions[session.id] = session
        session.connection, connection.session = connection, session
        mine = [each for each in self.world.guilds.values() if self.world.bot.id in each.members]
        ready = {
            "v": 10,
            "user": {**self.world.bot.wire(), "verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": each.id, "unavailable": True} for each in mine],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": list(shard),
            "application": {"id": self.world.bot.id, "flags": 0},
            "private_channels": [],
            "user_settings": {},
            "relationships": [],
            "presences": [],
            "guild_join_requests": [],
            "geo_ordered_rtc_regions": [],
            "_trace": ["double"],
        }
        self._tell(session, "READY", ready)
        for guild in mine:
            if (int(guild.id) >> 22) % shard[1] == shard[0]:
                self._tell(session, "GUILD_CREATE", guild_create(self.world, guild))

    def _resume(self, connection: Connection, data: Json) -> None:
        if data.get("token", "").removeprefix("Bot ") != self.token:
            raise Closing(4004, "Authentication failed.")
        session = self.sessions.get(data.get("session_id", ""))
        if session is None or not self._is_kept(session):
            connection.send(INVALID, False)
            return
        sequence = data.get("seq")
        if not isinstance(sequence, int) or sequence > session.sequence:
            raise Closing(4007, "Invalid seq.")
        session.connection, connection.session = connection, session
        for number, event, shown in session.sent:
            if number > sequence:
                connection.send(DISPATCH, shown, number, event)
        self._tell(session, "RESUMED", {"_trace": ["double"]})

    def _tell(self, session: Session, event: str, data: Any) -> None:
        session.sequence += 1
        session.sent.append((session.sequence, event, data))
        if session.connection is not None:
            session.connection.send(DISPATCH, data, session.sequence, event)

    def _members(self, connection: Connection, data: Json) -> None:
        """Answer a request for members: by id freely, all of them only with the members intent."""
        session, guild = connection.session, self.world.guilds[str(data["guild_id"])]
        assert session is not None
        wanted = data.get("user_ids", [])
        ids = {str(each) for each in (wanted if isinstance(wanted, list) else [wanted])}
        found = [each.wire() for each in guild.members.values() if each.user.id in ids]
        if "query" in data and session.intents & 1 << 1:
            found = [each.wire() for each in guild.members.values()]
        chunk = {"guild_id": guild.id, "members": found, "chunk_index": 0, "chunk_count": 1}
        self._tell(session, "GUILD_MEMBERS_CHUNK", {**chunk, "nonce": data.get("nonce")})

    def _is_kept(self, session: Session) -> bool:
        return (
            session.connection is not None
            or self.world.clock.now_ms() - session.left_ms < SESSION_SECONDS * 1000
        )

    def _forget(self, session: Session) -> None:
        if session.connection is not None:
            session.connection.session = None
        self.sessions.pop(session.id, None)

    def _leave(self, connection: Connection) -> None:
        self.connections.discard(connection)
        session = connection.session
        if session is not None and session.connection is connection:
            session.connection, session.left_ms = None, self.world.clock.now_ms()
            # A client that says goodbye itself ends its session.
            if connection.socket.close_code in {1000, 1001} and not connection.is_ended_here:
                self._forget(session)
        self.world.changes.tell()
