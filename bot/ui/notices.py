"""What the audit channels hear of the CAD itself: once when it stops serving a guild, and once when that is over.

It goes by how things stand, not by events: what is over within seconds is never told, and nothing is told twice in a
minute. A channel that takes nothing misses it. After a restart an outage that goes on is told once more.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.errors import CadErrorKind, StorageError, Undelivered
from bot.i18n import DEFAULT_LOCALE
from bot.ui.reply import Reply, Tone
from bot.ui.waking import woken
from bot.ui.words import Words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.cad.breaker import Trouble
    from bot.i18n import Catalogues
    from bot.services.guilds import Guilds
    from bot.services.tenants import Guild
    from bot.ui.post import PostOffice

log = logging.getLogger(__name__)

SETTLE_SECONDS: Final = 5.0
"""How long something has to last before it is told."""
POLL_SECONDS: Final = 60.0
"""How often is looked without being woken: for channels that were chosen, and what was too soon to tell."""
QUIET_SECONDS: Final = 60.0
"""How long nothing else is told to a guild after a notice: a CAD that comes and goes must not fill a channel."""
POST_SECONDS: Final = 20.0
LANES: Final = 20
"""Guilds that are posted to at the same time."""

OUTAGE: Final = "outage"
_CAUSES = {
    CadErrorKind.AUTH: "auth",
    CadErrorKind.CONFIG: "config",
    CadErrorKind.PLAN: "plan",
    CadErrorKind.PROTOCOL: "format",
    CadErrorKind.BAD_ENDPOINT: "format",
}


def cause_of(trouble: Trouble) -> str:
    """Return what a trouble is called in messages: `outage`, or what the CAD refuses."""
    return OUTAGE if trouble.outage else _CAUSES.get(trouble.kind, "format")


@dataclass(frozen=True, slots=True)
class _Told:
    """The cause that a guild heard of last ("": it is over), and when."""

    cause: str
    at: float


class Notices:
    """Looks at every guild's breaker when `changed` is set. `kept` counts a guild's operations that were kept.

    `serves` says whether this process serves a guild; `clock` gives Unix seconds.
    """

    def __init__(
        self,
        *,
        guilds: Guilds,
        office: PostOffice,
        catalogues: Catalogues,
        serves: Callable[[int], bool],
        changed: asyncio.Event,
        kept: Callable[[int], Awaitable[int]],
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._guilds = guilds
        self._office = office
        self._words = Words(catalogues, DEFAULT_LOCALE)
        self._serves = serves
        self._changed = changed
        self._kept = kept
        self._clock = clock
        self._pause = pause
        self._lanes = asyncio.Semaphore(LANES)
        self._told: dict[int, _Told] = {}

    async def run(self) -> None:
        """Look until cancelled: some seconds after something changed, and once a minute."""
        while True:
            await woken(self._changed, at_most=POLL_SECONDS)
            await self._pause(SETTLE_SECONDS)
            try:
                await self.look()
            except Exception:
                log.exception("notices failed unexpectedly; they are tried again")

    async def look(self) -> None:
        """Tell every guild what changed for it since it was told last."""
        mine = [guild for guild in self._guilds.all if self._serves(guild.id)]
        await asyncio.gather(*(self._look(guild) for guild in mine))

    async def _look(self, guild: Guild) -> None:
        trouble = guild.tenant.cad.breaker.trouble if guild.tenant is not None else None
        channel, told, now = guild.config.audit_channel, self._told.get(guild.id), self._clock()
        cause = cause_of(trouble) if trouble is not None else ""
        if guild.tenant is None or cause == (told.cause if told is not None else ""):
            return
        too_soon = trouble is not None and trouble.seconds < SETTLE_SECONDS
        if channel is None or too_soon or (told is not None and now - told.at < QUIET_SECONDS):
            return
        self._told[guild.id] = _Told(cause, now)
        async with self._lanes:
            if trouble is not None:
                reply = self._trouble(trouble, given=guild.given)
            else:
                reply = await self._over(guild.id, told.cause if told is not None else "")
            await self._post(guild.id, channel, reply)

    async def _post(self, guild_id: int, channel: int, reply: Reply) -> None:
        try:
            await asyncio.wait_for(self._office.send(channel, reply), POST_SECONDS)
        except (Undelivered, TimeoutError) as error:
            log.warning("the audit channel of guild %s missed a notice: %s", guild_id, type(error).__name__)

    def _trouble(self, trouble: Trouble, *, given: bool) -> Reply:
        when = f"<t:{round(self._clock() - trouble.seconds)}:t>"
        if trouble.outage:
            return Reply.of(self._words("notice-outage", when=when), Tone.ASK)
        place = "environment" if given else "setup"
        return Reply.of(self._words("notice-refused", when=when, cause=cause_of(trouble), place=place), Tone.FAILED)

    async def _over(self, guild_id: int, cause: str) -> Reply:
        try:
            count = await self._kept(guild_id)
        except StorageError as error:
            log.warning("how much was kept for guild %s is not known: %s", guild_id, error.key)
            count = 0
        outage = "yes" if cause == OUTAGE else "no"
        return Reply.of(self._words("notice-over", outage=outage, count=count), Tone.DONE)
