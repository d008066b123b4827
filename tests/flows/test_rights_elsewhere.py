"""Rights at the shell's socket and over the web's HTTP: what the matrix of the chat cannot reach."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, get_args

import httpx2
import pytest
from sqlalchemy import select

from bot.app import App, now
from bot.app import build as build_app
from bot.core.replies import Act
from bot.operating import AnyAct, Operating
from bot.storage.schema import metadata, pictures, replies
from bot.storage.transaction import Tx
from bot.webapp import invite
from config import Config, load
from tests.flows.conftest import Build
from tests.flows.stage import DARK, FAR, SECRET, Stage, changed
from tests.flows.test_rights_matrix import LINES
from tests.ports import free_port
from tests.vendors_for_tests import LedgerVendor, hides_outcome

NOWHERE = "discord:nowhere"
ACTS: dict[str, dict[str, Any]] = {
    "pause": {"vendor": "nobody", "reason": "x"},
    "resume": {"vendor": "nobody"},
    "tenant": {"tenant": NOWHERE, "state": "approved"},
    "cap": {"tenant": NOWHERE, "millicredits": 5},
    "claim": {"tenant": NOWHERE},
    "forget": {"tenant": NOWHERE, "who": "vic"},
    "quota": {"tenant": NOWHERE, "line": "grant vic 5", "event": "1"},
    "breakers": {},
    "ping": {},
}
"""Each act of the shell's socket, about what is not there."""

EXPOSED = {
    "EASEL_PUBLIC_URL": "http://easel.example",
    "EASEL_SECRET_KEY": "s" * 40,
    "EASEL_ADMINS": "web:opal",
    "EASEL_DRAIN_SECONDS": "0",
}


def test_every_act_of_the_shell_has_a_row() -> None:
    """A new one is tried, too."""
    assert sorted(ACTS) == sorted(act.model_fields["act"].default for act in get_args(AnyAct))


async def test_the_shell_does_nothing_about_what_is_not_there(build: Build) -> None:
    """A tenant, vendor or job that is unknown is said to be, and no row changes."""
    stage = Stage(await build(LedgerVendor(hides_outcome())))
    await stage.furnish()
    house = stage.house
    front = stage.front.receive
    operating = Operating(house.life.database, house.clock, ("paper",), house.site.plans, receive=front)
    before = await stage.tables()

    for act, about in ACTS.items():
        answer = json.loads(await operating.answer(json.dumps({"act": act, **about})))
        assert answer["ok"] == (act in {"ping", "breakers"}), (act, answer)
        assert SECRET not in answer["sentence"]
    assert changed(before, await stage.tables()) == []


async def test_a_line_at_the_shell_reaches_one_tenant_only(build: Build) -> None:
    """People, jobs and pictures of the others are unknown there; one that waits is told so, and nothing changes."""
    stage = Stage(await build(LedgerVendor(hides_outcome())))
    await stage.furnish()
    house = stage.house
    front = stage.front.receive
    operating = Operating(house.life.database, house.clock, ("paper",), house.site.plans, receive=front)
    reaching = [
        *(
            "show user:user-vic",
            "grant user:user-vic 5",
            "revoke user:user-vic 1",
            "plan user:user-vic everyone",
        ),
        *(
            "cap user:user-vic 1 per day",
            "reset user:user-vic",
            "block user:user-vic",
            "unblock user:user-bo",
        ),
        *("admins add user:user-olga", "refund 2 x", "lost charge 1", "lost forgive 1", "lost deliver 1"),
    ]
    before = await stage.tables()

    for tenant in (FAR.id, DARK.id):
        for line in reaching:
            act = {"act": "quota", "tenant": tenant, "line": line, "event": f"{tenant} {line}"[:64]}
            answer = json.loads(await operating.answer(json.dumps(act)))
            assert not answer["ok"], (tenant, line, answer)
            assert answer["rows"] == []
            assert SECRET not in json.dumps(answer)
    assert changed(before, await stage.tables()) == []


