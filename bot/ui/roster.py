"""An account's characters as people read them: which one is selected, and what tells namesakes apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.domain.access import Action
from bot.services.characters import (
    CharacterIntent,
    RemoveIntent,
    RosterIntent,
    SelectIntent,
    from_game,
    key_of,
)
from bot.services.editing import EditIntent
from bot.settings import PlayerAction
from bot.ui.characters import more, section_fields
from bot.ui.drafts import changed_summary
from bot.ui.links import CHOICE, CHOICES, whose
from bot.ui.reply import Button, Reply, Select, SelectKind, Tone
from bot.ui.words import code, cut, escape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.domain.template import Record
    from bot.services.characters import Entry, Known, Removed, Roster, Selected
    from bot.services.editing import EditOutcome
    from bot.services.turn import Subject, Turn
    from bot.ui.visit import Visit
    from bot.ui.words import Words

PAGE = 10
NAME = 80
MAX_LINKS = 20


def born_words(words: Words, born: date) -> str:
    """Return a day of birth in words: digits alone would read as another day elsewhere."""
    return words.plain("born", 60, day=born.day, month=born.month, year=str(born.year))


def roster_reply(visit: Visit, roster: Roster) -> Reply:
    """Return a page of the list, with a menu to open one of the characters on it."""
    words, subject = visit.words, roster.intent.subject
    near = whose(visit, subject, roster.account)
    last = max(0, (len(roster.entries) - 1) // PAGE)
    page = min(max(roster.intent.page, 0), last)
    shown = roster.entries[page * PAGE : (page + 1) * PAGE]
    text = words("roster-some" if shown else "roster-none", count=len(roster.entries), near=near)
    text += "".join(f"\n{_line(words, entry)}" for entry in shown)
    if last:
        text += "\n\n" + words("roster-page", page=page + 1, count=last + 1)
    if roster.links is not None:
        text += "\n\n" + _links(words, roster.links)
    return Reply.of(text, Tone.INFO, selects=_menu(visit, subject, shown), buttons=_turning(visit, subject, page, last))


def character_reply(visit: Visit, intent: CharacterIntent, record: Record) -> Reply:
    """Return one character with what may be done about it."""
    words, turn = visit.words, visit.turn
    text = words("character-one", name=record.display_name, id=key_of(record))
    subject = intent.subject
    name, number = key_of(record), record.id
    buttons = []
    if _may(turn, subject, PlayerAction.SELECT):
        custom_id = visit.custom_id(
            "select", SelectIntent(subject=subject, character=name, record_id=number), actions=(Action.SELECT,)
        )
        buttons.append(Button(words.plain("button-select", 80), custom_id, discord.ButtonStyle.primary))
    if _may(turn, subject, PlayerAction.EDIT) and not from_game(record):
        custom_id = visit.custom_id(
            "edit", EditIntent(subject=subject, character=name, record_id=number), actions=(Action.EDIT,), once=False
        )
        buttons.append(Button(words.plain("button-edit", 80), custom_id))
    if _may(turn, subject, PlayerAction.REMOVE) and not from_game(record):
        custom_id = visit.custom_id(
            "remove", RemoveIntent(subject=subject, character=name, record_id=number), actions=(Action.REMOVE,)
        )
        buttons.append(Button(words.plain("button-remove", 80), custom_id, discord.ButtonStyle.danger))
    back = visit.custom_id("chars", RosterIntent(subject=subject), once=False)
    buttons.append(Button(words.plain("button-all-characters", 80), back))
    fields = section_fields(words, record.fields_with_values(staff=turn.as_staff))
    return Reply.of(text, Tone.INFO, fields=fields, image=record.photo, more=more(words), buttons=tuple(buttons))


def selected_reply(visit: Visit, outcome: Selected) -> Reply:
    """Say which character is the selected one, with Undo where the earlier one is known."""
    words, intent = visit.words, outcome.intent
    key = "select-undone" if intent.instead_of else "select-done" if outcome.changed else "select-already"
    text = words(key, name=outcome.name, near=whose(visit, intent.subject, outcome.account))
    if outcome.read_back:
        text += "\n" + words("read-back")
    reply = Reply.of(text, Tone.DONE)
    if outcome.undo is None:
        return reply
    return reply.with_buttons(Button(words.plain("button-undo", 80), visit.custom_id("select", outcome.undo)))


def removed_reply(visit: Visit, intent: RemoveIntent, outcome: Removed) -> Reply:
    """Say that a character is not in the CAD any more."""
    words = visit.words
    near = whose(visit, intent.subject, outcome.account)
    text = words("remove-done" if outcome.changed else "remove-already", name=outcome.name, id=outcome.id, near=near)
    if outcome.read_back:
        text += "\n" + words("read-back")
    return Reply.of(text, Tone.DONE)


def edited_reply(visit: Visit, subject: Subject, outcome: EditOutcome) -> Reply:
    """Say what was changed, old and new."""
    words = visit.words
    near = whose(visit, subject, outcome.account)
    text = words(
        "edit-done" if outcome.changes else "edit-already",
        name=outcome.name,
        id=str(outcome.record_id),
        near=near,
        count=len(outcome.changes),
    )
    if outcome.read_back:
        text += "\n" + words("read-back")
    fields = section_fields(words, changed_summary(words, outcome.changes))
    return Reply.of(text, Tone.DONE, fields=fields, more=more(words))


def character_choices(words: Words, known: Sequence[Known], typed: str, *, hint: str) -> list[app_commands.Choice[str]]:
    """Return what to offer: what is known, what was typed, or one hint; never nothing, never more than 25."""
    found = [
        app_commands.Choice(name=_choice(words, one), value=one.value) for one in known if len(one.value) <= CHOICE
    ]
    found = found[:CHOICES]
    exact = typed.strip()
    if exact and not found and len(exact) <= CHOICE:
        found = [app_commands.Choice(name=exact, value=exact)]
    if not found:
        key = "choice-long" if exact else "choice-character-hint"
        found = [app_commands.Choice(name=words.plain(key, CHOICE), value=hint)]
    return found


def _choice(words: Words, one: Known) -> str:
    parts = [cut(one.name, NAME - 30)] if one.name else []
    if one.born is not None:
        parts.append(born_words(words, one.born))
    return cut(f"{', '.join(parts)} ({one.value})" if parts else one.value, CHOICE)


def _may(turn: Turn, subject: Subject, right: PlayerAction) -> bool:
    """Whether a button is worth showing; whether it may be pressed is decided when it is."""
    return turn.as_staff or not turn.owns(subject) or right in turn.policy.player_may


def _line(words: Words, entry: Entry) -> str:
    record = entry.record
    name = escape(record.display_name, NAME) or words.plain("character-nameless", NAME)
    parts = [words("roster-born", near=born_words(words, entry.born))] if entry.born is not None else []
    if record.id is not None and record.id > 0:
        parts.append(words("roster-record-id", id=str(record.id)))
    if record.sync_id:
        parts.append(words("roster-sync-id", sync_id=record.sync_id))
    mark = words("roster-selected") if entry.selected else ""
    return f"{entry.number}. **{name}** {mark}".rstrip() + "".join(
        f"\n    {part}" for part in [", ".join(parts)] if part
    )


def _links(words: Words, links: tuple[str, ...]) -> str:
    if not links:
        return words("roster-no-links")
    text = words("roster-links") + " " + ", ".join(code(one, 100) for one in links[:MAX_LINKS])
    return text + (" " + words("links-more", count=len(links) - MAX_LINKS) if links[MAX_LINKS:] else "")


def _menu(visit: Visit, subject: Subject, shown: Sequence[Entry]) -> tuple[Select, ...]:
    words = visit.words
    options = tuple(
        (
            key_of(entry.record),
            cut(entry.record.display_name, CHOICE) or words.plain("character-nameless", CHOICE),
            born_words(words, entry.born) if entry.born is not None else key_of(entry.record),
        )
        for entry in shown
        if 0 < len(key_of(entry.record)) <= CHOICE
    )
    unique = tuple({value: (value, label, about) for value, label, about in options}.values())
    if not unique:
        return ()
    custom_id = visit.custom_id("character", CharacterIntent(subject=subject), actions=(Action.VIEW,), once=False)
    return (Select(SelectKind.TEXT, custom_id, words.plain("roster-choose", 150), unique, min_values=1),)


def _turning(visit: Visit, subject: Subject, page: int, last: int) -> tuple[Button, ...]:
    words = visit.words
    steps = (("button-page-previous", page - 1), ("button-page-next", page + 1))
    return tuple(
        Button(words.plain(key, 80), visit.custom_id("chars", RosterIntent(subject=subject, page=number), once=False))
        for key, number in steps
        if 0 <= number <= last
    )
