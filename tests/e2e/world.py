"""A guild with its people, its CAD community and the bot between them; and what must hold whatever happens there."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sandbox.cad import Community, SandboxCad
from sandbox.discord import Exchange, Message, SandboxDiscord
from sandbox.leaks import Disk
from tests.e2e.places import Config, Place, Player
from tests.e2e.process import BotProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from pathlib import Path

    from sandbox.cad import Entry
    from sandbox.discord import Channel, Choice, Member, Modal, Person
    from sandbox.discord.composer import Value

__all__ = [
    "KEY",
    "V1",
    "V2",
    "Config",
    "Place",
    "Player",
    "World",
    "form",
    "labels",
    "poll",
    "shown",
    "text",
    "world_of",
]

KEY = "e2e-0f9b1c7d-community-key"
FIRST_ANSWER_SECONDS = 3.0
ANSWER_SECONDS = 20.0
START_SECONDS = 30.0
PATIENCE = 90.0
ASKED_FOR_TEMPLATE = re.compile(r"CAD call \S*( \S*)?templates|the character template is not at hand")
"""The log line of a start's last step: from then on the form is the first answer of /newchar."""

V1 = Config({"SONORAN_API_VERSION": "v1", "SELF_LINK": "open"})
V2 = Config({"SONORAN_API_VERSION": "v2", "SELF_LINK": "open"})


