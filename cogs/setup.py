"""`/setup`: a guided, private conversation that sets this server up; every step is stored by itself."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ACCESS
from bot.domain.access import Action, CommandAccess
from bot.errors import Expired, Refused
from bot.services.connecting import ConnectIntent
from bot.services.setting_up import SetupIntent, Step
from bot.services.tickets import DRAFT_SECONDS
from bot.ui import setup_pages as pages
from bot.ui.modals import chosen
from bot.ui.premises import chosen_roles, here
from bot.ui.reply import Button
from bot.ui.setup_forms import connection_modal, limits_modal, typed_connection, typed_limits
from bot.ui.setup_pages import Wizard

if TYPE_CHECKING:
    from bot.domain.premises import Channel
    from bot.services.connecting import Connecting
    from bot.services.setting_up import SettingUp
    from bot.services.tenants import Guild
    from bot.ui.board import Board
    from bot.ui.desk import Desk
    from bot.ui.panel import Panels
    from bot.ui.premises import Premises
    from bot.ui.router import Router
    from bot.ui.visit import Visit

log = logging.getLogger(__name__)

MANAGERS = discord.Permissions(manage_guild=True)
FORMS = frozenset({"key", "limits"})
"""What is answered with a form, so that nothing may come before it."""

PAGES = {
    Step.CONNECTION: pages.connection_page,
    Step.FRAMEWORK: pages.framework_page,
    Step.ROLES: pages.roles_page,
    Step.CHANNELS: pages.channels_page,
    Step.POLICY: pages.policy_page,
    Step.TRIAL: pages.first_trial_page,
    Step.PANEL: pages.panel_page,
}


class SetUp(commands.Cog):
    """The command, and where its buttons, menus and forms lead: `<what>` or `<what>-<of what>` in the argument."""

    def __init__(
        self,
        desk: Desk,
        router: Router,
        *,
        setting_up: SettingUp,
        connecting: Connecting,
        premises: Premises,
        panels: Panels,
        board: Board,
    ) -> None:
        self.desk = desk
        self.setting_up = setting_up
        self.connecting = connecting
        self.premises = premises
        self.panels = panels
        self.board = board
        self.ways = self._ways()
        router.add("setup", SetupIntent, self.go_on)
        router.add("connect", ConnectIntent, self.connect)

    def _ways(self) -> dict[str, Any]:
        """Return where each button, select and form of the conversation leads, by its name."""
        return {
            "": self.overview,
            "overview": self.overview,
            "open": self.open,
            "go": self.open,
            "next": self.next,
            "skip": self.skip,
            "key": self.ask_key,
            "typed": self.prove,
            "framework": self.set_framework,
            "sync": self.set_db_sync,
            "roles": self.set_roles,
            "everyone": self.set_everyone,
            "more": self.more_roles,
            "channel": self.set_channel,
            "selflink": self.set_self_link,
            "may": self.set_player_may,
            "limits": self.ask_limits,
            "limited": self.set_limits,
            "try": self.try_out,
            "panel": self.post_there,
            "post": self.post_here,
        }

    @app_commands.command(name="setup", extras={ACCESS: CommandAccess(Action.SET_UP)})
    @app_commands.default_permissions(MANAGERS)
    async def setup(self, interaction: discord.Interaction) -> None:
        """Set this server up: CAD, roles, channels, rules and the panel."""
        await self.go_on(self.desk.visit(interaction), SetupIntent(), "overview")

    async def go_on(self, visit: Visit, intent: SetupIntent, arg: str) -> None:
        """Do what a button, menu or form says."""
        name, _, what = arg.partition("-")
        visit.doing("setup", intent)
        way = self.ways.get(name)
        if way is None:
            raise Expired("button-unknown")
        if name not in FORMS:
            await visit.acknowledge()
        await way(visit, what)

    async def overview(self, visit: Visit, _: str) -> None:
        """Show every step."""
        await visit.show(pages.overview_page(self._wizard(visit, self.setting_up.current(visit.turn))))

    async def open(self, visit: Visit, what: str) -> None:
        """Show one step."""
        await self._show(visit, self.setting_up.current(visit.turn), _step(what))

    async def next(self, visit: Visit, what: str) -> None:
        """Mark a step as looked at, and go on to the one after it."""
        step = _step(what)
        await self._follow(visit, step, await self.setting_up.finish(visit.turn, step))

    async def skip(self, visit: Visit, what: str) -> None:
        """Mark a step as left out, and go on to the one after it."""
        step = _step(what)
        await self._follow(visit, step, await self.setting_up.skip(visit.turn, step))

    async def ask_key(self, visit: Visit, _: str) -> None:
        """Ask for the community's id and key."""
        guild = self.setting_up.current(visit.turn)
        self.connecting.require_changeable(guild)
        held = guild.tenant.id if guild.tenant is not None else ""
        typed = visit.intent.community_id if isinstance(visit.intent, SetupIntent) else ""
        custom_id = self._base(visit) + "typed"
        await visit.open_modal(connection_modal(visit.words, custom_id, typed or held, guild.config))

    async def prove(self, visit: Visit, _: str) -> None:
        """Prove what was entered with the CAD, and ask whether that is the right community."""
        typed = typed_connection(visit.interaction)
        visit.doing("setup", SetupIntent(community_id=typed.kept_id))
        self._at(visit, Step.CONNECTION)
        proof = await self.connecting.prove(visit.turn, typed)
        yes = visit.custom_id("connect", ConnectIntent(proof=proof.id))
        guild = self.setting_up.current(visit.turn)
        await visit.show(pages.proof_page(self._wizard(visit, guild), proof, yes))

    async def connect(self, visit: Visit, intent: ConnectIntent, _: str) -> None:
        """Store the key that was confirmed."""
        await visit.acknowledge()
        visit.doing("setup", SetupIntent())
        self._at(visit, Step.CONNECTION)
        guild = await self.connecting.connect(visit.turn, intent)
        name = guild.tenant.community.name if guild.tenant is not None else ""
        await self._show(visit, guild, Step.CONNECTION, visit.words("setup-connected", name=name))

    async def set_framework(self, visit: Visit, _: str) -> None:
        """Take the framework that was chosen."""
        self._at(visit, Step.FRAMEWORK)
        guild = await self.setting_up.set_framework(visit.turn, _one(visit))
        await self._saved(visit, guild, Step.FRAMEWORK, "framework")

    async def set_db_sync(self, visit: Visit, _: str) -> None:
        """Take the answer about Database Sync."""
        self._at(visit, Step.FRAMEWORK)
        guild = await self.setting_up.set_db_sync(visit.turn, _one(visit))
        await self._saved(visit, guild, Step.FRAMEWORK, "db-sync")

    async def set_roles(self, visit: Visit, what: str) -> None:
        """Take the roles that were chosen."""
        self._at(visit, Step.ROLES)
        guild = await self.setting_up.set_roles(visit.turn, what, chosen_roles(visit.interaction))
        page = pages.more_roles_page if what in {"admins", "blocked"} else pages.roles_page
        said = visit.words("setup-saved", name=visit.words.plain(f"setting-{what}", 80))
        await visit.show(page(self._wizard(visit, guild, said)))

    async def set_everyone(self, visit: Visit, _: str) -> None:
        """Let every member be a player."""
        self._at(visit, Step.ROLES)
        await self._saved(visit, await self.setting_up.set_everyone(visit.turn), Step.ROLES, "players")

    async def more_roles(self, visit: Visit, _: str) -> None:
        """Show the second page of roles."""
        await visit.show(pages.more_roles_page(self._wizard(visit, self.setting_up.current(visit.turn))))

    async def set_channel(self, visit: Visit, what: str) -> None:
        """Take the channel that was chosen, or none."""
        self._at(visit, Step.CHANNELS)
        channel = await self.premises.chosen_channel(visit.interaction)
        if channel is None and chosen(visit.interaction):
            raise Refused("setup-channel-gone")
        guild = await self.setting_up.set_channel(visit.turn, what, channel)
        await self._saved(visit, guild, Step.CHANNELS, what.replace("_", "-"))
        await self.board.catch_up(lambda guild_id: guild_id == guild.id, ())  # requests that waited for a channel

    async def set_self_link(self, visit: Visit, _: str) -> None:
        """Take how players link themselves."""
        self._at(visit, Step.POLICY)
        guild = await self.setting_up.set_self_link(visit.turn, _one(visit))
        await self._saved(visit, guild, Step.POLICY, "self-link")

    async def set_player_may(self, visit: Visit, _: str) -> None:
        """Take what players may do."""
        self._at(visit, Step.POLICY)
        guild = await self.setting_up.set_player_may(visit.turn, chosen(visit.interaction))
        await self._saved(visit, guild, Step.POLICY, "player-may")

    async def ask_limits(self, visit: Visit, _: str) -> None:
        """Ask for the pattern and the limit."""
        config = self.setting_up.current(visit.turn).config
        await visit.open_modal(limits_modal(visit.words, self._base(visit) + "limited", config))

    async def set_limits(self, visit: Visit, _: str) -> None:
        """Take the pattern and the limit."""
        self._at(visit, Step.POLICY)
        guild = await self.setting_up.set_limits(visit.turn, *typed_limits(visit.interaction))
        await self._saved(visit, guild, Step.POLICY, "limits")

    async def try_out(self, visit: Visit, _: str) -> None:
        """Say what this person's commands would meet."""
        self._at(visit, Step.TRIAL)
        trial = await self.setting_up.trial(visit.turn)
        guild = self.setting_up.current(visit.turn)
        await visit.show(pages.trial_page(self._wizard(visit, guild), trial))

    async def post_here(self, visit: Visit, _: str) -> None:
        """Post the panel in this channel."""
        self._at(visit, Step.PANEL)
        await self._post(visit, here(visit.interaction))

    async def post_there(self, visit: Visit, _: str) -> None:
        """Post the panel in the channel that was chosen."""
        self._at(visit, Step.PANEL)
        await self._post(visit, await self.premises.chosen_channel(visit.interaction))

    async def _follow(self, visit: Visit, step: Step, guild: Guild) -> None:
        if step.following is None:
            await self.overview(visit, "")
        else:
            await self._show(visit, guild, step.following)

    async def _post(self, visit: Visit, channel: Channel | None) -> None:
        if channel is None:
            raise Refused("setup-channel-gone")
        guild, alone = await self.panels.place(
            visit.turn, visit.words.into(str(visit.interaction.guild_locale or visit.words.locale)), channel
        )
        said = visit.words("setup-panel-done", channel=f"<#{channel.id}>")
        await self._show(visit, guild, Step.PANEL, said if alone else f"{said}\n{visit.words('setup-panel-left')}")

    async def _saved(self, visit: Visit, guild: Guild, step: Step, name: str) -> None:
        said = visit.words("setup-saved", name=visit.words.plain(f"setting-{name}", 80))
        await self._show(visit, guild, step, said)

    async def _show(self, visit: Visit, guild: Guild, step: Step, said: str = "") -> None:
        await visit.show(PAGES[step](self._wizard(visit, guild, said)))

    def _wizard(self, visit: Visit, guild: Guild, said: str = "") -> Wizard:
        return Wizard(visit.words, visit.turn, guild, self._base(visit), said)

    def _at(self, visit: Visit, step: Step) -> None:
        """Let a failure lead back to the step."""
        label = visit.words.plain("button-back-setup", 80)
        visit.back = Button(label, f"{self._base(visit)}open-{step}")

    @staticmethod
    def _base(visit: Visit) -> str:
        intent = visit.intent if isinstance(visit.intent, SetupIntent) else SetupIntent()
        return visit.custom_id("setup", intent, once=False, lifetime=DRAFT_SECONDS)


def _step(name: str) -> Step:
    """Read a step out of a custom id, which anybody can forge."""
    if name not in set(Step):
        raise Expired("button-unknown")
    return Step(name)


def _one(visit: Visit) -> str:
    return next(iter(chosen(visit.interaction)), "")
