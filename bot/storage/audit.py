"""Reading the history: what staff search and export, what goes to the audit channels, and when rows come to their end.

A guild's rows are only ever read under that guild's id. Whoever looks newest first goes on from a row's number, so that
rows that come meanwhile move no page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, or_, select, update

from bot.storage.history import SETTLED, State, entry_of
from bot.storage.tables import history

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Select

    from bot.storage.history import Entry

BATCH = 5_000
"""Rows that one transaction deletes at most, so that nobody waits long for it."""

_settled = history.c.state.not_in(set(State) - SETTLED)  # said so, no index of states is taken: most rows are settled
_ended = func.coalesce(history.c.ended_at, history.c.began_at)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of one guild are looked for. Everything given must hold; `member_id`: by him or about him."""

    guild_id: int
    member_id: int | None = None
    subject: str = ""
    reference: str = ""

    @property
    def matches(self) -> ColumnElement[bool]:
        """The condition of a row."""
        parts: list[ColumnElement[bool]] = [history.c.guild_id == self.guild_id]
        if self.member_id is not None:
            parts.append(or_(history.c.actor_id == self.member_id, history.c.member_id == self.member_id))
        if self.subject:
            parts.append(history.c.subject == self.subject)
        if self.reference:
            parts.append(history.c.reference == self.reference)
        return and_(*parts)


@dataclass(frozen=True, slots=True)
class Found:
    """Rows, newest first, and whether there are newer and older ones beyond them."""

    entries: tuple[Entry, ...]
    newer: bool = False
    older: bool = False
    total: int = 0


def search(tx: Connection, wanted: Wanted, *, size: int, older_than: int = 0, newer_than: int = 0) -> Found:
    """Return up to `size` rows: the newest, those before a number, or the nearest after one. 0: from the newest."""
    total = counts(tx, wanted)
    query = select(history).where(wanted.matches)
    if newer_than:
        rows = tx.execute(query.where(history.c.number > newer_than).order_by(history.c.number).limit(size + 1)).all()
        more, rows = len(rows) > size, rows[:size][::-1]
        return Found(_entries(rows), newer=more, older=True, total=total)
    if older_than:
        query = query.where(history.c.number < older_than)
    rows = tx.execute(query.order_by(history.c.number.desc()).limit(size + 1)).all()
    return Found(_entries(rows[:size]), newer=bool(older_than), older=len(rows) > size, total=total)


def export(tx: Connection, wanted: Wanted, *, limit: int) -> tuple[Entry, ...]:
    """Return the newest rows, of `limit` of them at most, newest first."""
    query = select(history).where(wanted.matches).order_by(history.c.number.desc()).limit(limit)
    return _entries(tx.execute(query).all())


def counts(tx: Connection, wanted: Wanted) -> int:
    """How many rows match."""
    return tx.scalar(select(func.count()).select_from(history).where(wanted.matches)) or 0


def waiting_guilds(tx: Connection, *, since: float) -> tuple[int, ...]:
    """Return the guilds that have settled rows that no audit channel got, of those that ended since then."""
    return tuple(tx.scalars(waiting_query(since=since)))


def waiting_query(*, since: float) -> Select[int]:
    """Return the query behind `waiting_guilds`, which is asked often: only an index makes it cheap."""
    return select(history.c.guild_id).where(_unposted(since)).distinct().order_by(history.c.guild_id)


def unposted(tx: Connection, guild_id: int, *, since: float, limit: int) -> tuple[Entry, ...]:
    """Return a guild's settled rows that no audit channel got, the oldest first."""
    query = select(history).where(history.c.guild_id == guild_id, _unposted(since))
    return _entries(tx.execute(query.order_by(history.c.number).limit(limit)).all())


def mark_posted(tx: Connection, numbers: Sequence[int]) -> None:
    """Remember that Discord took these rows."""
    tx.execute(update(history).where(history.c.number.in_(list(numbers))).values(posted=True))


def pass_over(tx: Connection, guild_ids: Sequence[int]) -> None:
    """Never post what is settled so far of guilds that have no audit channel: one that comes later starts from then."""
    waiting = _settled & history.c.posted.is_(False)
    tx.execute(update(history).where(history.c.guild_id.in_(list(guild_ids)), waiting).values(posted=True))


def give_up(tx: Connection, *, before: float) -> None:
    """Never post rows that ended before a time: that is no news any more."""
    late = _settled & history.c.posted.is_(False) & (_ended < before)
    tx.execute(update(history).where(late).values(posted=True))


def expire(tx: Connection, *, before: float) -> int:
    """Delete rows that began before a time, the oldest first, of `BATCH` at most; returns how many."""
    old = select(history.c.number).where(history.c.began_at < before).order_by(history.c.number).limit(BATCH)
    return tx.execute(delete(history).where(history.c.number.in_(old.scalar_subquery()))).rowcount


def _unposted(since: float) -> ColumnElement[bool]:
    return _settled & history.c.posted.is_(False) & (_ended >= since)


def _entries(rows: Sequence[object]) -> tuple[Entry, ...]:
    return tuple(entry_of(row._mapping) for row in rows)  # type: ignore[attr-defined]  # noqa: SLF001 - a Row's public name
