"""One answer as data: a headline, a detail, fields, buttons; and how it becomes a Discord message.

The headline is the message's text, so that the outcome is read first, also where embeds are switched off.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

import discord

from bot.ui.words import cut

if TYPE_CHECKING:
    from collections.abc import Callable

ELLIPSIS = "…"
PREFIX = "cl1"
"""The version of our custom ids."""
MAX_FIELDS = 25
FIELD_NAME = 256
FIELD_VALUE = 1024
CONTENT = 2000
DESCRIPTION = 4096
EMBED_TOTAL = 5500  # Discord counts 6,000 over all embeds; the rest is room for footer and note


def shared_id(route: str, row: str, arg: str) -> str:
    """Return the custom id of a button that belongs to a role or to everybody, not to one person."""
    return f"{PREFIX}:{route}:{row}:{arg}"


class Tone(Enum):
    """The colour beside an answer. It never says anything that the words do not."""

    DONE = 0x3BA55D
    ASK = 0xF0B232
    REFUSED = 0x99AAB5
    FAILED = 0xD83C3E
    INFO = 0x5865F2


@dataclass(frozen=True, slots=True)
class Button:
    """A button. `custom_id` comes from a ticket."""

    label: str
    custom_id: str
    style: discord.ButtonStyle = discord.ButtonStyle.secondary
    row: int | None = None


class SelectKind(Enum):
    """What a select offers."""

    TEXT = "text"
    ROLE = "role"
    CHANNEL = "channel"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Select:
    """A select menu. `options` (TEXT only) are (value, label, description); `chosen` has values, or ids as text."""

    kind: SelectKind
    custom_id: str
    placeholder: str
    options: tuple[tuple[str, str, str], ...] = ()
    chosen: tuple[str, ...] = ()
    min_values: int = 0
    max_values: int = 1
    row: int | None = None

    def item(self) -> discord.ui.Item[discord.ui.View]:
        """Return it as discord.py's component."""
        shared: dict[str, Any] = {
            "custom_id": self.custom_id,
            "placeholder": cut(self.placeholder, 150),
            "min_values": self.min_values,
            "max_values": self.max_values,
            "row": self.row,
        }
        if self.kind is SelectKind.TEXT:
            options = [
                discord.SelectOption(
                    label=cut(label, 100),
                    value=value,
                    description=cut(about, 100) or None,
                    default=value in self.chosen,
                )
                for value, label, about in self.options
            ]
            return discord.ui.Select(options=options, **shared)
        held = [discord.Object(int(one), type=_HELD[self.kind]) for one in self.chosen[: self.max_values]]
        if self.kind is SelectKind.CHANNEL:
            return discord.ui.ChannelSelect(channel_types=[discord.ChannelType.text], default_values=held, **shared)
        if self.kind is SelectKind.USER:
            return discord.ui.UserSelect(default_values=held, **shared)
        return discord.ui.RoleSelect(default_values=held, **shared)


_HELD = {
    SelectKind.ROLE: discord.Role,
    SelectKind.CHANNEL: discord.abc.GuildChannel,
    SelectKind.USER: discord.User,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person gets. Texts are ready Markdown; whatever others wrote in them is escaped already.

    `files` are attached (name, content). `more` says in words how many fields there was no room for.
    """

    headline: str
    detail: str
    tone: Tone
    fields: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Button, ...] = ()
    selects: tuple[Select, ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()
    footer: str = ""
    image: str = ""
    more: Callable[[int], str] | None = None

    @classmethod
    def of(cls, text: str, tone: Tone, **rest: object) -> Reply:
        """Split a message at its first line break into headline and detail."""
        headline, _, detail = text.partition("\n")
        headline = cut(headline, CONTENT)
        return replace(cls(headline, detail.strip() or headline, tone), **rest)  # type: ignore[arg-type]  # checked by replace

    def with_buttons(self, *buttons: Button) -> Reply:
        """The same answer with these buttons."""
        return replace(self, buttons=buttons)

    def embed(self) -> discord.Embed:
        """Return the embed, within Discord's limits. Of fields that do not fit, its last one says how many they are."""
        embed = discord.Embed(description=cut(self.detail, DESCRIPTION), colour=self.tone.value)
        if self.footer:
            embed.set_footer(text=cut(self.footer, 200))
        if self.image:
            embed.set_thumbnail(url=self.image)
        for left, (name, value) in zip(range(len(self.fields), 0, -1), self.fields, strict=True):
            shown = (cut(name, FIELD_NAME), cut(value, FIELD_VALUE))
            after = [self._rest(left - 1)] if left > 1 else []
            if not _fit(embed, [shown, *after]):
                _add(embed, self._rest(left))
                break
            _add(embed, shown)
        return embed

    def _rest(self, count: int) -> tuple[str, str]:
        """The field that stands for as many as there was no room for."""
        return ELLIPSIS, cut(self.more(count), FIELD_VALUE) if self.more else ELLIPSIS

    def view(self) -> discord.ui.View | None:
        """Return the selects and buttons, None without any.

        The view is stopped at once: clicks go to the router by their custom id, so nothing stays in memory for them
        and nothing is lost with the process.
        """
        if not self.buttons and not self.selects:
            return None
        view = discord.ui.View(timeout=None)
        for select in self.selects:
            view.add_item(select.item())
        for button in self.buttons:
            view.add_item(
                discord.ui.Button(
                    label=cut(button.label, 80),
                    custom_id=button.custom_id,
                    style=button.style,
                    row=button.row,
                )
            )
        view.stop()
        return view

    def attachments(self) -> list[discord.File]:
        """Return the files, each to be sent once."""
        return [discord.File(io.BytesIO(content), filename=name) for name, content in self.files]


def _fit(embed: discord.Embed, fields: list[tuple[str, str]]) -> bool:
    size = len(embed) + sum(len(name) + len(value) for name, value in fields)
    return size <= EMBED_TOTAL and len(embed.fields) + len(fields) <= MAX_FIELDS


def _add(embed: discord.Embed, field: tuple[str, str]) -> None:
    name, value = field
    embed.add_field(name=name, value=value, inline=False)
