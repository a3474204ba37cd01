"""What operators see: logs with secrets taken out by value and by name, metrics, and the health endpoints.

The interaction's reference travels in a context variable, so that every line of one interaction carries it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

REFERENCE: ContextVar[str] = ContextVar("reference", default="-")
REDACTED = "[redacted]"
_NAMED = re.compile(
    r"""(?ix)
        (["']?\b (?:key|apikey|api_key|secret|secretuuid|token|password|authorization) \b["']? \s* [:=] \s*)
        (?: "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | (?:bearer\s+|bot\s+)? [^\s,;}\]]+ )"""
)
_CREDENTIAL = re.compile(r"(?i)\b(bearer|bot)\s+[A-Za-z0-9._~+/=-]{8,}")
_TOKEN_PATH = re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/\s\"']+")


class Redactor:
    """Takes secrets out of text: the known values, and whatever stands behind a name that tells of one."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        self._values = sorted((value for value in secrets if len(value) > 3), key=len, reverse=True)  # noqa: PLR2004

    def __call__(self, text: str) -> str:
        """Return the text with every secret replaced."""
        for value in self._values:
            text = text.replace(value, REDACTED)
        text = _TOKEN_PATH.sub(rf"\1{REDACTED}", text)
        text = _CREDENTIAL.sub(rf"\1 {REDACTED}", text)
        return _NAMED.sub(rf"\1{REDACTED}", text)


class TextFormatter(logging.Formatter):
    """One line for people: time, level, logger, reference, message."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s [%(reference)s] %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, redacted."""
        record.reference = REFERENCE.get()
        return self._redact(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for machines."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the object as one line, redacted."""
        entry = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "reference": REFERENCE.get(),
            "message": self._redact(record.getMessage()),
        }
        if record.exc_info:
            entry["exception"] = self._redact(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def configure_logging(level: str, style: str, redact: Redactor) -> None:
    """Send every log line to standard error, redacted.

    Libraries never log below INFO: at DEBUG discord.py prints modal submissions, account secrets included.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(redact) if style == "json" else TextFormatter(redact))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.getLevelNamesMapping()[level], logging.INFO))
    for ours in ("bot", "cogs"):
        logging.getLogger(ours).setLevel(level)
    for noisy in ("discord.client", "discord.state", "alembic"):  # voice and intents are never used
        logging.getLogger(noisy).setLevel(logging.ERROR)


class Metrics:
    """Counters and timings without personal data: no ids of people, guilds or characters in any label."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.interactions = Counter(
            "charlink_interactions", "Interactions handled", ["name", "outcome"], registry=self.registry
        )
        self.first_response = Histogram(
            "charlink_first_response_seconds",
            "From an interaction's arrival to its first response",
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
        )
        self.cad_calls = Counter("charlink_cad_calls", "CAD calls", ["endpoint", "outcome"], registry=self.registry)

        self.cad_seconds = Histogram(
            "charlink_cad_seconds", "How long CAD calls took", ["endpoint"], registry=self.registry
        )

    def cad_call(self, endpoint: str, outcome: str, seconds: float) -> None:
        """Count one CAD call by endpoint and outcome ("ok" or an error kind), and how long it took."""
        self.cad_calls.labels(endpoint, outcome).inc()
        self.cad_seconds.labels(endpoint).observe(seconds)


def health_app(metrics: Metrics, ready: Callable[[], bool]) -> web.Application:
    """Return what HTTP_PORT serves: `/healthz` (alive), `/readyz` (connected to Discord), `/metrics`."""

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        is_ready = ready()
        return web.Response(text="ready\n" if is_ready else "not ready\n", status=200 if is_ready else 503)

    async def exposition(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", exposition)])
    return app
