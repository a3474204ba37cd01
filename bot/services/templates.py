"""The community's template, at hand before anything may be awaited: the newest read, else the one kept in storage."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.cad.caller import Caller
from bot.cad.client import TEMPLATE_TTL
from bot.errors import CadError, StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain.template import Template
    from bot.services.tenants import Tenant

log = logging.getLogger(__name__)


class Templates:
    """Knows every community's template. `keep` stores one as its community's newest."""

    def __init__(self, keep: Callable[[Tenant, Template], Awaitable[None]]) -> None:
        self._keep = keep
        self._refreshing: set[asyncio.Task[None]] = set()

    @staticmethod
    def newest(tenant: Tenant) -> Template | None:
        """Return the newest template known, however old; None where none was ever read. Does no I/O."""
        held = tenant.cad.peek_template()
        return held[0] if held is not None else tenant.community.template

    def at_hand(self, tenant: Tenant) -> Template | None:
        """Return what `newest` does; one older than 10 minutes, or from before a restart, is renewed beside it."""
        held = tenant.cad.peek_template()
        known = self.newest(tenant)
        if known is not None and (held is None or held[1] > TEMPLATE_TTL):
            self._refresh(tenant)
        return known

    async def warm(self, tenant: Tenant) -> Template:
        """Fetch the template anew and keep it, so that the next form opens at once. Raises CadError."""
        template = await tenant.cad.template(Caller(), fresh=True)
        try:
            await self._keep(tenant, template)
        except StorageError as error:
            log.warning("the template could not be kept: %s", error)
        return template

    def _refresh(self, tenant: Tenant) -> None:
        async def run() -> None:
            try:
                await self.warm(tenant)
            except CadError as error:
                log.warning("the template could not be renewed: %s", error)

        task = asyncio.create_task(run())
        self._refreshing.add(task)
        task.add_done_callback(self._refreshing.discard)