class World:
    """The guild Los Santos RP, its roles and staff, and the bot that serves it. Further guilds can be added."""

    def __init__(self, config: Config, cad: SandboxCad, discord: SandboxDiscord, directory: Path) -> None:
        self.config = config
        self.cad = cad
        self.discord = discord
        self.directory = directory
        self.home = Place.made(discord.add_guild("Los Santos RP"), cad.state, discord)
        self.guild, self.roles = self.home.guild, self.home.roles
        self.member, self.player = self.home.member, self.home.player
        self.owner = self.home.owner
        self.staff = self.member("Sam Staff", "staff")
        self.admin = self.member("Ada Admin", "admin")
        self.approver = self.member("Ava Approver", "approver")
        self.bots: list[BotProcess] = []
        self.exchanges: list[Exchange] = []
        self._disk = Disk(directory)
        self._seen: dict[int, int] = {}

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
            "APPROVAL_CHANNEL_ID": str(self.home.approvals.id) if self.config.approvals else "",
            "AUDIT_CHANNEL_ID": str(self.home.audit.id) if self.config.audit else "",
            **{f"{name.upper()}_ROLE_IDS": str(role.id) for name, role in self.roles.items()},
            **self.config.settings,
        }
        return {name: value for name, value in settings.items() if value}

    def add_guild(
        self,
        name: str = "Paleto Bay RP",
        *,
        owner: str | Person = "Paula Owner",
        community: Mapping[str, Any] | None = None,
    ) -> Place:
        """Add a guild that the bot is in, with roles, channels and a community of its own under a key of its own.

        `community` sets fields of that, its id first of all (by default `paleto`); an id that is there already makes
        the guild one more of that community's.
        """
        fields = {"id": "paleto", "name": name, **(community or {})}
        known = [state for state in self.cad.communities if state.community.id == fields["id"]]
        state = known[0] if known else self.cad.add_community(Community(**{"key": f"{KEY}-{fields['id']}", **fields}))
        return Place.made(self.discord.add_guild(name, owner=owner), state, self.discord)

    # The bot.

    async def start(self, command: str = "run", **settings: str) -> BotProcess:
        """Start a bot with the environment, `settings` taking precedence (an empty one is left out)."""
        merged = {name: value for name, value in {**self.environment, **settings}.items() if value}
        self.bots.append(await BotProcess.start(command, merged, self.directory))
        return self.bot

    async def run(self, **settings: str) -> BotProcess:
        """Start the bot and wait until it is connected, has its commands and knows the template of a home guild."""
        self.cad.ledger.clear()
        await self._up(**settings)
        self.forget()
        return self.bot

    async def stop(self) -> None:
        """Stop the bot, which must end well."""
        assert await self.bot.stop() == 0, self.bot.output

    async def kill(self) -> None:
        """Kill the bot in the middle of whatever it does (SIGKILL)."""
        await self.bot.kill()

    async def restart(self, *, kill: bool = False, **settings: str) -> BotProcess:
        """Stop or kill the bot and start it anew in the same directory. The CAD's calls go on being counted."""
        await (self.kill() if kill else self.stop())
        await self._up(**settings)
        return self.bot

    async def restart_after_kill(self) -> BotProcess:
        """Start the bot anew after it was killed."""
        await self._up()
        return self.bot

    async def _up(self, **settings: str) -> None:
        before = self.discord.gateway.identified
        await self.start(**settings)
        up = self.discord.until(lambda: self.discord.gateway.identified > before, START_SECONDS)
        await self.bot.unless_ended(up)
        if {**self.environment, **settings}.get("SONORAN_API_KEY"):
            await self.bot.unless_ended(poll(lambda: ASKED_FOR_TEMPLATE.search(self.bot.output) is not None))

    # The people.

    async def command(self, who: Member | Player, name: str, /, **options: Any) -> Exchange:
        """Send a command and return the exchange once it is answered."""
        return await self._answered(await self.discord.command(_member(who), name, options))

    async def right_click(self, who: Member | Player, target: Member | Player, name: str) -> Exchange:
        """Use a command of the menu on a member, e.g. "CAD characters"."""
        return await self._answered(await self.discord.user_command(_member(who), name, _member(target)))

    async def press(self, who: Member | Player, on: Exchange, label: str, *, force: bool = False) -> Exchange:
        """Press a button of an answer and return the exchange once it is answered."""
        return await self.press_on(who, shown(on), label, force=force)

    async def press_on(self, who: Member | Player, message: Message, label: str, *, force: bool = False) -> Exchange:
        """Press a button of a message in a channel or a direct message."""
        return await self._answered(await self.discord.press(_member(who), message, label, force=force))

    async def press_id(self, who: Member | Player, on: Exchange | Message, custom_id: str) -> Exchange:
        """Forge a press by its custom id."""
        return await self._answered(await self.discord.press_id(_member(who), _message(on), custom_id))

    async def choose(
        self,
        who: Member | Player,
        on: Exchange | Message,
        which: str | int,
        values: Sequence[Value] | Value,
        *,
        force: bool = False,
    ) -> Exchange:
        """Choose in the select whose placeholder starts with `which`: options by label, members, roles or channels."""
        chosen = await self.discord.choose(_member(who), _message(on), which, values, force=force)
        return await self._answered(chosen)

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
        assert exchange.modal is not None or exchange.message is not None or exchange.followups
        assert exchange.public == []
        return exchange

    # What the bot wrote by itself.

    def cards(self, channel: Channel | None = None) -> list[Message]:
        """Return what stands in a channel of a guild, oldest first; by default in the home guild's for approvals."""
        return self.discord.messages(channel or self.home.approvals)

    def dms(self, who: Member | Player) -> list[Message]:
        """Return what the bot wrote to somebody directly, oldest first."""
        return self.discord.direct_messages(_member(who))

    async def card(self, *words: str, channel: Channel | None = None) -> Message:
        """Wait for a message with these words in a channel, by default for approvals, and return the last such one."""
        return await self._written(lambda: self.cards(channel), words)

    async def dm(self, who: Member | Player, *words: str) -> Message:
        """Wait for a direct message with these words, and return the last such one."""
        return await self._written(lambda: self.dms(who), words)

    async def _written(self, listed: Callable[[], list[Message]], words: Sequence[str]) -> Message:
        def found() -> list[Message]:
            return [message for message in listed() if all(word in message.text for word in words)]

        await self.discord.until(lambda: bool(found()), ANSWER_SECONDS)
        return found()[-1]

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
        """Nothing malformed went out to either side, and no secret came out anywhere since the last check.

        Nor does one lie in the bot's directory in plain; there the tokens of interactions are secrets as well.
        """
        assert self.discord.refusals == []
        assert self.cad.ledger.malformed == []
        secrets = {KEY, self.discord.token, *self.cad.secrets}
        tokens = {exchange.interaction.token for exchange in self.exchanges}
        news = self.news()
        assert not [secret for secret in secrets if secret in news]
        leaks = self._disk.leaks(secrets | tokens)
        assert not leaks, leaks

    def news(self) -> str:
        """Return everything that anybody was shown, and all that bots printed, since this was last asked."""
        found: list[object] = []
        for message in self.discord.world.messages.everything():  # of all people, which no person sees
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


def text(on: Exchange | Message) -> str:
    """Return all words of a message, or of the one to which an exchange led."""
    return _message(on).text


def labels(on: Exchange | Message) -> list[str]:
    """Return the labels of the buttons under a message, or under the one to which an exchange led."""
    return [button.label for button in _message(on).buttons]


def form(exchange: Exchange) -> Modal:
    """Return the form that an exchange opened."""
    assert exchange.modal is not None, text(exchange)
    return exchange.modal


async def poll(holds: Callable[[], bool]) -> None:
    """Wait for what nobody tells: the CAD's faults and the bot's log have no event. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE):
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


def _message(on: Exchange | Message) -> Message:
    return on if isinstance(on, Message) else shown(on)
