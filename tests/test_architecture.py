"""Who may import whom, who may read the environment, and that importing does nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("bot", "commands", "config")

MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "config": frozenset({"bot.core", "commands"}),
    "commands": frozenset({"bot.core"}),
    "bot.core": frozenset(),
    "bot.storage": frozenset({"bot.core"}),
    "bot.vendors": frozenset({"bot.core"}),
    "bot.platforms.web": frozenset({"bot.core"}),
    "bot.platforms.discord": frozenset({"bot.core"}),
    "bot.platforms.slack": frozenset({"bot.core"}),
    "bot.app": frozenset({"bot", "commands", "config"}),
    "bot.chatapps": frozenset({"bot", "commands", "config"}),
    "bot.webapp": frozenset({"bot", "config"}),
    "bot.cli": frozenset(
        {
            "bot.adminsocket",
            "bot.app",
            "bot.background",
            "bot.chatapps",
            "bot.core",
            "bot.doctor",
            "bot.logs",
            "bot.operating",
            "bot.platforms.slack.manifest",
            "bot.storage",
            "bot.vendorbook",
            "bot.vendors",
            "bot.webapp",
            "config",
        }
    ),
    "bot.doctor": frozenset({"bot.adminsocket", "bot.core", "bot.operating", "bot.storage", "config"}),
    "bot.__main__": frozenset({"bot.cli"}),
    "bot.logs": frozenset(),
}
"""The longest matching name counts; everything imports itself."""

APPLICATION = frozenset({"bot.core", "bot.storage"})
"""What any other module of `bot` may import: the application layer, studio, worker, recovery and their parts."""

HEADS = frozenset({"bot.studio", "bot.worker", "bot.recovery"})
"""The application layer's ways in: they may use its parts, and none of the layer uses them."""

LIVES_IN: Mapping[str, str] = {
    "PIL": "bot.vendors bot.storage",
    "aiohttp": "bot.platforms.web bot.platforms.slack bot.platforms.discord",
    "aiosqlite": "bot.storage",
    "alembic": "bot.storage",
    "dotenv": "config",
    "discord": "bot.platforms.discord",
    "filelock": "bot.storage",
    "httpx2": "bot.vendors",
    "itsdangerous": "bot.platforms.web",
    "pillow_heif": "bot.storage",
    "procrastinate": "bot.storage",
    "prometheus_client": "bot.metrics",
    "psycopg": "bot.storage",
    "pygal": "bot.charts",
    "resvg_py": "bot.charts",
    "rich": "bot.cli",
    "slack_bolt": "bot.platforms.slack",
    "slack_sdk": "bot.platforms.slack",
    "sqlalchemy": "bot.storage",
    "typer": "bot.cli",
}

FILES = tuple(sorted(path for package in OURS for path in (ROOT / package).rglob("*.py")))


def module_of(path: Path) -> str:
    """Return the dotted name of a file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def is_within(name: str, package: str) -> bool:
    """Tell whether `name` is `package` or lies in it."""
    return name == package or name.startswith(f"{package}.")


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of every import, also of those inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            assert not node.level, f"{path}:{node.lineno}: write imports absolutely"
            is_package = (ROOT / base.replace(".", "/")).is_dir()
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}" if is_package else base


def layer_of(module: str) -> str | None:
    """Find the rule of a module; None is the application layer."""
    rules = [layer for layer in MAY_IMPORT if is_within(module, layer)]
    return max(rules, key=len, default=None)


def broken_rules(path: Path) -> Iterator[str]:
    """Say what a file imports and may not."""
    module = module_of(path)
    layer = layer_of(module)
    allowed = APPLICATION if layer is None else MAY_IMPORT[layer]
    own = layer or module
    for line, name in imports_of(path):
        top = name.partition(".")[0]
        if top in OURS:
            is_part = (
                layer is None and layer_of(name) is None and not any(is_within(name, head) for head in HEADS)
            )
            if not is_part and not any(is_within(name, package) for package in (own, *allowed)):
                yield f"{path.relative_to(ROOT)}:{line}: {own} may not import {name}"
        elif top in LIVES_IN and not any(is_within(module, home) for home in LIVES_IN[top].split()):
            yield f"{path.relative_to(ROOT)}:{line}: {top} is imported in {LIVES_IN[top]} only"


def test_imports_point_at_the_core() -> None:
    """Every import obeys the table of layers, and every client library is used in one folder."""
    broken = [sentence for path in FILES for sentence in broken_rules(path)]

    assert not broken, "\n".join(broken)


@pytest.mark.parametrize(
    ("module", "statement"),
    [
        ("bot/core/new.py", "from bot.storage import ledger"),
        ("bot/worker.py", "from bot import app"),
        ("bot/worker.py", "from bot.studio import Studio"),
        ("bot/storage/new.py", "from bot import ordering"),
        ("commands/new.py", "import bot.studio"),
        ("bot/vendors/new.py", "def later():\n    import sqlalchemy"),
        ("bot/platforms/web/new.py", "from bot.platforms.slack import receive"),
    ],
)
def test_a_wrong_import_is_found(
    module: str, statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules above can fail."""
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    path = tmp_path / module
    path.parent.mkdir(parents=True)
    path.write_text(statement, encoding="utf-8")

    assert list(broken_rules(path))


def test_only_settings_read_the_environment() -> None:
    """No module but config/settings.py touches os.environ or os.getenv."""
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"})
        or (isinstance(node, ast.alias) and node.name in {"environ", "environb", "getenv"})
    }

    assert readers <= {"config/settings.py"}


WATCH = """
import importlib, sys
names = sys.argv[1:]
seen = []
DOINGS = {"socket.connect", "socket.bind", "socket.__new__", "sqlite3.connect", "subprocess.Popen",
          "os.mkdir", "os.remove", "os.rename", "os.putenv", "_thread.start_new_thread"}
def watch(event, arguments):
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if event in DOINGS or writes:
        seen.append(f"{event} {arguments[:1]}")
sys.addaudithook(watch)
for name in names:
    before = len(seen)
    importlib.import_module(name)
    for doing in seen[before:]:
        print(name, doing)
"""


def test_importing_does_nothing() -> None:
    """Importing every module opens, starts, writes and connects nothing."""
    names = [
        module_of(path) for path in FILES if path.name != "__main__.py" and "migrations" not in path.parts
    ]
    watched = subprocess.run(
        [sys.executable, "-B", "-c", WATCH, *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert watched.returncode == 0, watched.stderr
    assert watched.stdout == ""
