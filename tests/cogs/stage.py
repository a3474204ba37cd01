"""The real bot on simcord's simulated Discord, over an emulated CAD without sockets, used by people.

simcord answers as Discord does: it refuses late, double and oversized replies, and what a person could not do.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import simcord
from simcord.backend import serializers

from bot.assembly import Services, build_cogs, build_services
from bot.cad.breaker import Breaker
from bot.cad.budget import Budget
from bot.cad.client import CadClient
from bot.cad.v1 import V1
from bot.cad.v2 import V2
from bot.client import CharlinkBot
from bot.i18n import Catalogues
from bot.registration import sync_commands
from bot.services.guilds import Guilds, Home
from bot.services.tenants import Guild
from bot.settings import ApiVersion, SelfLink, load_settings
from bot.telemetry import Metrics
from bot.ui.desk import Desk
from bot.ui.router import Router
from tests.community import config_of
from tests.engine import drive
from tests.services.files import NoFiles

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from discord import app_commands

    from bot.cad.protocol import Credentials
    from bot.domain.access import Policy
    from bot.services.attachments import AttachmentReader
    from bot.settings import CreateForm
    from sandbox.cad.state import Account
    from tests.community import Town

SETTINGS = load_settings({"DISCORD_TOKEN": "made-up", "SHARD_COUNT": "1"}, None)


class OpenGuilds(Guilds):
    """Guilds that are set up after the bot was built. Keys of other communities are tried against the same CAD."""

    def __init__(self, place: Town) -> None:
        def connect(
            credentials: Credentials, version: ApiVersion, form: CreateForm, budget: Budget, breaker: Breaker
        ) -> CadClient:
            dialect = V1(credentials, form) if version is ApiVersion.V1 else V2(credentials)
            return CadClient(dialect, place.cad, budget, breaker, clock=place.clock)

        super().__init__(
            place.database,
            place.vault,
            connect,
            home=Home(),
            budget=lambda _: Budget("unlimited", clock=place.clock),
            breaker=lambda: Breaker(clock=place.clock),
            clock=place.clock,
        )

    def set_up(self, guild: Guild) -> None:
        self._guilds[guild.id] = guild


@dataclass(frozen=True)
class Answer:
    """What a person sees after he did something."""

    result: Any

    @property
    def text(self) -> str:
        """The headline and the embed, as they are read."""
        message = self.result.response
        parts = [message.content]
        for embed in message.embeds:
            parts += [embed.description or "", *(f"{one.name}\n{one.value}" for one in embed.fields)]
            parts.append(embed.footer.text or "")
        return "\n".join(parts)

    @property
    def headline(self) -> str:
        return str(self.result.response.content)

    @property
    def buttons(self) -> list[str]:
        rows = self.result.response.components
        return [one["label"] for row in rows for one in row["components"] if "label" in one]

    @property
    def modal(self) -> dict[str, Any]:
        """The form on his screen."""
        assert self.result.modal is not None, self.result
        return dict(self.result.modal)

    @property
    def labels(self) -> list[str]:
        return [one["label"] for one in self.modal["components"]]

    def field(self, label: str) -> dict[str, Any]:
        """Return the component under a label of the form."""
        return next(dict(one["component"]) for one in self.modal["components"] if one["label"].startswith(label))


@dataclass
class Stage:
    """A guild with roles and a channel, the bot in it, and the CAD behind the bot."""

    env: simcord.Env
    bot: CharlinkBot
    town: Town
    guilds: OpenGuilds
    metrics: Metrics
    services: Services

    def __post_init__(self) -> None:
        self.guild = self.env.create_guild()
        self.channel = self.guild.create_text_channel("characters")
        self.roles = {name: self.guild.create_role(name) for name in ("staff", "player", "admin", "blocked")}
        self.policy = replace(
            self.town.policy,
            guild_id=self.guild.id,
            staff=frozenset({self.roles["staff"].id}),
            blocked=frozenset({self.roles["blocked"].id}),
            players=frozenset({self.roles["player"].id}),
            admins=frozenset({self.roles["admin"].id}),
            self_link=SelfLink.OPEN,
        )
        self.set_policy(self.policy)

    def set_policy(self, policy: Policy) -> None:
        self.policy = policy
        self.guilds.set_up(Guild(policy.guild_id, config_of(policy), self.town.tenant))

    def member(self, name: str, *roles: str) -> Any:
        return self.guild.add_member(self.env.create_user(name), roles=[self.roles[role] for role in roles])

    def resident(self, member: Any, **more: object) -> Account:
        """Give a member a CAD account that is linked to his Discord account."""
        return self.town.resident(member.name, member.id, **more)

    async def drive(self) -> None:
        """Have whatever was kept driven to its end, as the engine does."""
        while self.town.engine.operations:
            await drive(self.services.operations.attempt, self.town.engine.operations.pop(0), self.town.clock)

    async def slash(self, who: Any, command: str, /, **options: object) -> Answer:
        return Answer(await who.slash(self.channel, command, **options))

    async def press(self, who: Any, answer: Answer, label: str) -> Answer:
        return Answer(await who.click(answer.result.response, label=label))

    def custom_id(self, answer: Answer, label: str) -> str:
        """Return what a button carries."""
        rows = answer.result.response.components
        found = [one["custom_id"] for row in rows for one in row["components"] if one.get("label") == label]
        return str(found[0])

    async def forge(self, who: Any, answer: Answer, custom_id: str) -> Answer:
        """Press what the client would not offer (any more): any id, under any message."""
        shown = answer.result.response
        stored = self.env.backend.get_message(shown.channel_id, shown.id)
        message = dict(serializers.message_payload(self.env.backend, stored))
        data = {"custom_id": custom_id, "component_type": 2}
        extra = {"message": message}
        return Answer(await who._dispatch_interaction(3, self.channel, data, extra=extra, source_message_id=shown.id))

    async def submit(self, who: Any, answer: Answer, **values: object) -> Answer:
        """Fill in a form by the beginnings of its labels, with underscores for spaces."""
        given = {answer.field(label.replace("_", " "))["custom_id"]: value for label, value in values.items()}
        return Answer(await who.submit_modal(answer.result, given))

    async def choices(self, who: Any, typed: str, **options: object) -> list[tuple[str, str]]:
        offered = await who.autocomplete(self.channel, "linkchar", "sync_id", typed, **options)
        return [(choice["name"], choice["value"]) for choice in offered]

    def callbacks(self) -> list[int]:
        """The types of all first responses so far: 4 message, 5 deferred, 6 deferred update, 7 update, 9 modal."""
        sent: list[Any] = [call.json for call in self.env.http_requests if call.path.endswith("/callback")]
        return [body["type"] for body in sent]

    def add_command(self, command: app_commands.Command[Any, ..., Any]) -> None:
        self.bot.tree.add_command(command)


@asynccontextmanager
async def staged(place: Town, files: AttachmentReader | None = None) -> AsyncIterator[Stage]:
    """Run the bot for a community."""
    guilds, metrics = OpenGuilds(place), Metrics()
    services = build_services(
        database=place.database,
        vault=place.vault,
        engine=place.engine,
        guilds=guilds,
        attachments=files or NoFiles(),
        clock=place.clock,
    )
    desk = Desk(
        catalogues=Catalogues.load(),
        guilds=guilds,
        tickets=services.tickets,
        history=services.history,
        metrics=metrics,
    )
    router = Router(desk, services.tickets)

    async def setup(bot: CharlinkBot) -> None:
        for cog in build_cogs(bot, desk, router, services):
            await bot.add_cog(cog)
        await sync_commands(bot, [])

    bot = CharlinkBot(settings=SETTINGS, desk=desk, router=router, setup=setup)
    env = simcord.Env(bot, check_errors=False)  # refusals are errors to simcord
    await env.start()
    try:
        yield Stage(env, bot, place, guilds, metrics, services)
    finally:
        await env.shutdown()
