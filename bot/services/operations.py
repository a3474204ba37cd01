"""Operations that did not finish at once: sent when they can be, read back before anything is sent again, for a day.

Whatever happens, an operation's row says what may have happened: `accepted` was certainly not sent, `sending` may have
been. `docs/operators.md` tells how each outcome is found out.
"""

from __future__ import annotations

import logging
import random
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.cad.caller import Caller
from bot.cad.transport import TIMEOUT
from bot.domain.access import Rule
from bot.errors import (
    ApprovalNeeded,
    CadError,
    CadErrorKind,
    CharlinkError,
    NotApplied,
    Refused,
    StorageError,
    Undelivered,
    VaultError,
)
from bot.services import orders
from bot.services.drafts import DraftState
from bot.services.history import KEY_TROUBLE
from bot.services.orders import Seen
from bot.services.performing import Performed, look, perform
from bot.services.turn import STAFF_RULES, Intent
from bot.storage import operations as rows
from bot.storage.history import SETTLED, TOKEN_SECONDS, Entry, State, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

    from bot.services.drafting import Drafts
    from bot.services.engine import Engine
    from bot.services.history import History
    from bot.services.orders import Order
    from bot.services.rechecking import Rechecking
    from bot.services.roles import RoleSource
    from bot.services.tenants import Guild, Tenant
    from bot.services.turn import Turn
    from bot.storage.engine import Database
    from bot.storage.vault import Vault

log = logging.getLogger(__name__)

KEEP_SECONDS = 24 * 3600.0
"""How long an operation is tried."""

QUIET_SECONDS = TIMEOUT
"""How long the CAD may still be at a call whose answer was lost: only then does reading back prove anything."""

PAUSE_AT_LEAST, PAUSE_AT_MOST = 1.0, 30.0
"""Seconds between attempts: half of what it has waited already, with jitter of a quarter."""

KEY_SECONDS = 60.0
"""Seconds between looks whether the key works again; the breaker decides whether that is a call."""

LINE_SECONDS = 60.0
"""How long one attempt stands in the line of the budget."""

LISTED = 10
TOO_LONG = "kept-too-long"

_DRAFT_AFTER = {
    State.DONE: DraftState.DONE,
    State.UNKNOWN: DraftState.UNSURE,
}
"""Where a draft stands once its operation is settled; otherwise it is open again."""


@dataclass(frozen=True, kw_only=True)
class CancelIntent(Intent):
    """Take back what was kept, while it was not sent."""

    operation: str


