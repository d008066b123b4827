"""The manifest: what Slack is asked for, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.platforms.slack import manifest as slack
from bot.platforms.slack.manifest import OPTIONAL, REQUIRED, BadManifest, manifest
from commands import COMMANDS


def test_socket_mode_needs_no_address() -> None:
    made = manifest()
    assert made["settings"]["socket_mode_enabled"]
    assert "request_url" not in str(made)
    assert "url" not in made["features"]["slash_commands"][0]


def test_over_http_everything_goes_to_one_address() -> None:
    made = manifest(public_url="https://easel.example.com/")
    address = "https://easel.example.com/slack/events"
    assert not made["settings"]["socket_mode_enabled"]
    assert {each["url"] for each in made["features"]["slash_commands"]} == {address}
    assert made["settings"]["event_subscriptions"]["request_url"] == address
    assert made["settings"]["interactivity"]["request_url"] == address


def test_only_what_is_needed_is_required() -> None:
    scopes = manifest()["oauth_config"]["scopes"]
    assert set(scopes["bot"]) - set(scopes["bot_optional"]) == set(REQUIRED)
    assert set(scopes["bot_optional"]) == set(OPTIONAL)


def test_a_prefix_goes_before_every_command_and_mentions_are_escaped() -> None:
    commands = manifest(prefix="art-")["features"]["slash_commands"]
    assert [each["command"] for each in commands] == ["/art-imagine", "/art-quota", "/art-easel"]
    assert all(each["should_escape"] for each in commands)


@pytest.mark.parametrize("prefix", ["Art", "a b", "-", "/", "a" * 30])
def test_a_prefix_that_makes_no_name_is_refused(prefix: str) -> None:
    with pytest.raises(BadManifest):
        manifest(prefix=prefix)


@pytest.mark.parametrize(("prefix", "name"), [("re", "mind"), ("", "who"), ("inv", "ite")])
def test_a_name_of_slacks_own_is_refused(prefix: str, name: str) -> None:
    """One of them makes Slack refuse all of an app's commands."""
    with pytest.raises(BadManifest, match=f"/{prefix}{name} is one of Slack's own commands"):
        slack.named(prefix, {name: ("Does something", "now")})


def test_texts_are_as_long_as_slack_allows() -> None:
    made = manifest()
    about = made["display_information"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert 175 <= len(about["long_description"]) <= 4000
    assert all(len(each["name"]) <= 24 for each in made["features"]["shortcuts"])


def test_the_manifest_in_the_repository_is_the_one_that_is_made() -> None:
    kept = Path(__file__).parents[3] / "config" / "slack-manifest.json"
    assert json.loads(kept.read_text(encoding="utf-8")) == manifest()


def test_every_declared_command_has_its_name_or_stands_under_easel() -> None:
    declared = {command.name for command in COMMANDS}
    assert {"imagine", "quota"} <= declared
    assert set(slack.COMMANDS) <= declared | {"easel"}
