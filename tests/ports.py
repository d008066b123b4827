"""Ports for servers that tests start as processes."""

from __future__ import annotations

import random
import socket

# Below what the system hands out by itself, so that nothing takes the port while its server is being started again.
PORTS = range(20_000, 32_000)


def free_port() -> int:
    """Find a port that nobody uses and that stays free between two starts."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
