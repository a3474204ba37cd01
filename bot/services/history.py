"""Every action leaves a row, written in the same transaction as the state that it changed; refusals leave one too.

A write to the CAD is an operation: its row is committed before the call and completed after it, whatever happens.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.errors import CadError, CharlinkError, NotApplied, Question, Refused, StorageError
from bot.storage import history as rows
from bot.storage.history import Entry, State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from sqlalchemy import Connection

    from bot.services.turn import Origin, Turn
    from bot.storage.engine import Database
    from bot.storage.vault import Vault

    Work = Callable[[Connection], object]

log = logging.getLogger(__name__)

COMPLETE_AFTER = (1, 2, 4, 8, 15, 30, 60, 120, 300)
"""Seconds between attempts to complete a row while the database fails. What is left open, the next start settles."""

TOKEN_PURPOSE = "interaction-token"  # noqa: S105 - what a token is sealed for


@dataclass(slots=True)
class Deed:
    """What is done, as far as it is known. `before` and `after` are small JSON values without field contents.

    `operation` names the decision that this carries out; blank: the interaction's own.
    """

    action: str
    member_id: int | None = None
    account: str = ""
    subject: str = ""
    before: object = None
    after: object = None
    operation: str = ""


@dataclass(slots=True, eq=False)
class Operation:
    """A deed under way, and the state that is to be written when it is settled."""

    deed: Deed
    works: list[Work] = field(default_factory=list)

    def also(self, work: Work) -> None:
        """Run this in the transaction that settles the operation, if it was done."""
        self.works.append(work)


class History:
    """Writes the history. `clock` gives Unix seconds; `settled` is set whenever there is something new to tell."""

    def __init__(self, database: Database, vault: Vault, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self.settled = asyncio.Event()
        self._completing: set[asyncio.Task[None]] = set()

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
    async def operation(self, turn: Turn, deed: Deed) -> AsyncIterator[Operation]:
        """Carry out a write to the CAD: the row is there before it, and says afterwards what became of it.

        Raises Refused where that very operation was begun before.
        """
        begun = self._entry(turn, deed, State.SENDING)
        sealed = self._sealed(turn.origin, begun.guild_id)
        if not await self._database.write(lambda tx: rows.add(tx, replace(begun, token=sealed))):
            raise Refused("operation-repeated")
        operation = Operation(deed)
        try:
            yield operation
        except BaseException as error:
            await self._settle(begun, deed, _state_after(error), _cause(error), ())
            if isinstance(error, CharlinkError):
                error.recorded = True
            raise
        await self._settle(begun, deed, State.DONE, "", operation.works)

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
            await self._database.write(work)
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

        task = asyncio.create_task(complete())
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

    def _sealed(self, origin: Origin, guild_id: int) -> bytes | None:
        if not origin.token:
            return None
        return self._vault.seal(origin.token, guild_id=guild_id, purpose=TOKEN_PURPOSE)


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
