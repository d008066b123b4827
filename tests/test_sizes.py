"""How large a function and a module may be: what does not fit a screen cannot be reviewed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("bot", "commands", "config", "tests", "benchmarks")
FUNCTION_LINES = 70
MODULE_LINES = 400
PARAMETERS = 5

# A migration is written once and then history; splitting it would only hide what it does.
FILES = tuple(
    path
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
)


def parameters_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the parameters that a caller fills, keyword-only ones too."""
    names = [
        each.arg for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    ]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def is_declared_for_others(function: ast.AST, decorators: list[ast.expr]) -> bool:
    """Tell whether a framework calls it with what it names: a shell command's options, a test's fixtures."""
    is_test = isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name.startswith(
        "test_"
    )
    return is_test or any("command" in ast.unparse(each) for each in decorators)


def too_large(path: Path, source: str) -> Iterator[str]:
    """Say what in a file is too large."""
    if (lines := source.count("\n")) > MODULE_LINES:
        yield f"{path}: {lines} lines, at most {MODULE_LINES}"
    tree = ast.parse(source)
    ports = {
        id(each)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in node.bases)
        for each in node.body
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > FUNCTION_LINES:
            yield f"{path}:{node.lineno}: {node.name} has {length} lines, at most {FUNCTION_LINES}"
        exempt = id(node) in ports or is_declared_for_others(node, node.decorator_list)
        if not exempt and (count := parameters_of(node)) > PARAMETERS:
            yield f"{path}:{node.lineno}: {node.name} has {count} parameters, at most {PARAMETERS}"


def test_functions_modules_and_signatures_are_small() -> None:
    """No function passes 70 lines, no module 400, no signature five parameters."""
    large = [
        sentence
        for path in FILES
        for sentence in too_large(path.relative_to(ROOT), path.read_text(encoding="utf-8"))
    ]

    assert not large, "\n".join(large)


@pytest.mark.parametrize(
    ("source", "complaints"),
    [
        ("x = 1\n" * 401, 1),
        ("def long():\n" + "    x = 1\n" * 70, 1),
        ("def short():\n" + "    x = 1\n" * 69, 0),
        ("def many(a, b, c, *, d, e, f): ...\n", 1),
        ("class A:\n    def five(self, a, b, c, d, e): ...\n", 0),
        ("class Port(Protocol):\n    def six(self, a, b, c, d, e, f): ...\n", 0),
        ("@app.command()\ndef run(a, b, c, d, e, f): ...\n", 0),
    ],
)
def test_what_is_too_large_is_found(source: str, complaints: int) -> None:
    """The limits above can fail, and hold at their edges."""
    assert len(list(too_large(Path("some.py"), source))) == complaints