class Operations:
    """Drives kept operations. `find` returns a guild by its id; `clock` gives Unix seconds, `jitter` 0 to 1."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        drafts: Drafts,
        engine: Engine,
        *,
        history: History,
        rechecking: Rechecking,
        find: Callable[[int], Guild | None],
        clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._vault = vault
        self._drafts = drafts
        self._engine = engine
        self._find = find
        self._history = history
        self._rechecking = rechecking
        self._clock = clock
        self._jitter = jitter

    def attach(self, roles: RoleSource) -> None:
        """Say who knows roles; to be called before anything is driven."""
        self._rechecking.attach(roles)

    async def attempt(self, operation: str) -> float | None:
        """Do the next thing for an operation; return the seconds until the next, or None once it is settled."""
        try:
            entry = await self._database.read(lambda tx: rows.find(tx, operation))
            if entry is None or entry.state in SETTLED:
                return None
            return await self._attempt(entry)
        except StorageError as error:
            log.warning("an operation waits for the database: %s", error)
            return PAUSE_AT_LEAST
        except Exception:
            log.exception("an attempt failed unexpectedly; it is made again")
            return PAUSE_AT_MOST

    async def cancel(self, turn: Turn, operation: str) -> Entry:
        """Take back one's own operation that was not sent yet. Raises Refused once it was, or is settled."""
        entry = await self._database.read(lambda tx: rows.find(tx, operation))
        if entry is None or entry.guild_id != turn.guild.id or entry.actor_id != turn.actor.user_id:
            raise Refused("kept-not-yours")
        return await self._cancel(entry, by=turn.actor.user_id)

    async def outcome(self, turn: Turn, number: str) -> Entry:
        """Return what became of one's own operation, by its row's number. Raises Refused where it is nobody's here."""
        found = None
        if number.isascii() and number.isdigit() and len(number) < 19:  # noqa: PLR2004 - what both engines take as a number
            found = await self._database.read(lambda tx: rows.by_number(tx, turn.guild.id, int(number)))
        if found is None or found.state not in SETTLED:
            raise Refused("late-gone")
        if found.actor_id != turn.actor.user_id:
            raise Refused("late-not-yours")
        return found

    async def cancel_reference(self, turn: Turn, reference: str) -> Entry:
        """Take back an operation of this guild by its reference, for admins; who asked for it is told.

        Raises what `cancel` does.
        """
        wanted = reference.strip().strip("`").upper()
        found = await self._database.read(lambda tx: rows.by_reference(tx, turn.guild.id, wanted))
        if not found:
            raise Refused("kept-unknown-reference", reference=wanted[:16])
        newest = next((one for one in found if one.state in rows.OPEN), found[0])
        return await self._cancel(newest, by=turn.actor.user_id)

    async def of_guild(self, guild_id: int) -> tuple[Entry, ...]:
        """Return what is still to be carried out for a guild, without bulk jobs; the oldest first, a few."""
        return await self._database.read(lambda tx: rows.of_guild(tx, guild_id, limit=LISTED))

    async def kept(self, guild_id: int) -> int:
        """Count what is still to be carried out for a guild, without bulk jobs."""
        return await self._database.read(lambda tx: rows.kept(tx, guild_id))

    async def left(self, serves: Callable[[int], bool]) -> tuple[Entry, ...]:
        """Return what an earlier process left open, the oldest first. Rows of bulk jobs are their jobs' business.

        To be called before anything is accepted in this process.
        """
        left = await self._database.read(rows.unsettled)
        return tuple(one for one in left if serves(one.guild_id) and one.job_id is None)

    async def untold(self, serves: Callable[[int], bool]) -> tuple[Entry, ...]:
        """Return what an earlier process settled and perhaps did not show, while that can be looked up."""
        since = self._clock() - TOKEN_SECONDS
        untold = await self._database.read(lambda tx: rows.untold(tx, since=since))
        return tuple(one for one in untold if serves(one.guild_id))

    async def of_interaction(self, interaction_id: int) -> Entry | None:
        """Return the newest row that an interaction left."""
        return await self._database.read(lambda tx: rows.by_interaction(tx, interaction_id))

    async def owe(self, entries: Iterable[Entry]) -> None:
        """Have the outcomes of these told."""
        owed = [entry.operation for entry in entries]

        def work(tx: Connection) -> None:
            for operation in owed:
                rows.owe(tx, operation)

        if owed:
            await self._database.write(work)
            self._history.owing.set()

    async def take_up(self, entry: Entry) -> None:
        """Have an operation that was left driven to its end."""
        await self._engine.operation(entry.operation)

    async def _attempt(self, entry: Entry) -> float | None:
        guild = self._find(entry.guild_id)
        tenant = guild.tenant if guild is not None else None
        if guild is None or tenant is None or tenant.id != entry.community_id:
            return await self._give_up(entry, "kept-disconnected")
        try:
            order = orders.unseal(self._vault, entry.sealed_order or b"", guild_id=entry.guild_id)
        except VaultError as error:
            return await self._give_up(entry, error.key)
        late = self._clock() - entry.began_at > KEEP_SECONDS
        if entry.state is State.ACCEPTED:
            return await (self._give_up(entry, TOO_LONG) if late else self._decide(entry, guild, tenant, order))
        quiet = (entry.sent_at or entry.began_at) + QUIET_SECONDS - self._clock()
        return quiet if quiet > 0 else await self._look(entry, tenant, order, last=late)

    async def _decide(self, entry: Entry, guild: Guild, tenant: Tenant, order: Order) -> float | None:
        """Send what is still allowed. Rows of bulk jobs are decided by their jobs."""
        async with AsyncExitStack() as held:
            if entry.job_id is None:
                try:
                    await held.enter_async_context(self._rechecking.admitted(guild, entry, order))
                except Undelivered:
                    return PAUSE_AT_MOST
                except CadError as error:
                    if error.retryable or error.kind in KEY_TROUBLE:
                        return self._pause(entry, error)
                    return await self._finish(entry, State.FAILED, error.key)
                except (Refused, ApprovalNeeded) as error:
                    return await self._finish(entry, State.REFUSED, error.key)
            return await self._send(entry, tenant, order)

    async def _send(self, entry: Entry, tenant: Tenant, order: Order) -> float | None:
        claimed = False

        async def claim() -> None:
            """Take it right before it goes out: until then it can be taken back, and was certainly not sent."""
            nonlocal claimed
            now, again = self._clock(), claimed

            def work(tx: Connection) -> bool:
                if again:  # the CAD did not take the try before this one
                    rows.release(tx, entry.operation)
                return rows.claim(tx, entry.operation, now=now)

            claimed = await self._database.write(work)
            if not claimed:
                raise Refused("kept-settled")

        try:
            performed = await perform(tenant, replace(_caller(entry), on_send=claim), order)
        except Refused:
            return 0.0  # cancelled meanwhile: the next look says so
        except NotApplied as error:
            return await self._finish(entry, State.FAILED, error.key)
        except CadError as error:
            return await self._after(entry, tenant, order, error)
        return await self._finish(entry, State.DONE, "", tenant, performed)

    async def _after(self, entry: Entry, tenant: Tenant, order: Order, error: CadError) -> float | None:
        """Go on after a call that failed: put back what was not sent, find out what may have been."""
        if error.outcome_unknown:
            ended = error.kind in {CadErrorKind.SERVER, CadErrorKind.UNEXPECTED}  # the CAD is not at it any more
            return await self._look(entry, tenant, order) if ended else QUIET_SECONDS
        if error.kind in KEY_TROUBLE or error.retryable:  # a fault that was answered is one of a read before the write
            await self._database.write(lambda tx: rows.release(tx, entry.operation))
            return self._pause(entry, error)
        return await self._finish(entry, State.FAILED, error.key)

    async def _look(self, entry: Entry, tenant: Tenant, order: Order, *, last: bool = False) -> float | None:
        """Read back, and only where that proves that nothing happened have it sent again (`last`: not any more)."""
        try:
            seen, performed = await look(tenant, _caller(entry), order)
        except CadError as error:
            if last or (not error.retryable and error.kind not in KEY_TROUBLE):
                return await self._finish(entry, State.UNKNOWN, TOO_LONG if last else error.key)
            return self._pause(entry, error)
        if seen is Seen.APPLIED:
            return await self._finish(entry, State.DONE, "", tenant, performed)
        if seen is Seen.UNSURE:
            return await self._finish(entry, State.UNKNOWN, "kept-unsure")
        if order.once or last:
            return await self._finish(entry, State.FAILED, TOO_LONG if last else "kept-not-applied")
        await self._database.write(lambda tx: rows.release(tx, entry.operation))
        return self._pause(entry)

    async def _give_up(self, entry: Entry, cause: str) -> float | None:
        return await self._finish(entry, State.FAILED if entry.state is State.ACCEPTED else State.UNKNOWN, cause)

    async def _finish(
        self,
        entry: Entry,
        state: State,
        cause: str,
        tenant: Tenant | None = None,
        performed: Performed | None = None,
    ) -> float | None:
        """Settle the row, what was learnt of links, and the draft, in one transaction."""
        made = performed.record_id if performed is not None else None
        settled = replace(
            entry,
            state=state,
            cause=cause,
            subject=str(made) if made is not None else entry.subject,
            after=({"id": made} if made is not None else entry.after) if state is State.DONE else None,
            ended_at=self._clock(),
        )
        saving = tenant.community.saving() if tenant is not None else None
        draft = self._drafts.settling(entry.draft_id, _DRAFT_AFTER.get(state, DraftState.OPEN))

        def work(tx: Connection) -> bool:
            if not settle(tx, settled):
                return False
            draft(tx)
            if saving is not None:
                saving(tx)
            return True

        await self._database.write(work)
        log.info("operation %s is settled: %s %s", entry.reference, state.value, cause or "-")
        self._history.settled.set()
        self._history.owing.set()
        return None

    async def _cancel(self, entry: Entry, *, by: int) -> Entry:
        now, own = self._clock(), entry.actor_id == by
        cause = "" if own else "kept-withdrawn"
        cancelled = replace(entry, state=State.CANCELLED, cause=cause, after=None, ended_at=now)

        def work(tx: Connection) -> bool:
            if not rows.claim(tx, entry.operation, now=now):
                return False
            settle(tx, cancelled)
            if own:  # he reads it in the answer to his click
                rows.told(tx, entry.operation)
            # Only now: the draft of what was sent meanwhile stays as it is.
            self._drafts.settling(entry.draft_id, DraftState.OPEN)(tx)
            return True

        if not await self._database.write(work):
            raise Refused("kept-settled" if entry.state in SETTLED else "kept-too-late")
        self._history.settled.set()
        if not own:
            self._history.owing.set()
        return cancelled

    def _pause(self, entry: Entry, error: CharlinkError | None = None) -> float:
        """Return how long to wait: what the CAD said in full, else longer and longer up to half a minute."""
        if isinstance(error, CadError):
            if error.kind in KEY_TROUBLE or error.params.get("cause") in KEY_TROUBLE:
                return KEY_SECONDS
            if error.wait:
                return error.wait + self._jitter()
        waited = (self._clock() - entry.began_at) / 2
        return min(PAUSE_AT_MOST, max(PAUSE_AT_LEAST, waited)) * (0.75 + self._jitter() / 4)


def _caller(entry: Entry) -> Caller:
    """Return who calls: bulk work waits behind everybody, anything else counts as the person's own.

    That waits in the line as everybody does, so that bulk work does not go before it; meanwhile it can be taken back.
    """
    if entry.job_id is not None:
        return Caller(guild=entry.guild_id, bulk=True)
    staff = entry.rule in {str(rule) for rule in (*STAFF_RULES, Rule.APPROVER)}
    return Caller(person=entry.actor_id, guild=entry.guild_id, staff=staff, deadline=LINE_SECONDS)
