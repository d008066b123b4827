"""Finds a PostgreSQL for the tests and gives each of them a database of its own."""

from __future__ import annotations

import getpass
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

VARIABLE = "EASEL_TEST_POSTGRES"
MISSING = (
    f"no PostgreSQL: set {VARIABLE} to a URL whose user may create databases,"
    " or start a server on 127.0.0.1:5432 that trusts local users"
)


def find_server() -> URL | None:
    """Return an administrator's URL, or None when no server answers; a URL that was set must work."""
    if given := os.environ.get(VARIABLE):
        url = make_url(given).set(drivername="postgresql")
        _connect(url).close()
        return url
    for user in (getpass.getuser(), "postgres"):
        url = URL.create("postgresql", username=user, host="127.0.0.1", port=5432, database="postgres")
        try:
            _connect(url).close()
        except psycopg.OperationalError:
            continue
        return url
    return None


@contextmanager
def throwaway_database(server: URL, template: str = "template1") -> Iterator[URL]:
    """Create a database for one test and drop it afterwards, whoever is still connected to it."""
    name = f"easel_test_{secrets.token_hex(6)}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    with _connect(server) as connection:
        connection.execute(create)
    try:
        yield server.set(drivername="postgresql+psycopg", database=name)
    finally:
        with _connect(server) as connection:
            connection.execute(drop)


def _connect(url: URL) -> psycopg.Connection:
    text = url.render_as_string(hide_password=False)
    return psycopg.connect(text, autocommit=True, connect_timeout=3)
