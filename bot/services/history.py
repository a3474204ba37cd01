"""Every action leaves a row, written in the same transaction as the state that it changed; refusals leave one too.

A write to the CAD is an operation: its row is committed before the call and completed after it. What does not finish
while the person waits is kept, and handed over to the engine once he was told so.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.errors import CadError, CadErrorKind, CharlinkError, Kept, NotApplied, Question, Refused, Sent, StorageError
from bot.services import orders
from bot.storage import history as rows
from bot.storage import operations
from bot.storage.history import Entry, State
from bot.storage.waiting import Waiting, WaitingList, sealed_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from sqlalchemy import Connection

    from bot.services.engine import Engine
    from bot.services.orders import Order
    from bot.services.turn import Origin, Turn
    from bot.storage.engine import Database
    from bot.storage.vault import Vault

    Work = Callable[[Connection], object]

log = logging.getLogger(__name__)

COMPLETE_AFTER = (1, 2, 4, 8, 15, 30, 60, 120, 300)
"""Seconds between attempts to complete a row while the database fails. What is left open, the next start settles."""

WIPE_SECONDS = 1.0
"""How long tokens that did their duty wait for company: one transaction wipes them all."""

TOKEN_PURPOSE = "interaction-token"  # noqa: S105 - what a token is sealed for


@dataclass(slots=True)
class Deed:
    """What is done, as far as it is known. `before` and `after` are small JSON values without field contents.

    `operation` names the decision that this carries out; blank: the interaction's own. `draft_id`: the draft that is
    settled with it.
    """

    action: str
    member_id: int | None = None
    account: str = ""
    subject: str = ""
    before: object = None
    after: object = None
    operation: str = ""
    draft_id: str | None = None


@dataclass(slots=True, eq=False)
class Operation:
    """A deed under way, and the state that is to be written when it is settled."""

    deed: Deed
    works: list[Work] = field(default_factory=list)

    def also(self, work: Work) -> None:
        """Run this in the transaction that settles the operation, if it was done."""
        self.works.append(work)


class History:
    """Writes the history. `clock` gives Unix seconds.

    `settled` is set whenever there is something new for the audit channels, `owing` when somebody waits for an outcome.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        engine: Engine,
        waiting: WaitingList | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._vault = vault
        self._engine = engine
        self.waiting = waiting or WaitingList(None)
        self._clock = clock
        self.settled = asyncio.Event()
        self.owing = asyncio.Event()
        self._completing: set[asyncio.Task[None]] = set()
        self._awaited: dict[int, list[str]] = {}
        self._shown: list[str] = []

    async def note(self, turn: Turn, deed: Deed, *also: Work) -> None:
        """Write a finished action together with its state, in one transaction.

        Raises Refused where that very operation was carried out before; then nothing is written.
        """
        noting = self.noting(turn, deed)

        def work(tx: Connection) -> None:
            noting(tx)
            for one in also:
                one(tx)

        await self._database.write(work)
        self.settled.set()

    def noting(self, turn: Turn, deed: Deed) -> Work:
        """Return the writing of a finished action, for the transaction in which another service stores its state.

        It raises Refused where that very operation was carried out before. `settled` is to be set once it is stored.
        """
        entry = replace(self._entry(turn, deed, State.DONE), ended_at=self._clock())

        def work(tx: Connection) -> None:
            if not rows.add(tx, entry):
                raise Refused("operation-repeated")

        return work

    @asynccontextmanager
    async def operation(self, turn: Turn, deed: Deed, order: Order) -> AsyncIterator[Operation]:
        """Carry out a write to the CAD: the row is there before it, and says afterwards what became of it.

        Raises Refused where that very operation was begun before, and Kept where it could not be sent or its outcome
        not be found out by now: then it is to be handed over, once the person was told. A task that is cancelled leaves
        the row as it is: the next start goes on with it.
        """
        begun = self._begun(turn, deed, order)
        if not await self._database.write(lambda tx: rows.add(tx, begun)):
            raise Refused("operation-repeated")
        self._awaited.setdefault(turn.origin.interaction_id, []).append(begun.operation)
        operation = Operation(deed)
        try:
            yield operation
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            if turn.keeps and (state := state_kept(error)) is not None:
                raise await self._keep(begun, state, error) from error
            await self._settle(begun, deed, _state_after(error), _cause(error), ())
            if isinstance(error, CharlinkError):
                error.recorded = True
            raise
        await self._settle(begun, deed, State.DONE, "", operation.works)

    async def accept(self, turn: Turn, deed: Deed, order: Order, *, job_id: str | None = None) -> bool:
        """Write an operation that is only to be sent by the engine; whether it was not there before."""
        entry = replace(self._begun(turn, deed, order), state=State.ACCEPTED, sent_at=None, token=None, job_id=job_id)
        return await self._database.write(lambda tx: rows.add(tx, entry))

    async def hand_over(self, kept: Kept) -> None:
        """Have a kept operation driven to its end. To be called once the person was told that it is kept."""
        await self._engine.operation(kept.operation)

    def acknowledging(self, origin: Origin, guild_id: int) -> None:
        """Note that an answer is promised, right before it is: a kill leaves that written down. Waits for no disk."""
        if origin.token:
            sealed = sealed_text(self._vault.seal(origin.token, guild_id=guild_id, purpose=TOKEN_PURPOSE))
            now = self._clock()
            self.waiting.enter(Waiting(origin.interaction_id, guild_id, origin.reference, origin.locale, sealed, now))

    def shown(self, origin: Origin) -> None:
        """Note that an interaction's answer was shown: within a second the token, which has done its duty, is wiped.

        Whatever still has its token at the next start was perhaps not shown.
        """
        self.waiting.leave(origin.interaction_id)
        operations = self._awaited.pop(origin.interaction_id, [])
        if operations and not self._shown:
            self._run(self._wipe())
        self._shown += operations

    async def _wipe(self) -> None:
        await asyncio.sleep(WIPE_SECONDS)
        shown, self._shown = self._shown, []
        try:
            await self._database.write(lambda tx: operations.wipe_tokens(tx, shown), synced=False)
        except StorageError as error:
            log.warning("tokens that did their duty are wiped by age: %s", error)

    async def owe(self, origin: Origin) -> None:
        """Have the outcome of an interaction told in another way: its answer could not be shown."""

        def work(tx: Connection) -> None:
            operations.owe_answer(tx, origin.interaction_id)

        try:
            await self._database.write(work)
        except StorageError as error:
            log.error("the answer of %s is owed, which can't be stored yet: %s", origin.reference, error)  # noqa: TRY400 - one line for operators
            self._later(work)
        self.owing.set()

    async def _keep(self, begun: Entry, state: State, error: BaseException) -> Kept:
        """Write that an operation goes on; where that can't be written it stays `sending`, which is true as well."""
        wait = error.wait if isinstance(error, CadError) and error.kind is CadErrorKind.RATE_LIMITED else None
        kept = Kept(begun.operation, unsent=state is State.ACCEPTED, wait=wait or 0.0)
        kept.recorded = True
        try:
            await self._database.write(lambda tx: operations.promise(tx, begun.operation, state))
        except StorageError as second:
            log.error("operation %s is kept, which can't be stored yet: %s", begun.reference, second)  # noqa: TRY400 - one line for operators
            self._later(lambda tx: operations.owe(tx, begun.operation))
        return kept

    async def refused(self, origin: Origin, entry: Entry) -> None:
        """Write that something was refused or failed before anything was sent. Never in anybody's way."""
        try:
            await self._database.write(lambda tx: rows.add(tx, entry))
        except CharlinkError as error:
            log.warning("a refusal could not be recorded (%s): %s", origin.reference, error)
        else:
            self.settled.set()

    async def _settle(self, begun: Entry, deed: Deed, state: State, cause: str, works: list[Work] | tuple[()]) -> None:
        """Complete the row; a write goes on to its end also if the person's task is cancelled meanwhile."""
        entry = replace(
            begun,
            state=state,
            cause=cause,
            account=deed.account,
            subject=deed.subject,
            before=deed.before,
            after=deed.after if state is State.DONE else None,
            ended_at=self._clock(),
        )

        def work(tx: Connection) -> None:
            for one in works:
                one(tx)
            rows.settle(tx, entry)

        try:
            # What was done and is found `sending` after a loss of power is read back: that is no reason to wait now.
            await self._database.write(work, synced=state is not State.DONE)
        except StorageError as error:
            # The CAD has done what it has done: the person is told that, and the row is completed when it can be.
            log.error("operation %s can't be completed in the history yet: %s", entry.reference, error)  # noqa: TRY400 - one line for operators
            self._later(work)
        self.settled.set()

    def _later(self, work: Work) -> None:
        async def complete() -> None:
            for pause in COMPLETE_AFTER:
                await asyncio.sleep(pause)
                try:
                    await self._database.write(work)
                except StorageError:
                    continue
                self.settled.set()
                return

        self._run(complete())

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._completing.add(task)
        task.add_done_callback(self._completing.discard)

    def _entry(self, turn: Turn, deed: Deed, state: State) -> Entry:
        origin = turn.origin
        tenant = turn.guild.tenant
        return Entry(
            operation=deed.operation or f"i:{origin.interaction_id}:{deed.action}:{deed.subject}"[:80],
            guild_id=turn.guild.id,
            community_id=tenant.id if tenant is not None else "",
            actor_id=turn.actor.user_id,
            rule=turn.decision.rule,
            action=deed.action,
            member_id=deed.member_id,
            account=deed.account,
            subject=deed.subject,
            before=deed.before,
            after=deed.after,
            state=state,
            reference=origin.reference,
            interaction_id=origin.interaction_id or None,
            began_at=self._clock(),
        )

    def _begun(self, turn: Turn, deed: Deed, order: Order) -> Entry:
        origin, guild_id = turn.origin, turn.guild.id
        return replace(
            self._entry(turn, deed, State.SENDING),
            token=self._sealed(origin, guild_id),
            sealed_order=orders.seal(self._vault, order, guild_id=guild_id),
            sent_at=self._clock(),
            channel_id=origin.channel_id or None,
            locale=origin.locale,
            draft_id=deed.draft_id,
        )

    def _sealed(self, origin: Origin, guild_id: int) -> bytes | None:
        if not origin.token:
            return None
        return self._vault.seal(origin.token, guild_id=guild_id, purpose=TOKEN_PURPOSE)


