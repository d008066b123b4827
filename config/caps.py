"""Caps that somebody is under: for people, channels, tenants and platforms that can be."""

from __future__ import annotations

import re

from pydantic_core import PydanticCustomError

from bot.core.chat import Platform
from bot.core.plans import Cap, Plans
from config.settings import is_tenant

FORMS = {
    "person": "a person's id, 24 small letters and digits",
    "channel": "a server, a slash and a channel, such as discord:815/4711",
    "tenant": "the id of a server or workspace as `easel tenants list` shows it, such as discord:815",
    "platform": ", ".join(Platform),
    "bot": "no subject",
}


def over_somebody(plans: Plans) -> Plans:
    """Refuse a cap that would limit nobody, instead of keeping it in silence."""
    for cap in plans.caps:
        if cap.subject is not None and not _can_be(cap, cap.subject):
            raise PydanticCustomError(
                "stray",
                "caps: {scope} has the subject {written}, which is none; write {form}",
                {"scope": cap.scope, "written": cap.subject, "form": FORMS[cap.scope]},
            )
    return plans


def _can_be(cap: Cap, subject: str) -> bool:
    match cap.scope:
        case "person":
            return re.fullmatch(r"[0-9a-hjkmnp-tv-z]{24}", subject) is not None
        case "channel":
            tenant, _, channel = subject.partition("/")
            return is_tenant(tenant) and bool(channel)
        case "tenant":
            return is_tenant(subject)
        case "platform":
            return subject in list(Platform)
        case "bot":
            return False
