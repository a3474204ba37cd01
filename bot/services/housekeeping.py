"""What ends by itself: history after `HISTORY_DAYS`, drafts after a day, bulk jobs, tickets, templates, and tokens.

It may run as often as one likes, in several processes at once, and after any crash: each run takes what is due by then.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from bot.errors import StorageError
from bot.services.auditing import NEWS_SECONDS
from bot.services.jobs.control import YES_SECONDS
from bot.storage import audit, drafts, guilds, history, jobs, own, tickets

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.storage.engine import Database

log = logging.getLogger(__name__)

DAY_SECONDS = 24 * 3600.0
DRAFT_SECONDS = DAY_SECONDS
TEMPLATE_SECONDS = 2 * DAY_SECONDS
"""How long a template is kept though it is no community's newest; one that a draft names is kept with the draft."""
JOB_SECONDS = 30 * DAY_SECONDS
"""How long a bulk job is kept after its end: so long it can be taken back."""
TOKEN_ROUND_SECONDS = 120.0
FIRST_ROUND_SECONDS = 20.0
"""The first whole round comes so soon after the start, and not in the way of it."""


@dataclass(frozen=True, slots=True)
class Swept:
    """How many rows a round took away (of `tokens`: wiped)."""

    tokens: int = 0
    history: int = 0
    requests: int = 0
    drafts: int = 0
    tickets: int = 0
    jobs: int = 0


class Housekeeping:
    """Takes away what is due. `clock` gives Unix seconds; `pause` waits for some seconds."""

    def __init__(
        self,
        database: Database,
        *,
        history_days: int,
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._history_days = history_days
        self._clock = clock
        self._pause = pause

    async def run(self) -> None:
        """Keep house until cancelled: tokens and jobs every two minutes, the rest once a day. A failure waits."""
        await self._pause(FIRST_ROUND_SECONDS)
        whole_at = self._clock()
        while True:
            try:
                if self._clock() >= whole_at:
                    await self.run_once()
                    whole_at = self._clock() + DAY_SECONDS
                else:
                    await self.wipe_tokens()
                    await self.expire_jobs()  # a checked file of ten thousand rows must not lie there for a day
            except StorageError as error:
                log.warning("housekeeping is put off: %s", error)
            except Exception:
                log.exception("housekeeping failed unexpectedly; it is tried again")
            await self._pause(TOKEN_ROUND_SECONDS)

    async def run_once(self) -> Swept:
        """Take away everything that is due now. Raises StorageError; what was taken by then stays taken."""
        now = self._clock()
        expired = now - self._history_days * DAY_SECONDS
        swept = Swept(
            tokens=await self.wipe_tokens(),
            history=await self._expire_history(expired),
            requests=await self._database.write(lambda tx: own.expire_requests(tx, before=expired)),
            drafts=await self._database.write(lambda tx: drafts.expire(tx, before=now - DRAFT_SECONDS)),
            tickets=await self._database.write(lambda tx: tickets.expire(tx, before=now)),
            jobs=await self.expire_jobs(),
        )
        await self._database.write(lambda tx: guilds.drop_old_templates(tx, before=now - TEMPLATE_SECONDS))
        await self._database.write(lambda tx: audit.give_up(tx, before=now - NEWS_SECONDS))
        if any(getattr(swept, field.name) for field in fields(swept)):
            log.info("housekeeping took away: %s", swept)
        return swept

    async def wipe_tokens(self) -> int:
        """Wipe the tokens of interactions that can't be answered any more; returns how many."""
        before = self._clock() - history.TOKEN_SECONDS
        return await self._database.write(lambda tx: history.wipe_tokens(tx, before=before))

    async def expire_jobs(self) -> int:
        """Delete files that nobody said yes to in time, and jobs that ended long ago; returns how many."""
        now = self._clock()
        return await self._database.write(
            lambda tx: jobs.expire(tx, unconfirmed_before=now - YES_SECONDS, ended_before=now - JOB_SECONDS)
        )

    async def _expire_history(self, before: float) -> int:
        """Delete old rows, some at a time, so that others get their turn at the database between."""
        gone = 0
        while batch := await self._database.write(lambda tx: audit.expire(tx, before=before)):
            gone += batch
        return gone
