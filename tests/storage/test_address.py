"""DATABASE_URL: what it may be, where the file is, and that a wrong one is named without what is secret in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.storage.address import POSTGRESQL, SQLITE, parse_url, sqlite_file

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("sqlite:///data/charlink.db", "data/charlink.db"),
        ("sqlite:////var/lib/charlink.db", "/var/lib/charlink.db"),
        ("sqlite://", None),
        ("sqlite:///", None),
        ("sqlite:///:memory:", None),
    ],
)
def test_where_the_file_is(text: str, file: str | None) -> None:
    url = parse_url(text)
    assert url.drivername == SQLITE
    assert sqlite_file(url) == (Path.cwd() / file if file else None)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_both_names_of_postgresql_mean_the_same_driver(scheme: str) -> None:
    url = parse_url(f"{scheme}://u:p%40ss@h:5433/d?sslmode=require")
    assert (url.drivername, url.password, url.port, url.query["sslmode"]) == (POSTGRESQL, "p@ss", 5433, "require")
    assert sqlite_file(url) is None


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("mysql://u:hunter2@h/d", "must begin with sqlite:/// or postgresql://"),
        ("postgresql+asyncpg://u:hunter2@h/d", "must begin with sqlite:/// or postgresql://"),
        ("hunter2", "is not a URL such as"),
        ("", "is not a URL such as"),
        ("postgresql://u:p@h:hunter2/d", "is not a URL such as"),
        ("sqlite://data/charlink.db", "three slashes"),
        ("sqlite:///data/charlink.db?mode=hunter2", "three slashes"),
        ("postgresql://u@h/d?password=hunter2", "the password belongs before the host"),
    ],
)
def test_what_can_not_be_right_is_named_without_what_is_secret(text: str, remedy: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_url(text)
    (line,) = caught.value.problems
    assert line.startswith("DATABASE_URL: ")
    assert remedy in line
    assert SECRET not in line
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
