"""A guild with its people, its CAD community and the bot between them; and what must hold whatever happens there."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.cad import Account, Community, SandboxCad
from sandbox.discord import Exchange, SandboxDiscord
from sandbox.templates import default_template
from tests.e2e.process import BotProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from sandbox.cad import Entry
    from sandbox.discord import Choice, Member, Message, Modal, Role

KEY = "e2e-0f9b1c7d-community-key"
FIRST_ANSWER_SECONDS = 3.0
ANSWER_SECONDS = 20.0
ASKED_FOR_TEMPLATE = re.compile(r"CAD call \S*( \S*)?templates")
"""The log line of a start's last step: from then on the form is the first answer of /newchar."""


@dataclass(frozen=True, eq=False)
class Config:
    """How a bot is set up: what its environment says beside the addresses, and what its community has.

    Tests that name the same object share a bot; equal objects do not.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    community: Mapping[str, Any] = field(default_factory=dict)
    template: Callable[[], dict[str, Any]] = default_template
    token: str | None = None  # another one than the emulated Discord's

    def but(self, **settings: str) -> Config:
        """Return the same with other settings; an empty one is left out of the environment."""
        return Config({**self.settings, **settings}, self.community, self.template, self.token)


V1 = Config({"SONORAN_API_VERSION": "v1", "SELF_LINK": "open"})
V2 = Config({"SONORAN_API_VERSION": "v2", "SELF_LINK": "open"})


@dataclass(eq=False)
class Player:
    """A member with the account that he has in the CAD."""

    member: Member
    account: Account

    @property
    def api_id(self) -> str:
        """What the account is called in v1."""
        return self.account.api_ids[0]


class World:
    """The guild Los Santos RP, its roles and staff, and the bot that serves it."""

    def __init__(self, config: Config, cad: SandboxCad, discord: SandboxDiscord, directory: Path) -> None:
        self.config = config
        self.cad = cad
        self.discord = discord
        self.directory = directory
        self.guild = discord.add_guild("Los Santos RP")
        names = ("staff", "player", "admin", "blocked")
        self.roles: dict[str, Role] = {name: self.guild.add_role(name.title()) for name in names}
        self.staff = self.member("Sam Staff", "staff")
        self.admin = self.member("Ada Admin", "admin")
        self.bots: list[BotProcess] = []
        self.exchanges: list[Exchange] = []
        self._seen: dict[int, int] = {}
        self._people = 0

    @property
    def v2(self) -> bool:
        """Whether the bot speaks the second generation."""
        return self.config.settings.get("SONORAN_API_VERSION") == "v2"

    @property
    def bot(self) -> BotProcess:
        """The process started last."""
        return self.bots[-1]

    @property
    def environment(self) -> dict[str, str]:
        """The bot's settings: the config's over those that fit this world."""
        settings = {
            "DISCORD_TOKEN": self.config.token or self.discord.token,
            "DISCORD_GUILD_IDS": str(self.guild.id),
            "DISCORD_API_URL": self.discord.api_url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
            "SONORAN_API_URL": self.cad.url,
            "SONORAN_COMMUNITY_ID": self.cad.state.community.id,
            "SONORAN_API_KEY": KEY,
            "SONORAN_RATE": "unlimited",
            **{f"{name.upper()}_ROLE_IDS": str(role.id) for name, role in self.roles.items()},
            **self.config.settings,
        }
        return {name: value for name, value in settings.items() if value}

    # The bot.

    async def start(self, command: str = "run", **settings: str) -> BotProcess:
        """Start a bot with the environment, `settings` taking precedence (an empty one is left out)."""
        merged = {name: value for name, value in {**self.environment, **settings}.items() if value}
        self.bots.append(await BotProcess.start(command, merged, self.directory))
        return self.bot

    async def run(self, **settings: str) -> BotProcess:
        """Start the bot and wait until it is connected, has its commands and knows the template."""
        before = self.discord.gateway.identified
        self.cad.ledger.clear()
        await self.start(**settings)
        await self.bot.unless_ended(self.discord.until(lambda: self.discord.gateway.identified > before, 15.0))
        await poll(lambda: ASKED_FOR_TEMPLATE.search(self.bot.output) is not None)
        self.forget()
        return self.bot

    async def stop(self) -> None:
        """Stop the bot, which must end well."""
        assert await self.bot.stop() == 0, self.bot.output

    # The people.

    def member(self, name: str, *roles: str) -> Member:
        """Let somebody join with these roles."""
        return self.guild.add_member(name, [self.roles[role] for role in roles])

    def player(self, *roles: str, name: str = "", linked: bool = True, **account: object) -> Player:
        """Let somebody join who has an account in the CAD, by default as a player; `account` sets its fields."""
        self._people += 1
        number = self._people
        member = self.member(name or f"Pia {number}", *(roles or ("player",)))
        made = {
            "api_ids": [f"STEAM:{number:04}"],
            "community_user_id": f"license-{number:04}",
            "discord": str(member.id) if linked else None,
            **account,
        }
        return Player(member, self.cad.state.add_account(name or f"Civilian{number}", **made))

    async def command(self, who: Member | Player, name: str, /, **options: Any) -> Exchange:
        """Send a command and return the exchange once it is answered."""
        return await self._answered(await self.discord.command(_member(who), name, options))

    async def press(self, who: Member | Player, on: Exchange, label: str, *, force: bool = False) -> Exchange:
        """Press a button of an answer and return the exchange once it is answered."""
        return await self._answered(await self.discord.press(_member(who), shown(on), label, force=force))

    async def press_id(self, who: Member | Player, on: Exchange, custom_id: str) -> Exchange:
        """Forge a press by its custom id."""
        return await self._answered(await self.discord.press_id(_member(who), shown(on), custom_id))

    async def submit(self, who: Member | Player, on: Exchange, **values: Any) -> Exchange:
        """Fill in the form that an exchange opened; underscores in names stand for spaces."""
        typed = {name.replace("_", " "): value for name, value in values.items()}
        return await self.fill(who, on, typed)

    async def fill(self, who: Member | Player, on: Exchange, values: Mapping[str, Any]) -> Exchange:
        """Fill in the form that an exchange opened, by the beginnings of its labels."""
        return await self._answered(await self.discord.submit(_member(who), on.modal, values))

    async def autocomplete(self, who: Member | Player, typed: str = "", **options: Any) -> list[Choice]:
        """Type into `sync_id` of /linkchar and return what is offered."""
        return await self.discord.autocomplete(
            _member(who), "linkchar", focused="sync_id", typed=typed, options=options
        )

    async def _answered(self, exchange: Exchange) -> Exchange:
        self.exchanges.append(exchange)
        await exchange.settled(ANSWER_SECONDS)
        after = exchange.acknowledged_after
        assert after is not None
        assert after < FIRST_ANSWER_SECONDS
        assert exchange.modal is not None or exchange.ephemeral or exchange.followups
        assert all(message.ephemeral for message in exchange.followups)
        return exchange

    # What was asked of the CAD.

    @property
    def calls(self) -> list[Entry]:
        """The CAD calls since the last `forget`."""
        return self.cad.ledger.entries

    @property
    def wire(self) -> list[tuple[str, str, Any]]:
        """The CAD calls as method, raw path and body (None without one)."""
        return [(call.method, call.path, call.body) for call in self.calls]

    def forget(self) -> None:
        """Begin to count CAD calls anew."""
        assert self.cad.ledger.malformed == []
        self.cad.ledger.clear()

    # What always holds.

    def check(self) -> None:
        """Nothing malformed went out to either side, and no secret came out anywhere since the last check."""
        assert self.discord.refusals == []
        assert self.cad.ledger.malformed == []
        secrets = [KEY, self.discord.token, *(account.secret for account in self.cad.state.accounts.values())]
        news = self.news()
        for secret in filter(None, secrets):
            assert secret not in news

    def news(self) -> str:
        """Return everything that anybody was shown, and all that bots printed, since this was last asked."""
        found: list[object] = []
        for message in self.discord.world.messages._messages.values():  # of all people, which no person sees
            states = message.states[self._seen.get(message.id, 0) :]
            self._seen[message.id] = len(message.states)
            found += [asdict(state) for state in states]
        found += [exchange.modal.components for exchange in self.exchanges if exchange.modal]
        self.exchanges.clear()
        printed = [bot.output for bot in self.bots]
        found += [output[max(0, self._seen.get(number, 0) - 100) :] for number, output in enumerate(printed)]
        self._seen.update({number: len(output) for number, output in enumerate(printed)})
        return json.dumps(found, default=repr)


def shown(exchange: Exchange) -> Message:
    """Return the message to which an exchange led: the last follow-up, else the answer."""
    message = exchange.followups[-1] if exchange.followups else exchange.message
    assert message is not None, exchange
    return message


def text(exchange: Exchange) -> str:
    """Return all words of the message to which an exchange led."""
    return shown(exchange).text


def labels(exchange: Exchange) -> list[str]:
    """Return the labels of the buttons under the message to which an exchange led."""
    return [button.label for button in shown(exchange).buttons]


def form(exchange: Exchange) -> Modal:
    """Return the form that an exchange opened."""
    assert exchange.modal is not None, text(exchange)
    return exchange.modal


async def poll(holds: Callable[[], bool]) -> None:
    """Wait for what nobody tells: the CAD's faults and the bot's log have no event."""
    while not holds():  # noqa: ASYNC110 - see above
        await asyncio.sleep(0.01)


@asynccontextmanager
async def world_of(config: Config, directory: Path, *, running: bool = True) -> AsyncIterator[World]:
    """Set up a world, with the bot running unless told otherwise; at the end the bot must stop as it should."""
    community = Community(**{"key": KEY, **config.community})
    async with SandboxCad(community) as cad, SandboxDiscord() as discord:
        cad.state.templates[7] = config.template()
        world = World(config, cad, discord, directory)
        try:
            if running:
                await world.run()
            yield world
            if world.bots and world.bot.running:
                await world.stop()
            world.check()
        finally:
            for bot in world.bots:
                if bot.running:
                    await bot.stop()


def _member(who: Member | Player) -> Member:
    return who.member if isinstance(who, Player) else who