class Page:
    """Somebody's page in front of a chat that others can reach."""

    def __init__(self, client: httpx2.AsyncClient, address: str) -> None:
        self._client = client
        self._address = address
        self._events = 0

    async def join(self, link: str) -> None:
        """Follow an invitation."""
        path = link.removeprefix(EXPOSED["EASEL_PUBLIC_URL"])
        answer = await self._client.post(self._address + path, headers=HEADERS, follow_redirects=False)
        assert answer.status_code in {200, 302, 303}, answer.text

    async def say(self, line: str, event: str = "") -> str:
        """Type a line; returns all of the answer."""
        self._events += 1
        fields = {"event": (None, event or f"event-{self._events:04}"), "text": (None, line)}
        answer = await self._client.post(f"{self._address}/api/messages", headers=HEADERS, files=fields)
        return answer.text

    async def press(self, act: str, **fields: str) -> str:
        """Press a button, ours or made up; returns all of the answer."""
        self._events += 1
        body = {"event": f"press-{self._events:04}", "act": act, **fields}
        return (await self._client.post(f"{self._address}/api/press", headers=HEADERS, json=body)).text

    async def text(self, path: str) -> str:
        """Ask for something; returns all of the answer."""
        return (await self._client.get(self._address + path, headers=HEADERS)).text

    async def get(self, path: str) -> int:
        """Ask for something; returns how it was answered."""
        return (await self._client.get(self._address + path, headers=HEADERS)).status_code


HEADERS = {
    "Host": "easel.example",
    "Origin": "http://easel.example",
    "X-Easel": "1",
    "Sec-Fetch-Site": "same-origin",
}


@pytest.fixture
async def exposed(tmp_path: Path) -> AsyncIterator[tuple[App, Config, str]]:
    """The whole of Easel, with a web chat that others can reach."""
    port = free_port()
    config = load({**EXPOSED, "PORT": str(port), "EASEL_DATA_DIR": str(tmp_path / "data")})
    async with build_app(config) as app, app.running():
        yield app, config, f"http://127.0.0.1:{port}"


@asynccontextmanager
async def _pages(address: str) -> AsyncIterator[tuple[Page, Page]]:
    """Give two browsers."""
    async with httpx2.AsyncClient(trust_env=False) as one, httpx2.AsyncClient(trust_env=False) as other:
        yield Page(one, address), Page(other, address)


REFUSED = ("Only admins can do this", "Only whoever runs Easel", "That code is not right", "no code to claim")
"""What somebody without the right is told; one of them, and nothing else."""


async def test_the_web_gives_guests_nothing_of_the_admins(exposed: tuple[App, Config, str]) -> None:
    """Every administrative line, typed and behind a made-up button: one sentence; a wrong code counts as a try."""
    app, config, address = exposed
    async with _pages(address) as (ann, opal):
        await ann.join(invite(config, "Ann", now=now()))
        await opal.join(invite(config, "Opal", now=now()))
        await opal.say("/quota show")
        await ann.text("/api/credits")
        before = await app.stores.database.read(_everything)
        for act, lines in LINES.items():
            for line in lines:
                for said in (
                    await ann.say(line),
                    await ann.press("say", words=line),
                    await ann.press("confirm", job="made-up", words=line),
                ):
                    assert any(each in said for each in REFUSED), (act, line, said)
                    assert '"rows": [{' not in said, (act, line, said)
        for act in ("take_down", "keep", "charge", "forgive", "deliver"):
            assert "Only admins can do this" in await ann.press(act, job="1", picture="nothing")
        after = await app.stores.database.read(_everything)
        allowed = await opal.say("/quota show everyone")

    assert set(changed(before, after)) <= {"chat_messages", "claims"}
    assert {row[0] for row in after["claims"]} == {row[0] for row in before["claims"]}
    assert "Only admins" not in allowed


ANYBODYS = {
    *("/", "/static/{name}", "/join/{token}", "/healthz", "/readyz"),
    *("/shared/{token}", "/callbacks/{call}/{signature}"),
}
"""What needs no session: the page without anything on it, probes, and what is signed by itself."""


