"""Files of ours put where a vendor said, in pieces and without its key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

from bot.core.errors import VendorFailed, VendorUnreachable
from bot.vendors.downloads import DownloadFailed, Downloads
from bot.vendors.http import open_client

PIECE_BYTES = 256 * 1024


@dataclass(frozen=True)
class Upload:
    """A file and what it is."""

    path: Path
    mime: str
    size_bytes: int

    async def pieces(self) -> AsyncIterator[bytes]:
        """Read the file; raises OSError."""
        with await asyncio.to_thread(self.path.open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
                yield piece


async def put(upload: Upload, url: str, addresses: Downloads) -> None:
    """Put a file to an address that a vendor named and that `addresses` trusts.

    Nothing is executed by it: raises VendorUnreachable when it may work later, VendorFailed when it never will.
    """
    headers = {"Content-Type": upload.mime, "Content-Length": str(upload.size_bytes)}
    try:
        async with open_client(addresses.base_url) as client:
            request = await addresses.request(
                client, "PUT", httpx2.URL(url), headers=headers, content=upload.pieces()
            )
            response = await client.send(request, stream=True)  # what it answers is of no interest
            await response.aclose()
    except (httpx2.InvalidURL, OSError) as error:
        raise VendorFailed("not_uploaded") from error
    except DownloadFailed as error:
        raise (VendorFailed if error.is_final else VendorUnreachable)("not_uploaded") from error
    except httpx2.HTTPError as error:
        raise VendorUnreachable(type(error).__name__) from error
    if not response.is_success:
        raise VendorUnreachable(f"upload {response.status_code}")
