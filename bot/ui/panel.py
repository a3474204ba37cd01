"""The panel: a lasting message with buttons for everybody, under the same rules as the commands; and its help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.domain.access import Action, decide
from bot.domain.frameworks import Framework
from bot.errors import CharlinkError, Refused, Undelivered
from bot.services.setting_up import Step, require_writable
from bot.ui.frameworks import named
from bot.ui.reply import Button, Reply, Tone, shared_id
from bot.ui.setup_pages import decided

if TYPE_CHECKING:
    from bot.domain.premises import Channel
    from bot.services.setting_up import SettingUp
    from bot.services.tenants import Guild
    from bot.services.turn import Turn
    from bot.ui.post import PostOffice
    from bot.ui.premises import Premises
    from bot.ui.words import Words

ROUTE = "panel"
ACTIONS = {"link": Action.VIEW, "create": Action.CREATE, "characters": Action.VIEW, "help": Action.HELP}
"""The panel's buttons, and what each asks for."""


def panel_reply(words: Words) -> Reply:
    """Return the lasting message."""
    return Reply.of(words("panel"), Tone.INFO).with_buttons(
        *(
            Button(
                words.plain(f"panel-{name}", 80),
                shared_id(ROUTE, "0", name),
                discord.ButtonStyle.primary if name == "link" else discord.ButtonStyle.secondary,
            )
            for name in ACTIONS
        )
    )


def help_reply(words: Words, turn: Turn) -> Reply:
    """Say what each button does, in the guild's own words, who may, and whether the reader may."""
    config, policy = turn.config, turn.policy
    framework = config.framework or Framework.OTHER
    params = named(words, framework)
    lines = [
        decided(words, command, decide(turn.actor, policy, action, turn.actor.user_id))
        for command, action in (("/linkchar", Action.LINK), ("/newchar", Action.CREATE))
    ]
    if policy.players == "everyone":
        lines.append(words("help-players-everyone"))
    elif policy.players:
        lines.append(words("help-players", roles=_mentions(policy.players)))
    else:
        lines.append(words("help-players-none"))
    if policy.staff:
        lines.append(words("help-staff", roles=_mentions(policy.staff)))
    text = (
        words("help", label=params["label"], example=params["example"], near=params["near"])
        + "\n\n"
        + "\n".join(f"- {line}" for line in lines)
    )
    return Reply.of(text + "\n\n" + words("help-command"), Tone.INFO)


class Panels:
    """Posts the panel, and moves it."""

    def __init__(self, post: PostOffice, premises: Premises, setting_up: SettingUp) -> None:
        self._post = post
        self._premises = premises
        self._setting_up = setting_up

    async def place(self, turn: Turn, words: Words, channel: Channel) -> tuple[Guild, bool]:
        """Post the panel in a channel and delete the older one; whether there is none left but this.

        Raises Refused where it can't be posted. A panel that could not be stored is taken back.
        """
        require_writable(channel)
        before = self._setting_up.current(turn).config
        try:
            message_id = await self._post.send(channel.id, panel_reply(words))
        except Undelivered as error:
            raise Refused("setup-panel-failed", channel=f"<#{channel.id}>") from error
        try:
            guild = await self._setting_up.change(turn, Step.PANEL, panel_channel=channel.id, panel_message=message_id)
        except CharlinkError:
            await self._premises.forget_message(channel.id, message_id)
            raise
        if before.panel_channel is None or before.panel_message is None:
            return guild, True
        return guild, await self._premises.forget_message(before.panel_channel, before.panel_message)


def _mentions(roles: frozenset[int]) -> str:
    return " ".join(f"<@&{role}>" for role in sorted(roles))
