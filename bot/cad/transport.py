"""One HTTP call: bytes out, bytes in, nothing interpreted, nothing repeated that could change something twice.

A redirect is an answer like any other, so that the key never follows it to another host.
"""

from __future__ import annotations

import logging
import math
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from bot.cad.protocol import Response
from bot.errors import CadError, CadErrorKind, Sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.cad.protocol import Request

log = logging.getLogger(__name__)

TIMEOUT: Final = 10.0
"""Seconds for a whole call, the answer's body included."""

SHORTEST: Final = 0.001
"""Seconds that are always left for a second try: aiohttp takes none for no limit at all."""

BODY_CAP: Final = 5 * 1024 * 1024
"""Most bytes of a body, counted after decompression (cad-api.md, vector 76)."""

_SENT_ONCE: Final = frozenset({"POST", "PATCH"})
"""Methods that aiohttp never repeats by itself (RFC 9110 9.2.2)."""

_UNREACHED: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


class _Dropped(Exception):
    """The connection broke after the request may have gone out."""


class Transport:
    """Sends requests over a session that others own and close.

    The session should have no cookie jar of its own (`aiohttp.DummyCookieJar`): the CAD needs none. `wall` gives Unix
    time in seconds, `clock` seconds that only grow.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        *,
        user_agent: str,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._user_agent = user_agent
        self._wall = wall
        self._clock = clock

    async def send(self, request: Request, *, timeout: float = TIMEOUT) -> Response:  # noqa: ASYNC109 - it is part of the error
        """Send the request and return the complete answer, whatever its status.

        Raises CadError TRANSPORT or TIMEOUT, and UNEXPECTED for a body over the cap or no HTTP at all. Its `sent` is
        NO when no connection could be made, else UNKNOWN for a write. A read whose connection dropped is sent once
        more, since a kept-alive connection may have been closed meanwhile.
        """
        started = self._clock()
        status: int | str = "-"
        try:
            try:
                response = await self._exchange(request, timeout)
            except _Dropped:
                if request.write:
                    raise self._lost(request, CadErrorKind.TRANSPORT) from None
                response = await self._again(request, max(timeout - (self._clock() - started), SHORTEST))
            status = response.status
        except TimeoutError:
            status = CadErrorKind.TIMEOUT
            raise self._lost(request, CadErrorKind.TIMEOUT) from None
        except CadError as error:
            status = error.kind
            raise
        finally:
            took = (self._clock() - started) * 1000
            log.info("CAD call %s: status %s, %.0f ms", request.endpoint, status, took)
        return response

    async def _again(self, request: Request, timeout: float) -> Response:  # noqa: ASYNC109 - what is left of the whole
        try:
            return await self._exchange(request, timeout)
        except _Dropped:
            raise self._lost(request, CadErrorKind.TRANSPORT) from None

    async def _exchange(self, request: Request, timeout: float) -> Response:  # noqa: ASYNC109 - aiohttp keeps it
        try:
            async with self._session.request(
                request.method,
                self._url(request),
                data=request.body,
                headers={**request.headers, "User-Agent": self._user_agent},
                allow_redirects=False,
                timeout=_limits(timeout),
                middlewares=() if request.method in _SENT_ONCE else (_never_repeat,),
            ) as answer:
                body = await self._body(request, answer)
                return Response(answer.status, answer.headers, body, received_at=self._wall())
        except _UNREACHED:
            raise CadError(CadErrorKind.TRANSPORT, sent=Sent.NO, endpoint=request.endpoint) from None
        except TimeoutError:  # also an OSError
            raise
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, OSError):
            raise _Dropped from None
        except aiohttp.ClientError:
            raise self._lost(request, CadErrorKind.UNEXPECTED) from None

    async def _body(self, request: Request, answer: aiohttp.ClientResponse) -> bytes:
        content = answer.content
        body = bytearray(await content.readany())
        while not content.at_eof() and len(body) <= BODY_CAP:
            body += await content.readany()
        if len(body) > BODY_CAP:
            answer.close()
            raise self._lost(request, CadErrorKind.UNEXPECTED, status=answer.status)
        return bytes(body)

    def _url(self, request: Request) -> URL:
        """Return the URL without any normalising: the path's encoding is what keeps a sync ID one segment."""
        query = f"?{urlencode(request.query, quote_via=quote)}" if request.query else ""
        return URL(self._base_url + request.path + query, encoded=True)

    @staticmethod
    def _lost(request: Request, kind: CadErrorKind, *, status: int | None = None) -> CadError:
        """Return the error of a call without a usable answer: a write may have been applied, a read changed nothing."""
        sent = Sent.UNKNOWN if request.write else Sent.NO
        return CadError(kind, sent=sent, endpoint=request.endpoint, status=status)


async def _never_repeat(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep aiohttp from sending GET, PUT and DELETE again by itself, which it does on these two errors."""
    try:
        return await handler(request)
    except _UNREACHED:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise _Dropped from None


@lru_cache(maxsize=8)
def _limits(timeout: float) -> aiohttp.ClientTimeout:
    """Return aiohttp's limits for a whole call, to the split second.

    Connecting ends well before the whole, so that a total time-out means that the request went out.
    """
    return aiohttp.ClientTimeout(total=timeout, connect=timeout / 2, ceil_threshold=math.inf)
