"""What is around the database: folder, process, disk, SQLite, keys, models and address."""

from __future__ import annotations

import json
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from bot import adminsocket
from bot.core.errors import EaselError
from bot.core.retirement import retirements
from bot.doctor.findings import Finding, Grade, Patient, moment
from bot.operating import Answer, Ping, ShowBreakers
from bot.storage import health
from bot.storage.folder import NOTE
from config.settings import is_loopback

MEGABYTE = 1_000_000


def folder(patient: Patient) -> Iterator[Finding]:
    """Look at the data folder and who may read it."""
    where = patient.folder
    if not where.is_dir():
        yield Finding(
            "folder", "note", f"{where} is not there yet", "It is made by the first start: easel run"
        )
        return
    for path in (where, where / "secret.key"):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            mode = "700" if path.is_dir() else "600"
            yield Finding(
                "folder", "note", f"others on this machine may look into {path}", f"chmod {mode} {path}"
            )
            return
    yield Finding("folder", "ok", f"{where} is for its owner alone")


async def process(patient: Patient) -> Finding:
    """Ask the Easel that runs whether it answers."""
    try:
        said = await adminsocket.ask(patient.folder, Ping().model_dump_json())
    except (EaselError, OSError) as error:
        return Finding(
            "process", "fix", str(error), "Look at its log; if it hangs, stop it and start it again."
        )
    if said is None:
        return Finding("process", "ok", "nothing runs on this folder")
    return Finding("process", "ok", f"Easel{_holder(patient.folder)} runs and answers")


async def left_alone(patient: Patient) -> AsyncIterator[Finding]:
    """Name the models that the Easel that runs leaves alone because their vendor failed."""
    try:
        said = await adminsocket.ask(patient.folder, ShowBreakers().model_dump_json())
    except (EaselError, OSError):
        return
    names = [name for name, _ in Answer.model_validate_json(said).rows] if said is not None else []
    if names:
        text = f"left alone, because they failed several times in a row: {', '.join(names)}"
        yield Finding("vendors", "note", text, "easel vendors and the log say what they answered.")


def _holder(folder: Path) -> str:
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        return f" (process {int(note['pid'])}, since {moment(int(note['since']))})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def disk(patient: Patient) -> Iterator[Finding]:
    """Measure the room on the disk."""
    if not patient.folder.is_dir():
        return
    free, least = patient.free_bytes(patient.folder) // MEGABYTE, patient.config.settings.disk_free_min_mb
    if free < least:
        text = f"{free:,} MB are free, less than the {least:,} MB that orders need; no order is taken"
        yield Finding("disk", "fix", text, "Make room, or lower EASEL_DISK_FREE_MIN_MB.")
    elif free < 2 * least:
        yield Finding(
            "disk", "note", f"{free:,} MB are free; orders stop below {least:,} MB", "Make room soon."
        )
    else:
        yield Finding("disk", "ok", f"{free:,} MB are free")


def sqlite(patient: Patient) -> Iterator[Finding]:
    """Look at the version of SQLite."""
    version = patient.sqlite_version
    if health.has_wal_reset_bug(version):
        text = f"SQLite {version} can damage a file into which two programs write; Easel writes alone"
        step = "Let no other program write to easel.db; safe are 3.51.3, 3.50.7, 3.44.6 and later."
        yield Finding("sqlite", "note", text, step)
    else:
        yield Finding("sqlite", "ok", f"version {version}")


def keys(patient: Patient) -> Iterator[Finding]:
    """Say whose keys are set."""
    real = [vendor for vendor in patient.offered.vendors if vendor.key_variable]
    if real:
        yield Finding("keys", "ok", f"set for {', '.join(vendor.title for vendor in real)}")
        return
    variables = [vendor.key_variable for vendor in patient.config.catalogue.vendors if vendor.key_variable]
    step = (
        f"Put a line into .env and start again: {variables[0]}=…"
        if variables
        else "Add a vendor to the catalogue."
    )
    yield Finding("keys", "note", "none is set, so only placeholders are drawn", step)


def reach(patient: Patient) -> Iterator[Finding]:
    """Name the vendors that must fetch pictures from us and cannot."""
    config = patient.config
    for vendor in patient.offered.vendors:
        if vendor.references == "links" and not config.can_reach_us(vendor):
            text = f"{vendor.title} fetches pictures from our own address and has none, so it changes no pictures"
            yield Finding(
                "reach", "note", text, "Set EASEL_PUBLIC_URL to an https:// address that it reaches."
            )


def models(patient: Patient) -> Iterator[Finding]:
    """List the models on offer and those that will be retired."""
    if not patient.offered.models:
        yield Finding(
            "models", "fix", "none can be ordered", "Set the key of a vendor; see docs/reference/settings.md."
        )
        return
    names = ", ".join(dict.fromkeys(model.name for model in patient.offered.models))
    yield Finding("models", "ok", f"on offer: {names}")
    for each in retirements(patient.offered, patient.today):
        if each.stage is None:
            yield Finding("models", "ok", each.sentence.removesuffix("."))
        else:
            grade: Grade = "note" if each.successor or each.days > 0 else "fix"
            step = (
                "Tell people."
                if each.successor
                else f"Name its successor in catalogue.toml, at {each.model}."
            )
            yield Finding("models", grade, each.sentence.removesuffix("."), step)


def address(patient: Patient) -> Iterator[Finding]:
    """Say who reaches the web chat, and how."""
    settings = patient.config.settings
    if settings.public_url:
        if settings.public_url.startswith("https://"):
            yield Finding("address", "ok", f"people come by {settings.public_url}")
        else:
            text = f"people come by {settings.public_url}, and anybody on the way can read along"
            yield Finding(
                "address", "note", text, "Put a proxy with TLS in front, and an https:// EASEL_PUBLIC_URL."
            )
    elif is_loopback(settings.host):
        yield Finding("address", "ok", f"only this machine reaches the web chat, at port {settings.port}")
    else:
        text = f"others reach {settings.host}, and links do not know by which name"
        yield Finding("address", "note", text, "Set EASEL_PUBLIC_URL to the address that people use.")
