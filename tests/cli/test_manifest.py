"""The manifest in the shell."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Shell


def test_a_manifest_is_printed_to_be_pasted(shell: Shell) -> None:
    made = shell("manifest", "--prefix", "art-")
    assert made.exit_code == 0
    assert json.loads(made.stdout)["features"]["slash_commands"][0]["command"] == "/art-imagine"


def test_the_prefix_that_easel_was_told_is_in_its_manifest(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one than it knows has to be told."""
    monkeypatch.setenv("SLACK_COMMAND_PREFIX", "art-")

    assert "/art-imagine" in shell("manifest").stdout
    assert "/imagine" in shell("manifest", "--prefix", "").stdout
    assert shell("manifest", "--prefix", "art-").stderr == ""
    assert "SLACK_COMMAND_PREFIX=draw-" in shell("manifest", "--prefix", "draw-").stderr


def test_a_bad_prefix_and_a_missing_address_are_said(shell: Shell) -> None:
    assert "small letters" in shell("manifest", "--prefix", "A B").stderr
    assert "EASEL_PUBLIC_URL" in shell("manifest", "--http").stderr
