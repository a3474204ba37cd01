"""The approval board: a card for each request in the guild's channel, kept as the request is, and who asked told of it.

What Discord does not take now is caught up with at the next start, a card also when it is asked again.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from bot.errors import CharlinkError, Expired, Refused, Undelivered
from bot.i18n import DEFAULT_LOCALE
from bot.services.approvals import refuse_decided
from bot.ui.cards import (
    approved_reply,
    asked_reply,
    card_reply,
    denied_reply,
    deny_modal,
    kept_reply,
    lookup_reply,
    told_instead,
    told_reply,
    unknown_card,
    withdrawn_reply,
)
from bot.ui.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.i18n import Catalogues
    from bot.services.approvals import Approvals, AskIntent, RequestIntent
    from bot.services.guilds import Guilds
    from bot.storage.requests import Request
    from bot.ui.post import PostOffice
    from bot.ui.reply import Reply
    from bot.ui.visit import Visit

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""How long a form may wait for the database before it opens without having looked."""


class Posted(Enum):
    """What became of a card. All but DONE name the message that says so."""

    DONE = ""
    NO_CHANNEL = "request-kept-no-channel"
    UNWRITABLE = "request-kept-unwritable"
    LATER = "request-kept-later"


class Board:
    """Posts and edits cards, and tells players. Cards are in the default locale: they are for many readers."""

    def __init__(self, approvals: Approvals, guilds: Guilds, post: PostOffice, catalogues: Catalogues) -> None:
        self._approvals = approvals
        self._guilds = guilds
        self._post = post
        self._catalogues = catalogues
        self._words = Words(catalogues, DEFAULT_LOCALE)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def ask(self, visit: Visit, intent: AskIntent) -> None:
        """Store a request and show its card, anew where it was deleted; say what became of both."""
        request, new = await self._approvals.ask(visit.turn, intent)
        posted = await self._show(request, anew=True)
        if posted is Posted.DONE:
            await visit.show(asked_reply(visit, request, new=new))
        else:
            channel = visit.turn.config.approval_channel
            await visit.show(kept_reply(visit, request, posted.value, channel))
        if new:
            await self._show_rivals(request)

    async def approve(self, visit: Visit, intent: RequestIntent) -> None:
        """Approve a request; the card shows the outcome, or why it did not work, before the approver reads it."""
        try:
            request, outcome = await self._approvals.approve(visit.turn, intent, self._post)
        except CharlinkError:
            await self._look_again(visit, intent.request)
            raise
        told = await self._decided(visit, request)
        await visit.show(approved_reply(visit.words, request, outcome, told=told))
        await self._show_rivals(request)

    async def open_denial(self, visit: Visit, request_id: str) -> None:
        """Open the form for a reason, unless the request is over."""
        try:
            found = await asyncio.wait_for(self._approvals.find(visit.turn.guild.id, request_id), LOOK_SECONDS)
            refuse_decided(found)
        except TimeoutError:
            log.warning("a request was not looked at before its form opened: the database is slow")
        except (Expired, Refused):
            await visit.acknowledge()
            await self._look_again(visit, request_id)
            raise
        await visit.open_modal(deny_modal(visit, request_id))

    async def deny(self, visit: Visit, intent: RequestIntent) -> None:
        """Deny a request; the card shows it, and who asked is told."""
        try:
            request = await self._approvals.deny(visit.turn, intent)
        except CharlinkError:
            await self._look_again(visit, intent.request)
            raise
        told = await self._decided(visit, request)
        await visit.show(denied_reply(visit.words, request, told=told))
        await self._show_rivals(request)

    async def withdraw(self, visit: Visit, intent: RequestIntent) -> None:
        """Take a request back; the card says so."""
        try:
            request = await self._approvals.withdraw(visit.turn, intent)
        except CharlinkError:
            await self._look_again(visit, intent.request)
            raise
        await visit.show(withdrawn_reply(visit.words, request))
        await self._show(request)
        await self._show_rivals(request)

    async def look_up(self, visit: Visit, intent: RequestIntent) -> None:
        """Compare a request with the CAD, for the approver alone."""
        try:
            found = await self._approvals.look_up(visit.turn, intent)
        except (Expired, Refused):
            await self._look_again(visit, intent.request)
            raise
        await visit.show(lookup_reply(visit.words, found))

    async def requests_of(self, visit: Visit) -> tuple[Request, ...]:
        """Return the requests of whoever asks, pending ones first."""
        return await self._approvals.of_member(visit.turn.guild.id, visit.turn.actor.user_id)

    async def strike(self, requests: tuple[Request, ...]) -> None:
        """Take the buttons off the cards of requests that were erased; those that stay are left as they are."""
        for request in requests:
            try:
                await self._approvals.find(request.guild_id, request.id)
            except Expired:
                if request.card_channel_id is not None and request.card_message_id is not None:
                    await self._edit(request.card_channel_id, request.card_message_id, unknown_card(self._words))
            except CharlinkError as error:
                log.warning("a card may have outlived its request: %s", error)

    async def catch_up(self, serves: Callable[[int], bool], interrupted: tuple[Request, ...]) -> None:
        """Do what an earlier process, or Discord, left undone: cards to post or renew, decisions to tell."""
        try:
            cardless, untold = await self._approvals.left_over(serves)
        except CharlinkError as error:
            log.warning("what is left over of requests is not caught up with: %s", error)
            return
        for request in (*interrupted, *cardless):
            await self._show(request, anew=True)
        for request in untold:
            await self._show(request)
            await self._tell(request)

    async def _decided(self, visit: Visit, request: Request) -> bool:
        """Show a decision on the card, and tell who asked; whether he heard."""
        await self._show(request)
        await self._tidy(visit, request)
        return await self._tell(request)

    async def _tell(self, request: Request) -> bool:
        words = Words(self._catalogues, request.locale)
        said, instead = told_reply(words, request), told_instead(words, request)
        heard = await self._post.tell(request.requester_id, said, channel_id=request.channel_id, instead=instead)
        if heard:
            try:
                await self._approvals.told(request)
            except CharlinkError as error:
                log.warning("a decision may be told twice: %s", error)
        return heard

    async def _show(self, request: Request, *, anew: bool = False) -> Posted:
        """Make the card show what the request is now; `anew`: post one where there is none (any more).

        One at a time for each request, so that an older state never stands over a newer one.
        """
        async with self._locks.setdefault(request.id, asyncio.Lock()):
            try:
                now = await self._approvals.find(request.guild_id, request.id)
                return await self._place(now, anew=anew and now.pending)
            except CharlinkError as error:
                log.warning("the card of a request is not up to date: %s", error)
                return Posted.LATER

    async def _place(self, request: Request, *, anew: bool) -> Posted:
        guild = self._guilds.find(request.guild_id)
        if guild is None:
            return Posted.NO_CHANNEL
        card = await self._approvals.card(guild, request)
        reply = card_reply(self._words, card)
        if guild.tenant is not None and guild.tenant.staging:
            reply = replace(reply, footer=f"STAGING {reply.footer}")
        if request.card_channel_id is not None and request.card_message_id is not None:
            posted = await self._edit(request.card_channel_id, request.card_message_id, reply)
            if posted is not None or not anew:
                return posted or Posted.DONE
        if not anew:
            return Posted.DONE
        return await self._send(request, guild.config.approval_channel, reply)

    async def _edit(self, channel_id: int, message_id: int, reply: Reply) -> Posted | None:
        """Edit a card. None: it can't be, there or any more, so another one is needed."""
        try:
            await self._post.edit(channel_id, message_id, reply)
        except Undelivered as error:
            return None if error.gone or error.forbidden else Posted.LATER
        return Posted.DONE

    async def _send(self, request: Request, channel_id: int | None, reply: Reply) -> Posted:
        if channel_id is None:
            return Posted.NO_CHANNEL
        try:
            message_id = await self._post.send(channel_id, reply)
        except Undelivered as error:
            return Posted.UNWRITABLE if error.gone or error.forbidden else Posted.LATER
        await self._approvals.placed(request, channel_id, message_id)
        return Posted.DONE

    async def _show_rivals(self, request: Request) -> None:
        """Let the cards of others who ask for the same character show what changed."""
        try:
            rivals = await self._approvals.rivals(request)
        except CharlinkError as error:
            log.warning("the cards of rival requests are not up to date: %s", error)
            return
        for rival in rivals:
            await self._show(rival)

    async def _look_again(self, visit: Visit, request_id: str) -> None:
        try:
            request = await self._approvals.find(visit.turn.guild.id, request_id)
        except Expired:
            await self._tidy(visit, None, request_id)
        except CharlinkError as error:
            log.warning("a card is not up to date: %s", error)
        else:
            await self._show(request)
            await self._tidy(visit, request)

    async def _tidy(self, visit: Visit, request: Request | None, request_id: str = "") -> None:
        """Take the buttons off a card that was pressed and is not (any more) the one that is kept up to date."""
        message = visit.interaction.message
        if message is None or not visit.public or not _carries(message, request.id if request else request_id):
            return
        if request is not None and (request.pending or message.id == request.card_message_id):
            return
        reply = unknown_card(self._words)
        if request is not None and (guild := self._guilds.find(request.guild_id)) is not None:
            reply = card_reply(self._words, await self._approvals.card(guild, request))
        try:
            await self._post.edit(message.channel.id, message.id, reply)
        except Undelivered:
            log.info("an old card could not be renewed")


def _carries(message: Any, request_id: str) -> bool:  # noqa: ANN401 - discord.py's components have no common type
    """Whether a message really has a button of this request: a custom id alone can be forged."""
    rows = (getattr(row, "children", ()) for row in message.components)
    ids = [str(getattr(item, "custom_id", "")) for row in rows for item in row]
    return any(f":{request_id}:" in one for one in ids)
