"""Servers and workspaces at the shell: let in, kept out, capped; and the audit log."""

from __future__ import annotations

import asyncio
import json
import re

from bot.storage import Tx, audit, tenancy
from bot.storage.people import Tenant
from bot.storage.tenancy import Doors
from tests.cli.conftest import Shell, now, write


def meet(db: Tx, doors: Doors) -> None:
    """Meet two servers; the first is let in."""
    for id in ("1", "2"):
        found = Tenant(f"discord:{id}", "discord", f"Server {id}", "waiting", "UTC", "")
        tenancy.meet(db, found, doors, now=now())


async def met(shell: Shell) -> None:
    """Furnish a data folder with two servers."""
    await write(shell.config, meet, Doors("first", shell.config.plans.newcomer_cap))


async def test_a_server_is_let_in_with_a_cap(shell: Shell) -> None:
    """The sentence and the list name what it may spend; the same while Easel runs and while it does not."""
    await met(shell)

    approved = await asyncio.to_thread(shell, "tenants", "approve", "discord:2", "--reason", "a pilot")
    async with shell.running():
        capped = await asyncio.to_thread(
            shell, "tenants", "cap", "discord:2", "$5", "--per", "month", "--reason", "trial"
        )
        listed = json.loads((await asyncio.to_thread(shell, "tenants", "list", "--json")).output)
    lifted = await asyncio.to_thread(shell, "tenants", "cap", "discord:2", "none")

    assert approved.output == "discord:2 is approved. It may spend 100 credits a day.\n"
    assert capped.output == "discord:2 may spend 500 credits a month, from its next order on.\n"
    caps = {each["id"]: (each["state"], each["cap"], each["cap_per"]) for each in listed}
    assert caps["discord:1"] == ("approved", None, None)
    assert caps["discord:2"] == ("approved", 500_000, "month")
    assert "as much as Easel's other caps leave" in lifted.output
    deeds = await write(shell.config, audit.newest, "discord:2", limit=3)
    assert [(deed.act, deed.detail, deed.reason) for deed in deeds] == [
        ("cap", "by operators, no limit", ""),
        ("cap", "by operators, per month", "trial"),
        ("approved", "", "a pilot"),
    ]
    long = await asyncio.to_thread(shell, "tenants", "refuse", "discord:2", "--reason", "x" * 201)
    assert "Say why in at most 200 characters." in long.output


async def test_what_makes_no_sense_is_refused(shell: Shell) -> None:
    """An unknown tenant, period or amount changes nothing."""
    await met(shell)

    for words in (
        ("discord:9", "5"),
        ("discord:2", "-5"),
        ("discord:2", "1,000"),
        ("discord:2", "5", "--per", "hour"),
    ):
        said = await asyncio.to_thread(shell, "tenants", "cap", *words)
        assert said.exit_code == 2, words
    unknown = await asyncio.to_thread(shell, "tenants", "claim", "discord:9")

    assert unknown.exit_code == 2
    assert "0 credits a day" in (await asyncio.to_thread(shell, "tenants", "list")).output


async def test_a_code_for_the_first_admin_is_shown_on_demand(shell: Shell) -> None:
    """The same code within its hour, and the doctor shows it too."""
    await met(shell)

    said = [(await asyncio.to_thread(shell, "tenants", "claim", "discord:1")).output for _ in range(2)]
    doctor = await asyncio.to_thread(shell, "doctor")

    assert said[0] == said[1]
    found = re.search(r"/quota claim ([2-9A-Z]{4}-[2-9A-Z]{4}) there", said[0])
    assert found
    assert found[1] in doctor.output


async def test_the_audit_log_has_what_was_done_at_the_shell(shell: Shell) -> None:
    """With its reason; of one tenant, or of all of Easel."""
    await met(shell)
    await asyncio.to_thread(shell, "tenants", "refuse", "discord:2")
    await asyncio.to_thread(shell, "pause", "the bill is being checked")
    await asyncio.to_thread(shell, "resume")

    everything = json.loads((await asyncio.to_thread(shell, "audit", "--json")).output)
    of_two = json.loads((await asyncio.to_thread(shell, "audit", "--tenant", "discord:2", "--json")).output)
    table = (await asyncio.to_thread(shell, "audit")).output

    assert [each["act"] for each in everything] == ["resume", "pause", "refused", "met", "met"]
    assert [each["act"] for each in of_two] == ["refused", "met"]
    assert everything[1]["reason"] == "the bill is being checked"
    assert "the bill is being checked" in table
    assert "discord:2" in table


async def test_an_empty_log_says_so(shell: Shell) -> None:
    """A fresh folder has nothing to list."""
    await write(shell.config, lambda _: None)

    assert (await asyncio.to_thread(shell, "audit")).output == "Nothing was done yet.\n"
