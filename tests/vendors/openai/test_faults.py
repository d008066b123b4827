"""Every error says what is certain: whether anything was executed, whether to wait, whom to tell."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest
from openai import APIStatusError, AsyncOpenAI

from bot.core.errors import (
    OutcomeUnknown,
    VendorAccount,
    VendorBusy,
    VendorError,
    VendorFailed,
    VendorRefused,
    VendorRejected,
    VendorUnreachable,
)
from bot.vendors.openai.faults import BY_CODE, BY_STATUS, error_of, fault_of
from tests.doubles.openai_simulator import KEY
from tests.vendors.openai.desk import Desk, Told

ERRORS: dict[str, type[VendorError]] = {
    "refused": VendorRefused,
    "account": VendorAccount,
    "rejected": VendorRejected,
    "busy": VendorBusy,
    "failed": VendorFailed,
    "unknown": OutcomeUnknown,
}

SCENES: dict[str, type[VendorError]] = {
    "blocked_input": VendorRefused,
    "blocked_output": VendorRefused,
    "busy": VendorBusy,
    "busy_in_words": VendorBusy,
    "no_credit": VendorAccount,
    "limit_reached": VendorAccount,
    "not_verified": VendorAccount,
    "model_gone": VendorAccount,
    "wrong_key": VendorAccount,
    "fails": VendorFailed,
    "overloaded": VendorBusy,
    "page_500": OutcomeUnknown,
    "page_502": OutcomeUnknown,
    "page_524": OutcomeUnknown,
    "nothing_504": OutcomeUnknown,
    "redirected": VendorAccount,
}


@pytest.mark.parametrize(("scene", "kind"), SCENES.items(), ids=SCENES.keys())
@pytest.mark.parametrize("partials", [0, 2])
async def test_every_fault_of_the_server_is_understood(
    desk: Desk, scene: str, kind: type[VendorError], partials: int
) -> None:
    """The error is of one kind whether a stream was asked for or not; nothing is asked twice."""
    desk.simulator.plan(scene)

    with pytest.raises(VendorError) as raised:
        await desk.vendor().draw(desk.order(partials=partials), Told())

    assert type(raised.value) is kind
    assert len(desk.simulator.books) == 1
    assert desk.simulator.bill_nano == 0 or kind in {OutcomeUnknown, VendorRefused}


@pytest.mark.parametrize("code", BY_CODE)
@pytest.mark.parametrize("status", [200, 400, 429, 500])
def test_a_code_decides_whatever_the_status(code: str, status: int) -> None:
    """The table by code counts before the status and the type."""
    body = {"error": {"code": code, "type": "server_error", "message": "", "param": None}}

    error = error_of(fault_of(status, json.dumps(body).encode()), {}, is_keyed=False)

    assert type(error) is ERRORS[BY_CODE[code]]


@pytest.mark.parametrize("status", [*BY_STATUS, 302, 400, 413, 418, 422, 502, 504, 520, 522, 524, 599])
def test_a_status_decides_without_a_code(status: int) -> None:
    """In the vendor's own words a status has its meaning; 4xx is ours to mend, the rest is unknown."""
    body = b'{"error":{"message":"no","type":"invalid_request_error","param":null,"code":null}}'

    error = error_of(fault_of(status, body), {}, is_keyed=False)

    assert type(error) is ERRORS[BY_STATUS.get(status) or ("rejected" if status < 500 else "unknown")]


@pytest.mark.parametrize("status", [408, 409, 500])
def test_what_others_may_send_too_is_unknown(status: int) -> None:
    """A page or nothing under these statuses may come from anything between us and the vendor."""
    framework = (
        b'{"message":"Internal server error"}',
        b'{"detail":"Internal Server Error"}',
        b'{"error":{}}',
    )
    for body in (b"<html>", b"", b"[]", b"[" * 100_000, *framework):
        assert type(error_of(fault_of(status, body), {}, is_keyed=False)) is OutcomeUnknown


def test_a_conflict_over_a_key_hides_the_first_try() -> None:
    """With an idempotency key a 409 says that the first try may have been executed."""
    told = fault_of(409, b'{"error":{"message":"in use"}}')

    assert type(error_of(told, {}, is_keyed=True)) is OutcomeUnknown
    assert type(error_of(told, {}, is_keyed=False)) is VendorBusy


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"error":{"type":"insufficient_quota","code":null}}', VendorAccount),
        ('{"error":{"code":"invalid_value","param":"model"}}', VendorAccount),
        ('{"error":{"code":"invalid_value","param":"size"}}', VendorRejected),
        ('{"error":"Rate limit. Please try again in 2s."}', VendorBusy),
        ('{"message":"slow down"}', VendorBusy),
        ('{"detail":[{"loc":["body"],"msg":"bad"}]}', VendorBusy),
        ('{"error":{"code":7,"type":["x"],"message":{"a":1}}}', VendorBusy),
    ],
)
def test_other_shapes_are_read(body: str, kind: type[VendorError]) -> None:
    """Gateways put a text, nothing or something else where an error belongs."""
    assert type(error_of(fault_of(429, body.encode()), {}, is_keyed=False)) is kind


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "litellm.BadRequestError: Your request was rejected by the safety system.", VendorRefused),
        (429, "litellm.RateLimitError: You exceeded your quota.", VendorAccount),
        (400, "Your organization must be verified to use this model.", VendorAccount),
        (429, "litellm.RateLimitError: Rate limit reached. Please try again in 2s.", VendorBusy),
        (500, "litellm.InternalServerError: Connection error.", OutcomeUnknown),
        (502, "litellm.BadGatewayError: <html>", OutcomeUnknown),
        (503, "litellm.ServiceUnavailableError: The server is overloaded.", VendorBusy),
        (400, "litellm.BadRequestError: Invalid size.", VendorRejected),
    ],
)
def test_a_proxy_that_replaces_the_code_is_understood(
    status: int, message: str, kind: type[VendorError]
) -> None:
    """As LiteLLM 1.106 answers: the code is the status again, and a 500 may be its own broken connection."""
    body = {
        "error": {"message": message, "type": "internal_server_error", "param": None, "code": str(status)}
    }

    assert type(error_of(fault_of(status, json.dumps(body).encode()), {}, is_keyed=False)) is kind


