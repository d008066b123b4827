"""The tables, a module for each area.

Amounts are millicredits unless a name ends in `_nano`; times are milliseconds UTC.
JSON columns hold text that pydantic wrote; nothing is queried inside them.
"""

from bot.storage.schema.books import documents, sums, verdicts
from bot.storage.schema.calls import callbacks, calls, inputs, pictures
from bot.storage.schema.chat import chat_messages, replies
from bot.storage.schema.columns import metadata
from bot.storage.schema.conversation import drafts, heard, postings
from bot.storage.schema.discord import remembered
from bot.storage.schema.health import moves, prices, vitals
from bot.storage.schema.inbox import inbox
from bot.storage.schema.jobs import admissions, deliveries, events, jobs, pauses, workers
from bot.storage.schema.money import accounts, adjustments, entries
from bot.storage.schema.people import channels, identities, people, tenants
from bot.storage.schema.preferences import channel_rules, preferences, standing_references, tenant_rules
from bot.storage.schema.reports import removals, reports, takedowns
from bot.storage.schema.rights import admins, alarms, claims, deeds, first_tenants, tenant_pauses
from bot.storage.schema.terms import lots, terms

__all__ = [
    "accounts",
    "adjustments",
    "admins",
    "admissions",
    "alarms",
    "callbacks",
    "calls",
    "channel_rules",
    "channels",
    "chat_messages",
    "claims",
    "deeds",
    "deliveries",
    "documents",
    "drafts",
    "entries",
    "events",
    "first_tenants",
    "heard",
    "identities",
    "inbox",
    "inputs",
    "jobs",
    "lots",
    "metadata",
    "moves",
    "pauses",
    "people",
    "pictures",
    "postings",
    "preferences",
    "prices",
    "remembered",
    "removals",
    "replies",
    "reports",
    "standing_references",
    "sums",
    "takedowns",
    "tenant_pauses",
    "tenant_rules",
    "tenants",
    "terms",
    "verdicts",
    "vitals",
    "workers",
]
