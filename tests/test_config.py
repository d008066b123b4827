"""Configuration: defaults, faults that name their variable or entry, and files that agree with the code."""

from __future__ import annotations

from pathlib import Path

import pytest
from dotenv import dotenv_values

import config
from config import ConfigError
from config.settings import MEANINGS

HERE = Path(config.__file__).parent


def test_nothing_has_to_be_configured() -> None:
    """Without a variable Easel listens here only and offers the offline vendor."""
    loaded = config.load({})

    assert (loaded.settings.host, loaded.settings.port) == ("127.0.0.1", 8080)
    assert [vendor.name for vendor in loaded.offered({"openai", "sketch"}).vendors] == ["sketch"]


def test_a_key_brings_its_vendor() -> None:
    """A vendor with its key is on offer and reached where its variable says; the key is never shown."""
    loaded = config.load({"OPENAI_API_KEY": "sk-quiet", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"})
    access = loaded.access["openai"]

    assert loaded.offered({"openai", "sketch"}).models[0].name == "gpt-image-2"
    assert access.base_url == "http://127.0.0.1:9/v1"
    assert access.key is not None
    assert access.key.get_secret_value() == "sk-quiet"
    assert "sk-quiet" not in repr(loaded)


def test_lists_are_split_and_empty_means_unset() -> None:
    """Commas part ids; a variable that is set to nothing is not set."""
    found = config.load(
        {
            "EASEL_ADMINS": "discord:1, slack:U2,",
            "EASEL_TENANTS": "discord:815,slack:T024, slack:E1.T2",
            "PORT": " ",
        }
    ).settings

    assert (found.admins, found.port) == (("discord:1", "slack:U2"), 8080)
    assert found.tenants == ("discord:815", "slack:T024", "slack:E1.T2")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "70000"),
        ("PORT", "http"),
        ("DATABASE_URL", "mysql://ann:hush@db/easel"),
        ("EASEL_PUBLIC_URL", "easel.example.com"),
        ("EASEL_SECRET_KEY", "hush"),
        ("EASEL_LOG_LEVEL", "chatty"),
        ("EASEL_DRAIN_SECONDS", "-1"),
        ("EASEL_HOST", "0.0.0.0"),
        ("EASEL_TENANTS", "opne"),
        ("EASEL_TENANTS", "discord:815,T024"),
        ("DISCORD_GATEWAY_URL", "http://proxy"),
        ("OPENAI_BASE_URL", "nowhere"),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str) -> None:
    """The message names the variable and what is allowed, and does not repeat what may be a secret."""
    with pytest.raises(ConfigError) as refused:
        config.load({variable: value})

    assert variable in str(refused.value)
    assert "must be" in str(refused.value)
    assert "hush" not in str(refused.value)


def test_all_faults_are_told_at_once() -> None:
    """Two wrong variables are two lines."""
    with pytest.raises(ConfigError) as refused:
        config.load({"PORT": "x", "EASEL_DRAIN_SECONDS": "y"})

    assert len(str(refused.value).splitlines()) == 2


def test_other_machines_need_a_secret() -> None:
    """With a secret Easel may listen everywhere."""
    assert config.load({"EASEL_HOST": "0.0.0.0", "EASEL_SECRET_KEY": "k" * 32}).settings.host == "0.0.0.0"


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        (
            "catalogue.toml",
            "image_out_nano = 30_000",
            'image_out_nano = "much"',
            ["gpt-image-2", "image_out_nano"],
        ),
        ("catalogue.toml", "takes_mask = true", "takes_masks = true", ["gpt-image-2", "takes_mask"]),
        ("plans.toml", 'credits = "500"', "credits = 500", ["bot", "credits", "in quotes"]),
        ("plans.toml", "[[plans]]", "[[plans", ["plans.toml", "cannot be read"]),
    ],
)
def test_a_wrong_file_names_entry_and_key(
    name: str, old: str, new: str, words: list[str], tmp_path: Path
) -> None:
    """The message names the file, the entry and the key; a file that is not there is ours."""
    text = (HERE / name).read_text(encoding="utf-8")
    (tmp_path / name).write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(ConfigError) as refused:
        config.load({"EASEL_CONFIG_DIR": str(tmp_path)})

    assert all(word in str(refused.value) for word in [str(tmp_path), *words])


