"""The environment (or `.env`), checked; its names are promised in the README and never change."""

from pathlib import Path

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

    @field_validator("slack_api_url")
    @classmethod
    def _http(cls, value: str) -> str:
        if not value:
            return SLACKS_OWN_URL
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value if value.endswith("/") else value + "/"

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return f"sqlite:///{info.data['muster_var'] / 'muster.db'}"
        if value.startswith("postgres://"):  # what several hosts still hand out
            return "postgresql://" + value.removeprefix("postgres://")
        if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError("cannot be read; write it like postgresql://muster:secret@db.example.com:5432/muster") from None
        if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
            raise ValueError("must name a file that all processes share, such as sqlite:////srv/muster/muster.db")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://; left empty, Muster brings its own")
        return value

    @property
    def socket_mode(self) -> bool:
        """An app token means Socket Mode; without one Slack reaches us over HTTP."""
        return bool(self.slack_app_token.get_secret_value())


def load_settings() -> Settings:
    """Read the environment; SettingsError in words that name the variable."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{str(e['loc'][0]).upper()} {e['msg'].removeprefix('Value error, ')}" for e in error.errors())
        raise SettingsError(f"The environment cannot be used: {wrong}. See .env.example.") from None
