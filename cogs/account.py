"""`/account`: how the CAD knows somebody, the proof of one's own account, and staff's word for a member's."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ACCESS
from bot.domain.access import Action, CommandAccess
from bot.services.binding import BindIntent, ForgetIntent, StatusIntent, VerifyIntent
from bot.ui.accounts import (
    bound_reply,
    forgotten_reply,
    moved_reply,
    secret_button,
    secret_modal,
    status_reply,
    verified_reply,
    verify_reply,
)
from bot.ui.cards import requests_section
from bot.ui.modals import submitted

if TYPE_CHECKING:
    from bot.services.approvals import Approvals
    from bot.services.binding import AccountBinding, Bound
    from bot.ui.desk import Desk
    from bot.ui.post import PostOffice
    from bot.ui.router import Router
    from bot.ui.visit import Visit

log = logging.getLogger(__name__)

OWN_ACCESS = CommandAccess(Action.ACCOUNT)
BIND_ACCESS = CommandAccess(Action.BIND)
Name = app_commands.Range[str, 1, 255]


class Account(commands.GroupCog, name="account", description="Which CAD account is yours, and how it is known"):
    """The commands, and where their buttons and the form of the secret lead."""

    def __init__(
        self, desk: Desk, binding: AccountBinding, approvals: Approvals, office: PostOffice, router: Router
    ) -> None:
        self.desk = desk
        self.binding = binding
        self.approvals = approvals
        self.office = office
        router.add("status", StatusIntent, self.show)
        router.add("verify", VerifyIntent, self.explain)
        router.add("secret", VerifyIntent, self.enter)
        router.add("proof", VerifyIntent, self.prove)
        router.add("bind", BindIntent, self.bind)
        router.add("forget", ForgetIntent, self.drop)

    @app_commands.command(name="status", extras={ACCESS: OWN_ACCESS})
    @app_commands.describe(member="Whose CAD account (staff); yours if left out")
    async def status(self, interaction: discord.Interaction, member: discord.User | None = None) -> None:
        """See how the CAD knows you, and the one step that is missing."""
        visit = self.desk.visit(interaction)
        await self.show(visit, StatusIntent(subject=visit.subject(member, None)), "")

    @app_commands.command(name="verify", extras={ACCESS: OWN_ACCESS})
    async def verify(self, interaction: discord.Interaction) -> None:
        """Prove which CAD account is yours; you are told first where its secret is found."""
        await self.explain(self.desk.visit(interaction), VerifyIntent(), "")

    @app_commands.command(name="forget", extras={ACCESS: OWN_ACCESS})
    async def forget(self, interaction: discord.Interaction) -> None:
        """Let the bot forget which CAD account is yours; you are asked first."""
        await self.drop(self.desk.visit(interaction), ForgetIntent(), "")

    @app_commands.command(name="set", extras={ACCESS: BIND_ACCESS})
    @app_commands.describe(
        member="Whose CAD account it is",
        api_id="The account's API ID in the CAD",
        username="The account's user name in the CAD",
        account="The account's UUID in the CAD",
    )
    async def set(
        self,
        interaction: discord.Interaction,
        member: discord.User,
        api_id: Name | None = None,
        username: Name | None = None,
        account: Name | None = None,
    ) -> None:
        """Say which CAD account a member has (staff): name it in one of three ways."""
        visit = self.desk.visit(interaction)
        visit.subject(member, None)
        await self.bind(visit, BindIntent(member_id=member.id, api_id=api_id, username=username, account=account), "")

    async def show(self, visit: Visit, intent: StatusIntent, _: str) -> None:
        """Show how an account stands, with the requests that are open."""
        visit.doing("status", intent)
        await visit.acknowledge()
        turn, member_id = visit.turn, intent.subject.member_id
        status = await self.binding.status(turn, intent.subject)
        asked = await self.approvals.of_member(turn.guild.id, member_id) if member_id is not None else ()
        section = requests_section(visit, asked)
        reply = status_reply(visit, status, more=[section[0]] if section is not None else ())
        if section is not None and turn.owns(intent.subject):
            reply = reply.with_buttons(*reply.buttons, *section[1])
        await visit.show(reply)

    async def explain(self, visit: Visit, _: VerifyIntent, __: str) -> None:
        """Say where the secret is found and never to post it, before anybody can enter it."""
        await visit.show(verify_reply(visit))

    async def enter(self, visit: Visit, _: VerifyIntent, __: str) -> None:
        """Ask for the secret."""
        await visit.open_modal(secret_modal(visit))

    async def prove(self, visit: Visit, _: VerifyIntent, __: str) -> None:
        """Bind the account whose secret was entered. Trying again means entering it again: it is kept nowhere."""
        visit.back = secret_button(visit)
        await visit.acknowledge()
        bound = await self.binding.verify(visit.turn, str(submitted(visit.interaction).get(0, "")))
        await visit.show(verified_reply(visit, bound))
        await self._tell(visit, bound, proven=True)

    async def bind(self, visit: Visit, intent: BindIntent, _: str) -> None:
        """Bind a member as staff say."""
        visit.doing("bind", intent)
        await visit.acknowledge()
        bound = await self.binding.bind(visit.turn, intent)
        await visit.show(bound_reply(visit.words, bound))
        await self._tell(visit, bound, proven=False)

    async def drop(self, visit: Visit, intent: ForgetIntent, _: str) -> None:
        """Forget one's own account, after a yes."""
        visit.doing("forget", intent)
        await visit.acknowledge()
        gone = await self.binding.forget(visit.turn, intent)
        await visit.show(forgotten_reply(visit.words, len(gone)))

    async def _tell(self, visit: Visit, bound: Bound, *, proven: bool) -> None:
        """Tell whoever had the account until now, if he takes DMs."""
        community = visit.turn.tenant.community.name
        for member_id in bound.told:
            await self.office.direct(member_id, moved_reply(visit.words, bound.username, community, proven=proven))
