"""The REST API: routing, the bot's token, injected faults, and the record of every call and refusal."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import BodyPartReader, web

from .messages import Upload
from .wire import ApiError, Call, Json, Refusal, answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .clock import Clock

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

API_PREFIX = "/api/v10"
UPLOAD_LIMIT = 10 * 1024 * 1024
TOKENLESS = (f"{API_PREFIX}/interactions/", f"{API_PREFIX}/webhooks/", f"{API_PREFIX}/gateway")
ARRIVED = web.RequestKey("arrived", float)
CLOSED = 499  # what the ledger says of a connection that was broken on request


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of a method whose path contains `route`.

    `status` 429 and 5xx are answered as Discord does, a refusal with its `code`; 0 breaks the connection. `delay` is in
    seconds and comes first. With `applied` the call takes effect before it fails.
    """

    method: str
    route: str
    status: int
    times: int = 1
    retry_after: float = 0.1
    delay: float = 0.0
    applied: bool = False
    code: int = 0

    def matches(self, request: web.Request) -> bool:
        """Whether the request is one of those that fail."""
        return self.times > 0 and self.method in ("*", request.method) and self.route in request.path


class Records:
    """Keeps every call and every refusal, and injects the faults that were asked for."""

    def __init__(self, clock: Clock, token: str) -> None:
        self._clock = clock
        self._token = token
        self.ledger: list[Call] = []
        self.refusals: list[Refusal] = []
        self.faults: list[Fault] = []

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request, turning refusals into Discord's JSON."""
        if not request.path.startswith(API_PREFIX):
            return await handler(request)
        request[ARRIVED] = time.perf_counter()
        fault = next((fault for fault in self.faults if fault.matches(request)), None)
        if fault is not None:
            return await self._fail(request, handler, fault)
        response = await self._answered(request, handler)
        self._log(request, response.status)
        return response

    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            self._authorize(request)
            return await handler(request)
        except ApiError as error:
            refused = Refusal(request.method, _route(request), error.status, error.code, error.message, error.errors)
            self.refusals.append(refused)
            return answer(error.body(), error.status)
        except web.HTTPException as error:
            self.refusals.append(Refusal(request.method, _route(request), error.status, 0, error.reason))
            return answer({"message": f"{error.status}: {error.reason}", "code": 0}, error.status)

    async def _fail(self, request: web.Request, handler: Handler, fault: Fault) -> web.StreamResponse:
        fault.times -= 1
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.applied:
            await self._answered(request, handler)
        self._log(request, fault.status or CLOSED, injected=True)
        if fault.status == 0:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=CLOSED)
        if fault.status == 429:  # noqa: PLR2004  # Too Many Requests
            limited = {"message": "You are being rate limited.", "retry_after": fault.retry_after, "global": False}
            headers = {"Via": "1.1 google", "Retry-After": str(fault.retry_after)}
            return answer(limited, 429, headers)
        return answer({"message": f"{fault.status}: injected", "code": fault.code}, fault.status)

    def _authorize(self, request: web.Request) -> None:
        if request.path.startswith(TOKENLESS) and request.path != f"{API_PREFIX}/gateway/bot":
            return
        if request.headers.get("Authorization") != f"Bot {self._token}":
            raise ApiError(401, 0, "401: Unauthorized")

    def _log(self, request: web.Request, status: int, *, injected: bool = False) -> None:
        self.ledger.append(Call(request.method, _route(request), status, self._clock.now(), injected))


async def read_body(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """Return a request's JSON object and its files by their index, from a JSON or a multipart body."""
    if request.content_type == "multipart/form-data":
        return await _read_multipart(request)
    return _parsed(await request.text()), {}


async def read_list(request: web.Request) -> list[Json]:
    """Return a request's JSON array of objects."""
    try:
        data = json.loads(await request.text())
    except ValueError:
        data = None
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise ApiError(400, 50035, "Invalid Form Body", {"_errors": [{"code": "LIST_TYPE_CONVERT", "message": ""}]})
    return data


async def _read_multipart(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    body: Json = {}
    uploads: dict[str, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise ApiError(400, 50035, "Invalid Form Body")
        content = bytes(await part.read(decode=False))
        if part.name == "payload_json":
            body = _parsed(content.decode())
        elif part.name and part.name.startswith("files[") and part.filename:
            uploads[part.name[6:-1]] = Upload(part.filename, content)
    if sum(len(upload.content) for upload in uploads.values()) > UPLOAD_LIMIT:
        raise ApiError(413, 40005, "Request entity too large")
    return body, uploads


def _parsed(text: str) -> Json:
    try:
        body = json.loads(text or "{}")
    except ValueError:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from None
    if not isinstance(body, dict):
        raise ApiError(400, 50035, "Invalid Form Body")
    return body


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    path = resource.canonical if resource is not None else "(unknown route)"
    return path.removeprefix(API_PREFIX)
