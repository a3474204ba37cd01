"""What operators see: no secret in any line, one line an event, and health that says whether the bot is connected."""

from __future__ import annotations

import io
import json
import logging
import sys
from typing import TYPE_CHECKING

import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.telemetry import (
    REDACTED,
    REFERENCE,
    JsonFormatter,
    Metrics,
    Redactor,
    TextFormatter,
    configure_logging,
    health_app,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = st.text(st.characters(min_codepoint=33, exclude_categories=["Cs"]), min_size=4, max_size=40)
TEXTS = st.text(max_size=40)
TOKENS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", min_size=6, max_size=60).map(
    "Zq".__add__
)
NAMES = ("key", "apikey", "api_key", "secret", "secretUuid", "token", "password", "Authorization")


@given(st.lists(SECRETS, min_size=1, max_size=4), TEXTS, TEXTS)
@example(["aaaa", "aaaab"], "x", "y")
def test_known_secrets_never_survive(secrets: list[str], before: str, after: str) -> None:
    assume(not any(secret in REDACTED for secret in secrets))
    redact = Redactor(secrets)
    for secret in secrets:
        assert secret not in redact(f"{before} {secret} {after}")


@pytest.mark.parametrize("name", NAMES)
@given(secret=TOKENS)
def test_named_secrets_never_survive(name: str, secret: str) -> None:
    redact = Redactor()
    assume(secret not in REDACTED)
    for line in (
        json.dumps({"id": "C", name: secret, "type": "X"}),
        json.dumps({name: secret}, separators=(",", ":")),
        repr({name: secret}),
        f"{name}={secret}",
        f"{name}: {secret}, more",
        f"{name.upper()}={secret};",
        f"Authorization: Bearer {secret}",
        f"Bot {secret}",
        f"POST /webhooks/200000000000000001/{secret}/messages/@original",
        f"https://discord.com/api/v10/interactions/200000000000000001/{secret}/callback",
    ):
        assert secret not in redact(line), line


def test_names_survive_and_other_values_too() -> None:
    redact = Redactor(["made-up-key"])
    assert redact('{"key": "k-1234567", "type": "LINK"}') == f'{{"key": {REDACTED}, "type": "LINK"}}'
    assert redact("monkey: banana") == "monkey: banana"
    assert redact("CAD call link_character: status 200, 12 ms") == "CAD call link_character: status 200, 12 ms"


def test_a_secret_with_a_quote_or_a_space_is_hidden_whole() -> None:
    redact = Redactor()
    assert "correct horse" not in redact('{"password": "correct horse battery"}')
    assert "horse" not in redact(json.dumps({"password": 'correct"horse'}))


def test_short_values_are_no_secrets() -> None:
    assert Redactor(["on", ""])("one on one") == "one on one"


def record(message: str, *args: object, exc: BaseException | None = None) -> logging.LogRecord:
    info = (type(exc), exc, exc.__traceback__) if exc else None
    return logging.LogRecord("bot.x", logging.WARNING, __file__, 1, message, args, info)


@pytest.fixture
def reference() -> Iterator[str]:
    held = REFERENCE.set("ABCD2345")
    yield "ABCD2345"
    REFERENCE.reset(held)


def test_a_line_carries_the_reference(reference: str) -> None:
    line = TextFormatter(Redactor()).format(record("hello %s", "world"))
    assert f"[{reference}] hello world" in line
    assert "WARNING bot.x" in line


def test_json_lines(reference: str) -> None:
    entry = json.loads(JsonFormatter(Redactor()).format(record("hello\n%s", "wörld")))
    assert entry["message"] == "hello\nwörld"
    assert (entry["level"], entry["logger"], entry["reference"]) == ("WARNING", "bot.x", reference)
    assert "exception" not in entry
    assert "\n" not in JsonFormatter(Redactor()).format(record("a\nb"))


def test_exceptions_are_redacted_too() -> None:
    redact = Redactor(["made-up-token"])
    failed = record("failed", exc=ValueError("made-up-token"))
    for line in (TextFormatter(redact).format(failed), JsonFormatter(redact).format(failed)):
        assert "made-up-token" not in line
        assert "ValueError" in line


@pytest.fixture
def restored_logging() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("", "bot", "cogs", "discord.client", "discord.state")]
    before = [(one, one.level, one.handlers[:]) for one in loggers]
    yield
    for one, level, handlers in before:
        one.setLevel(level)
        one.handlers[:] = handlers


@pytest.mark.usefixtures("restored_logging")
@pytest.mark.parametrize("style", ["text", "json"])
def test_libraries_never_log_below_info(style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    configure_logging("DEBUG", style, Redactor(["made-up-secret"]))
    logging.getLogger("discord.gateway").debug("a modal submission")
    logging.getLogger("discord.gateway").info("connected")
    logging.getLogger("bot.cad").debug("ours, made-up-secret")
    text = out.getvalue()
    assert "a modal submission" not in text
    assert "connected" in text
    assert "ours" in text
    assert "made-up-secret" not in text
    assert len(text.splitlines()) == 2


@pytest.mark.usefixtures("restored_logging")
def test_the_level_is_what_the_operator_set(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    configure_logging("WARNING", "text", Redactor())
    logging.getLogger("bot.cad").info("quiet")
    logging.getLogger("discord.gateway").info("quiet")
    logging.getLogger("cogs.linkchar").warning("loud")
    assert [line.endswith("loud") for line in out.getvalue().splitlines()] == [True]


async def test_health_says_whether_the_bot_is_connected() -> None:
    metrics, ready = Metrics(), [False]
    async with TestClient(TestServer(health_app(metrics, lambda: ready[0]))) as client:
        assert (await client.get("/healthz")).status == 200
        assert (await client.get("/readyz")).status == 503
        ready[0] = True
        assert (await client.get("/readyz")).status == 200
        assert (await client.get("/")).status == 404
        metrics.cad_call("link", "ok", 0.2)
        metrics.cad_call("link", "timeout", 10)
        metrics.interactions.labels("linkchar", "ok").inc()
        answer = await client.get("/metrics")
        text = await answer.text()
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert 'charlink_cad_calls_total{endpoint="link",outcome="timeout"} 1.0' in text
    assert 'charlink_cad_seconds_count{endpoint="link"} 2.0' in text
    assert 'charlink_interactions_total{name="linkchar",outcome="ok"} 1.0' in text


def test_metrics_are_each_processs_own() -> None:
    first, second = Metrics(), Metrics()
    first.cad_call("link", "ok", 1)
    assert second.registry.get_sample_value("charlink_cad_calls_total", {"endpoint": "link", "outcome": "ok"}) is None
