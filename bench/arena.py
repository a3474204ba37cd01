"""Where a program is measured: an emulated Discord and CAD of its own in this process, with people in a guild."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from bench.contestant import Running
from sandbox.cad import Community, SandboxCad
from sandbox.discord import NoAnswer, SandboxDiscord
from sandbox.templates import field as text
from sandbox.templates import section, template

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Iterator, Mapping
    from pathlib import Path

    from bench.contestant import Program
    from sandbox.discord import Exchange, Member, Value

KEY = "bench-3f6d1a90-community-key"
PEOPLE = 32
ROLES = CHANNELS = 50
ANSWER_SECONDS = 60.0


@dataclass(eq=False)
class Arena:
    """One program's own Discord and CAD; both answer at once. `running` is the program's present run."""

    program: Program
    discord: SandboxDiscord
    cad: SandboxCad
    directory: Path
    settings: Mapping[str, str]
    staff: Member
    members: list[Member]
    running: Running
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    async def open(
        cls, stack: AsyncExitStack, program: Program, directory: Path, *, guilds: int = 1, **settings: str
    ) -> Arena:
        """Set up an arena with that many guilds and start the program in it; `settings` are of this arena only.

        The program and the servers are stopped with the stack.
        """
        cad = await stack.enter_async_context(SandboxCad(Community(key=KEY)))
        discord = await stack.enter_async_context(SandboxDiscord())
        cad.state.templates[7] = template(section("Name", text("first", "text", "First"), text("last", "text", "Last")))
        home = discord.add_guild("Home")
        player, staff = home.add_role("Player"), home.add_role("Staff")
        boss = home.add_member("Staff", [staff])
        members = [home.add_member(f"Player {number}", [player]) for number in range(PEOPLE)]
        for member in members:
            cad.state.add_account(member.name, api_ids=[str(member.id)])
        for number in range(1, guilds):
            add_guild(discord, f"Guild {number}")
        merged = {
            "DISCORD_GUILD_IDS": str(home.id),
            "STAFF_ROLE_IDS": str(staff.id),
            "ADMIN_ROLE_IDS": str(staff.id),
            "PLAYER_ROLE_IDS": str(player.id),
            **addresses(discord, cad),
            **settings,
        }
        running = await Running.start(program, merged, directory)
        arena = cls(program, discord, cad, directory, merged, boss, members, running)
        stack.push_async_callback(arena.stop)
        return arena

    async def stop(self) -> None:
        """Stop the program."""
        await self.running.stop()

    async def restart(self) -> None:
        """Stop the program and start it again in the same place: a warm start."""
        await self.running.stop()
        self.running = await Running.start(self.program, self.settings, self.directory)

    async def link(self) -> Exchange:
        """Let the next person link a fresh sync ID and wait for the whole answer. Raises NoAnswer without one."""
        number = next(self.numbers)
        member = self.members[number % len(self.members)]
        exchange = await self.discord.command(member, "linkchar", {"sync_id": f"BENCH-{number}"})
        return await exchange.settled(ANSWER_SECONDS)

    async def bind(self) -> None:
        """Let staff say whose account is whose, where the program asks for that."""
        for member in self.members if self.program.binds else ():
            said: dict[str, Value | None] = {"member": member, "api_id": str(member.id)}
            await (await self.discord.command(self.staff, "account set", said)).settled(ANSWER_SECONDS)

    async def warm(self) -> None:
        """Make every account known, and let everybody link once."""
        await self.bind()
        for _ in self.members:
            await self.link()
        self.check()

    def check(self) -> None:
        """Hold the program to having done the work. Raises RuntimeError with what it printed otherwise."""
        refused, malformed = self.discord.refusals, self.cad.ledger.malformed
        linked = sum(len(account.links) for account in self.cad.state.accounts.values())
        wanted = self.cad.ledger.of("link")
        if refused or malformed or linked != len(wanted):
            what = f"refused {refused[:3]}, malformed {malformed[:3]}, {linked} links of {len(wanted)} calls"
            raise RuntimeError(f"{self.program.name}: {what}\n{self.running.complaint()}")


def addresses(discord: SandboxDiscord, cad: SandboxCad) -> dict[str, str]:
    """Return the settings that lead a program to these two, and that let nothing wait or ask."""
    return {
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "SONORAN_API_URL": cad.url,
        "SONORAN_COMMUNITY_ID": cad.state.community.id,
        "SONORAN_API_KEY": KEY,
        "SONORAN_API_VERSION": "v1",
        "SONORAN_NEW_CHARACTER_FORM": "dictionary",
        "SONORAN_RATE": "unlimited",
        "SELF_LINK": "open",
    }


def add_guild(discord: SandboxDiscord, name: str) -> None:
    """Add a guild with 50 roles and 50 channels in all."""
    guild = discord.add_guild(name)
    for number in range(ROLES - len(guild.roles)):
        guild.add_role(f"Role {number}")
    for number in range(CHANNELS - len(guild.channels)):
        guild.add_channel(f"channel-{number}")


@asynccontextmanager
async def arenas(*programs: Program, directory: Path) -> AsyncIterator[list[Arena]]:
    """Open an arena for each program, warmed up."""
    async with AsyncExitStack() as stack:
        opened = [await Arena.open(stack, program, directory / program.name) for program in programs]
        for arena in opened:
            await arena.warm()
        yield opened


async def answered(arena: Arena, in_flight: asyncio.Semaphore) -> bool:
    """Link once the semaphore lets in; whether an answer came."""
    async with in_flight:
        try:
            await arena.link()
        except NoAnswer:
            return False
        return True
