"""The CAD client of one community key: breaker, budget, transport and decoding in a row, and what was read, kept.

Every call can raise CadError; a ValueError means that we asked for what cannot be sent.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from bot.cad.cache import ReadCache
from bot.cad.caller import AFTER_LIMITED, Caller
from bot.cad.forecast import forecast
from bot.cad.refusals import Refusals
from bot.cad.transport import TIMEOUT
from bot.domain.models import Target, TargetKind
from bot.errors import CadError, CadErrorKind, Sent

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping

    from bot.cad.breaker import Breaker
    from bot.cad.budget import Budget
    from bot.cad.forecast import Load
    from bot.cad.protocol import Call, Created, Dialect, NewCharacter, Request
    from bot.cad.transport import Transport
    from bot.domain.models import Account, Community, LinkResult, Plan
    from bot.domain.template import Record, Template

__all__ = ["CadClient", "Caller"]

T = TypeVar("T")
K = TypeVar("K", bound="Hashable")

TEMPLATE_TTL: Final = 600.0
"""Seconds for which a template is fresh."""

ACCOUNT_TTL: Final = 30.0
"""Seconds for which links, characters and accounts are fresh."""

KEPT_TARGETS: Final = 2000
"""Targets whose links, characters and accounts are kept."""

TRIES: Final = 3
"""Times a call is sent that the CAD answers with 429: it was not executed, and waiting helps."""


class CadClient:
    """One community key's client. `observe(endpoint, outcome, seconds)` is told of every call; it must not block.

    `outcome` is "ok" or an error's kind. `clock` is in seconds, only grows, and is the budget's and breaker's too.
    """

    def __init__(
        self,
        dialect: Dialect,
        transport: Transport,
        budget: Budget,
        breaker: Breaker,
        *,
        clock: Callable[[], float] = time.monotonic,
        timeout: float = TIMEOUT,
        observe: Callable[[str, str, float], None] | None = None,
    ) -> None:
        self.budget = budget
        self.breaker = breaker
        self._dialect = dialect
        self._transport = transport
        self._clock = clock
        self._timeout = timeout
        self._observe = observe
        self._refusals = Refusals(clock=clock)
        self._links: ReadCache[Target, tuple[str, ...]] = self._cache()
        self._characters: ReadCache[Target, tuple[Record, ...]] = self._cache()
        self._accounts: ReadCache[Target, Account] = self._cache()
        self._templates: ReadCache[None, Template] = ReadCache(ttl=TEMPLATE_TTL, size=1, clock=clock)

    async def perform(self, call: Call[T], caller: Caller) -> T:
        """Send one call when the breaker and the budget allow it, and return its result or raise its CadError.

        A 429 is waited out as long as that fits the caller's deadline; no other failure is ever tried again here.
        """
        request = call.request
        until = self._clock() + caller.deadline
        for kind in (CadErrorKind.NOT_LINKED, CadErrorKind.REJECTED):
            self._refusals.check(request.endpoint, caller, kind)
        limited: CadError | None = None
        tries = 0
        while True:
            self.breaker.check(request.endpoint)
            try:
                await self.budget.take(request, caller, deadline=until - self._clock())
            except CadError as refusal:
                raise limited or refusal from None
            if request.write and caller.on_send is not None:
                await caller.on_send()
            try:
                return await self._send(call, caller)
            except CadError as error:
                tries += 1
                if error.kind is not CadErrorKind.RATE_LIMITED or tries == TRIES:
                    raise
                limited = error
                if caller.interactive:
                    until = min(until, self._clock() + AFTER_LIMITED)

    async def link(self, caller: Caller, target: Target, sync_id: str) -> LinkResult:
        """Link a Database Sync character."""
        call = self._dialect.link(target, sync_id)
        with self._changing(target):
            result = await self.perform(call, caller)
        self._links.update(target, lambda links: links if sync_id in links else (*links, sync_id))
        self._drop_characters(target, result)
        return result

    async def unlink(self, caller: Caller, target: Target, sync_id: str) -> LinkResult:
        """Remove a link."""
        call = self._dialect.unlink(target, sync_id)
        with self._changing(target):
            result = await self.perform(call, caller)
        self._links.update(target, lambda links: tuple(link for link in links if link != sync_id))
        self._drop_characters(target, result)
        return result

    async def create(self, caller: Caller, target: Target, new: NewCharacter) -> Created:
        """Create a character."""
        call = self._dialect.create(target, new)
        with self._changing(target):
            created = await self.perform(call, caller)
        self._characters.drop(target)
        return created

    async def edit(self, caller: Caller, target: Target, record_id: int, values: Mapping[str, str]) -> None:
        """Replace fields of a character by uid. The target becomes its owner."""
        call = self._dialect.edit(target, record_id, values)
        with self._changing(target, record_id):
            await self.perform(call, caller)
        self._characters.drop(target)
        self._drop_record(record_id)

    async def remove(self, caller: Caller, record_id: int) -> None:
        """Remove a character by its bare id: the caller has checked whose it is."""
        call = self._dialect.remove(record_id)
        with self._changing(None, record_id):
            await self.perform(call, caller)
        self._characters.ground()
        for target, _ in self._holding(record_id):
            self._characters.update(target, lambda kept: tuple(record for record in kept if record.id != record_id))

    async def select(self, caller: Caller, target: Target, character: int | str) -> None:
        """Select a character by record id or sync ID."""
        call = self._dialect.select(target, character)
        with self._changing(target):
            await self.perform(call, caller)
        self._characters.drop(target)

    async def links(self, caller: Caller, target: Target, *, fresh: bool = False) -> tuple[str, ...]:
        """List linked sync IDs; at most 30 s old unless `fresh`."""
        return await self._read(self._links, target, self._dialect.links(target), caller, fresh=fresh)

    async def characters(self, caller: Caller, target: Target, *, fresh: bool = False) -> tuple[Record, ...]:
        """List characters; at most 30 s old unless `fresh`."""
        return await self._read(self._characters, target, self._dialect.characters(target), caller, fresh=fresh)

    async def account(self, caller: Caller, target: Target, *, fresh: bool = False) -> Account:
        """Read an account; at most 30 s old unless `fresh`."""
        return await self._read(self._accounts, target, self._dialect.account(target), caller, fresh=fresh)

    async def template(self, caller: Caller, *, fresh: bool = False) -> Template:
        """Read the character template; at most 10 minutes old unless `fresh`."""
        return await self._read(self._templates, None, self._dialect.template(), caller, fresh=fresh)

    async def plan(self, caller: Caller) -> Plan:
        """Read the subscription."""
        return await self.perform(self._dialect.plan(), caller)

    async def community(self, caller: Caller) -> Community:
        """Read who the key belongs to."""
        return await self.perform(self._dialect.community(), caller)

    async def check_api_id(self, caller: Caller, api_id: str) -> str | None:
        """Return the username (v1) or account UUID (v2) behind an API id; None: not linked."""
        return await self.perform(self._dialect.check_api_id(api_id), caller)

    async def verify_secret(self, caller: Caller, secret: str) -> str:
        """Return the UUID of the account whose secret it is. At most 5 wrong ones an hour for a person."""
        call = self._dialect.verify_secret(secret)
        self._refusals.check(call.request.endpoint, caller, CadErrorKind.NOT_VERIFIED)
        return await self.perform(call, caller)

    def forecast(self, load: Load) -> float:
        """Return the seconds that the budget makes that many calls take, when nobody else needs it."""
        return forecast(self._dialect, self.budget.pace, load)

    def peek_links(self, target: Target, *, max_age: float | None = None) -> tuple[str, ...] | None:
        """Return the links last read, however old unless `max_age` (seconds) is given. Never any I/O."""
        kept = self._links.peek(target, max_age=max_age)
        return kept[0] if kept else None

    def peek_characters(self, target: Target, *, max_age: float | None = None) -> tuple[Record, ...] | None:
        """Return the characters last read, however old unless `max_age` (seconds) is given. Never any I/O."""
        kept = self._characters.peek(target, max_age=max_age)
        return kept[0] if kept else None

    def peek_template(self, *, max_age: float | None = None) -> tuple[Template, float] | None:
        """Return the template last read and its age in seconds. Never any I/O."""
        return self._templates.peek(None, max_age=max_age)

    async def _send(self, call: Call[T], caller: Caller) -> T:
        """Send, decode, and tell breaker, budget and observer what came of it."""
        request = call.request
        self.breaker.enter(request.endpoint)
        started, outcome = self._clock(), "cancelled"
        try:
            result = call.decode(await self._transport.send(request, timeout=self._timeout))
            outcome = "ok"
        except CadError as error:
            outcome = error.kind.value
            self._learn(request, caller, error)
            raise
        finally:
            if self._observe is not None:
                self._observe(request.endpoint, outcome, self._clock() - started)
        self.breaker.succeeded(request.endpoint)
        return result

    def _learn(self, request: Request, caller: Caller, error: CadError) -> None:
        self.breaker.failed(request.endpoint, error)
        self._refusals.heard(caller, error.kind)
        if error.kind is CadErrorKind.RATE_LIMITED:
            self.budget.limited(request, error.wait or 0.0)

    async def _read(
        self,
        cache: ReadCache[K, T],
        key: K,
        call: Call[T],
        caller: Caller,
        *,
        fresh: bool,
    ) -> T:
        return await cache.get(key, lambda: self.perform(call, caller), fresh=fresh, bulk=caller.bulk)

    @contextmanager
    def _changing(self, target: Target | None, record_id: int | None = None) -> Iterator[None]:
        """Forget what a write was about, when it went out and gave no result: the CAD may hold something else."""
        try:
            yield
        except BaseException as error:
            if not isinstance(error, CadError) or error.sent is not Sent.NO:
                self._forget(target, record_id)
            raise

    def _forget(self, target: Target | None, record_id: int | None) -> None:
        if target is not None:
            self._links.drop(target)
            self._characters.drop(target)
        if record_id is not None:
            self._drop_record(record_id)

    def _drop_characters(self, target: Target, result: LinkResult) -> None:
        """Forget the characters of an account whose links changed, also under the name that v1 lists them by."""
        self._characters.drop(target)
        self._characters.drop(Target(TargetKind.ACCOUNT, result.account_uuid))

    def _drop_record(self, record_id: int) -> None:
        """Forget every list with the record in it: one account may be named in several ways."""
        self._characters.ground()
        for target, _ in self._holding(record_id):
            self._characters.drop(target)

    def _holding(self, record_id: int) -> Iterator[tuple[Target, tuple[Record, ...]]]:
        for target, kept in self._characters.items():
            if any(record.id == record_id for record in kept):
                yield target, kept

    def _cache(self) -> ReadCache[K, T]:
        return ReadCache(ttl=ACCOUNT_TTL, size=KEPT_TARGETS, clock=self._clock)
