"""Where everything is kept. Statements are written in this folder and nowhere else."""

from bot.storage.database import Database, open_database
from bot.storage.transaction import (
    Dialect,
    StorageBusy,
    StorageClosed,
    StorageFull,
    Tx,
    after_commit,
    dialect_of,
)

__all__ = [
    "Database",
    "Dialect",
    "StorageBusy",
    "StorageClosed",
    "StorageFull",
    "Tx",
    "after_commit",
    "dialect_of",
    "open_database",
]
