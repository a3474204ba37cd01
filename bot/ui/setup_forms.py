"""The forms of `/setup`: for the key, which is never an option and never shown again, and for the self-link rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from pydantic import SecretStr

from bot.services.connecting import Typed
from bot.services.drafts import Chosen
from bot.services.setting_up import suggested_pattern
from bot.settings import ApiVersion, CreateForm
from bot.ui.modals import DESCRIPTION, LABEL, TITLE, submitted

if TYPE_CHECKING:
    from bot.domain.configuration import GuildConfig
    from bot.ui.words import Words

VERSIONS = {
    "v2": (ApiVersion.V2, CreateForm.CHARACTER),
    "v1": (ApiVersion.V1, CreateForm.DICTIONARY),
    "v1-old": (ApiVersion.V1, CreateForm.CHARACTER),
}
"""What can be chosen: the generation, and v1's form of new characters."""


def connection_modal(words: Words, custom_id: str, community_id: str, config: GuildConfig) -> discord.ui.Modal:
    """Ask for a community's id and key, and for the API's generation."""
    modal = discord.ui.Modal(title=words.plain("setup-key-title", TITLE), custom_id=custom_id, timeout=None)
    named: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id="0", max_length=50, default=community_id[:50] or None
    )
    key: discord.ui.TextInput[Any] = discord.ui.TextInput(custom_id="1", max_length=200)
    now = next((name for name, chosen in VERSIONS.items() if chosen == (config.version, config.create_form)), "v2")
    version: discord.ui.Select[Any] = discord.ui.Select(
        custom_id="2",
        min_values=1,
        options=[
            discord.SelectOption(
                label=words.plain(f"version-{name}", 100),
                description=words.plain(f"version-{name}-about", 100),
                value=name,
                default=name == now,
            )
            for name in VERSIONS
        ],
    )
    for place, item in (("id", named), ("key", key), ("version", version)):
        modal.add_item(_labelled(words, f"setup-field-{place}", item))
    return modal


def typed_connection(interaction: discord.Interaction) -> Typed:
    """Return what came back of it. A version that there is not (forged) is v2."""
    given = submitted(interaction)
    chosen = given.get(2)
    name = chosen.places[0] if isinstance(chosen, Chosen) and chosen.places else "v2"
    version, form = VERSIONS.get(name, VERSIONS["v2"])
    return Typed(str(given.get(0, "")), SecretStr(str(given.get(1, ""))), version, form)


def limits_modal(words: Words, custom_id: str, config: GuildConfig) -> discord.ui.Modal:
    """Ask for the self-link pattern and for the most links of a player."""
    modal = discord.ui.Modal(title=words.plain("setup-limits-title", TITLE), custom_id=custom_id, timeout=None)
    pattern: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id="0",
        max_length=255,
        required=False,
        default=config.self_link_pattern or suggested_pattern(config) or None,
    )
    limit: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id="1", max_length=4, required=False, default=str(config.max_links)
    )
    for place, item in (("pattern", pattern), ("limit", limit)):
        modal.add_item(_labelled(words, f"setup-field-{place}", item))
    return modal


def typed_limits(interaction: discord.Interaction) -> tuple[str, str]:
    """Return the pattern and the limit as they were typed."""
    given = submitted(interaction)
    return str(given.get(0, "")), str(given.get(1, ""))


def _labelled(words: Words, key: str, item: discord.ui.Item[Any]) -> discord.ui.Label[Any]:
    about = words.plain(f"{key}-about", DESCRIPTION, mask="{api_id}", example="char#:{api_id}")
    return discord.ui.Label(text=words.plain(key, LABEL), description=about, component=item)
