"""The environment (or `.env`), checked; its names are promised in the README and never change."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

SLACKS_OWN_URL = "https://slack.com/api/"


class SettingsError(Exception):
    """The environment cannot be used; the text says which variable and what would be right."""


class Settings(BaseSettings):
    """Where things are and how to sign in. Secrets never show in a repr."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", case_sensitive=False)

    muster_var: Path = Path("var")  # what SQLite and the embedded Redis keep
    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = SLACKS_OWN_URL
    database_url: str = Field(default="", validate_default=True)
    redis_url: str = ""
    muster_config: Path = Path("muster.yml")
    port: int = Field(default=3000, ge=1, le=65535)
    public_url: str = ""
    muster_workers: int = Field(default=2, ge=1, le=64)

    @field_validator("*", mode="before")
    @classmethod
    def _as_meant(cls, value: Any, info: ValidationInfo) -> Any:
        """Without the blanks and quotes that stay around a pasted value (Docker's --env-file keeps quotes); set to nothing
        is not set."""
        if not isinstance(value, str):
            return value
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1].strip()
        return value or cls.model_fields[str(info.field_name)].default

    @field_validator("slack_bot_token", "slack_app_token", "slack_signing_secret")
    @classmethod
    def _sendable(cls, value: SecretStr) -> SecretStr:
        if not all("!" <= letter <= "~" for letter in value.get_secret_value()):
            raise ValueError("holds a character that none of Slack's does; copy it again from the app's page")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _http(cls, value: str) -> str:
        try:
            named = value.startswith(("http://", "https://")) and urlsplit(value).hostname
        except ValueError:
            named = None
        if not named:
            raise ValueError(f"must begin with http:// or https:// and name a host, such as {SLACKS_OWN_URL}")
        return value if value.endswith("/") else value + "/"

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return f"sqlite:///{info.data['muster_var'] / 'muster.db'}"
        if value.startswith("postgres://"):  # what several hosts still hand out
            value = "postgresql://" + value.removeprefix("postgres://")
        if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError("cannot be read; write it like postgresql://muster:secret@db.example.com:5432/muster") from None
        if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
            raise ValueError("must name a file that all processes share, such as sqlite:////srv/muster/muster.db")
        if url.drivername == "sqlite" and url.query:
            raise ValueError("takes no options for SQLite; leave out the question mark and what follows")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://; left empty, Muster brings its own")
        if value and not _is_complete(value):
            raise ValueError("cannot be read; write it like redis://:secret@redis.example.com:6379/0 or unix:///run/redis.sock")
        return value

    @property
    def socket_mode(self) -> bool:
        """An app token means Socket Mode; without one Slack reaches us over HTTP."""
        return bool(self.slack_app_token.get_secret_value())


def _is_complete(redis_url: str) -> bool:
    """Whether redis-py can make a connection of it, which it finds out when it needs one; a database that is no number it
    would take for 0."""
    from redis import ConnectionPool  # loaded by everything that uses Redis, and by nothing else

    try:
        path = urlsplit(redis_url).path.strip("/")
        ConnectionPool.from_url(redis_url).make_connection()
    except (TypeError, ValueError):
        return False
    return bool(path) if redis_url.startswith("unix:") else not path or path.isdigit()


def load_settings() -> Settings:
    """Read the environment; SettingsError in words that name the variable."""
    try:
        return Settings()
    except (OSError, UnicodeDecodeError):
        raise SettingsError("The file .env cannot be read. Save it as UTF-8 text that this user may read.") from None
    except ValidationError as error:
        wrong = "; ".join(f"{str(e['loc'][0]).upper()} {e['msg'].removeprefix('Value error, ')}" for e in error.errors())
        raise SettingsError(f"The environment cannot be used: {wrong}. See .env.example.") from None
