"""Every kind of member on one stage, what each may do by the rules, and ways to act as a client never would."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import discord
from sqlalchemy import func, select

from bot.services.tenants import Guild
from bot.storage.tables import bindings, requests
from tests.cogs.people_of_the_cad import born, settled
from tests.cogs.stage import Answer
from tests.community import config_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.services.tickets import Ticket
    from sandbox.cad.state import Account
    from tests.cogs.stage import Stage


class Who(StrEnum):
    """A kind of member."""

    STRANGER = "stranger"
    PLAYER = "player"
    APPROVER = "approver"
    STAFF = "staff"
    STAFF_PLAYER = "staff+player"
    ADMIN = "admin"
    BLOCKED_PLAYER = "blocked+player"
    BLOCKED_STAFF = "blocked+staff"
    MANAGER = "manager"
    BLOCKED_MANAGER = "blocked+manager"


NOBODY: frozenset[Who] = frozenset()
EVERYBODY = frozenset(Who)
STAFF = frozenset({Who.STAFF, Who.STAFF_PLAYER, Who.ADMIN})
PLAYERS = STAFF | {Who.PLAYER}
"""Who may do for himself what players may."""
ADMINS = frozenset({Who.ADMIN})
APPROVERS = frozenset({Who.APPROVER})
"""Where approver roles are set, staff and admins without one decide nothing."""
MANAGERS = frozenset({Who.MANAGER, Who.BLOCKED_MANAGER})
"""Managing the server is Discord's permission: it opens no data, and no role of ours takes it away."""

REFUSALS = (
    "Refused: you need a player role.",
    "Refused: only staff can do that.",
    "Refused: only admins can do that.",
    "Refused: one of your roles is blocked from using this bot.",
    "Refused: this is for whoever manages the server.",
    "Refused: only approvers can decide this.",
    "Refused: you can't say yourself which CAD account is yours.",
)
BROKEN = "Something went wrong in this bot."


def headline(answer: Answer) -> str:
    """Return the first line of an answer, of a form its title, and where only something was added to it, of that."""
    if answer.result.modal is None and answer.result.response is None:
        return str(answer.result.followups[-1].content)
    return str(answer.modal["title"]) if answer.result.modal is not None else answer.headline


def refused(answer: Answer) -> bool:
    """Whether access was refused. Nothing may ever fail for a reason that nobody foresaw."""
    assert headline(answer) != BROKEN
    return headline(answer) in REFUSALS


@dataclass
class Cast:
    """The people, each with a CAD account that has one character; `other` is whom they act on."""

    stage: Stage
    people: dict[Who, Any] = field(default_factory=dict)
    characters: dict[int, int] = field(default_factory=dict)
    issued: list[Ticket] = field(default_factory=list)

    def __post_init__(self) -> None:
        stage, guild = self.stage, self.stage.guild
        settled(stage.town)
        manage = discord.Permissions(manage_guild=True)
        stage.roles |= {"approver": guild.create_role("approver")}
        stage.roles |= {"manager": guild.create_role("manager", permissions=manage)}
        policy = replace(stage.policy, approvers=frozenset({stage.roles["approver"].id}))
        stage.policy = policy
        config = replace(config_of(policy), approval_channel=stage.channel.id)
        stage.guilds.set_up(Guild(guild.id, config, stage.town.tenant))
        for who in Who:
            self.people[who] = self.join(who.value, *(() if who is Who.STRANGER else who.value.split("+")))
        self.other = self.join("other", "player")
        self._watch_tickets()

    def join(self, name: str, *roles: str) -> Any:
        """Add a member with a CAD account."""
        member = self.stage.member(name, *roles)
        account: Account = self.stage.resident(member, api_ids=[f"api-{member.id}"])
        self.characters[member.id] = born(self.stage.town, account)
        return member

    def _watch_tickets(self) -> None:
        tickets: Any = self.stage.services.tickets
        issue = tickets.issue

        def watched(*args: Any, **more: Any) -> Ticket:
            ticket: Ticket = issue(*args, **more)
            self.issued.append(ticket)
            return ticket

        tickets.issue = watched

    def __iter__(self) -> Iterator[tuple[Who, Any]]:
        return iter(self.people.items())

    def lose_roles(self, member: Any) -> None:
        """Take every role off a member."""
        self.stage.env.backend.get_member(self.stage.guild.id, member.id).role_ids.clear()

    async def click(self, member: Any, custom_id: str, *, form: bool = False, channel: Any = None) -> Answer:
        """Send any custom id, as a button or as a form that holds nothing."""
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": 2}
        if form:
            data = {"custom_id": custom_id, "components": []}
        return Answer(await member._dispatch_interaction(5 if form else 3, channel or self.stage.channel, data))

    def held(self) -> str:
        """Return all that the CAD holds: whatever was refused leaves it as it was."""
        state = self.stage.town.state
        records = {number: repr(one) for number, one in state.held.items()}
        return json.dumps([records, [repr(one) for one in state.accounts]], default=str)

    async def kept(self) -> tuple[int, int]:
        """Return how many bindings and requests there are."""
        counts = [select(func.count()).select_from(table) for table in (bindings, requests)]
        found = await self.stage.town.database.read(lambda tx: [tx.scalar(one) or 0 for one in counts])
        return found[0], found[1]
