"""Calls under an interaction's own token: one try at a time, repeated by us, so that it is known what may have arrived.

discord.py would repeat a call by itself after an answer of 5xx, and then take its own first try for somebody else's.
"""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import discord
from discord.http import json_or_text
from discord.utils import _to_json
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from discord.http import Route

T = TypeVar("T")

BROKEN = (aiohttp.ClientError, OSError)
"""What a connection to Discord breaks with; aiohttp's own errors are not all OSErrors."""

CLOSED = frozenset({10008, 10015, 50027})
"""Discord's codes for a message that was deleted, and for a token that is not valid (any more)."""

TRY_SECONDS, FIRST_TRY_SECONDS = 10.0, 1.2
"""How long one try may take; a first response has to fit several times into Discord's three seconds."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
"""Seconds between tries: each time twice as long."""


class OneTry(AsyncWebhookAdapter):
    """discord.py's way to these calls, without its repetitions."""

    async def request(
        self,
        route: Route,
        session: aiohttp.ClientSession,
        *,
        payload: dict[str, Any] | None = None,
        multipart: list[dict[str, Any]] | None = None,
        proxy: str | None = None,
        proxy_auth: aiohttp.BasicAuth | None = None,
        files: Sequence[discord.File] | None = None,
        reason: str | None = None,
        auth_token: str | None = None,
        params: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - discord.py's own signature
        """Send it once. Raises discord.HTTPException for every answer that is no success."""
        if reason is not None or auth_token is not None:
            raise TypeError("an interaction's calls have neither")
        for file in files or ():
            file.reset(seek=False)
        data: str | aiohttp.FormData | None = _to_json(payload) if payload is not None else None
        if multipart:
            data = aiohttp.FormData(quote_fields=False)
            for part in multipart:
                data.add_field(**part)
        first = route.path.startswith("/interactions/")
        async with session.request(
            route.method,
            route.url,
            data=data,
            params=params,
            headers={"Content-Type": "application/json"} if payload is not None else {},
            proxy=proxy,
            proxy_auth=proxy_auth,
            timeout=aiohttp.ClientTimeout(total=FIRST_TRY_SECONDS if first else TRY_SECONDS),
        ) as response:
            body = await json_or_text(response)
            if response.status < HTTPStatus.MULTIPLE_CHOICES:
                return body
            raise _error_of(response.status)(response, body)


def one_try_each() -> None:
    """Have the calls of this task, and of every task begun from it, made by OneTry."""
    async_context.set(OneTry())  # type: ignore[no-untyped-call]  # discord.py's constructor


def passes(error: Exception) -> bool:
    """Whether the same call may succeed later: the connection broke, or Discord is limiting or failing."""
    if isinstance(error, discord.HTTPException):
        limited = error.status == HTTPStatus.TOO_MANY_REQUESTS
        return limited or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, BROKEN)


def unreachable(error: Exception) -> bool:
    """Whether the place of the answer takes nothing (any more), whatever the answer is."""
    return passes(error) or (isinstance(error, discord.HTTPException) and error.code in CLOSED)


def perhaps_arrived(error: Exception) -> bool:
    """Whether Discord may have taken the call all the same."""
    limited = isinstance(error, discord.HTTPException) and error.status == HTTPStatus.TOO_MANY_REQUESTS
    return passes(error) and not limited


class Courier:
    """Makes a call again until it arrives. `clock` gives monotonic seconds, `sleep` waits."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.clock = clock
        self._sleep = sleep

    async def insist(self, call: Callable[[], Awaitable[T]], *, until: float) -> T:
        """Make a call, again where it may succeed later and that is before `until`. Raises what the last one raised."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await call()
            except (discord.HTTPException, *BROKEN) as error:
                wait = max(pause, _told_to_wait(error))
                if not passes(error) or self.clock() + wait > until:
                    raise
            await self._sleep(wait)
            pause = min(2 * pause, LONGEST_PAUSE)


def _told_to_wait(error: Exception) -> float:
    """Return the seconds in a `Retry-After`, which Discord gives as a number."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return float(headers.get("Retry-After", 0))
    except ValueError:
        return 0.0


def _error_of(status: int) -> type[discord.HTTPException]:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return discord.DiscordServerError
    named: dict[int, type[discord.HTTPException]] = {
        HTTPStatus.FORBIDDEN: discord.Forbidden,
        HTTPStatus.NOT_FOUND: discord.NotFound,
    }
    return named.get(status, discord.HTTPException)
