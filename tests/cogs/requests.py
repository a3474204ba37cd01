"""Asking and deciding, in short: what a player does to ask, and the card that approvers see of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bot.services.tenants import Guild
from bot.settings import SelfLink
from bot.storage.tables import history, requests
from bot.ui.reply import shared_id
from tests.cogs.stage import Answer, Stage
from tests.community import config_of

if TYPE_CHECKING:
    from bot.storage.requests import Request


@dataclass
class Office:
    """The stage with an approval channel, and the requests there."""

    stage: Stage
    channel: Any

    @classmethod
    def opened(cls, stage: Stage) -> Office:
        office = cls(stage, stage.guild.create_text_channel("requests"))
        office.set(office.channel.id)
        return office

    def set(self, channel_id: int | None, **policy: Any) -> None:
        """Change where cards go, and the rules."""
        stage = self.stage
        stage.policy = replace(stage.policy, **{"self_link": SelfLink.APPROVAL, **policy})
        config = replace(config_of(stage.policy), approval_channel=channel_id)
        stage.guilds.set_up(Guild(stage.guild.id, config, stage.town.tenant))

    async def ask(self, who: Any, sync_id: str = "ABC", name: str = "Jane Doe") -> Answer:
        """Type the command, press the button, give the name."""
        refused = await self.stage.slash(who, "linkchar", sync_id=sync_id)
        assert refused.buttons == ["Ask staff"]
        return await self.stage.submit(who, await self.stage.press(who, refused, "Ask staff"), The=name)

    @property
    def cards(self) -> list[str]:
        """What the channel shows, the oldest first."""
        return [card_text(message) for message in self.channel.history()]

    @property
    def card(self) -> str:
        return card_text(self.channel.last_message)

    @property
    def buttons(self) -> list[str]:
        return labels(self.channel.last_message)

    async def press(self, who: Any, label: str, message: Any = None) -> Answer:
        return Answer(await who.click(message or self.channel.last_message, label=label))

    async def deny(self, who: Any, reason: str = "") -> Answer:
        return await self.stage.submit(who, await self.press(who, "Deny"), Reason=reason)

    async def requests(self, who: Any) -> tuple[Request, ...]:
        return await self.stage.services.approvals.of_member(self.stage.guild.id, who.id)

    async def history(self) -> list[tuple[str, str, int]]:
        """Action, state and actor of every row, in order."""
        columns = history.c.action, history.c.state, history.c.actor_id
        return await self.stage.town.database.read(
            lambda tx: [tuple(row) for row in tx.execute(select(*columns).order_by(history.c.number))]
        )

    async def restart(self) -> None:
        """Do what the process does for requests when it starts."""
        interrupted = await self.stage.services.approvals.reopen_interrupted(lambda _: True)
        cog: Any = self.stage.bot.get_cog("ApprovalButtons")
        await cog.board.catch_up(lambda _: True, interrupted)

    async def forge(self, who: Any, message: Any, arg: str, *, row: str = "") -> Answer:
        """Press a button of a card as it was, whatever the card shows by now."""
        found = await self.stage.town.database.read(lambda tx: tx.scalar(select(requests.c.id)))
        shown = SimpleNamespace(id=message.id, channel_id=message.channel.id)
        return await self.stage.forge(
            who, Answer(SimpleNamespace(response=shown)), shared_id("card", row or str(found), arg)
        )


def card_text(message: Any) -> str:
    parts = [message.content]
    for embed in message.embeds:
        parts += [embed.description or "", *(f"{one.name}\n{one.value}" for one in embed.fields)]
    return "\n".join(parts)


def labels(message: Any) -> list[str]:
    return [item.label for row in message.components for item in row.children]


def dms(who: Any) -> list[str]:
    """What somebody got as direct messages."""
    backend = who._env.backend
    channel = backend.dm_channels.get(who.id)
    if channel is None:
        return []
    return [card_text_raw(message) for message in backend.messages[channel].values()]


def card_text_raw(message: Any) -> str:
    return "\n".join([message.content, *(str(embed.get("description", "")) for embed in message.embeds)])
