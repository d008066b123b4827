"""What every table is made of."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def number(name: str, default: int | None = 0) -> Column[int]:
    """Declare an amount, a counter or a time; with `default` None it may be missing."""
    if default is None:
        return Column(name, BigInteger)
    return Column(name, BigInteger, nullable=False, server_default=str(default))


def words(name: str, *, optional: bool = False) -> Column[str]:
    """Declare a text."""
    return Column(name, Text, nullable=optional)
