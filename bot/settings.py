"""What the operator decides, read once from the environment and `.env`; nothing else reads either.

Every problem is reported at once. Environment variables win over `.env`; an empty value counts as not given.
"""

from __future__ import annotations

import re
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERYONE: Literal["everyone"] = "everyone"
PRODUCTION_CAD = "api.sonorancad.com"
STAGING_CAD = "staging-api.dev.sonorancad.com"
MAX_SNOWFLAKE = 2**63 - 1
MAX_RATE = 100_000
MAX_SHARDS = 100_000
V1_CALLS_PER_MINUTE = 60
V2_CALLS_PER_MINUTE = 10


class ApiVersion(StrEnum):
    """The generation of the CAD's API that is called."""

    V1 = "v1"
    V2 = "v2"


class CreateForm(StrEnum):
    """Which of v1's three documented payloads creates a character."""

    CHARACTER = "character"
    DICTIONARY = "dictionary"
    RECORD = "record"


class SelfLink(StrEnum):
    """Whether players may link themselves."""

    OFF = "off"
    APPROVAL = "approval"
    OPEN = "open"


class DbSync(StrEnum):
    """Whether the community's characters come from its game database."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class PlayerAction(StrEnum):
    """What players may be allowed to do with their own characters."""

    LINK = "link"
    UNLINK = "unlink"
    CREATE = "create"
    EDIT = "edit"
    REMOVE = "remove"
    SELECT = "select"


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _shards(value: object) -> object:
    if not isinstance(value, str):
        return value
    first, dash, last = value.partition("-")
    if not dash or not (first.strip().isdecimal() and last.strip().isdecimal()):
        return _split(value)
    if int(first) > int(last) or int(last) >= MAX_SHARDS:
        raise ValueError("must be a range such as 0-3")
    return list(range(int(first), int(last) + 1))


def _snowflake(value: int) -> int:
    if not 0 < value <= MAX_SNOWFLAKE:
        raise ValueError("is not a Discord id")
    return value


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # whose message may quote the password
        raise ValueError("is not a URL") from None


def _splittable(url: str) -> str:
    _parts(url)
    return url


def _one_word(secret: SecretStr) -> SecretStr:
    """Refuse what no header could carry: a pasted line break or space, letters beyond ASCII."""
    text = secret.get_secret_value()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("must be one word of plain letters, digits and signs; copy it again")
    return secret


def _url(*schemes: str) -> AfterValidator:
    """Accept an absolute URL of the given secure scheme; the plain one only to this machine."""

    def check(value: str) -> str:
        secure, plain = schemes
        parts = _parts(value)
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError(f"must be a URL that begins with {secure}://")
        if parts.username or parts.password or parts.fragment:
            raise ValueError("must not hold a user name, password or fragment")
        if parts.scheme == plain and not is_loopback(parts.hostname):
            raise ValueError(f"plain {plain}:// is only allowed to this machine; use {secure}://")
        return value.rstrip("/")

    return AfterValidator(check)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _rate(value: object) -> object:
    if not isinstance(value, str) or value in {"documented", "unlimited"}:
        return value
    if not value.isdecimal() or not 1 <= int(value) <= MAX_RATE:
        raise ValueError("must be documented, unlimited, or a number of calls per minute and endpoint")
    return int(value)


def _everyone(value: object) -> object:
    parts = _split(value)
    if parts == [EVERYONE]:
        return EVERYONE
    if isinstance(parts, list) and not all(part.isdecimal() and 0 < int(part) <= MAX_SNOWFLAKE for part in parts):
        raise ValueError("must be role ids, or the single word everyone")
    return parts


Snowflake = Annotated[int, AfterValidator(_snowflake)]
Snowflakes = Annotated[frozenset[Snowflake], BeforeValidator(_split)]
Key = Annotated[SecretStr, AfterValidator(_one_word)]
Rate = Annotated[Literal["documented", "unlimited"] | Annotated[int, Field(ge=1, le=100_000)], BeforeValidator(_rate)]


class Settings(BaseModel):
    """The validated environment. Field names are the variables' names in lower case."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    discord_token: Key = Field(min_length=1)
    discord_guild_ids: Snowflakes = frozenset()
    discord_api_url: Annotated[str, _url("https", "http")] = "https://discord.com/api/v10"
    discord_gateway_url: Annotated[str, _url("wss", "ws")] | None = None

    sonoran_api_url: Annotated[str, _url("https", "http")] = f"https://{PRODUCTION_CAD}"
    sonoran_community_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,50}$")] | None = None
    sonoran_api_key: Key | None = None
    sonoran_api_version: ApiVersion = ApiVersion.V1
    sonoran_new_character_form: CreateForm = CreateForm.CHARACTER
    sonoran_rate: Rate = "documented"
    sonoran_db_sync: DbSync = DbSync.AUTO
    api_id_is_discord_id: bool = False

    staff_role_ids: Snowflakes = frozenset()
    player_role_ids: Annotated[Literal["everyone"] | frozenset[Snowflake], BeforeValidator(_everyone)] = frozenset()
    approver_role_ids: Snowflakes = frozenset()
    admin_role_ids: Snowflakes = frozenset()
    blocked_role_ids: Snowflakes = frozenset()
    player_may: Annotated[frozenset[PlayerAction], BeforeValidator(_split)] = frozenset(PlayerAction)
    self_link: SelfLink = SelfLink.APPROVAL
    self_link_pattern: str | None = None
    max_links: int = Field(default=0, ge=0, le=1000)
    approval_channel_id: Snowflake | None = None
    audit_channel_id: Snowflake | None = None

    history_days: int = Field(default=365, ge=1, le=36_500)
    database_url: Annotated[str, AfterValidator(_splittable)] = "sqlite:///data/charlink.db"
    encryption_keys: SecretStr | None = None
    encryption_key_file: Path = Path("keys/charlink.key")

    http_port: int | None = Field(default=None, ge=1, le=65_535)
    http_host: str = "127.0.0.1"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    shard_count: int | None = Field(default=None, ge=1, le=MAX_SHARDS)
    shard_ids: Annotated[tuple[Annotated[int, Field(ge=0)], ...], BeforeValidator(_shards)] = ()

    @property
    def staging(self) -> bool:
        """Whether calls go to Sonoran's staging host, whose data is wiped at random."""
        return urlsplit(self.sonoran_api_url).hostname == STAGING_CAD

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must never be printed."""
        given = (self.discord_token, self.sonoran_api_key, self.encryption_keys)
        password = urlsplit(self.database_url).password
        return tuple([secret.get_secret_value() for secret in given if secret] + ([password] if password else []))

    @model_validator(mode="after")
    def _together(self) -> Self:
        problems = [message for wrong, message in _contradictions(self) if wrong]
        if problems:
            raise ValueError("\n".join(problems))
        return self


def _contradictions(s: Settings) -> list[tuple[bool, str]]:
    """What only shows when settings are read together; each line begins with the name to correct."""
    return [*_key_problems(s), *_role_problems(s), *_shard_problems(s)]


def _key_problems(s: Settings) -> list[tuple[bool, str]]:
    key, community = s.sonoran_api_key is not None, s.sonoran_community_id is not None
    documented = V1_CALLS_PER_MINUTE if s.sonoran_api_version is ApiVersion.V1 else V2_CALLS_PER_MINUTE
    too_fast = s.sonoran_rate == "unlimited" or (isinstance(s.sonoran_rate, int) and s.sonoran_rate > documented)
    return [
        (
            key and not s.discord_guild_ids,
            "DISCORD_GUILD_IDS: required with SONORAN_API_KEY, so that no stranger's server ever uses your key",
        ),
        (key and not community, "SONORAN_COMMUNITY_ID: required with SONORAN_API_KEY"),
        (community and not key, "SONORAN_API_KEY: required with SONORAN_COMMUNITY_ID"),
        (
            too_fast and urlsplit(s.sonoran_api_url).hostname == PRODUCTION_CAD,
            (
                f"SONORAN_RATE: more than documented ({documented} a minute) is refused at "
                f"SONORAN_API_URL's {PRODUCTION_CAD}, where it can get your community blacklisted"
            ),
        ),
    ]


def _role_problems(s: Settings) -> list[tuple[bool, str]]:
    return [
        (
            bool(s.discord_guild_ids & (s.staff_role_ids | s.approver_role_ids | s.admin_role_ids)),
            (
                "STAFF_ROLE_IDS, APPROVER_ROLE_IDS, ADMIN_ROLE_IDS: a server's own id is its @everyone role, "
                "which can't be staff"
            ),
        ),
        (
            s.self_link_pattern is not None and s.self_link_pattern.count("{api_id}") != 1,
            "SELF_LINK_PATTERN: must hold {api_id} exactly once, for example char#:{api_id}",
        ),
    ]


def _shard_problems(s: Settings) -> list[tuple[bool, str]]:
    count = s.shard_count
    return [
        (bool(s.shard_ids) and count is None, "SHARD_COUNT: required with SHARD_IDS"),
        (
            count is not None and any(shard >= count for shard in s.shard_ids),
            "SHARD_IDS: every id must be below SHARD_COUNT",
        ),
    ]


_THROW_AWAY = (
    "DATABASE_URL: this host (DYNO is set) throws its disk away at every restart, and a SQLite file with it; "
    "attach a PostgreSQL database and set DATABASE_URL to its address"
)


def _is_sqlite(url: str) -> bool:
    return not url.strip() or url.strip().lower().startswith("sqlite")


NAMES = tuple(name.upper() for name in Settings.model_fields)


def load_settings(environ: Mapping[str, str], dotenv: Path | None = Path(".env")) -> Settings:
    """Return the settings of this environment, `.env` filling in what the environment does not give.

    Raises SettingsError with one line for every problem found; no line holds the value of a secret.
    """
    from_file = dotenv_values(dotenv) if dotenv is not None and dotenv.is_file() else {}
    merged: dict[str, str] = {key: value for key, value in from_file.items() if value is not None} | dict(environ)
    if not merged.get("HTTP_PORT") and merged.get("PORT"):
        merged["HTTP_PORT"] = merged["PORT"]
    given: dict[str, Any] = {name.lower(): merged[name].strip() for name in NAMES if merged.get(name, "").strip()}
    throw_away = bool(merged.get("DYNO", "").strip()) and _is_sqlite(merged.get("DATABASE_URL", ""))
    try:
        found = Settings(**given)
    except ValidationError as error:
        problems = _lines(error)
    else:
        if throw_away:
            raise SettingsError([_THROW_AWAY])
        return found
    problems += [_THROW_AWAY] if throw_away else []
    wrong = {line.partition(":")[0] for line in problems}
    rest = {name: value for name, value in given.items() if name.upper() not in wrong}
    try:
        Settings(**{"discord_token": "-", **rest})
    except ValidationError as error:  # what contradicts among the values that are right by themselves
        problems += [line for line in _lines(error) if not wrong & set(re.findall(r"[A-Z_]{5,}", line))]
    raise SettingsError(list(dict.fromkeys(problems)))


def _lines(error: ValidationError) -> list[str]:
    lines: list[str] = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        message = problem["msg"].removeprefix("Value error, ")
        name = str(problem["loc"][0]).upper() if problem["loc"] else ""
        if problem["type"] == "missing":
            message = "is required"
        lines += [f"{name}: {message}"] if name else message.split("\n")
    return lines
