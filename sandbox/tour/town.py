"""A made-up community: its Discord server, its CAD, its people, and the settings that lead a bot to both."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from sandbox.cad import Community, SandboxCad
from sandbox.discord import Permission, SandboxDiscord
from sandbox.templates import CHARACTER_TYPE, default_template, hard_template

from .neighbours import Neighbours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from sandbox.cad import Account
    from sandbox.discord import Channel, Member, Role
    from sandbox.templates import Json

POLL = 0.01
"""Seconds between looks at the CAD's ledger."""


@dataclass(frozen=True, eq=False)
class Plan:
    """What a town is like: its name, how it is told of, the bot's settings beside the addresses, its template.

    With `approvals` players ask in the channel #approvals, and the bot writes to #audit. Without `home` its guild is
    no home guild: nothing of it or its community is in the environment, and its owner has to set everything up. With
    `neighbours` the bot is in a second guild as well, of a community of its own, which nobody set up either.
    """

    name: str
    about: str
    version: str
    settings: Mapping[str, str] = field(default_factory=dict)
    template: Callable[[], Json] = default_template
    db_sync: bool = False
    approvals: bool = False
    home: bool = True
    neighbours: str = ""


LOS_SANTOS = Plan(
    name="Los Santos Roleplay",
    about="CAD API v1, characters come from the game database",
    version="v1",
    settings={"API_ID_IS_DISCORD_ID": "true"},
    db_sync=True,
)
BLAINE = Plan(
    name="Blaine County Stories",
    about="CAD API v2, characters are made in the CAD, by a form of every kind of field",
    version="v2",
    settings={"SONORAN_DB_SYNC": "off"},
    template=hard_template,
)
PALETO = Plan(
    name="Paleto Bay Roleplay",
    about="CAD API v2, accounts are known by nothing but their Discord id",
    version="v2",
)
VESPUCCI = Plan(
    name="Vespucci Harbor Roleplay",
    about="CAD API v2, one bot for many servers: nobody has set this one up yet",
    version="v2",
    home=False,
    neighbours="Grapeseed Roleplay",
)
PLANS = (LOS_SANTOS, BLAINE, PALETO, VESPUCCI)

MOST_LINKS = 8


