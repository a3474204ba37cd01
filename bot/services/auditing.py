"""The history as staff read it: searched, page by page, or as a file; and what the audit channels still have to get.

A guild sees its own rows only, whoever asks and by whatever it is searched.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.domain.cells import BYTE_ORDER_MARK, csv_line
from bot.errors import InvalidInput
from bot.services.turn import Intent
from bot.storage import audit as rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.services.turn import Turn
    from bot.storage.audit import Found
    from bot.storage.engine import Database
    from bot.storage.history import Entry

PAGE = 10
EXPORT_ROWS = 10_000
EXPORT_BYTES = 7_500_000
"""Where a file is cut even with fewer rows: Discord takes 10 MiB."""
NEWS_SECONDS = 24 * 3600.0
"""How long a row is news for the audit channel."""
NEWS_ROWS = 60
"""Rows that are looked at for one message: more lines than that never fit."""
COLUMNS = (
    "began",
    "ended",
    "actor",
    "rule",
    "action",
    "member",
    "account",
    "subject",
    "before",
    "after",
    "outcome",
    "cause",
    "reference",
)


@dataclass(frozen=True, kw_only=True)
class AuditIntent(Intent):
    """What to look for in this guild's history; nothing: everything. `member_id`: done by him, or to him."""

    member_id: int | None = None
    sync_id: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """A file of rows, newest first. `total`: how many there are; more than `count` where the file was cut."""

    content: bytes
    count: int
    total: int


class Auditing:
    """Reads the history, which is kept for `history_days`. `clock` gives Unix seconds."""

    def __init__(self, database: Database, *, history_days: int, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self.history_days = history_days
        self._clock = clock

    async def search(self, turn: Turn, intent: AuditIntent, *, older_than: int = 0, newer_than: int = 0) -> Found:
        """Return one page of `PAGE` rows, newest first: the first, or the one beside a row's number."""
        wanted = _wanted(turn, intent)
        return await self._database.read(
            lambda tx: rows.search(tx, wanted, size=PAGE, older_than=older_than, newer_than=newer_than)
        )

    async def export(self, turn: Turn, intent: AuditIntent) -> Export:
        """Return what matches as CSV, of 10,000 rows at most."""
        wanted = _wanted(turn, intent)
        total, entries = await self._database.read(
            lambda tx: (rows.counts(tx, wanted), rows.export(tx, wanted, limit=EXPORT_ROWS))
        )
        content, count = await asyncio.to_thread(as_csv, entries)
        return Export(content, count, total)

    async def waiting(self) -> tuple[int, ...]:
        """Return the guilds whose audit channel has something to get."""
        since = self._clock() - NEWS_SECONDS
        return await self._database.read(lambda tx: rows.waiting_guilds(tx, since=since))

    async def news(self, guild_id: int) -> tuple[Entry, ...]:
        """Return what is to be posted next, the oldest first."""
        since = self._clock() - NEWS_SECONDS
        return await self._database.read(lambda tx: rows.unposted(tx, guild_id, since=since, limit=NEWS_ROWS))

    async def posted(self, entries: Iterable[Entry]) -> None:
        """Remember that Discord took these."""
        numbers = [entry.number for entry in entries if entry.number is not None]
        await self._database.write(lambda tx: rows.mark_posted(tx, numbers))

    async def pass_over(self, guild_ids: Sequence[int]) -> None:
        """Say that nobody wants to read in a channel what is settled so far of these guilds."""
        await self._database.write(lambda tx: rows.pass_over(tx, guild_ids))


def as_csv(entries: Iterable[Entry]) -> tuple[bytes, int]:
    """Return rows as CSV (UTF-8 with a byte order mark, as spreadsheets expect it), and how many fitted in."""
    content, count = bytearray(BYTE_ORDER_MARK + csv_line(COLUMNS)), 0
    for entry in entries:
        line = csv_line(_cells(entry))
        if len(content) + len(line) > EXPORT_BYTES:
            break
        content += line
        count += 1
    return bytes(content), count


def _cells(entry: Entry) -> tuple[str, ...]:
    return (
        instant(entry.began_at),
        instant(entry.ended_at),
        str(entry.actor_id),
        entry.rule,
        entry.action,
        str(entry.member_id or ""),
        entry.account,
        entry.subject,
        _json(entry.before),
        _json(entry.after),
        entry.state,
        entry.cause,
        entry.reference,
    )


def instant(seconds: float | None) -> str:
    """Return a time as ISO 8601 in UTC, blank for none."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds is not None else ""


def _json(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _wanted(turn: Turn, intent: AuditIntent) -> rows.Wanted:
    """Return what to look for, always in the guild where it is asked. Raises InvalidInput for blanks alone."""
    sync_id, reference = (text.strip().strip("`").strip() for text in (intent.sync_id, intent.reference))
    if (intent.sync_id and not sync_id) or (intent.reference and not reference):
        raise InvalidInput("audit-blank")
    return rows.Wanted(turn.guild.id, intent.member_id, sync_id, reference.upper())
