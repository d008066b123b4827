"""The manifest in the shell."""

from __future__ import annotations

import json

from tests.cli.conftest import Shell


def test_a_manifest_is_printed_to_be_pasted(shell: Shell) -> None:
    made = shell("manifest", "--prefix", "art-")
    assert made.exit_code == 0
    assert json.loads(made.stdout)["features"]["slash_commands"][0]["command"] == "/art-imagine"


def test_a_bad_prefix_and_a_missing_address_are_said(shell: Shell) -> None:
    assert "small letters" in shell("manifest", "--prefix", "A B").stderr
    assert "EASEL_PUBLIC_URL" in shell("manifest", "--http").stderr
