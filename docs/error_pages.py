"""The generated reference page of everything that can go wrong, and what people are told then."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.core import errors
from bot.core.errors import Refusal, Unconfirmed, VendorError
from bot.core.jobs import JobState
from bot.core.sentences import SENTENCES
from bot.core.wording import OTHERS, failure_key
from bot.platforms.web.errors import TooLarge
from docs.owner_pages import NOTE

ROOT = Path(__file__).parents[1]
NOTHING = "nothing"
BILL_OR_NOTHING = "the vendor's bill, if it sent one"
BILL_OR_QUOTE = "the vendor's bill, else the quote"
CALLS = "what its calls cost, or may have cost"


@dataclass(frozen=True)
class End:
    """How a job ends without a picture: for which reason, when that is, and what the caps count."""

    reason: str
    state: JobState
    when: str
    counted: str


ENDS = (
    End(
        "busy",
        JobState.FAILED,
        "The vendor was busy, or had no place, until the job had waited half an hour.",
        NOTHING,
    ),
    End("unreachable", JobState.FAILED, "The vendor could not be reached, six times.", NOTHING),
    End(
        "account",
        JobState.FAILED,
        "The vendor does not accept our key, balance or model, or the catalogue has lost it.",
        NOTHING,
    ),
    End("rejected", JobState.FAILED, "The vendor does not take the request as we sent it.", NOTHING),
    End(
        "refused-input",
        JobState.FAILED,
        "The safety check refused words or pictures before drawing.",
        BILL_OR_NOTHING,
    ),
    End("refused-output", JobState.FAILED, "The safety check held back what was drawn.", BILL_OR_QUOTE),
    End("refused", JobState.FAILED, "The safety check refused and does not say when.", BILL_OR_QUOTE),
    End("failed", JobState.FAILED, "The vendor failed twice and did not bill.", NOTHING),
    End(
        "unknown",
        JobState.LOST,
        "A crash or a broken connection hid the outcome of a paid call.",
        BILL_OR_QUOTE,
    ),
    End("too_slow", JobState.LOST, "The answer did not come within the time limit.", BILL_OR_QUOTE),
    End("too_many_takes", JobState.LOST, "Something in the job ended its worker five times.", CALLS),
    End("storage_full", JobState.FAILED, "The disk had no room for what was drawn.", BILL_OR_QUOTE),
    End("bad_picture", JobState.FAILED, "What came is no picture that can be read.", BILL_OR_QUOTE),
    End("cancelled", JobState.CANCELLED, "The person or an admin cancelled it.", CALLS),
    End("bug", JobState.LOST, "A fault of ours during a paid call.", BILL_OR_QUOTE),
)


def errors_page() -> str:
    """Describe every refusal, every end without a picture, and what the web server answers."""
    lines = [
        "# Errors",
        "",
        NOTE,
        "",
        "Whatever goes wrong, people read one [sentence](sentences.md). The classes are those of `bot/core/errors.py`.",
        "",
        "## Refusals",
        "",
        "Nothing is ordered, held or charged. What was typed stays, to be changed and sent again.",
        *_refusals(),
        "",
        "## Jobs that end without a picture",
        "",
        "The person pays nothing. What the caps count, [the operator may have to pay](../explanation/money.md).",
        "The reason stands in the log line `job ended`, and of lost jobs in `easel jobs --lost`.",
        "",
        "| reason | when | state | sentence | charged | counted |",
        "|---|---|---|---|---|---|",
        *(
            f"| `{end.reason}` | {end.when} | {end.state.value} | `{failure_key(end.state, end.reason)}` | {NOTHING}"
            f" | {end.counted} |"
            for end in ENDS
        ),
        "",
        f"Any other reason is told as `{failure_key(JobState.FAILED, None)}`.",
        "",
        "## Jobs that end with some of their pictures",
        "",
        "The person pays for what came. The sentence `partial` says why the others are missing:",
        "",
        "| reason | clause |",
        "|---|---|",
        *(f"| `{reason}` | {SENTENCES[key]} |" for reason, key in OTHERS.items()),
        f"| any other | {SENTENCES['others_general']} |",
        "",
        "## What a vendor may raise",
        "",
        "| class | meaning |",
        "|---|---|",
        *(f"| `{each.__name__}` | {_meaning(each)} |" for each in _classes(VendorError)),
        "",
        "## What the web server answers",
        "",
        "| status | sentence |",
        "|---|---|",
        *(f"| {status} | {sentence} |" for status, sentence in sorted(web_errors())),
    ]
    return "\n".join(lines) + "\n"


def refusals() -> Mapping[str, Mapping[str, set[str]]]:
    """Find, for each class of refusal, its sentences and the files that raise them."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    names = {Refusal.__name__, *(each.__name__ for each in _classes(Refusal))}
    raised = [
        (_called(call), path, call) for path, call in _calls("bot", "commands") if _called(call) in names
    ]
    whole = {key for _, _, call in raised for key in _named(call)}
    for name, path, call in raised:
        if name == Unconfirmed.__name__:
            found[name][Unconfirmed(price=0).key].add(path)
        for key in (*_named(call), *(_begun(call) - whole)):
            found[name][key].add(path)
    return found


def web_errors() -> set[tuple[int, str]]:
    """Find the statuses and sentences of the web server; a number that depends is three dots."""
    found = set()
    for _, call in _calls("bot/platforms/web"):
        values = [_text(each) for each in call.args]
        if _called(call) == TooLarge.__name__:
            values.insert(0, str(TooLarge("").status))
        if len(values) == 2 and values[0].isdecimal() and values[1] != "…":
            found.add((int(values[0]), values[1]))
    return found


def _refusals() -> Iterator[str]:
    found = refusals()
    for each in (*_classes(Refusal), Refusal):
        title = each.__name__ if each is not Refusal else "Refusal itself"
        yield from ("", f"### {title}", "", _meaning(each), "")
        yield from ("| key | sentence | decided in |", "|---|---|---|")
        for key in SENTENCES:
            if key in found[each.__name__]:
                files = ", ".join(f"`{path}`" for path in sorted(found[each.__name__][key]))
                yield f"| `{key}` | {SENTENCES[key]} | {files} |"


def _calls(*folders: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call in the modules of some folders, with its file."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield path.relative_to(ROOT).as_posix(), node


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _named(call: ast.Call) -> set[str]:
    """Find the sentences that a call names: a key, or one of two."""
    nodes = ast.walk(call.args[0]) if call.args else ()
    return {str(each.value) for each in nodes if isinstance(each, ast.Constant) and each.value in SENTENCES}


def _begun(call: ast.Call) -> set[str]:
    """Find the sentences whose key begins as a call says."""
    written = call.args[0] if call.args else None
    if not isinstance(written, ast.JoinedStr):
        return set()
    return {key for key in SENTENCES if key.startswith(_text(written).partition("…")[0])}


def _text(written: ast.expr) -> str:
    """Return the text of a literal, with dots where a value is filled in."""
    match written:
        case ast.JoinedStr():
            return "".join(_text(each) for each in written.values)
        case ast.Constant():
            return str(written.value)
        case _:
            return "…"


def _classes(base: type[Exception]) -> list[type[Exception]]:
    """List the classes below `base`, in the order of the file."""
    return [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, base) and each is not base
    ]


def _meaning(each: type[Exception]) -> str:
    return (each.__doc__ or "").split("\n")[0]