async def test_a_refusal_names_its_stage_and_nothing_private(desk: Desk) -> None:
    """Logs get code, stage and categories, never the vendor's message."""
    desk.simulator.plan("blocked_input", "blocked_output")
    found = []
    for _ in range(2):
        with pytest.raises(VendorRefused) as raised:
            await desk.vendor().draw(desk.order("a secret plan"))
        found.append((raised.value.stage, raised.value.reason))

    assert found == [
        ("input", "400 moderation_blocked input other"),
        ("output", "400 moderation_blocked output other"),
    ]


@pytest.mark.parametrize(
    ("scene", "kind"), [("fails_midway", VendorFailed), ("blocked_midway", VendorRefused)]
)
async def test_a_stream_can_end_in_an_error(desk: Desk, scene: str, kind: type[VendorError]) -> None:
    """An error between events means what it means alone."""
    desk.simulator.plan(scene)

    with pytest.raises(kind):
        await desk.vendor().draw(desk.order(partials=1), Told())


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after-ms": "1500"}, "", 1.5),
        ({"retry-after": "7"}, "try again in 20s", 7.0),
        ({"retry-after": "Sat, 21 Nov 2026 00:01:00 GMT", "date": "Sat, 21 Nov 2026 00:00:20 GMT"}, "", 40.0),
        ({"retry-after": "soon"}, "Please try again in 7.5s.", 7.5),
        ({}, "Please try again in 467ms.", 0.467),
        ({}, "Please try again in 1m30s.", 90.0),
        ({}, "", 10.0),
        ({"retry-after": "3600"}, "", 3_600.0),
        ({"retry-after": "99999999"}, "", 86_400.0),
        ({"retry-after": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}, "", 10.0),
        ({"retry-after": "Mon, 01 Jan 2026 00:00:00 +99999999999999999999", "date": "no"}, "", 10.0),
        ({"retry-after": "-5"}, "", 10.0),
        ({"retry-after": "0"}, "", 10.0),
    ],
)
def test_the_wait_is_what_the_vendor_asks(headers: dict[str, str], message: str, seconds: float) -> None:
    """Headers count before words; without either there is a wait of our own, and every wait has a bound."""
    body = json.dumps({"error": {"message": message, "code": "rate_limit_exceeded"}}).encode()

    error = error_of(fault_of(429, body), headers, is_keyed=False)

    assert isinstance(error, VendorBusy)
    assert error.retry_after_seconds == pytest.approx(seconds)


async def test_nobody_there_means_nothing_executed(desk: Desk) -> None:
    """A refused connection is certain."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))

        with pytest.raises(VendorUnreachable):
            await desk.vendor(f"http://127.0.0.1:{taken.getsockname()[1]}/v1").draw(desk.order())


@pytest.mark.parametrize(("reads_all", "kind"), [(False, VendorUnreachable), (True, OutcomeUnknown)])
async def test_a_request_that_was_not_sent_whole_was_not_executed(
    desk: Desk, kind: type[VendorError], *, reads_all: bool
) -> None:
    """A connection that ends before the last piece is certain; one that ends after it hides what was done."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if reads_all:
            await reader.readuntil(b"--\r\n")
        else:
            await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    picture = desk.picture()
    with picture.open("ab") as file:
        file.truncate(1_000 if reads_all else 30_000_000)
    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]

        with pytest.raises(kind):
            await desk.vendor(f"http://127.0.0.1:{port}/v1").draw(desk.order(references=(picture,)))


async def test_the_sdk_reads_the_same_errors(desk: Desk) -> None:
    """The simulator's errors are those that the official SDK knows."""
    desk.simulator.plan("blocked_output", "limit_reached")
    found = []
    async with AsyncOpenAI(base_url=desk.simulator.base_url, api_key=KEY, max_retries=0) as client:
        for _ in range(2):
            with pytest.raises(APIStatusError) as raised:
                await client.images.generate(model="gpt-image-2", prompt="a lighthouse")
            found.append((raised.value.status_code, raised.value.code))

    assert found == [(400, "moderation_blocked"), (400, "billing_hard_limit_reached")]


async def test_a_request_that_breaks_the_rules_is_rejected(desk: Desk) -> None:
    """The simulator is as strict as the vendor: a size that is not drawn, a background that the model lacks."""
    for changes in ({"width": 1000}, {"background": "transparent"}, {"prompt": "x" * 32_001}):
        with pytest.raises(VendorRejected):
            await desk.vendor().draw(desk.order(**changes))

    assert desk.simulator.bill_nano == 0
