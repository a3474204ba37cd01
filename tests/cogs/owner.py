"""A guild that nobody set up, and somebody who manages it: what the tests of `/setup` and `/doctor` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from simcord.backend import serializers
from sqlalchemy import select

from bot.services.tenants import Guild
from bot.storage.tables import history
from tests.cogs.stage import Answer

if TYPE_CHECKING:
    from bot.domain.configuration import GuildConfig
    from tests.cogs.stage import Stage

KEY = "sandbox-key"
WRONG = "another-key-altogether"


def closed(stage: Stage, **rights: bool) -> Any:
    """Make a channel in which everybody, the bot too, lacks what is given as False."""
    deny: dict[Any, discord.PermissionOverwrite] = {stage.guild.default_role: discord.PermissionOverwrite(**rights)}
    return stage.guild.create_text_channel("silent", overwrites=deny)


class Owner:
    """Somebody with Manage Server, who works through `/setup` in a guild that nobody set up."""

    def __init__(self, stage: Stage, *, fresh: bool = True) -> None:
        self.stage = stage
        self.managers = stage.guild.create_role("manager", permissions=discord.Permissions(manage_guild=True))
        self.who = stage.guild.add_member(stage.env.create_user("Olga"), roles=[self.managers])
        if fresh:
            stage.guilds.set_up(Guild(stage.guild.id))

    @property
    def guild(self) -> Guild:
        found = self.stage.guilds.find(self.stage.guild.id)
        assert found is not None
        return found

    @property
    def config(self) -> GuildConfig:
        return self.guild.config

    async def noted(self) -> list[dict[str, Any]]:
        """Return the history's rows of what was set up; refusals are left out."""
        wanted = (
            select(history).where(history.c.action == "set-up", history.c.state == "done").order_by(history.c.number)
        )
        found = await self.stage.town.database.read(lambda tx: tx.execute(wanted).all())
        return [dict(row._mapping) for row in found]

    async def setup(self) -> Answer:
        return await self.stage.slash(self.who, "setup")

    async def open(self, label: str) -> Answer:
        """Open one step from the overview."""
        return await self.stage.press(self.who, await self.setup(), label)

    async def press(self, answer: Answer, label: str) -> Answer:
        return await self.stage.press(self.who, answer, label)

    async def choose(self, answer: Answer, placeholder: str, *values: Any) -> Answer:
        """Choose in the menu whose placeholder begins so."""
        menus = [one for row in answer.result.response.components for one in row["components"] if one["type"] != 2]
        (menu,) = [one for one in menus if one["placeholder"].startswith(placeholder)]
        return Answer(await self.who.select(answer.result.response, list(values), custom_id=menu["custom_id"]))

    async def forge(self, page: Answer, arg: str, **data: Any) -> Answer:
        """Send what a client would not: any argument and data, under a page."""
        shown, backend = page.result.response, self.stage.env.backend
        stored = backend.get_message(shown.channel_id, shown.id)
        base = self.stage.custom_id(page, "Overview").removesuffix("overview")
        return Answer(
            await self.who._dispatch_interaction(
                3,
                self.stage.channel,
                {"custom_id": base + arg, **data},
                extra={"message": dict(serializers.message_payload(backend, stored))},
                source_message_id=shown.id,
            )
        )

    async def enter_key(self, key: str = KEY, community: str = "sandbox", version: str = "v2") -> Answer:
        """Fill in the form of the connection."""
        page = await self.open("CAD connection")
        form = await self.press(page, next(label for label in page.buttons if "key" in label))
        return await self.stage.submit(self.who, form, Community_id=community, API_key=key, API_version=[version])

    async def connect(self, **typed: str) -> Answer:
        """Enter the right key and say yes."""
        return await self.press(await self.enter_key(**typed), "Yes, that is ours")
