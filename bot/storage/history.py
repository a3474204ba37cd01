"""The history: one row for every action, which is also the operation that carries it out.

A row is inserted before anything is sent and completed after it; its `operation` is unique, so that one decision
can't be carried out twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, update

from bot.storage.statements import fitted, insert_once
from bot.storage.tables import history

if TYPE_CHECKING:
    from sqlalchemy import Connection


class State(StrEnum):
    """Where an operation stands."""

    ACCEPTED = "accepted"  # promised, and certainly not sent yet
    SENDING = "sending"  # perhaps sent: whoever finds it so reads back before anything is sent again
    DONE = "done"
    REFUSED = "refused"  # by a rule of ours, or by the CAD's
    FAILED = "failed"  # nothing was changed
    UNKNOWN = "unknown"  # the answer was lost and could not be read back
    CANCELLED = "cancelled"


SETTLED = frozenset({State.DONE, State.REFUSED, State.FAILED, State.UNKNOWN, State.CANCELLED})
_SETTLE = update(history).where(history.c.operation == bindparam("this"), history.c.state.not_in(SETTLED))
TOKEN_SECONDS = 15 * 60.0
"""How long an interaction can still be answered, in seconds; after that its token is wiped."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `before` and `after` are small JSON without field values; `token` and `sealed_order` are sealed.

    `member_id`: whom it was about; None: an account that no member stands for. `owed`: the outcome is still to be told,
    in `channel_id` where nothing else works. `draft_id` is settled with it; `job_id` is the bulk job it belongs to.
    """

    operation: str
    guild_id: int
    actor_id: int
    rule: str
    action: str
    reference: str
    began_at: float
    state: State
    community_id: str = ""
    member_id: int | None = None
    account: str = ""
    subject: str = ""
    before: object = None
    after: object = None
    cause: str = ""
    interaction_id: int | None = None
    token: bytes | None = field(default=None, repr=False)
    sealed_order: bytes | None = field(default=None, repr=False)
    sent_at: float | None = None
    channel_id: int | None = None
    locale: str = ""
    owed: bool = False
    draft_id: str | None = None
    job_id: str | None = None
    ended_at: float | None = None
    number: int | None = None


def add(tx: Connection, entry: Entry) -> bool:
    """Insert a row, begun or finished; False if that operation is there already."""
    values = {name: getattr(entry, name) for name in Entry.__dataclass_fields__ if name != "number"}
    values["posted"] = entry.job_id is not None  # of a bulk job one line is told, not one for each row
    return insert_once(tx, history, values)


def settle(tx: Connection, entry: Entry) -> bool:
    """Complete an operation that is not settled yet; whether it was not.

    What was to be sent is wiped. The token stays until the outcome was told.
    """
    values = {
        "state": entry.state,
        "cause": entry.cause,
        "account": entry.account,
        "subject": entry.subject,
        "before": entry.before,
        "after": entry.after,
        "ended_at": entry.ended_at,
        "sealed_order": None,
    }
    return tx.execute(_SETTLE, {"this": entry.operation, **fitted(history, values)}).rowcount == 1


def wipe_tokens(tx: Connection, *, before: float) -> int:
    """Wipe the tokens of rows that began before a time; returns how many."""
    old = (history.c.token.is_not(None)) & (history.c.began_at < before)
    return tx.execute(update(history).where(old).values(token=None)).rowcount


def entry_of(row: object) -> Entry:
    """Return a row of the table as an entry."""
    values = dict(row)  # type: ignore[call-overload]  # a RowMapping
    values.pop("posted", None)
    values["state"] = State(values["state"])
    return Entry(**values)
