"""An interaction as far as `bot.ui` touches it, for what a simulated Discord can't be made to do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import discord

from bot.domain.access import Action, Decision, Rule
from bot.i18n import Catalogues
from bot.services.tickets import Tickets
from bot.telemetry import Metrics
from bot.ui.desk import Desk
from tests.cogs.stage import OpenGuilds
from tests.community import GUILD, PIA, PLAYER_ROLE, Town

if TYPE_CHECKING:
    from bot.ui.visit import Visit


class Interaction:
    """Records what it was answered with; raises `fails` instead, when that is set."""

    def __init__(
        self, *, custom_id: str = "", ephemeral_source: bool | None = None, guild_id: int | None = GUILD
    ) -> None:
        self.id = 1234567890
        self.type = discord.InteractionType.application_command
        self.guild_id = guild_id
        self.locale = discord.Locale.american_english
        self.extras: dict[str, Any] = {}
        self.data = {"custom_id": custom_id}
        self.user = member(PLAYER_ROLE)
        flags = SimpleNamespace(ephemeral=ephemeral_source)
        self.message = None if ephemeral_source is None else SimpleNamespace(flags=flags)
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.fails: Exception | None = None
        self.response = self
        self._done = False
        self.permissions = discord.Permissions.none()
        self.channel_id = 700
        self.token = "interaction-token"

    def is_done(self) -> bool:
        return self._done

    async def defer(self, **how: Any) -> None:
        self._say("defer", how, first=True)

    async def send_message(self, **how: Any) -> None:
        self._say("send", how, first=True)

    async def edit_message(self, **how: Any) -> None:
        self._say("update", how, first=True)

    async def send_modal(self, modal: discord.ui.Modal) -> None:
        self._say("modal", {"modal": modal}, first=True)

    async def edit_original_response(self, **how: Any) -> None:
        self._say("edit", how, first=False)

    @property
    def ways(self) -> list[str]:
        return [way for way, _ in self.said]

    @property
    def content(self) -> str:
        return str(self.said[-1][1]["content"])

    def _say(self, way: str, how: dict[str, Any], *, first: bool) -> None:
        if self.fails is not None:
            raise self.fails
        assert first is not self._done, "answered twice, or edited before there is anything"
        self._done = True
        self.said.append((way, how))


def member(*roles: int, user_id: int = PIA) -> discord.Member:
    """Return a member who holds these role ids, as one comes with an interaction."""
    found = discord.Member.__new__(discord.Member)
    found._user = cast("Any", SimpleNamespace(id=user_id))
    found._roles = discord.utils.SnowflakeList(sorted(roles))
    return found


def desk_of(place: Town) -> tuple[Desk, Tickets, Metrics]:
    metrics = Metrics()
    numbers = iter(range(1, 1000))
    tickets = Tickets(place.database, clock=place.clock, new_id=lambda: f"t{next(numbers)}")
    guilds = OpenGuilds(place)
    guilds.set_up(place.guild)
    desk = Desk(catalogues=Catalogues.load(), guilds=guilds, tickets=tickets, history=place.history, metrics=metrics)
    return desk, tickets, metrics


def visit_of(desk: Desk, interaction: Interaction) -> Visit:
    return desk.visit(cast("discord.Interaction", interaction))


def admitted(desk: Desk, interaction: Interaction, place: Town) -> Visit:
    """Return a visit of somebody who may link for himself."""
    visit = visit_of(desk, interaction)
    turn = place.turn()
    assert turn.decision == Decision(allowed=True, rule=Rule.PLAYER)
    visit.admit(turn, (Action.LINK,), PIA)
    return visit


def refused_by_discord(code: int, status: int = 400) -> discord.HTTPException:
    response = cast("Any", SimpleNamespace(status=status, reason="x"))
    return discord.HTTPException(response, {"code": code, "message": "made-up token in here"})
