"""How a bot is set up, and where it serves: guilds with their roles and channels, each with a community in the CAD."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from sandbox.discord import Permission
from sandbox.templates import default_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sandbox.cad import Account, CadState
    from sandbox.discord import Channel, Guild, Member, Person, Role, SandboxDiscord

ROLES = ("staff", "player", "admin", "blocked", "approver")


@dataclass(frozen=True, eq=False)
class Config:
    """How a bot is set up: what its environment says beside the addresses, and what its community has.

    `approvals` and `audit` name the home guild's channel in the environment. Tests that name the same object share a
    bot; equal objects do not.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    community: Mapping[str, Any] = field(default_factory=dict)
    template: Callable[[], dict[str, Any]] = default_template
    token: str | None = None  # another one than the emulated Discord's
    approvals: bool = False
    audit: bool = False

    def but(self, **settings: str) -> Config:
        """Return the same with other settings; an empty one is left out of the environment."""
        return replace(self, settings={**self.settings, **settings})

    def with_channels(self, *, approvals: bool = False, audit: bool = False) -> Config:
        """Return the same with these channels of the home guild in the environment."""
        return replace(self, approvals=approvals, audit=audit)

    def without_home(self) -> Config:
        """Return the same without a home guild and its community: every guild is set up in Discord."""
        return self.but(DISCORD_GUILD_IDS="", SONORAN_COMMUNITY_ID="", SONORAN_API_KEY="")


@dataclass(eq=False)
class Player:
    """A member with the account that he has in the CAD."""

    member: Member
    account: Account

    @property
    def api_id(self) -> str:
        """What the account is called in v1."""
        return self.account.api_ids[0]


@dataclass(eq=False)
class Place:
    """A guild with its roles, its channels for approvals and audit, and the community that is meant for it.

    Approvals are seen by staff, admins and approvers, the audit by staff and admins; the bot may write in both.
    """

    guild: Guild
    cad: CadState
    roles: dict[str, Role]
    approvals: Channel
    audit: Channel
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def made(cls, guild: Guild, cad: CadState, discord: SandboxDiscord) -> Place:
        """Return a guild with roles and channels added to it."""
        roles = {name: guild.add_role(name.title()) for name in ROLES}
        channels = {"approvals": ("staff", "admin", "approver"), "audit": ("staff", "admin")}
        made: dict[str, Channel] = {}
        for name, readers in channels.items():
            made[name] = guild.add_channel(name)
            made[name].deny(guild.everyone, Permission.VIEW_CHANNEL)
            made[name].allow(discord.world.bot_member(guild), Permission.VIEW_CHANNEL)
            for reader in readers:
                made[name].allow(roles[reader], Permission.VIEW_CHANNEL)
        return cls(guild, cad, roles, made["approvals"], made["audit"])

    @property
    def owner(self) -> Member:
        """The guild's owner, who may do everything in Discord and has none of the roles."""
        return self.guild.owner

    def member(self, who: str | Person, *roles: str) -> Member:
        """Let somebody join with these roles: a new person by name, or one who is in another guild already."""
        return self.guild.add_member(who, [self.roles[role] for role in roles])

    def player(self, *roles: str, name: str = "", linked: bool = True, **account: object) -> Player:
        """Let somebody join who has an account in the CAD, by default as a player; `account` sets its fields."""
        number = next(self._numbers)
        member = self.member(name or f"Pia {number}", *(roles or ("player",)))
        made = {
            "api_ids": [f"STEAM:{number:04}"],
            "community_user_id": f"license-{number:04}",
            "discord": str(member.id) if linked else None,
            **account,
        }
        return Player(member, self.cad.add_account(name or f"Civilian{number}", **made))
