"""Settings: what the table of the README promises, every problem at once, and no secret in any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.settings import NAMES, CreateForm, DbSync, PlayerAction, SelfLink, Settings, is_loopback, load_settings

if TYPE_CHECKING:
    from pathlib import Path

ID = "200000000000000001"
LEAST = {"DISCORD_TOKEN": "made-up-token"}
HOME = {**LEAST, "DISCORD_GUILD_IDS": ID, "SONORAN_COMMUNITY_ID": "c", "SONORAN_API_KEY": "made-up-key"}


def load(**given_values: str) -> Settings:
    return load_settings({**LEAST, **given_values}, None)


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, None)
    return caught.value.problems


def test_a_token_is_enough() -> None:
    found = load()
    assert found.discord_token.get_secret_value() == "made-up-token"
    assert found.discord_api_url == "https://discord.com/api/v10"
    assert found.sonoran_api_url == "https://api.sonorancad.com"
    assert (found.discord_gateway_url, found.sonoran_api_key, found.sonoran_community_id) == (None, None, None)
    assert (found.sonoran_api_version, found.sonoran_new_character_form) == ("v1", CreateForm.CHARACTER)
    assert (found.sonoran_rate, found.sonoran_db_sync) == ("documented", DbSync.AUTO)
    assert not found.api_id_is_discord_id
    assert found.player_may == frozenset(PlayerAction)
    assert (found.self_link, found.self_link_pattern, found.max_links) == (SelfLink.APPROVAL, None, 0)
    assert (found.history_days, found.database_url) == (365, "sqlite:///data/charlink.db")
    assert str(found.encryption_key_file) == "keys/charlink.key"
    assert (found.http_port, found.http_host) == (None, "127.0.0.1")
    assert (found.log_level, found.log_format) == ("INFO", "text")
    assert (found.shard_count, found.shard_ids) == (None, ())
    assert found.discord_guild_ids == found.staff_role_ids == found.player_role_ids == frozenset()


def test_without_anything_the_token_is_asked_for() -> None:
    assert problems({}) == ["DISCORD_TOKEN: is required"]
    assert problems({"DISCORD_TOKEN": "  "}) == ["DISCORD_TOKEN: is required"]


def test_an_empty_value_counts_as_not_given() -> None:
    assert load(**dict.fromkeys(set(NAMES) - {"DISCORD_TOKEN"}, " ")) == load()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("STAFF_ROLE_IDS", f" {ID}, {int(ID) + 1},", frozenset({int(ID), int(ID) + 1})),
        ("PLAYER_ROLE_IDS", "everyone", "everyone"),
        ("PLAYER_ROLE_IDS", ID, frozenset({int(ID)})),
        ("PLAYER_MAY", "link, create", frozenset({PlayerAction.LINK, PlayerAction.CREATE})),
        ("SONORAN_API_VERSION", "v2", "v2"),
        ("SONORAN_RATE", "7", 7),
        ("SONORAN_RATE", "60", 60),
        ("API_ID_IS_DISCORD_ID", "true", True),
        ("SELF_LINK", "off", SelfLink.OFF),
        ("SELF_LINK_PATTERN", "char#:{api_id}", "char#:{api_id}"),
        ("APPROVAL_CHANNEL_ID", ID, int(ID)),
        ("HTTP_PORT", "8080", 8080),
        ("PORT", "8081", 8081),
        ("LOG_LEVEL", "DEBUG", "DEBUG"),
        ("SONORAN_API_URL", "http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("SONORAN_API_URL", "https://staging-api.dev.sonorancad.com", "https://staging-api.dev.sonorancad.com"),
        ("DISCORD_GATEWAY_URL", "ws://[::1]:80", "ws://[::1]:80"),
        ("DISCORD_GATEWAY_URL", "wss://proxy.example", "wss://proxy.example"),
    ],
)
def test_values(name: str, value: str, expected: object) -> None:
    field = "http_port" if name == "PORT" else name.lower()
    assert getattr(load(**{name: value}), field) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISCORD_GUILD_IDS", "guild"),
        ("STAFF_ROLE_IDS", "0"),
        ("STAFF_ROLE_IDS", "-5"),
        ("STAFF_ROLE_IDS", "everyone"),
        ("PLAYER_ROLE_IDS", f"everyone,{ID}"),
        ("BLOCKED_ROLE_IDS", str(2**64)),
        ("PLAYER_MAY", "link,fly"),
        ("SELF_LINK", "maybe"),
        ("SONORAN_API_VERSION", "v3"),
        ("SONORAN_RATE", "0"),
        ("SONORAN_RATE", "fast"),
        ("MAX_LINKS", "-1"),
        ("HTTP_PORT", "0"),
        ("HTTP_PORT", "65536"),
        ("LOG_LEVEL", "LOUD"),
        ("SONORAN_COMMUNITY_ID", "a/b"),
        ("SONORAN_API_URL", "ftp://api.sonorancad.com"),
        ("SONORAN_API_URL", "api.sonorancad.com"),
        ("SONORAN_API_URL", "http://api.sonorancad.com"),
        ("SONORAN_API_URL", "https://user:pass@api.sonorancad.com"),
        ("SONORAN_API_URL", "https://api.sonorancad.com#x"),
        ("DISCORD_API_URL", "http://10.0.0.1/api"),
        ("DISCORD_GATEWAY_URL", "ws://gateway.discord.gg"),
        ("DISCORD_GATEWAY_URL", "https://gateway.discord.gg"),
        ("SHARD_IDS", "a-b"),
        ("SHARD_IDS", "3-1"),
        ("SONORAN_API_URL", "https://[x"),
        ("SONORAN_API_URL", "https://u:p\u2100@h"),
        ("DATABASE_URL", "postgresql://u:p@[x"),
        ("DATABASE_URL", "postgresql://u:p\u2100@h"),
        ("DISCORD_TOKEN", "made up"),
        ("SELF_LINK_PATTERN", "char#:"),
        ("SELF_LINK_PATTERN", "{api_id}{api_id}"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str) -> None:
    more = {"SHARD_COUNT": "4"} if name == "SHARD_IDS" else {}
    (problem,) = problems({**LEAST, **more, name: value})
    assert problem.startswith(f"{name}: ")


def test_every_problem_at_once() -> None:
    wrong = {
        "MAX_LINKS": "many",
        "SELF_LINK": "maybe",
        "LOG_LEVEL": "LOUD",
        "SONORAN_COMMUNITY_ID": "c",
        "SHARD_IDS": "0-3",
        "SELF_LINK_PATTERN": "x",
    }
    named = {problem.partition(":")[0] for problem in problems(wrong)}
    assert named == {
        "DISCORD_TOKEN",
        "MAX_LINKS",
        "SELF_LINK",
        "LOG_LEVEL",
        "SONORAN_API_KEY",
        "SHARD_COUNT",
        "SELF_LINK_PATTERN",
    }


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({**LEAST, "SONORAN_API_KEY": "made-up-key", "SONORAN_COMMUNITY_ID": "c"}, "DISCORD_GUILD_IDS"),
        ({**LEAST, "DISCORD_GUILD_IDS": ID, "SONORAN_API_KEY": "made-up-key"}, "SONORAN_COMMUNITY_ID"),
        ({**LEAST, "DISCORD_GUILD_IDS": ID, "SONORAN_COMMUNITY_ID": "c"}, "SONORAN_API_KEY"),
        ({**HOME, "STAFF_ROLE_IDS": ID}, "STAFF_ROLE_IDS"),
        ({**HOME, "ADMIN_ROLE_IDS": ID}, "STAFF_ROLE_IDS"),
        ({**HOME, "APPROVER_ROLE_IDS": ID}, "STAFF_ROLE_IDS"),
        ({**HOME, "SONORAN_RATE": "unlimited"}, "SONORAN_RATE"),
        ({**HOME, "SONORAN_RATE": "61"}, "SONORAN_RATE"),
        ({**HOME, "SONORAN_RATE": "11", "SONORAN_API_VERSION": "v2"}, "SONORAN_RATE"),
        ({**LEAST, "SHARD_IDS": "0-3"}, "SHARD_COUNT"),
        ({**LEAST, "SHARD_IDS": "0-3", "SHARD_COUNT": "3"}, "SHARD_IDS"),
    ],
)
def test_contradictions(environ: dict[str, str], name: str) -> None:
    (problem,) = problems(environ)
    assert problem.startswith(name)


@pytest.mark.parametrize("url", ["", "sqlite:///data/charlink.db", "SQLite:///x.db"])
def test_sqlite_on_a_throw_away_disk_is_refused_with_the_remedy(url: str) -> None:
    (problem,) = problems({**LEAST, "DYNO": "worker.1", "DATABASE_URL": url})
    assert problem.startswith("DATABASE_URL: ")
    assert "PostgreSQL" in problem


def test_a_throw_away_disk_is_named_beside_every_other_problem() -> None:
    named = {problem.partition(":")[0] for problem in problems({**LEAST, "DYNO": "worker.1", "MAX_LINKS": "many"})}
    assert named == {"DATABASE_URL", "MAX_LINKS"}


def test_a_throw_away_disk_is_no_matter_to_postgresql() -> None:
    more = {"DYNO": "worker.1", "DATABASE_URL": "postgresql://h/d", "ENCRYPTION_KEYS": "made-up"}
    assert load(**more).database_url == "postgresql://h/d"


def test_more_than_documented_is_for_other_hosts() -> None:
    assert load(SONORAN_RATE="unlimited", SONORAN_API_URL="http://localhost:1").sonoran_rate == "unlimited"


@pytest.mark.parametrize(
    ("value", "expected"), [("0-3", (0, 1, 2, 3)), ("0,2", (0, 2)), ("1", (1,)), (" 0 - 1 ", (0, 1))]
)
def test_shards(value: str, expected: tuple[int, ...]) -> None:
    assert load(SHARD_COUNT="4", SHARD_IDS=value).shard_ids == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("10.0.0.1", False), ("x.y", False)],
)
def test_loopback(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("url", "staging"), [("https://staging-api.dev.sonorancad.com", True), ("https://api.sonorancad.com", False)]
)
def test_staging(url: str, *, staging: bool) -> None:
    assert load(SONORAN_API_URL=url).staging is staging


def test_values_that_are_no_text_are_taken_as_they_are() -> None:
    assert Settings(discord_token="t", shard_count=2, shard_ids=(0, 1)).shard_ids == (0, 1)  # type: ignore[arg-type]


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DISCORD_TOKEN=from-file\nMAX_LINKS=3\nLOG_FORMAT\n# a comment\n")
    found = load_settings({"DISCORD_TOKEN": "from-environment"}, file)
    assert found.discord_token.get_secret_value() == "from-environment"
    assert found.max_links == 3


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    assert load_settings(LEAST, tmp_path / "none") == load()


def test_secrets_are_known_for_redaction_and_hidden_in_the_repr() -> None:
    found = load_settings(
        {**HOME, "ENCRYPTION_KEYS": "made-up-enc", "DATABASE_URL": "postgresql://u:made-up-pass@h/d"}, None
    )
    assert set(found.secrets) == {"made-up-token", "made-up-key", "made-up-enc", "made-up-pass"}
    for secret in ("made-up-token", "made-up-key", "made-up-enc"):
        assert secret not in repr(found)


SECRETS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=24, max_size=40)


@pytest.mark.parametrize("between", ["\n", "\r\n", " ", "\t", "\x00", "\u00a0", "ä", "\u200b", "“"])
@pytest.mark.parametrize("name", ["DISCORD_TOKEN", "SONORAN_API_KEY"])
def test_a_key_that_no_header_could_carry_is_named_and_not_shown(name: str, between: str) -> None:
    (problem,) = problems({**HOME, name: f"made-up{between}secret"})
    assert problem.startswith(f"{name}: ")
    assert "made-up" not in problem
    assert "secret" not in problem


def test_blanks_around_a_key_are_no_part_of_it() -> None:
    found = load_settings({**HOME, "DISCORD_TOKEN": " made-up-token\n"}, None)
    assert found.discord_token.get_secret_value() == "made-up-token"


@pytest.mark.parametrize("url", ["postgresql://u:made-up-pass@[x", "postgresql://u:made-up-pass\u2100@h"])
def test_an_address_that_is_none_is_named_without_its_password(url: str) -> None:
    wrong = {**HOME, "DATABASE_URL": url, "SONORAN_API_URL": url.replace("postgresql", "https")}
    found = problems(wrong)
    assert {problem.partition(":")[0] for problem in found} == {"DATABASE_URL", "SONORAN_API_URL"}
    assert "made-up-pass" not in "\n".join(found)


@given(token=SECRETS, key=SECRETS, password=SECRETS)
def test_no_problem_holds_a_secret(token: str, key: str, password: str) -> None:
    wrong = {
        "DISCORD_TOKEN": token,
        "SONORAN_API_KEY": key,
        "ENCRYPTION_KEYS": key,
        "DATABASE_URL": f"postgresql://u:{password}@h/d",
        "SONORAN_API_URL": f"https://user:{password}@api.sonorancad.com",
        "MAX_LINKS": "many",
    }
    text = "\n".join(problems(wrong))
    assert not any(secret in text for secret in (token, key, password))
