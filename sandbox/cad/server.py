"""The emulated CAD as a server on loopback: checks, limits, faults and ledger around the communities that it serves.

Every request is checked before anything is done to it, so a malformed one is known as such under any fault.
"""

from __future__ import annotations

import asyncio
import random
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING, Self

from aiohttp import web

from sandbox.cad.communities import Served, nothing, serving
from sandbox.cad.control import Control
from sandbox.cad.faults import REPLIES, FaultKind, Faults
from sandbox.cad.ledger import Entry, Ledger
from sandbox.cad.limits import Limits
from sandbox.cad.refusals import AccountUnknown, CadRefusal
from sandbox.cad.state import CadState, Community
from sandbox.cad.wire import Prepared, Received, Reply, text

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from sandbox.cad.communities import Populate
    from sandbox.cad.faults import Fault


class SandboxCad:
    """An emulated Sonoran CAD for one community, or for more of them with `add_community`.

    A call is for the community whose key it carries; on v1 for the one that it names by id, whose key it must carry.
    `state` is the first one's, ledger and faults are everybody's. `populate` fills the state at once and after every
    reset. `latency` is in seconds before each answer. `rate_limited` turns the documented limits on, per community.
    `clock` gives epoch seconds, `monotonic` those of the limits.
    """

    def __init__(
        self,
        community: Community | None = None,
        *,
        populate: Populate = nothing,
        latency: float = 0.0,
        rate_limited: bool = False,
        seed: int = 20,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ledger = Ledger(lambda: [key for state in self.communities for key in state.keys], clock)
        self.faults = Faults()
        self.latency = latency
        self.rate_limited = rate_limited
        self._clock = clock
        self._monotonic = monotonic
        self._seed = seed
        self._served: list[Served] = []
        self._control = Control(self)
        self._stopping = asyncio.Event()
        self._runner: web.ServerRunner | None = None
        self._address = ("", 0)
        self.state = self.add_community(community or Community(), populate=populate)

    @property
    def communities(self) -> list[CadState]:
        """What each community holds, the first one first."""
        return [served.state for served in self._served]

    @property
    def secrets(self) -> set[str]:
        """Whatever must never be shown: every community's keys and accounts' secrets, former ones too."""
        return set().union(*(state.secrets for state in self.communities))

    def community(self, community_id: str) -> CadState:
        """Return what the community with that id holds; raises LookupError."""
        for state in self.communities:
            if state.community.id == community_id:
                return state
        raise LookupError(community_id)

    def add_community(self, community: Community, *, populate: Populate = nothing) -> CadState:
        """Serve one more community; `populate` fills it now and after every reset.

        Raises ValueError unless its id, uuid and key are its own.
        """
        for other in (state.community for state in self.communities):
            if {community.id, community.uuid, community.key} & {other.id, other.uuid, other.key}:
                raise ValueError(f"{community.id} shares its id, uuid or key with {other.id}")
        rng = random.Random(self._seed + len(self._served))  # noqa: S311 - a repeatable story, no secrets
        state = CadState(community, clock=self._clock, rng=rng)
        self._served.append(Served(state, Limits(self._monotonic), populate))
        populate(state)
        return state

    @property
    def url(self) -> str:
        """The base URL without a trailing slash; only while the server runs."""
        host, port = self._address
        if not port:
            raise RuntimeError("the sandbox CAD is not running")
        return f"http://{host}:{port}"

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Serve on `port` (0: any free one). Raises ValueError unless `host` is a loopback address."""
        if not ip_address(host).is_loopback:
            raise ValueError("the sandbox serves on loopback only")
        self._stopping.clear()
        self._runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self._address = (host, self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop serving; calls that hang are cut. Stopping twice is harmless."""
        self._stopping.set()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
            self._address = ("", 0)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def reset(self) -> None:
        """Return every community to what it was when it was added; the ledger and the faults are emptied."""
        for served in self._served:
            served.reset()
        self.ledger.clear()
        self.faults.clear()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, _ = request.raw_path.partition("?")
        if path.startswith("/_sandbox/"):
            return await self._control.handle(request, path)
        entry = self.ledger.arrive("v2" if path.startswith("/v2/") else "v1", request.method, request.raw_path)
        received = await _received(request, path)
        reply = await self._answer(serving(self._served, received), entry, received)
        if reply is None:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()  # nobody is left to read it
        entry.status = reply.status
        return web.Response(
            status=reply.status,
            body=reply.body,
            headers={"Content-Type": reply.content_type, **reply.headers},
        )

    async def _answer(self, served: Served, entry: Entry, received: Received) -> Reply | None:
        """Return what to answer, or None to cut the connection."""
        generation = served.generation(received)
        prepared = generation.prepare(received)
        self.ledger.describe(entry, prepared, served.state.community.id)
        if self.latency:
            await asyncio.sleep(self.latency)
        if self.rate_limited and (wait := served.limits.wait(prepared.endpoint, prepared.limit)):
            return generation.limited(wait)
        fault = self.faults.take(prepared.endpoint, entry.community)
        if fault is None:
            return self._apply(served, entry, prepared, received)
        entry.fault = fault.kind
        true = self._apply(served, entry, prepared, received) if fault.applied else None
        return await self._strike(served, fault, true, received)

    def _apply(self, served: Served, entry: Entry, prepared: Prepared, received: Received) -> Reply:
        """Carry the call out, with what it changes noted in its entry."""
        served.state.forget_expired()
        before = len(served.state.changes)
        try:
            reply = _run(prepared)
        except CadRefusal as refusal:
            return served.generation(received).refuse(refusal, received)
        self.ledger.applied(entry, served.state.changes[before:])
        return reply

    async def _strike(self, served: Served, fault: Fault, true: Reply | None, received: Received) -> Reply | None:
        """Return the fault's answer; `true` is the CAD's own, where the call was applied."""
        match fault.kind:
            case FaultKind.DROP:
                return None
            case FaultKind.HANG:
                return true if await self._hang(fault.seconds) else None
            case FaultKind.REDIRECT:
                return Reply(307, headers={"Location": fault.location})
            case FaultKind.RATE_LIMITED:
                return _limited(served, fault, received)
            case kind if kind in REPLIES:
                return REPLIES[kind]
            case kind:
                return _refused(served, int(kind), received)

    async def _hang(self, seconds: float | None) -> bool:
        """Wait; return whether the time ran out before the server stopped."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return True
        return False


def _limited(served: Served, fault: Fault, received: Received) -> Reply:
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    if not received.v2:
        return Reply(429, headers=headers)
    plain = served.v2.limited(None)
    return Reply(429, plain.body, plain.content_type, {**plain.headers, **headers})


def _refused(served: Served, status: int, received: Received) -> Reply:
    """Return a bare status: v1's one documented text for 404, v2's problem document."""
    if received.v2:
        return served.v2.problem(status, "The sandbox was asked to refuse this.", received)
    if status == 404:  # noqa: PLR2004 - HTTP's own number
        return served.v1.refuse(AccountUnknown(), received)
    return text("REFUSED", status)


def _run(prepared: Prepared) -> Reply:
    if prepared.refusal is not None:
        raise prepared.refusal
    if prepared.run is None:
        raise RuntimeError("a call that was not refused must be ready to run")
    return prepared.run()


async def _received(request: web.BaseRequest, path: str) -> Received:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Received(request.method, path, tuple(request.query.items()), headers, await request.read())
