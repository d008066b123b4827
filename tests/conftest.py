"""Promises of the whole suite: nothing leaves this machine; under EASEL_NO_SKIPS=1 nothing is skipped."""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

import pytest
from hypothesis import settings

_skipped: list[str] = []


def _is_local(host: object) -> bool:
    """Tell whether `host` is this machine: a loopback address, its name, or no host at all."""
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if name in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Stop a test that resolves or reaches another machine; Unix sockets have no host and may pass."""
    match event:
        case "socket.getaddrinfo":
            host = arguments[0]
        case "socket.connect" | "socket.sendto" if isinstance(arguments[1], tuple):
            host = arguments[1][0]
        case _:
            return
    if not _is_local(host):
        raise RuntimeError(f"a test may not reach the network: {event} {host!r}")


def pytest_configure() -> None:
    """Guard the process; an audit hook also sees sockets that libraries open by themselves."""
    # A machine that is busy with other tests is no finding; the time limit of a test still holds.
    settings.register_profile("easel", deadline=None)
    settings.load_profile("easel")
    sys.addaudithook(_refuse_network)


def _note_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a skipped test."""
    _note_skip(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Note a module that was skipped as a whole."""
    _note_skip(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that skipped something where nothing may be skipped."""
    if _skipped and os.environ.get("EASEL_NO_SKIPS") == "1" and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why a run without failures failed."""
    if _skipped and os.environ.get("EASEL_NO_SKIPS") == "1":
        terminalreporter.section("skipped although EASEL_NO_SKIPS=1", red=True)
        for node in _skipped:
            terminalreporter.line(node)