class Town:
    """A plan come true on loopback.

    Olivia owns the server, Sam and Ben are staff, Ava approves; Pia, Quinn and Nils are players, Otto has no role.
    Sam, Pia, Quinn and Otto have CAD accounts.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        key = secrets.token_hex(16)
        self.cad = SandboxCad(Community(name=plan.name, key=key, db_sync=plan.db_sync))
        self.cad.state.templates[CHARACTER_TYPE] = plan.template()
        self.discord = SandboxDiscord()
        self.guild = self.discord.add_guild(plan.name, owner="Olivia")
        self.staff_role = self.guild.add_role("Staff")
        self.player_role = self.guild.add_role("Player")
        self.approver_role = self.guild.add_role("Approver")
        self.general = next(iter(self.guild.channels.values()))
        self.approvals = self._closed_channel("approvals", self.staff_role, self.approver_role)
        self.audit = self._closed_channel("audit", self.staff_role)
        self.olivia = self.guild.owner
        self.ben = self.guild.add_member("Ben", [self.staff_role])
        self.ava = self.guild.add_member("Ava", [self.approver_role])
        self.sam = self.guild.add_member("Sam", [self.staff_role])
        self.pia = self.guild.add_member("Pia", [self.player_role])
        self.quinn = self.guild.add_member("Quinn", [self.player_role])
        self.nils = self.guild.add_member("Nils", [self.player_role])
        self.otto = self.guild.add_member("Otto")
        self.neighbours = Neighbours(plan.neighbours, self.cad, self.discord) if plan.neighbours else None
        self._accounts: dict[int, Account] = {}
        for who in (self.sam, self.pia, self.quinn, self.otto):
            self.register(who)
        self._running = AsyncExitStack()
        self._cad_port = 0

    async def start(self, *, cad_port: int = 0, discord_port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one. Raises OSError for a port that is taken."""
        await self.cad.start(cad_port)
        self._running.push_async_callback(self.cad.stop)
        await self.discord.start(discord_port)
        self._running.push_async_callback(self.discord.stop)

    async def stop(self) -> None:
        """Stop listening."""
        await self._running.aclose()

    async def cad_away(self) -> None:
        """Let the CAD take no connections; it keeps what it holds."""
        self._cad_port = int(self.cad.url.rpartition(":")[2])
        await self.cad.stop()

    async def cad_back(self) -> None:
        """Listen again where the CAD was."""
        await self.cad.start(self._cad_port)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def cad_gets(self, *endpoints: str, since: int = 0, answered: bool = False) -> None:
        """Wait until a call of one of these has come after the first `since` calls, and was `answered`."""
        ledger = self.cad.ledger
        while not any(call.endpoint in endpoints and (call.status or not answered) for call in ledger.entries[since:]):  # noqa: ASYNC110 - the ledger tells nobody
            await asyncio.sleep(POLL)

    def environment(self) -> dict[str, str]:
        """Return the settings of a bot for this town; only while it listens."""
        return {
            "DISCORD_TOKEN": self.discord.token,
            "DISCORD_API_URL": self.discord.api_url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
            "SONORAN_API_URL": self.cad.url,
            "SONORAN_API_VERSION": self.plan.version,
            "SONORAN_RATE": "unlimited",
            **(self._home() if self.plan.home else {}),
            **self.plan.settings,
        }

    def _home(self) -> dict[str, str]:
        settings = {
            "DISCORD_GUILD_IDS": str(self.guild.id),
            "SONORAN_COMMUNITY_ID": self.cad.state.community.id,
            "SONORAN_API_KEY": self.cad.state.community.key,
            "STAFF_ROLE_IDS": str(self.staff_role.id),
            "PLAYER_ROLE_IDS": str(self.player_role.id),
        }
        if not self.plan.approvals:
            return {**settings, "SELF_LINK": "open"}
        return {
            **settings,
            "SELF_LINK": "approval",
            "APPROVER_ROLE_IDS": str(self.approver_role.id),
            "APPROVAL_CHANNEL_ID": str(self.approvals.id),
            "AUDIT_CHANNEL_ID": str(self.audit.id),
        }

    def account(self, who: Member) -> Account:
        """Return a member's CAD account; KeyError for who has none."""
        return self._accounts[who.id]

    def title(self, who: Member) -> str:
        """Return a member's name with the role that matters here."""
        nothing = "owner" if who is who.guild.owner else "no role"
        return f"{who.name} ({', '.join(role.name for role in who.roles) or nothing})"

    def holdings(self) -> list[str]:
        """Return what the CAD holds now, a line for each account that has anything."""
        lines = []
        for account in self._accounts.values():
            characters = [held.record for held in self.cad.state.held.values() if held.owner == account.uuid]
            named = [f"character {each['id']} {_value(each, 'first')} {_value(each, 'last')}" for each in characters]
            linked = account.links[:MOST_LINKS]
            more = [f"{len(account.links) - MOST_LINKS} more links"] if len(account.links) > MOST_LINKS else []
            held = [*(f"linked {sync_id}" for sync_id in linked), *more, *named]
            lines += [f"{account.username}: {', '.join(held)}"] if held else []
        return lines

    def _closed_channel(self, name: str, *readers: Role) -> Channel:
        """Make a channel for these roles and the bot."""
        channel = self.guild.add_channel(name)
        channel.deny(self.guild.everyone, Permission.VIEW_CHANNEL)
        channel.allow(self.discord.world.bot_member(self.guild), Permission.VIEW_CHANNEL)
        for reader in readers:
            channel.allow(reader, Permission.VIEW_CHANNEL)
        return channel

    def register(self, who: Member, *, known: bool = True) -> None:
        """Give a member a CAD account: known by his Discord id, on v1 by an API ID that is the same, or by neither."""
        api_ids = [str(who.id)] if known and self.plan.version == "v1" else []
        discord = str(who.id) if known else None
        self._accounts[who.id] = self.cad.state.add_account(f"{who.name}OnDuty", discord=discord, api_ids=api_ids)


def _value(record: Json, uid: str) -> str:
    fields = (each for section in record["sections"] for each in section["fields"])
    return next((str(each["value"]) for each in fields if each["uid"] == uid), "")
