"""What the bot sends by itself: into channels, into DMs, and who of a guild it asks about.

Every failure of Discord's becomes Undelivered (or False), and one line in the log that names no person. Nobody is
pinged but the one person addressed.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import discord

from bot.errors import Undelivered
from bot.ui.visit import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discord.ext.commands import AutoShardedBot

    from bot.ui.reply import Reply

log = logging.getLogger(__name__)


class PostOffice:
    """Sends over Discord's API with the bot's own token: no interaction is needed, and no cache."""

    def __init__(self, bot: AutoShardedBot) -> None:
        self._bot = bot

    async def roles(self, guild_id: int, member_id: int) -> frozenset[int] | None:
        """Return the role ids that a member holds now; None where he is no member (any more).

        Raises Undelivered where Discord does not say.
        """
        try:
            with _delivering("ask for a member"):
                member = await self._bot.http.get_member(guild_id, member_id)
        except Undelivered as error:
            if error.gone:
                return None
            raise
        return frozenset(int(role) for role in member["roles"])

    async def send(self, channel_id: int, reply: Reply, *, mention: int | None = None) -> int:
        """Post a message and return its id; `mention` is the one person it addresses. Raises Undelivered."""
        with _delivering("post a message"):
            sent = await self._bot.get_partial_messageable(channel_id).send(**_message(reply, mention))
        return sent.id

    async def edit(self, channel_id: int, message_id: int, reply: Reply) -> None:
        """Put this in place of a message of ours. Raises Undelivered (`gone`: the message or its channel is)."""
        with _delivering("edit a message"):
            message = self._bot.get_partial_messageable(channel_id).get_partial_message(message_id)
            await message.edit(
                content=reply.headline,
                embed=reply.embed(),
                view=reply.view(),
                allowed_mentions=discord.AllowedMentions.none(),
            )

    async def direct(self, member_id: int, reply: Reply) -> bool:
        """Write to a member himself; False where he takes no DMs from here, or Discord fails."""
        try:
            with _delivering("write a DM"):
                channel = await self._bot.http.start_private_message(member_id)
                await self._bot.get_partial_messageable(int(channel["id"])).send(**_message(reply, None))
        except Undelivered:
            return False
        return True

    async def tell(self, member_id: int, reply: Reply, *, channel_id: int, instead: Reply) -> bool:
        """Write to a member himself, or else post `instead` in a channel with a mention of him; False if both fail."""
        if await self.direct(member_id, reply):
            return True
        try:
            await self.send(channel_id, instead, mention=member_id)
        except Undelivered:
            return False
        return True


@contextmanager
def _delivering(what: str) -> Iterator[None]:
    """Turn whatever Discord or the way to it fails with into Undelivered."""
    try:
        yield
    except discord.HTTPException as error:
        log.warning("could not %s: status %s, code %s", what, error.status, error.code)
        raise Undelivered(
            gone=isinstance(error, discord.NotFound), forbidden=isinstance(error, discord.Forbidden)
        ) from error
    except (discord.DiscordException, TimeoutError, *BROKEN) as error:
        log.warning("could not %s: %s", what, type(error).__name__)
        raise Undelivered from error


def _message(reply: Reply, mention: int | None) -> dict[str, Any]:
    """Return a message's parts as discord.py takes them. A mention stands before the headline."""
    view = reply.view()
    whom = [discord.Object(mention)] if mention is not None else False
    return {
        "content": reply.headline if mention is None else f"<@{mention}> {reply.headline}",
        "embed": reply.embed(),
        "view": view if view is not None else discord.utils.MISSING,
        "files": reply.attachments(),
        "allowed_mentions": discord.AllowedMentions(everyone=False, roles=False, replied_user=False, users=whom),
    }