KEY_TROUBLE = frozenset({CadErrorKind.AUTH, CadErrorKind.CONFIG, CadErrorKind.PLAN})
"""What somebody has to put right at the CAD or in `/setup` before anything can be sent."""


def taken_too_long(turn: Turn, lost: CadError) -> bool:
    """Whether the person has waited long enough: what became of a call that took its whole time is found out later."""
    return turn.keeps and lost.kind is CadErrorKind.TIMEOUT


def state_kept(error: BaseException) -> State | None:
    """Return the state in which an operation that raised is kept; None where it is settled.

    Trouble with the key is told, not kept: somebody has to act first.
    """
    if isinstance(error, NotApplied):
        return State.ACCEPTED if error.lost is not None else None
    if not isinstance(error, CadError):
        return None
    if error.outcome_unknown:
        return State.SENDING
    if error.kind is CadErrorKind.PAUSED and error.params.get("cause") in KEY_TROUBLE:
        return None
    return State.ACCEPTED if error.sent is Sent.NO and error.retryable else None


def _state_after(error: BaseException) -> State:
    """What is known of an operation that raised."""
    if isinstance(error, NotApplied):
        return State.FAILED
    if isinstance(error, CadError):
        return State.UNKNOWN if error.outcome_unknown else State.FAILED
    if isinstance(error, Refused | Question):
        return State.REFUSED
    return State.FAILED if isinstance(error, CharlinkError) else State.UNKNOWN


def _cause(error: BaseException) -> str:
    return error.key if isinstance(error, CharlinkError) else type(error).__name__
