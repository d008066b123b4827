"""Every act of an admin is in the audit log, with who did it and the reason that was given."""

from __future__ import annotations

from bot.core.front import Incoming
from tests.flows.conftest import Build
from tests.flows.stage import WITH, Stage
from tests.flows.test_rights_matrix import by_own_form
from tests.vendors_for_tests import LedgerVendor, hides_outcome

VIC = "user:user-vic"
ACTS = {
    f"/quota grant {VIC} 5": "grant",
    f"/quota revoke {VIC} 1": "revoke",
    "/quota refund 2": "refund",
    "/quota lost charge 1": "charge",
    f"/quota plan {VIC} everyone": "plan",
    f"/quota plan {VIC} none": "plan",
    "/quota cap here 50 per day": "cap",
    "/quota cap server 60 per month": "cap",
    f"/quota cap {VIC} 9 per week": "cap",
    "/quota cap here none day": "cap",
    f"/quota reset {VIC}": "reset",
    f"/quota block {VIC}": "block",
    f"/quota unblock {VIC}": "unblock",
    f"/quota admins add {VIC}": "admin added",
    f"/quota admins remove {VIC}": "admin removed",
    "/quota pause": "pause",
    "/quota resume": "resume",
}
"""Each line without its reason, and what the log calls it."""

OTHERS = {
    "/easel setup --channels chosen": "server rules",
    "/easel channel --spoilers": "channel rules",
    "/easel words add marlin": "word list",
}
"""What is chosen on a card, where no reason is asked for; the log says what was set."""


async def test_every_act_is_in_the_log_with_its_reason(build: Build) -> None:
    """The newest first, by name; the same line filled in as a form says the same."""
    stage = Stage(await build(LedgerVendor(hides_outcome())))
    await stage.furnish()
    pia = WITH["an admin of the platform"]

    for number, (line, act) in enumerate({**ACTS, **OTHERS}.items()):
        why = f"because of {number}" if line in ACTS else ""
        said = await stage.room.chat.receive(Incoming(f"{line} {why}".strip(), stage.caller(pia)))
        assert said.kind == "info", (line, said.text)
        log = await stage.room.chat.receive(Incoming("/quota log", stage.caller(pia)))
        newest = log.rows[0].value
        assert newest.startswith(f"Pia · {act}"), (line, newest)
        assert (f"“{why}”" in newest) == bool(why), (line, newest)
        assert "web:" not in newest
        assert "user-vic" not in newest

    await by_own_form(stage, pia, f"/quota cap {VIC} 3 per day two words")
    log = await stage.room.chat.receive(Incoming("/quota log", stage.caller(pia)))
    assert log.rows[0].value == "Pia · cap · Vic · 3 credits · per day · “two words”"
