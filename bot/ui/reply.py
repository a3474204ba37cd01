"""One answer as data: a headline, a detail, fields, buttons; and how it becomes a Discord message.

The headline is the message's text, so that the outcome is read first, also where embeds are switched off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

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


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person gets. Texts are ready Markdown; whatever others wrote in them is escaped already.

    `more` says in words how many fields there was no room for.
    """

    headline: str
    detail: str
    tone: Tone
    fields: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Button, ...] = ()
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
        """Return the buttons, None without any.

        The view is stopped at once: clicks go to the router by their custom id, so nothing stays in memory for them
        and nothing is lost with the process.
        """
        if not self.buttons:
            return None
        view = discord.ui.View(timeout=None)
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


def _fit(embed: discord.Embed, fields: list[tuple[str, str]]) -> bool:
    size = len(embed) + sum(len(name) + len(value) for name, value in fields)
    return size <= EMBED_TOTAL and len(embed.fields) + len(fields) <= MAX_FIELDS


def _add(embed: discord.Embed, field: tuple[str, str]) -> None:
    name, value = field
    embed.add_field(name=name, value=value, inline=False)