def test_a_fault_is_found_by_its_line(tmp_path: Path) -> None:
    """The message begins with the file and the line of the key, or of the entry that lacks it."""
    lines = (HERE / "catalogue.toml").read_text(encoding="utf-8").splitlines()
    last = max(number for number, line in enumerate(lines) if line.startswith("image_out_nano"))
    lines[last] = "image_out_nano = -1"
    entry = lines.index('name = "gpt-image-2"') - 1
    lines.remove('title = "GPT Image 2"')
    (tmp_path / "catalogue.toml").write_text("\n".join(lines), encoding="utf-8")

    with pytest.raises(ConfigError) as refused:
        config.load({"EASEL_CONFIG_DIR": str(tmp_path)})

    assert f'catalogue.toml:{entry + 1}: models "gpt-image-2" title' in str(refused.value)
    assert f'catalogue.toml:{last}: models "sketch" prices token image_out_nano' in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "order = {}",
            'order = { edit = ["runflwo"] }',
            'routing: "edit" of order names the vendor runflwo,',
        ),
        (
            '# tenants."discord:815"',
            'tenants."slack:T1" = { "*" = ["runflow", "runflwo"] } #',
            'routing: "*" of slack:T1 names the vendor runflwo,',
        ),
    ],
)
def test_a_vendor_that_is_not_listed_is_found_by_its_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    """Whoever mistypes a name in an order reads where, and in whose order, before anything starts."""
    text = (HERE / "catalogue.toml").read_text(encoding="utf-8")
    changed = text.replace(old, new, 1)
    (tmp_path / "catalogue.toml").write_text(changed, encoding="utf-8")
    line = 1 + next(number for number, each in enumerate(changed.splitlines()) if '"runflwo"' in each)

    with pytest.raises(ConfigError) as refused:
        config.load({"EASEL_CONFIG_DIR": str(tmp_path)})

    assert f"catalogue.toml:{line}: {said} which is not listed" in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "name", "said"),
    [
        (
            "order = {}",
            'order = { edti = ["runflow"] }',
            "edti",
            'routing: order has edti, which is no command that draws; write imagine, edit or "*"',
        ),
        (
            '# tenants."discord:815"',
            'tenants."slack:T1" = { history = ["runflow"] } #',
            "history",
            "routing: slack:T1 has history, which is no command that draws",
        ),
        (
            "[[vendors]]",
            "[routing.tenants.815]\nedit = []\n\n[[vendors]]",
            "815]",
            "tenants has 815, which is no",
        ),
        (
            '# tenants."discord:815"',
            'tenants."Our Club" = {} #',
            "Our Club",
            "such as discord:815 or slack:T024",
        ),
        (
            '# tenants."discord:815"',
            'tenants."dicsord:9" = {} #',
            "dicsord",
            "tenants has dicsord:9, which is no",
        ),
    ],
)
def test_an_order_for_nobody_is_found_by_its_line(
    tmp_path: Path, old: str, new: str, name: str, said: str
) -> None:
    """A mistyped command or id would otherwise be an order that nobody ever follows."""
    changed = (HERE / "catalogue.toml").read_text(encoding="utf-8").replace(old, new, 1)
    (tmp_path / "catalogue.toml").write_text(changed, encoding="utf-8")
    line = 1 + next(number for number, each in enumerate(changed.splitlines()) if name in each)

    with pytest.raises(ConfigError) as refused:
        config.load({"EASEL_CONFIG_DIR": str(tmp_path)})

    assert f"catalogue.toml:{line}: " in str(refused.value)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("scope", "subject"),
    [
        ("tenant", "dicsord:815"),
        ("tenant", "Our Club"),
        ("channel", "4711"),
        ("channel", "discord:815/"),
        ("platform", "Discord"),
        ("person", "ann"),
        ("bot", "easel"),
    ],
)
def test_a_cap_over_nobody_is_found_by_its_line(tmp_path: Path, scope: str, subject: str) -> None:
    """A mistyped subject would otherwise limit nobody, and the bill would tell."""
    plans = (HERE / "plans.toml").read_text(encoding="utf-8")
    cap = f'[[caps]]\nscope = "{scope}"\nsubject = "{subject}"\ncredits = "1"\nper = "day"\n'
    (tmp_path / "plans.toml").write_text(f"{plans}\n{cap}", encoding="utf-8")
    line = f"{plans}\n{cap}".splitlines().index(f'subject = "{subject}"') + 1

    with pytest.raises(ConfigError) as refused:
        config.load({"EASEL_CONFIG_DIR": str(tmp_path)})

    assert f"plans.toml:{line}: " in str(refused.value)
    assert f"{scope} has the subject {subject}" in str(refused.value)


def test_caps_over_somebody_are_kept(tmp_path: Path) -> None:
    """One of each scope, as ids are written elsewhere."""
    subjects = {
        "person": "0692x5k8m3pqrst7vwyz1234",
        "channel": "slack:E9.T024/C1",
        "tenant": "discord:815",
        "platform": "slack",
    }
    plans = (HERE / "plans.toml").read_text(encoding="utf-8")
    caps = [
        f'[[caps]]\nscope = "{scope}"\nsubject = "{subject}"\ncredits = "1"\nper = "day"\n'
        for scope, subject in subjects.items()
    ]
    (tmp_path / "plans.toml").write_text("\n".join([plans, *caps]), encoding="utf-8")

    kept = config.load({"EASEL_CONFIG_DIR": str(tmp_path)}).plans.caps

    assert {cap.scope: cap.subject for cap in kept if cap.subject} == subjects


def test_the_example_names_every_variable() -> None:
    """config/example.env has every variable, nothing else, and loads as it is."""
    written = dotenv_values(HERE / "example.env")
    catalogue = config.load({}).catalogue
    vendors = {
        each
        for vendor in catalogue.vendors
        for each in (vendor.key_variable, vendor.base_url_variable, vendor.callback_secret_variable)
    }

    assert set(written) == {*MEANINGS, *vendors} - {None}
    assert config.load({name: value or "" for name, value in written.items()}).settings.port == 8080
