"""Bulk jobs over a town: everything that drives them but Discord, and a guild whose members can be given roles."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.access import Rule
from bot.domain.bulk.rows import BulkKind, LinkRow, Whose
from bot.errors import Undelivered
from bot.services.checking import Checking
from bot.services.jobs.carrying import Carrier
from bot.services.jobs.control import Jobs, RunIntent
from bot.services.jobs.ledger import Ledger, Look, Planned
from bot.services.jobs.running import Runner
from bot.services.templates import Templates
from bot.storage import jobs as rows
from tests.community import ADMIN_ROLE, SAM
from tests.engine import drive
from tests.services.files import OneFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.bulk.rows import Row
    from bot.services.turn import Turn
    from bot.storage.jobs import Job, JobState, RowState
    from tests.community import Town


MEMBER, STRANGER = 200_000_000_000_001_000, 200_000_000_000_002_000
"""What the ids of members with an account count from, and of those without one."""


@dataclass
class Members:
    """Who has which role, as Discord tells."""

    held: dict[int, frozenset[int]] = field(default_factory=lambda: {SAM: frozenset({ADMIN_ROLE})})
    silent: bool = False
    shut_out: bool = False
    asked: int = 0

    async def roles(self, guild_id: int, member_id: int) -> frozenset[int] | None:
        assert guild_id
        self.asked += 1
        if self.silent or self.shut_out:
            raise Undelivered(forbidden=self.shut_out)
        return self.held.get(member_id)


class Works:
    """The services, built anew by `restart` as another process would."""

    def __init__(self, place: Town) -> None:
        self.place = place
        self.files = OneFile(b"")
        self.members = Members()
        self.shown: list[tuple[str, float]] = []
        self._ids = itertools.count(1)
        self.restart()

    def restart(self, *, slice_seconds: float = 5.0) -> None:
        place = self.place
        self.ledger = Ledger(place.database, place.vault)
        operations = place.operations
        self.history = place.history
        carrier = Carrier(place.database, place.accounts, self.history, operations)
        self.runner = Runner(
            self.ledger,
            carrier,
            self.history,
            place.engine,
            find=lambda guild_id: place.guild if guild_id == place.guild.id else None,
            clock=place.clock,
            slice_seconds=slice_seconds,
        )
        self.runner.attach(self.members, lambda job_id, wait: self.shown.append((job_id, wait)))
        self.jobs = Jobs(
            self.ledger,
            self.history,
            place.engine,
            operations=operations,
            checking=Checking(place.database, self.files, Templates(place.keep_template)),
            new_id=lambda: f"job{next(self._ids)}",
            clock=place.clock,
        )

    def turn(self) -> Turn:
        return self.place.turn(SAM, Rule.ADMIN)

    async def kept(self, lines: Sequence[Row], *, bad: Sequence[Planned] = (), kind: BulkKind = BulkKind.LINK) -> Job:
        planned = [*(Planned(one.number, one) for one in lines), *bad]
        return await self.jobs.keep(self.turn(), kind, "members.csv", planned, pace=None)

    async def started(self, lines: Sequence[Row], *, kind: BulkKind = BulkKind.LINK) -> str:
        job = await self.kept(lines, kind=kind)
        await self.jobs.start(self.turn(), RunIntent(job=job.id))
        return job.id

    async def drive(self) -> None:
        """Drive whatever was handed over, until nothing is."""
        while self.place.engine.jobs:
            await drive(self.runner.advance, self.place.engine.jobs.pop(0), self.place.clock)

    async def look(self, job_id: str) -> Look:
        found = await self.jobs.look(job_id)
        assert found is not None
        return found

    async def state(self, job_id: str) -> JobState:
        return (await self.look(job_id)).job.state

    async def outcomes(self, job_id: str) -> list[tuple[int, RowState, str]]:
        found = await self.place.database.read(lambda tx: rows.rows_of(tx, job_id))
        return [(row.number, row.state, row.cause) for row in found]


def link(number: int, sync_id: str, member: int | None = None, **more: object) -> LinkRow:
    """A row about a member, or about another account by `api_id` or `username`."""
    named = {name: more.pop(name) for name in ("api_id", "username") if name in more}
    return LinkRow(number, Whose(member_id=member, **named), sync_id, **more)  # type: ignore[arg-type]


def many(count: int, *, first: int = 1) -> list[LinkRow]:
    """Rows that give one character to each of as many members."""
    return [link(number + 1, f"CHAR{number}", MEMBER + number) for number in range(first, first + count)]
