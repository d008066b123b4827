"""Answers taken apart while they arrive: whatever the standard library reads, the scanner reads as well."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import random
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.errors import OutcomeUnknown
from bot.vendors.openai.events import AnswerLimits, AnswerReader
from bot.vendors.openai.scanner import Document

PIXELS = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3
TEXT = base64.b64encode(PIXELS).decode()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return an empty folder."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def pieces(body: bytes, cuts: list[int]) -> Iterator[bytes]:
    """Cut a body anywhere."""
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    for start, end in itertools.pairwise(edges):
        yield body[start:end]


def scan(body: bytes, cuts: list[int], folder: Path, limits: AnswerLimits | None = None) -> list[Document]:
    """Read a body that arrives in pieces."""
    reader = AnswerReader(folder, limits or AnswerLimits())
    found = [document for piece in pieces(body, cuts) for document in reader.feed(piece)]
    return found + reader.finish()


def restored(value: Any, document: Document) -> Any:
    """Put the bytes of the pictures back where their numbers stand."""
    match value:
        case dict():
            return {
                name: content(document, held) if name == "b64_json" else restored(held, document)
                for name, held in value.items()
            }
        case list():
            return [restored(each, document) for each in value]
        case _:
            return value


def content(document: Document, held: Any) -> Any:
    """Return what became of a value under the key of pictures: bytes, "broken", or the value."""
    if not isinstance(held, str):
        return restored(held, document)
    picture = document.pictures[int(held)]
    if picture.is_broken:
        return "broken"
    return picture.path.read_bytes() if picture.size_bytes else b""


def expected(value: Any) -> Any:
    """Say what the standard library makes of the same value."""
    match value:
        case dict():
            return {
                name: decoded(held) if name == "b64_json" and isinstance(held, str) else expected(held)
                for name, held in value.items()
            }
        case list():
            return [expected(each) for each in value]
        case _:
            return value


def decoded(text: str) -> bytes | str:
    """Decode base64 by the standard library, in the freedom that we allow: spaces, missing padding, two alphabets."""
    if text.lstrip(" \t\r\n\f\v").startswith("data:"):
        text = text.partition(",")[2]
    text = text.translate({ord(each): None for each in " \t\r\n\f\v"}).replace("-", "+").replace("_", "/")
    try:
        raw = text.encode("ascii").rstrip(b"=")
        return base64.b64decode(raw + b"=" * (-len(raw) % 4), validate=True)
    except ValueError:
        return "broken"


def escaped(text: str, seed: int) -> str:
    """Write a JSON string with escapes in places that nobody chooses."""
    chance = random.Random(seed)
    ways = {"/": ["/", r"\/"], "\n": [r"\n"], "\r": [r"\r"], "\t": [r"\t"]}
    letters = []
    for letter in text:
        plain = ways.get(letter, [json.dumps(letter, ensure_ascii=chance.random() < 0.5)[1:-1]])
        unicode = [f"\\u{ord(letter):04x}", f"\\u{ord(letter):04X}"] if ord(letter) < 0x10000 else []
        letters.append(chance.choice(plain if chance.random() < 0.8 else plain + unicode))
    return f'"{"".join(letters)}"'


def written(value: Any, seed: int) -> str:
    """Write JSON as nobody would, with the same meaning."""
    match value:
        case dict():
            items = [f" {escaped(name, seed)} :\n{written(held, seed + 1)}" for name, held in value.items()]
            return "{" + ",".join(items) + "}"
        case list():
            return "[" + " , ".join(written(each, seed + 1) for each in value) + "]"
        case str():
            return escaped(value, seed)
        case _:
            return json.dumps(value)


BASE64 = st.binary(max_size=60).flatmap(
    lambda raw: st.sampled_from(
        [
            base64.b64encode(raw).decode(),
            base64.b64encode(raw).decode().rstrip("="),
            base64.urlsafe_b64encode(raw).decode(),
            base64.encodebytes(raw).decode(),
            "data:image/png;base64," + base64.b64encode(raw).decode(),
        ]
    )
)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(ANY_TEXT | st.sampled_from(["data", "usage", "b64_json"]), inner, max_size=4)
        | st.fixed_dictionaries({"b64_json": BASE64 | ANY_TEXT})
    ),
    max_leaves=12,
)
CUTS = st.lists(st.integers(0, 5_000), max_size=12)


@given(value=st.dictionaries(ANY_TEXT, VALUES, max_size=4), seed=st.integers(0, 999), cuts=CUTS)
@example(value={"b64_json": TEXT}, seed=1, cuts=list(range(1_000)))
@example(
    value={"b64_json": "QUJD\\", "a": '\\"', "c": [{"b64_json": 'QU"JD'}]}, seed=2, cuts=list(range(200))
)
def test_whatever_the_standard_library_reads_is_read(value: Any, seed: int, cuts: list[int]) -> None:
    """Any JSON, escaped in any way and cut anywhere, gives the same values and the same bytes."""
    body = written(value, seed).encode()

    with tempfile.TemporaryDirectory() as name:
        (document,) = scan(body, cuts, Path(name))

        assert restored(document.value, document) == expected(json.loads(body))


@given(value=VALUES, seed=st.integers(0, 999), cuts=CUTS, end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_events_are_read_like_documents(value: Any, seed: int, cuts: list[int], end: str) -> None:
    """A document as the data of an event, over several lines and between other events, is read the same."""
    lines = [f"data:{' ' * (seed % 2)}{line}" for line in written({"x": value}, seed).split("\n")]
    before = [": keep-alive", "", "event: other", "id: 7", "data", "", 'data: {"n": 1}', ""]
    body = end.join([*before, *lines, "", "data: [DONE]", "", ""]).encode()

    with tempfile.TemporaryDirectory() as name:
        first, document = scan(body, cuts, Path(name))

        assert first.value == {"n": 1}
        assert restored(document.value, document) == {"x": expected(value)}


@given(body=st.binary(max_size=200) | st.text('{}[]":,\\u0b64_jsn ="x\n').map(str.encode), cuts=CUTS)
def test_garbage_never_breaks_the_reader(body: bytes, cuts: list[int]) -> None:
    """Whatever arrives is read or is an unknown outcome, never another error."""
    with tempfile.TemporaryDirectory() as name, contextlib.suppress(OutcomeUnknown):
        assert all(isinstance(document, Document) for document in scan(body, cuts, Path(name)))


@pytest.mark.parametrize("end", range(1, 2 * len('{"data":[{"b64_json":"QUJD"}],"usage":{"a":"b"}}') - 1, 3))
def test_a_cut_document_is_noticed(end: int, folder: Path) -> None:
    """An answer that ends early is never taken for a whole one."""
    body = b'{"data":[{"b64_json":"QUJD"}],"usage":{"a":"b"}}'

    with pytest.raises(OutcomeUnknown):
        scan(body[: min(end, len(body) - 1)], [], folder)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (TEXT, len(PIXELS)),
        (TEXT.rstrip("="), len(PIXELS)),
        ("  data:image/png;base64," + TEXT, len(PIXELS)),
        ("QUI=", 2),
        ("QUI=\\n", 2),
        ("QUI=QUI=", None),
        ("Q", None),
        ("data:image/png;base64", None),
        ("data:" + "x" * 600 + "," + TEXT, None),
        ("daAA", 3),
        ("", 0),
    ],
)
def test_base64_as_it_comes(text: str, size: int | None, folder: Path) -> None:
    """Prefixes, padding and spaces are understood; what is no base64 leaves no file."""
    (document,) = scan(b'{"b64_json":"%s"}' % text.encode(), [3, 15, 16, 17, 30], folder)
    (picture,) = document.pictures

    assert picture.is_broken is (size is None)
    assert size is None or picture.size_bytes == size
    assert picture.path.exists() is bool(size)
    assert (document.picture(document.value) is not None) is bool(size)


@pytest.mark.parametrize(
    ("body", "limits"),
    [
        (b'{"b64_json":"%s"}' % TEXT.encode(), AnswerLimits(picture_bytes=700)),
        (b'{"a":"%s"}' % (b"x" * 300_000), AnswerLimits()),
        (b" " * 2_000 + b"{}", AnswerLimits(answer_bytes=1_000)),
        (b'data: {"b64_json":"%s"}\n\n' % TEXT.encode(), AnswerLimits(document_bytes=900)),
        (b'{"a":%s}' % (b"[" * 200_000), AnswerLimits()),
    ],
    ids=["picture", "text", "answer", "event", "depth"],
)
def test_every_size_has_a_limit(body: bytes, limits: AnswerLimits, folder: Path) -> None:
    """A picture, a text, an answer, an event and its depth are bounded."""
    with pytest.raises(OutcomeUnknown):
        scan(body, [], folder, limits)


def test_the_last_of_two_keys_counts(folder: Path) -> None:
    """A key that is there twice has its last value, as everywhere."""
    (document,) = scan(b'{"b64_json":"QUJD","b64_json":"REVG"}', [], folder)
    found = document.picture(document.value)

    assert found is not None
    assert found.path.read_bytes() == b"DEF"


def test_memory_stays_flat(folder: Path) -> None:
    """A picture of 12 MB passes through without being held."""
    raw = random.Random(1).randbytes(12 * 2**20)
    body = b'{"data":[{"b64_json":"%s"}]}' % base64.b64encode(raw)
    reader = AnswerReader(folder, AnswerLimits())
    tracemalloc.start()
    try:
        for start in range(0, len(body), 65_536):
            reader.feed(body[start : start + 65_536])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    (document,) = reader.finish()

    assert document.pictures[0].path.read_bytes() == raw
    assert peak < 1_000_000
