"""Orders of vendors that somebody can follow: for commands that draw, in servers and workspaces that can be."""

from __future__ import annotations

from pydantic_core import PydanticCustomError

from bot.core.catalogue import Catalogue
from bot.core.routing import EVERY_COMMAND
from commands import COMMANDS
from config.settings import is_tenant

DRAWING = tuple(each.name for each in COMMANDS if each.draft)


def for_somebody(catalogue: Catalogue) -> Catalogue:
    """Refuse an order of vendors that nobody would ever follow, instead of keeping it in silence."""
    routing = catalogue.routing
    for tenant in routing.tenants:
        if not is_tenant(tenant):
            raise _stray(
                "tenants has {written}, which is no id of a server or workspace;"
                " write it as `easel tenants list` shows it, such as discord:815 or slack:T024",
                tenant,
            )
    for where, order in (("order", routing.order), *routing.tenants.items()):
        for command in order:
            if command not in {*DRAWING, EVERY_COMMAND}:
                allowed = f'{", ".join(DRAWING)} or "{EVERY_COMMAND}"'
                raise _stray(
                    f"{where} has {{written}}, which is no command that draws; write {allowed}", command
                )
    return catalogue


def _stray(what: str, name: str) -> PydanticCustomError:
    """Say what leads nowhere; `written` lets whoever reads the file find it."""
    return PydanticCustomError("stray", f"routing: {what}", {"written": name})
