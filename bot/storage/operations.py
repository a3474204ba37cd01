"""Operations that did not finish at once: the part of the history that is still to be carried out, or to be told.

Every change of a state is one statement that names the state before, so that of two who try only one succeeds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from bot.storage.history import SETTLED, State, entry_of
from bot.storage.tables import history

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

    from bot.storage.history import Entry

OPEN = (State.ACCEPTED, State.SENDING)


def find(tx: Connection, operation: str) -> Entry | None:
    """Return an operation by its id."""
    row = tx.execute(select(history).where(history.c.operation == operation)).one_or_none()
    return entry_of(row._mapping) if row is not None else None  # noqa: SLF001 - a Row's public name


def by_interaction(tx: Connection, interaction_id: int) -> Entry | None:
    """Return the newest row that an interaction left."""
    query = select(history).where(history.c.interaction_id == interaction_id).order_by(history.c.number.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return entry_of(row._mapping) if row is not None else None  # noqa: SLF001 - a Row's public name


def by_number(tx: Connection, guild_id: int, number: int) -> Entry | None:
    """Return a guild's operation by its row's number."""
    here = (history.c.number == number) & (history.c.guild_id == guild_id)
    row = tx.execute(select(history).where(here)).one_or_none()
    return entry_of(row._mapping) if row is not None else None  # noqa: SLF001 - a Row's public name


def claim(tx: Connection, operation: str, *, now: float) -> bool:
    """Take an accepted operation in order to send it; whether nobody else did, and nobody cancelled it."""
    mine = (history.c.operation == operation) & (history.c.state == State.ACCEPTED)
    return tx.execute(update(history).where(mine).values(state=State.SENDING, sent_at=now)).rowcount == 1


def release(tx: Connection, operation: str) -> None:
    """Put back an operation that was certainly not carried out."""
    sending = (history.c.operation == operation) & (history.c.state == State.SENDING)
    tx.execute(update(history).where(sending).values(state=State.ACCEPTED))


def promise(tx: Connection, operation: str, state: State) -> None:
    """Keep an operation that did not finish while the person waited: he is told its outcome later."""
    begun = (history.c.operation == operation) & history.c.state.in_(OPEN)
    tx.execute(update(history).where(begun).values(state=state, owed=True))


def owe(tx: Connection, operation: str) -> None:
    """Remember that the outcome is still to be told to whoever asked."""
    tx.execute(update(history).where(history.c.operation == operation).values(owed=True))


def owe_answer(tx: Connection, interaction_id: int) -> None:
    """Remember that the outcome of what an interaction asked for is still to be told."""
    tx.execute(update(history).where(history.c.interaction_id == interaction_id).values(owed=True))


def told(tx: Connection, operation: str) -> None:
    """Remember that the outcome was told; the token has done its duty."""
    tx.execute(update(history).where(history.c.operation == operation).values(owed=False, token=None))


def wipe_tokens(tx: Connection, operations: Collection[str]) -> None:
    """Wipe the tokens of operations whose outcome was shown; what is still open or owed keeps its own."""
    shown = history.c.operation.in_(operations) & history.c.state.in_(SETTLED) & history.c.owed.is_(False)
    tx.execute(update(history).where(shown).values(token=None))


def untold(tx: Connection, *, since: float) -> tuple[Entry, ...]:
    """Return what was settled and perhaps not shown, begun since then; the oldest first."""
    kept = history.c.token.is_not(None) & history.c.state.in_(SETTLED) & history.c.owed.is_(False)
    return _entries(
        tx.execute(select(history).where(history.c.began_at > since, kept).order_by(history.c.number)).all()
    )


def owing(tx: Connection) -> tuple[Entry, ...]:
    """Return what is settled and still to be told, the oldest first."""
    query = select(history).where(history.c.owed.is_(True), history.c.state.in_(SETTLED)).order_by(history.c.number)
    return _entries(tx.execute(query).all())


def unsettled(tx: Connection) -> tuple[Entry, ...]:
    """Return everything that is still to be carried out, the oldest first."""
    return _entries(tx.execute(select(history).where(history.c.state.in_(OPEN)).order_by(history.c.number)).all())


def of_guild(tx: Connection, guild_id: int, *, limit: int) -> tuple[Entry, ...]:
    """Return what is still to be carried out for a guild and belongs to no bulk job, the oldest first."""
    here = (history.c.guild_id == guild_id) & history.c.state.in_(OPEN) & history.c.job_id.is_(None)
    return _entries(tx.execute(select(history).where(here).order_by(history.c.number).limit(limit)).all())


def kept(tx: Connection, guild_id: int) -> int:
    """Count what is still to be carried out for a guild and belongs to no bulk job."""
    here = (history.c.guild_id == guild_id) & history.c.state.in_(OPEN) & history.c.job_id.is_(None)
    return tx.execute(select(func.count()).select_from(history).where(here)).scalar_one()


def by_reference(tx: Connection, guild_id: int, reference: str) -> tuple[Entry, ...]:
    """Return a guild's operations under one reference."""
    here = (history.c.guild_id == guild_id) & (history.c.reference == reference)
    return _entries(tx.execute(select(history).where(here).order_by(history.c.number)).all())


def of_draft(tx: Connection, draft_id: str) -> bool:
    """Whether an operation of this draft is still to be settled."""
    open_still = (history.c.draft_id == draft_id) & history.c.state.in_(OPEN)
    return tx.execute(select(history.c.number).where(open_still).limit(1)).first() is not None


def _entries(rows: Sequence[object]) -> tuple[Entry, ...]:
    return tuple(entry_of(row._mapping) for row in rows)  # type: ignore[attr-defined]  # noqa: SLF001 - a Row's public name
