"""What an owner may change: environment, catalogue and plans, read and checked once at the start."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, SecretStr, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.core.catalogue import Catalogue, VendorAccess, VendorEntry
from bot.core.plans import Plans
from config.caps import over_somebody
from config.routes import for_somebody
from config.settings import WEB_ADDRESS, ConfigError, Settings, read_environment, read_settings
from config.toml_lines import line_of, line_with

__all__ = ["Config", "ConfigError", "Settings", "VendorAccess", "load"]

File = TypeVar("File", bound=BaseModel)


@dataclass(frozen=True)
class Config:
    """Everything that is configured; `access` has an entry for every vendor of the catalogue."""

    settings: Settings
    catalogue: Catalogue
    plans: Plans
    access: Mapping[str, VendorAccess]

    @property
    def database_url(self) -> str:
        """Say where the database is; raises ConfigError for one that Easel cannot use yet."""
        if self.settings.database_url is None:
            return f"sqlite:///{(self.settings.data_dir / 'easel.db').resolve()}"
        url = self.settings.database_url.get_secret_value()
        if not url.startswith("sqlite:"):
            raise ConfigError(
                "DATABASE_URL must begin with sqlite:/// for now. `easel run` cannot use PostgreSQL yet."
            )
        return url

    def offered(self, dialects: Collection[str]) -> Catalogue:
        """Return what can be ordered: the vendors of a known dialect with a key where one is needed."""
        keyed = {each.key_variable or "" for each in self.catalogue.vendors if self.access[each.name].key}
        offered = self.catalogue.offered(variables=keyed, dialects=dialects)
        out_of_reach = {each.name for each in offered.vendors if not self.can_reach_us(each)}
        return offered.without_links(out_of_reach)

    def can_reach_us(self, vendor: VendorEntry) -> bool:
        """Whether a vendor finds us by our public address; only one on our own network may come without TLS."""
        public, theirs = self.settings.public_url or "", self.access[vendor.name].base_url or ""
        return public.startswith("https://") or bool(public and theirs.startswith("http://"))


def load(environ: Mapping[str, str] | None = None) -> Config:
    """Read and check everything; without `environ`, the process's own environment over a file `.env`.

    Raises ConfigError with one line for each fault.
    """
    variables = read_environment(environ)
    settings = read_settings(variables)
    routed = TypeAdapter(Annotated[Catalogue, AfterValidator(for_somebody)])
    catalogue = _read("catalogue.toml", routed, settings.config_dir)
    capped = TypeAdapter(Annotated[Plans, AfterValidator(over_somebody)])
    plans = _read("plans.toml", capped, settings.config_dir)
    access = {vendor.name: _access(vendor, variables) for vendor in catalogue.vendors}
    return Config(settings, catalogue, plans, access)


def _access(vendor: VendorEntry, variables: Mapping[str, str]) -> VendorAccess:
    key = variables.get(vendor.key_variable or "")
    base_url = variables.get(vendor.base_url_variable or "", vendor.base_url)
    if base_url and not re.match(WEB_ADDRESS, base_url):
        raise ConfigError(f"{vendor.base_url_variable} must be a web address such as {vendor.base_url}.")
    signed = variables.get(vendor.callback_secret_variable or "", "")
    secrets = tuple(SecretStr(each.strip()) for each in signed.split(",") if each.strip())
    return VendorAccess(base_url, SecretStr(key) if key else None, secrets)


def _read(name: str, kind: TypeAdapter[File], folder: Path | None) -> File:
    """Read the owner's file where there is one, else ours."""
    own = folder / name if folder else None
    path = own if own and own.is_file() else Path(__file__).with_name(name)
    try:
        text = path.read_text(encoding="utf-8")
        written = tomllib.loads(text)
        return kind.validate_python(written)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        lines = [
            f"{path}:{_line(text, each)}: {_fault(written, each['loc'], each['msg'])}"
            for each in error.errors()
        ]
        raise ConfigError("\n".join(lines)) from error


def _line(text: str, fault: ErrorDetails) -> int:
    """Find the line of a fault by its place, or where it has none by the name that leads nowhere."""
    name = fault.get("ctx", {}).get("written")
    return line_of(text, fault["loc"]) if name is None else line_with(text, name)


def _fault(written: Any, place: tuple[int | str, ...], message: str) -> str:
    """Say what is wrong at which entry and key: numbers of entries become their names."""
    words = []
    for step in place:
        try:
            written = written[step]
        except (KeyError, IndexError, TypeError):
            written = None
        named = (
            isinstance(step, int) and isinstance(written, dict) and ("name" in written or "scope" in written)
        )
        words.append(f'"{written.get("name", written.get("scope"))}"' if named else str(step))
    return f"{' '.join([*words, ''])}{message.removeprefix('Value error, ')}"
