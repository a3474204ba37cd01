"""A page of a form as a modal, and what came back from one.

A component's custom id is the field's place in the form, so that a submission explains itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.domain.answers import option_indices
from bot.domain.fields import SELECT_LIMIT, FormField, Option, Widget
from bot.services.drafts import Chosen
from bot.ui.words import cut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.answers import Problem
    from bot.domain.dependencies import Answer
    from bot.domain.forms import Page
    from bot.services.drafts import Draft, Typed
    from bot.ui.words import Words

LABEL = 45
DESCRIPTION = 100
TITLE = 45


def draft_modal(words: Words, draft: Draft, page: Page, *, custom_id: str, title: str) -> discord.ui.Modal:
    """Return the modal for some fields of a draft, each with its format, limits and present value."""
    modal = discord.ui.Modal(title=cut(title, TITLE), custom_id=custom_id, timeout=None)
    for one in page:
        problem = draft.problems.get(one.uid)
        item = discord.ui.Label(
            text=one.display_label,
            description=_description(words, one, problem),
            component=_component(words, draft, one, problem),
        )
        modal.add_item(item)
    return modal


def text_modal(custom_id: str, title: str, label: str, *, description: str, max_length: int) -> discord.ui.Modal:
    """Return a modal that asks for one line of text, in the component `0`."""
    modal = discord.ui.Modal(title=cut(title, TITLE), custom_id=custom_id, timeout=None)
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id="0", max_length=max_length, required=True
    )
    modal.add_item(discord.ui.Label(text=cut(label, LABEL), description=cut(description, DESCRIPTION), component=field))
    return modal


def submitted(interaction: discord.Interaction) -> dict[int, Typed]:
    """Return what a modal came back with, by component: a text, or the values chosen. Foreign ids are left out."""
    found: dict[int, Typed] = {}
    data: Any = interaction.data or {}  # JSON
    for component in _components(data.get("components", ())):
        custom_id = str(component.get("custom_id", ""))
        if custom_id.isascii() and custom_id.isdecimal():
            values = component.get("values")
            chosen = Chosen(tuple(map(str, values))) if values is not None else None
            found[int(custom_id)] = chosen or str(component.get("value") or "")
    return found


def chosen(interaction: discord.Interaction) -> tuple[str, ...]:
    """Return what was chosen in a select: values, or the ids of roles, channels and users."""
    data: Any = interaction.data or {}  # JSON
    return tuple(map(str, data.get("values") or ()))


def _components(items: Iterable[Any]) -> Iterable[dict[str, Any]]:  # JSON
    for item in items:
        if "component" in item:
            yield item["component"]
        else:
            yield from _components(item.get("components", ())) if "components" in item else (item,)


def _description(words: Words, one: FormField, problem: Problem | None) -> str | None:
    if problem is not None:
        return words.plain(problem.key, DESCRIPTION, **problem.params)
    return words.plain(one.hint.key, DESCRIPTION, **one.hint.params) if one.hint else None


def _component(words: Words, draft: Draft, one: FormField, problem: Problem | None) -> discord.ui.Item[Any]:
    custom_id = str(draft.form.fields.index(one))
    current = draft.current(one)
    if problem is not None and problem.near and not one.chooses:
        near = tuple(option for option in one.options if option.value in problem.near)
        return _select(words, one, near[:SELECT_LIMIT], custom_id, frozenset())
    if one.widget in {Widget.TEXT, Widget.PARAGRAPH, Widget.LONG_SELECT}:
        return _text(one, custom_id, current)
    chosen = frozenset(option_indices(one, current))
    if one.widget is Widget.CHECKBOX_GROUP:
        return _checkboxes(one, custom_id, chosen)
    return _select(words, one, one.options, custom_id, chosen)


def _text(one: FormField, custom_id: str, current: Answer) -> discord.ui.TextInput[Any]:
    text = current if isinstance(current, str) else "\n".join(current)
    return discord.ui.TextInput(
        custom_id=custom_id,
        style=discord.TextStyle.paragraph if one.multiline else discord.TextStyle.short,
        required=one.required,
        max_length=one.max_length,
        default=text[: one.max_length] or None,
    )


def _select(
    words: Words, one: FormField, options: tuple[Option, ...], custom_id: str, chosen: frozenset[int]
) -> discord.ui.Select[Any]:
    return discord.ui.Select(
        custom_id=custom_id,
        required=one.required,
        min_values=1 if one.required else 0,
        max_values=len(options) if one.chooses else 1,
        options=[
            discord.SelectOption(
                label=option.label or words.plain("option-blank", DESCRIPTION),
                value=str(option.index),
                default=option.index in chosen,
            )
            for option in options
        ],
    )


def _checkboxes(one: FormField, custom_id: str, chosen: frozenset[int]) -> discord.ui.CheckboxGroup[Any]:
    return discord.ui.CheckboxGroup(
        custom_id=custom_id,
        required=one.required,
        min_values=1 if one.required else 0,
        max_values=len(one.options),
        options=[
            discord.CheckboxGroupOption(label=option.label, value=str(option.index), default=option.index in chosen)
            for option in one.options
        ],
    )
