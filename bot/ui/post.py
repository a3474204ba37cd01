"""What the bot sends by itself: into channels, into DMs, and who of a guild it asks about.

Every failure of Discord's becomes Undelivered (or False), and one line in the log that names no person. Nobody is
pinged but the one person addressed.
"""

from __future__ import annotations

import logging
import secrets
from contextlib import contextmanager
from datetime import timedelta
from hashlib import blake2s
from typing import TYPE_CHECKING, Any, TypeVar

import discord

from bot.errors import Undelivered
from bot.ui.courier import BROKEN, Courier, perhaps_arrived

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from discord.ext.commands import AutoShardedBot

    from bot.ui.reply import Reply

T = TypeVar("T")

log = logging.getLogger(__name__)


MILLISECOND = timedelta(milliseconds=1)
POST_SECONDS = 15.0
"""How long a post or an edit is tried: after that its caller decides what becomes of it."""


class PostOffice:
    """Sends over Discord's API with the bot's own token: no interaction is needed, and no cache.

    A message that Discord took although it said that it did not is not posted twice: it has a nonce. `key` names what
    a message is about, so that this holds over some minutes and a restart, too.
    """

    def __init__(self, bot: AutoShardedBot, courier: Courier | None = None) -> None:
        self._bot = bot
        self._courier = courier or Courier()

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

    async def send(self, channel_id: int, reply: Reply, *, mention: int | None = None, key: str = "") -> int:
        """Post a message and return its id; `mention` is the one person it addresses. Raises Undelivered."""
        nonce = _nonce(key)
        channel = self._bot.get_partial_messageable(channel_id)
        with _delivering("post a message"):
            sent = await self._insist(lambda: channel.send(**_message(reply, mention), nonce=nonce))
        return sent.id

    async def unanswered(self, token: str, interaction_id: int, *, promised: bool) -> bool:
        """Whether an interaction's answer is still to come: "thinking", or what was clicked as it was then.

        `promised`: it was written down that one is to come. Of what was clicked that tells more than its last edit,
        which may have been an earlier one that was made again.
        Raises what discord.py raises. A message that is gone has no answer to show any more, so it counts as well.
        """
        webhook = discord.Webhook.partial(self._bot.application_id or 0, token, client=self._bot)
        try:
            message = await self._insist(lambda: webhook.fetch_message("@original"))  # type: ignore[arg-type]  # its stub wants an int
        except discord.NotFound:
            return True
        if message.id > interaction_id:
            return message.flags.loading
        if promised:
            return True
        asked = discord.utils.snowflake_time(interaction_id) + MILLISECOND  # ids are no more exact than that
        return message.edited_at is None or message.edited_at < asked

    async def answer(self, token: str, reply: Reply, *, anew: bool) -> None:
        """Put this in place of an interaction's answer, and (`anew`) say it in a new private message as well.

        Raises what discord.py raises; the token is good for 15 minutes. A new message that Discord may have taken is
        not sent again: it has no nonce, and what it says stands in the answer.
        """
        webhook = discord.Webhook.partial(self._bot.application_id or 0, token, client=self._bot)
        shown: dict[str, Any] = {"content": reply.headline, "embed": reply.embed()}
        await self._insist(lambda: webhook.edit_message("@original", **shown, view=None))  # type: ignore[call-overload]  # its stub wants an int
        if anew:
            partial = {"id": str(self._bot.application_id or 0), "type": 3, "token": token}
            follow_up = discord.Webhook.from_state(partial, self._bot._connection)  # type: ignore[arg-type]  # noqa: SLF001 - the only way to an ephemeral follow-up
            try:
                await follow_up.send(**shown, ephemeral=True)
            except (discord.HTTPException, *BROKEN) as error:
                if not perhaps_arrived(error):
                    raise
                log.warning("an outcome stands in its answer, and perhaps in no new message: %s", type(error).__name__)

    async def edit(self, channel_id: int, message_id: int, reply: Reply) -> None:
        """Put this in place of a message of ours. Raises Undelivered (`gone`: the message or its channel is)."""
        message = self._bot.get_partial_messageable(channel_id).get_partial_message(message_id)
        with _delivering("edit a message"):
            await self._insist(
                lambda: message.edit(
                    content=reply.headline,
                    embed=reply.embed(),
                    view=reply.view(),
                    allowed_mentions=discord.AllowedMentions.none(),
                )
            )

    async def direct(self, member_id: int, reply: Reply, *, key: str = "") -> bool:
        """Write to a member himself; False where he takes no DMs from here, or Discord fails."""
        nonce = _nonce(key)
        try:
            with _delivering("write a DM"):
                opened = await self._insist(lambda: self._bot.http.start_private_message(member_id))
                channel = self._bot.get_partial_messageable(int(opened["id"]))
                await self._insist(lambda: channel.send(**_message(reply, None), nonce=nonce))
        except Undelivered:
            return False
        return True

    async def tell(self, member_id: int, reply: Reply, *, channel_id: int, instead: Reply, key: str = "") -> bool:
        """Write to a member himself, or else post `instead` in a channel with a mention of him; False if both fail."""
        if await self.direct(member_id, reply, key=key):
            return True
        try:
            await self.send(channel_id, instead, mention=member_id, key=key)
        except Undelivered:
            return False
        return True

    async def _insist(self, call: Callable[[], Awaitable[T]]) -> T:
        return await self._courier.insist(call, until=self._courier.clock() + POST_SECONDS)


def _nonce(key: str) -> str:
    """Return what Discord knows a message by for some minutes: at most 25 characters."""
    return blake2s(key.encode(), digest_size=12).hexdigest() if key else secrets.token_hex(12)


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
