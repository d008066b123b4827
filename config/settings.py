"""The only reader of the environment: every variable, what it means, and what it may be."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError


class ConfigError(ValueError):
    """Easel cannot start as it is configured; the message names the variable or the file's entry and key."""


def read_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables that are set: `environ`, or the process's own over those of `.env`."""
    if environ is None:
        environ = {name: value or "" for name, value in dotenv_values(".env").items()} | dict(os.environ)
    return {name: value.strip() for name, value in environ.items() if value.strip()}


def _listed(written: object) -> object:
    """Split "a, b" at its commas."""
    if not isinstance(written, str):
        return written
    return tuple(part.strip() for part in written.split(",") if part.strip())


def _tenants(written: object) -> object:
    return written if written in ("first", "open") else _listed(written)


def is_tenant(name: str) -> bool:
    """Tell whether a name could be a tenant's id, as `easel tenants list` shows it."""
    return re.fullmatch(r"local|discord:[0-9]{1,20}|slack:[A-Z0-9]+(\.[A-Z0-9]+)?", name) is not None


def _tenant(name: str) -> str:
    if not is_tenant(name):
        raise ValueError("no id of a server or workspace")
    return name


def _spoken(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("unknown database")
    return url


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _setting(variable: str, default: Any, allowed: str, **bounds: Any) -> Any:
    """Declare one variable; `allowed` completes the sentence "<variable> must be …"."""
    return Field(default, validation_alias=variable, description=allowed, **bounds)


WEB_ADDRESS = r"^https?://[^\s/?#]+[^\s?#]*$"
DatabaseUrl = Annotated[SecretStr, AfterValidator(_spoken)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Tenant = Annotated[str, AfterValidator(_tenant)]
Tenants = Annotated[Literal["first", "open"] | tuple[Tenant, ...], BeforeValidator(_tenants)]


class Settings(BaseModel):
    """Every variable that Easel reads, except keys and addresses of vendors: the catalogue names those."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    port: int = _setting("PORT", 8080, "a port from 0 (any free one) to 65535", ge=0, le=65_535)
    host: str = _setting("EASEL_HOST", "127.0.0.1", "a host name or address to listen on", max_length=255)
    database_url: DatabaseUrl | None = _setting(
        "DATABASE_URL", None, "an SQLAlchemy address that begins with sqlite:/// or postgresql+psycopg://"
    )
    data_dir: Path = _setting("EASEL_DATA_DIR", Path("data"), "a folder that Easel may write to")
    public_url: str | None = _setting(
        "EASEL_PUBLIC_URL", None, "an address such as https://easel.example.com", pattern=WEB_ADDRESS
    )
    secret_key: SecretStr | None = _setting(
        "EASEL_SECRET_KEY", None, "at least 32 random characters", min_length=32
    )
    config_dir: Path | None = _setting("EASEL_CONFIG_DIR", None, "a folder with catalogue.toml or plans.toml")
    admins: Names = _setting("EASEL_ADMINS", (), "ids of operators such as discord:123, with commas between")
    tenants: Tenants = _setting(
        "EASEL_TENANTS", "first", "first, open, or ids such as discord:123 or slack:T024, with commas between"
    )
    contact: str | None = _setting(
        "EASEL_CONTACT", None, "whom strangers may ask, in up to 80 characters", max_length=80
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "EASEL_LOG_LEVEL", "info", "debug, info, warning or error"
    )
    drain_seconds: int = _setting("EASEL_DRAIN_SECONDS", 25, "whole seconds from 0 to 3600", ge=0, le=3_600)
    mask_composite: Literal["on", "off"] = _setting("EASEL_MASK_COMPOSITE", "on", "on or off")
    keep_pictures_days: int = _setting(
        "EASEL_KEEP_PICTURES_DAYS", 0, "whole days up to 36500; 0 keeps pictures for ever", ge=0, le=36_500
    )
    disk_free_min_mb: int = _setting(
        "EASEL_DISK_FREE_MIN_MB", 500, "whole megabytes; with less room no order is taken", ge=0, le=10**9
    )
    probe_credits_per_day: int = _setting(
        "EASEL_PROBE_CREDITS_PER_DAY",
        0,
        "whole credits a day for probes of vendors, up to 1000000; 0 probes none",
        ge=0,
        le=10**6,
    )
    metrics_token: SecretStr | None = _setting(
        "EASEL_METRICS_TOKEN", None, "at least 16 random characters", min_length=16
    )
    discord_token: SecretStr | None = _setting("DISCORD_TOKEN", None, "a bot token of Discord")
    discord_api_url: str | None = _setting("DISCORD_API_URL", None, "a web address", pattern=WEB_ADDRESS)
    discord_gateway_url: str | None = _setting(
        "DISCORD_GATEWAY_URL", None, "an address that begins with ws:// or wss://", pattern=r"^wss?://\S+$"
    )
    slack_bot_token: SecretStr | None = _setting("SLACK_BOT_TOKEN", None, "a bot token of Slack (xoxb-…)")
    slack_app_token: SecretStr | None = _setting("SLACK_APP_TOKEN", None, "an app token of Slack (xapp-…)")
    slack_signing_secret: SecretStr | None = _setting("SLACK_SIGNING_SECRET", None, "Slack's signing secret")
    slack_api_url: str | None = _setting("SLACK_API_URL", None, "a web address", pattern=WEB_ADDRESS)
    slack_command_prefix: str = _setting(
        "SLACK_COMMAND_PREFIX",
        "",
        "the --prefix that the app's manifest was made with: small letters, digits, - and _",
        pattern=r"^[a-z0-9][a-z0-9_-]*$",
    )

    @property
    def operators(self) -> tuple[str, ...]:
        """Name everybody who runs Easel; on a web chat of this machine alone, it is whoever opens it."""
        is_alone = self.public_url is None and is_loopback(self.host)
        return (*self.admins, *(("web:you",) if is_alone else ()))


MEANINGS: Mapping[str, str] = {
    str(field.validation_alias): field.description or "" for field in Settings.model_fields.values()
}


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Check the variables; raises ConfigError that names each wrong one and what is allowed."""
    try:
        settings = Settings.model_validate(environ)
    except ValidationError as error:
        wrong = dict.fromkeys(str(each["loc"][0]) for each in error.errors())
        raise ConfigError("\n".join(f"{name} must be {MEANINGS[name]}." for name in wrong)) from None
    if settings.secret_key is None and not is_loopback(settings.host):
        raise ConfigError(
            f"EASEL_SECRET_KEY must be {MEANINGS['EASEL_SECRET_KEY']},"
            " because EASEL_HOST lets other machines in."
        )
    return settings