async def test_without_a_session_the_web_gives_and_does_nothing(exposed: tuple[App, Config, str]) -> None:
    """Every route there is, each as it may be asked; a new one is tried, too."""
    app, _, address = exposed
    routes = [
        (route.method, route.resource.canonical)
        for route in app.web.application().router.routes()
        if route.resource is not None
    ]
    before = await app.stores.database.read(_everything)
    answers = {}
    async with httpx2.AsyncClient(trust_env=False) as stranger:
        for method, path in routes:
            url = address + re.sub(r"\{[a-z]+\}", "1", path)
            answer = await stranger.request(
                method, url, headers=HEADERS, content=b"{}" if method == "POST" else None
            )
            answers[method, path] = answer.status_code
    after = await app.stores.database.read(_everything)

    private = {key: status for key, status in answers.items() if key[1] not in ANYBODYS}
    assert {path for _, path in private} >= {
        "/api/feed",
        "/api/press",
        "/pictures/{picture}",
        "/documents/{document}",
    }
    assert {key: status for key, status in private.items() if status not in {401, 403, 404}} == {}
    # Whoever runs Easel becomes known by itself, to be told of alarms.
    assert set(changed(before, after)) <= {"people", "identities"}
    assert {row[2] for row in after["identities"]} <= {"opal"}


async def test_the_web_shows_nobody_the_pictures_and_words_of_others(
    exposed: tuple[App, Config, str],
) -> None:
    """Private jobs by their number, pictures and messages by their ids, another's conversation: unknown."""
    app, config, address = exposed
    async with _pages(address) as (ann, bob):
        await ann.join(invite(config, "Ann", now=now()))
        await bob.join(invite(config, "Bob", now=now()))
        ordered = json.loads(await ann.say(f"{SECRET} --private"))
        assert ordered["kind"] == "accepted"
        message = ordered["messages"][1]["id"]
        picture = await _picture_of(app)

        await bob.text("/api/credits")
        before = await app.stores.database.read(_everything)
        told = [
            await bob.say(line) for line in ("/history 1", "/credits 1", "#1: make it night", "/cancel 1")
        ]
        told += [
            await bob.press(act, job=job, words="/history 1")
            for act in get_args(Act)
            for job in ("1", message)
        ]
        told += [await bob.press(act, picture=picture, message=message) for act in get_args(Act)]
        told += [await bob.text(path) for path in ("/api/feed", "/api/feed?after=0", "/api/credits")]
        seen = [await bob.get(path.format(picture)) for path in PATHS]
        own = await ann.get(f"/pictures/{picture}")
        after = await app.stores.database.read(_everything)

    assert [each for each in told if SECRET in each] == []
    assert (seen, own) == ([404] * len(PATHS), 200)
    assert set(changed(before, after)) <= {"chat_messages"}


async def test_the_files_of_a_report_are_for_whoever_asked_for_it(exposed: tuple[App, Config, str]) -> None:
    """Neither another person's page nor one without a session gets the table, and a form that comes again is one."""
    _, config, address = exposed
    async with _pages(address) as (ann, opal):
        await ann.join(invite(config, "Ann", now=now()))
        await opal.join(invite(config, "Opal", now=now()))
        await ann.text("/api/credits")
        [first, again] = [await opal.say("/quota grant Ann 5 a gift", event="event-same") for _ in range(2)]
        told = json.loads(await opal.say("/quota report"))["messages"][1]
        [table] = told["files"]
        path = f"/documents/{table['id']}"
        got = [await opal.get(path), await ann.get(path)]
        async with httpx2.AsyncClient(trust_env=False) as nobody:
            got.append(await Page(nobody, address).get(path))
        balance = json.loads(await ann.text("/api/credits"))

    assert first == again
    assert got == [200, 404, 401]
    assert [line["amount"] for line in balance["lines"]] == [5_000]


PATHS = (
    "/pictures/{}",
    "/pictures/{}?kind=original",
    "/pictures/{}?kind=thumbnail",
    "/pictures/{}?download",
    "/documents/{}",
    "/jobs/1/partial",
)


async def _picture_of(app: App) -> str:
    """Wait until something is drawn and shown; returns the picture's id."""
    async with asyncio.timeout(20):
        while not (found := await app.stores.database.read(_pictures)):  # noqa: ASYNC110 - tables ring no bell
            await asyncio.sleep(0.02)
    return found[0]


def _pictures(db: Tx) -> list[str]:
    """List pictures that were shown: nothing of their jobs changes any more."""
    shown = select(replies.c.job).where(replies.c.state == "posted")
    return list(db.execute(select(pictures.c.id).where(pictures.c.job.in_(shown))).scalars())


def _everything(db: Tx) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table.name: sorted((tuple(row) for row in db.execute(select(table))), key=repr)
        for table in metadata.sorted_tables
        if table.name not in {"workers", "deliveries"}
    }
