"""LiteLLM, from PyPI, as vendor by configuration alone: `make third-party` installs it and runs this.

Both files are taken from the how-to as they stand there; behind LiteLLM stands the simulated OpenAI.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from tests.doubles.openai_simulator import KEY, OpenAISimulator
from tests.kill.gateways import GatewayEasel, Town, opened
from tests.ports import free_port

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "use-another-openai-compatible-server.md"
SECTION = HOW_TO.read_text(encoding="utf-8").partition("## An example that was run")[2]
READY_SECONDS = 120.0
END_SECONDS = 60.0
PORT = "4011"


def block(kind: str) -> str:
    """Take the last block of a kind from the how-to's example."""
    return str(re.findall(rf"```{kind}\n(.*?)```", SECTION, re.DOTALL)[-1])


def picture(colour: str) -> bytes:
    """Make a picture to change."""
    written = BytesIO()
    Image.new("RGB", (64, 64), colour).save(written, "PNG")
    return written.getvalue()


@asynccontextmanager
async def litellm(folder: Path, upstream: str) -> AsyncIterator[str]:
    """Run LiteLLM on its file in front of `upstream`; gives its port."""
    (folder / "config.yaml").write_text(block("yaml"), encoding="utf-8")
    port, log = str(free_port()), folder / "litellm.log"
    command = (
        os.environ["LITELLM"],
        "--config",
        str(folder / "config.yaml"),
        "--host",
        "127.0.0.1",
        "--port",
        port,
    )
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": upstream,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=file, stderr=file)
    try:
        async with asyncio.timeout(READY_SECONDS), httpx2.AsyncClient(trust_env=False) as client:
            while not await _answers(client, f"http://127.0.0.1:{port}/health/liveliness"):
                assert process.returncode is None, log.read_text(encoding="utf-8")[-4000:]
                await asyncio.sleep(0.5)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _answers(client: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx2.HTTPError:
        return False


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[Town]:
    """Open an Easel whose catalogue has the how-to's entry, in front of LiteLLM, in front of the simulator."""
    async with OpenAISimulator().serving() as simulator, litellm(folder, simulator.base_url) as port:
        entry = block("toml").replace(f"127.0.0.1:{PORT}", f"127.0.0.1:{port}")
        easel = GatewayEasel(folder, "", keys={"HOUSE_API_KEY": "sk-house"}, terms={r"\A": entry})
        async with opened("house", easel, simulator) as there:
            yield there


async def until_over(there: Town) -> None:
    """Wait until nothing is left to do."""
    async with asyncio.timeout(END_SECONDS):
        await there.records.until_over()


@pytest.mark.timeout(300)
async def test_it_draws_and_edits_by_configuration_alone(tmp_path: Path) -> None:
    """New pictures, several at once, WebP, edits of one and of two pictures, a mask; refusals by their words."""
    one = {"one.png": picture("teal")}
    two = {**one, "two.png": picture("pink")}
    mask = BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(mask, "PNG")
    orders: list[tuple[str, dict[str, bytes], tuple[str, bool]]] = [
        ("a fox --quality low", {}, ("done", True)),
        ("two foxes --quality low --count 2", {}, ("done", True)),
        ("a hen --quality low --format webp", {}, ("done", True)),
        ("make it night --quality low", one, ("done", True)),
        ("make them one --quality low", two, ("done", True)),
        ("only the sky --quality low", {**one, "mask.png": mask.getvalue()}, ("done", True)),
        ("[blocked_input] a fox --quality low", {}, ("failed", False)),
        ("[no_credit] a fox --quality low", {}, ("failed", False)),
    ]
    async with house(tmp_path) as there:
        for number, (words, files, _) in enumerate(orders):
            answer = await there.chat.say(f"event-{number:04}", words, files)
            assert answer["messages"][1]["card"], f"no order: {answer}"
            await until_over(there)

        ended = [(state, bool(charged)) for state, charged, _ in there.jobs()]
        assert ended == [each for _, _, each in orders]
        drawn = [line for line in there.gateway.books if line.bill_nano]
        assert [line.path for line in drawn] == ["/v1/images/generations"] * 3 + ["/v1/images/edits"] * 3
        assert [len(line.wanted.files) for line in drawn if line.wanted] == [0, 0, 0, 1, 2, 2]
        charged = [charged for state, charged, _ in there.jobs() if state == "done"]
        assert charged == [-(-line.bill_nano // 10_000) for line in drawn]
